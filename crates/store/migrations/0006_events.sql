-- Contacts that a webhook told of since the last complete listing: hints for the next run, never the truth. Told again,
-- a contact gets a new number: a listing drops those that were told before it began.
CREATE TABLE contact_hints (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    record_id TEXT NOT NULL UNIQUE                -- in JustCall
) STRICT;

-- Links that dial and were used, until they expire: each dials once.
CREATE TABLE used_tickets (
    id TEXT PRIMARY KEY NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
