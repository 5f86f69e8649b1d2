-- Whom a parked record is about, and whether a replica refused it or an undo took it away.
ALTER TABLE parked ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE parked ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
