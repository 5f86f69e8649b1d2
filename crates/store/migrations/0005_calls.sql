-- Phone calls as JustCall's call log shows them; who they belong to follows from the number alone.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL,
    number INTEGER,                               -- of the customer: its digits; NULL: withheld or unreadable
    started_at INTEGER,
    ended_at INTEGER,
    direction INTEGER,                            -- 0 inbound, 1 outbound; NULL: not said yet
    status TEXT NOT NULL,
    duration INTEGER,                             -- seconds
    agent_id TEXT,
    agent_name TEXT,
    from_number TEXT NOT NULL,                    -- both as the log writes them
    to_number TEXT NOT NULL,
    voicemail INTEGER NOT NULL,
    recording_url TEXT,
    notes TEXT,
    disposition TEXT,
    tags TEXT                                     -- JSON array; NULL: none
) STRICT;
CREATE UNIQUE INDEX calls_by_call_id ON calls (call_id);
CREATE INDEX calls_by_number ON calls (number, started_at);
CREATE INDEX calls_by_time ON calls (started_at);

-- Days of the call log that were read whole, and when last: where a killed sync goes on, and how far back the next one
-- looks. Days are counted from 1970-01-01.
CREATE TABLE call_days (
    day INTEGER PRIMARY KEY,
    read_at INTEGER NOT NULL
) STRICT;

-- Calls that we asked JustCall to make: written before the request goes out, so that none is dialled twice.
CREATE TABLE dials (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    from_number TEXT NOT NULL,
    to_number TEXT NOT NULL,
    outcome TEXT,                                 -- started, refused, not_made; NULL: not known
    call_id TEXT,
    message TEXT NOT NULL DEFAULT ''
) STRICT;
