-- The name that a call carries, where the log says one.
ALTER TABLE calls ADD COLUMN contact_name TEXT;

-- Callers who were made into contacts, by number and side: nobody is made a second time, also after an undo.
CREATE TABLE made_callers (
    number INTEGER NOT NULL,
    side TEXT NOT NULL,
    at INTEGER NOT NULL,                          -- when it was sent
    PRIMARY KEY (number, side)
) STRICT, WITHOUT ROWID;
