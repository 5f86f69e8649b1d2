-- What a replica with a feed of changes showed last: the next run asks only for what changed since.
CREATE TABLE copies (
    side TEXT PRIMARY KEY,             
    cursor TEXT NOT NULL,                         -- the replica's own word for how far it was read
    shape TEXT NOT NULL                           -- which fields and columns the records were read with
) STRICT;
CREATE TABLE copied (
    side TEXT NOT NULL,
    id TEXT NOT NULL,
    native INTEGER NOT NULL,
    cells BLOB NOT NULL,                          -- packed like one side of a base
    rest TEXT,
    PRIMARY KEY (side, id)
) STRICT, WITHOUT ROWID;
