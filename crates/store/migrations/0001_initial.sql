-- The state of one pairing of a JustCall account with a CRM. docs/state.md explains it in plain words.
-- Migrations are append-only: never edit a published one.
-- Times are nanoseconds since 1970 (UTC); phones are the digits of the E.164 number.

CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lineage TEXT NOT NULL,                        -- random name of this file; plans carry it
    serial INTEGER NOT NULL DEFAULT 0,            -- moves whenever a run begins or links change
    next_link INTEGER NOT NULL DEFAULT 1,         -- link numbers are never used twice: the journal cites them
    journal_entries INTEGER NOT NULL DEFAULT 0,
    journal_head BLOB NOT NULL,                   -- chain hash of the last entry: shows that entries were cut off
    account TEXT,                                 -- fingerprint of the JustCall account
    crm TEXT                                      -- fingerprint of the CRM
) STRICT;

CREATE TABLE facts (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which fields a base row holds, in which order, and which normaliser judged them.
CREATE TABLE schemas (
    id INTEGER PRIMARY KEY,
    fields TEXT NOT NULL,                         -- JSON array of field names
    normalizer TEXT NOT NULL,
    UNIQUE (fields, normalizer)
) STRICT;

-- Each link: a narrow head, read whole in every run, and the base behind it, read where hashes differ. One table,
-- since one insert costs half of two, and columns that are not asked for are not decoded. Record ids are unique by
-- construction, not by an index: that would double the time of a first sync and add a fifth to the file.
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,                      -- 0 active, 1 dormant (out of scope)
    schema_id INTEGER NOT NULL,                   -- of schemas; not a foreign key: a lookup per link, and no schema is ever deleted
    unconfirmed INTEGER NOT NULL,                 -- 1: JustCall, 2: CRM holds values nobody has read back; 3: both
    justcall_id TEXT,                             -- NULL: not learned yet
    crm_id TEXT,
    key_number INTEGER,
    key_extension INTEGER NOT NULL,               -- 0: none; else a 1 before its digits
    justcall_hash INTEGER NOT NULL,
    crm_hash INTEGER NOT NULL,
    justcall_created_at INTEGER,                  -- our own create, while no listing has shown it
    crm_created_at INTEGER,
    base BLOB NOT NULL                            -- what each side held when both last agreed; packed, in schema order
) STRICT;

CREATE TABLE absences (
    link INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('justcall', 'crm')),
    sightings INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (link, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
    id INTEGER PRIMARY KEY,
    key_number INTEGER,
    key_extension INTEGER NOT NULL,
    justcall_id TEXT,
    crm_id TEXT,
    at INTEGER NOT NULL,
    rule TEXT NOT NULL
) STRICT;

CREATE TABLE resolutions (
    conflict TEXT PRIMARY KEY,
    choice TEXT NOT NULL,                         -- JSON: {"take":"crm"} or {"value":"…"}
    justcall TEXT,
    crm TEXT,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Conflicts open now, to say since when.
CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records that a replica refused, until they change.
CREATE TABLE parked (
    side TEXT NOT NULL CHECK (side IN ('justcall', 'crm')),
    key TEXT NOT NULL,                            -- record id or phone
    row_hash INTEGER NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (side, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE guard_uses (
    id INTEGER PRIMARY KEY,
    class TEXT NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX guard_uses_by_time ON guard_uses (at);

CREATE TABLE plans (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    body BLOB,                                    -- NULL: only the use is remembered
    consumed_by TEXT,
    consumed_at INTEGER
) STRICT;

CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    plan TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT,
    report BLOB
) STRICT;

-- Append-only. `chain` is SHA-256 over the previous chain hash, this row and the digest of what is personal in it.
-- Erasing a person replaces phone, link and body by that digest, and the chain still verifies.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'outcome')),
    run TEXT NOT NULL,
    at INTEGER NOT NULL,
    intent INTEGER REFERENCES journal (seq),      -- of an outcome
    phone TEXT,
    link INTEGER,
    body TEXT,
    digest BLOB,                                  -- only where the rest was erased
    chain BLOB NOT NULL
) STRICT;
CREATE INDEX journal_by_run ON journal (run) WHERE kind = 'intent';
CREATE INDEX journal_by_intent ON journal (intent) WHERE intent IS NOT NULL;
CREATE INDEX journal_by_phone ON journal (phone) WHERE phone IS NOT NULL;
CREATE INDEX journal_by_link ON journal (link) WHERE link IS NOT NULL;

-- Intents whose end is not known: what recovery looks at.
CREATE TABLE open_intents (
    seq INTEGER PRIMARY KEY REFERENCES journal (seq)
) STRICT;
