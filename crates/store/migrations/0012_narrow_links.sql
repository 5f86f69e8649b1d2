-- Links in fewer columns: opening, reading and writing a link costs by the column. What people look for stays a column of
-- its own; the rest of the head is packed. docs/state.md explains both.
-- Absences point to links, and would go with the old table.
CREATE TABLE kept_absences AS SELECT * FROM absences;
DROP TABLE absences;
CREATE TABLE narrow_links (
    id INTEGER PRIMARY KEY,
    -- 256 * the schema, and 1: out of scope; 2, 4: JustCall, the CRM holds values that nobody has read back; 8, 16, 32:
    -- in `head` stand the number's extension, when we created the record in JustCall, when in the CRM
    flags INTEGER NOT NULL,
    justcall_id TEXT,                             -- NULL: not learned yet
    crm_id TEXT,
    key_number INTEGER,
    head BLOB NOT NULL,                           -- 8 bytes each, big-endian: both hashes, and what flags say
    base BLOB NOT NULL                            -- what each side held when both last agreed; packed, in schema order
) STRICT;
INSERT INTO narrow_links
SELECT id,
    (schema_id << 8) | (status = 1) | (unconfirmed << 1) | ((key_extension <> 0) << 3)
        | ((justcall_created_at IS NOT NULL) << 4) | ((crm_created_at IS NOT NULL) << 5),
    justcall_id, crm_id, key_number,
    unhex(printf('%016x%016x', justcall_hash, crm_hash)
        || iif(key_extension <> 0, printf('%016x', key_extension), '')
        || iif(justcall_created_at IS NOT NULL, printf('%016x', justcall_created_at), '')
        || iif(crm_created_at IS NOT NULL, printf('%016x', crm_created_at), '')),
    base
FROM links ORDER BY id;
DROP TABLE links;
ALTER TABLE narrow_links RENAME TO links;
CREATE TABLE absences (
    link INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('justcall', 'crm')),
    sightings INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (link, side)
) STRICT, WITHOUT ROWID;
INSERT INTO absences SELECT link, side, sightings, first_at, last_at FROM kept_absences;
DROP TABLE kept_absences;
