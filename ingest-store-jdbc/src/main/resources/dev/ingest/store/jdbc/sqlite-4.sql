-- The ledger's schema, version 4. A line of a digest brings the message of the alert that was written
-- last.

ALTER TABLE digest_lines ADD COLUMN message TEXT NOT NULL DEFAULT '';
