-- What people decide beside single conflicts. `resolutions` (0001) holds the answers to those.

-- One side's value for every conflict of a field and kind.
CREATE TABLE standing_rules (
    field TEXT NOT NULL,
    kind TEXT NOT NULL,                           -- both_edited, no_base
    take TEXT NOT NULL CHECK (take IN ('justcall', 'crm')),
    conflict TEXT NOT NULL,                       -- the one that it was made from
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (field, kind)
) STRICT, WITHOUT ROWID;

-- Actions that were taken out of the plan, until they would do something else.
CREATE TABLE exclusions (
    action TEXT PRIMARY KEY,                      -- name derived from what it does to whom
    body TEXT NOT NULL                            -- JSON: what it would do, and who excluded it when
) STRICT, WITHOUT ROWID;

-- What the next run may do beyond its guards, once.
CREATE TABLE approvals (
    class TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every decision, also after it was carried out or taken back.
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    deed TEXT NOT NULL,
    about TEXT NOT NULL,                          -- id of the conflict, rule or action, or a guard's class
    phone TEXT NOT NULL,                          -- empty: about nobody in particular
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_by_phone ON decisions (phone) WHERE phone <> '';
