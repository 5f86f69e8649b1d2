-- Contacts that a webhook told of since the last complete listing: hints for the next run, never the truth.
CREATE TABLE contact_hints (
    record_id TEXT PRIMARY KEY NOT NULL,          -- in JustCall
    at INTEGER NOT NULL                           -- when we were last told
) STRICT, WITHOUT ROWID;

-- Links and confirm pages that were used, until they expire: each dials once.
CREATE TABLE used_tickets (
    id TEXT PRIMARY KEY NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
