-- What earlier runs saw of a contested value, where `newest` decides about the field: JSON.
ALTER TABLE conflicts ADD COLUMN seen TEXT;

-- Calls that were sent to the CRM as activities of a contact: noted before they are sent, so that none is sent twice.
CREATE TABLE activities (
    call_id TEXT PRIMARY KEY,
    contact TEXT NOT NULL,                        -- id of the record in the CRM
    activity TEXT,                                -- the CRM's id for it; NULL: nobody knows whether it is there
    content BLOB NOT NULL,                        -- digest of what was sent, to notice what came later
    sent_at INTEGER NOT NULL,
    refused TEXT                                  -- in the CRM's words; it stays so until the content changes
) STRICT, WITHOUT ROWID;
