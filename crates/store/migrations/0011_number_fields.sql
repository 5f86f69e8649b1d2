-- Of a CRM contact with several numbers: the field that the synced one stands in. What takes its place there is its edit.
CREATE TABLE number_fields (
    crm_id TEXT PRIMARY KEY,
    field TEXT NOT NULL
) STRICT, WITHOUT ROWID;
