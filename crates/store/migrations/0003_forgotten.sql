-- People whose data was erased on request: nothing of them is kept but this hash, so that the other side's record does
-- not bring them back. Keyed with a random key of this file: equal numbers have unequal hashes in two files.
CREATE TABLE forgotten (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE state ADD COLUMN forget_key BLOB;      -- made with the first erasure
