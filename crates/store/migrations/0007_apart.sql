-- Records that a person keeps apart, once their link has ended: never matched with each other again.
CREATE TABLE apart (
    justcall_id TEXT NOT NULL,
    crm_id TEXT NOT NULL,
    conflict TEXT NOT NULL,                       -- the one that it was said of
    phone TEXT NOT NULL,                          -- their number then
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (justcall_id, crm_id)
) STRICT, WITHOUT ROWID;
