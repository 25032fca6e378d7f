-- The ledger's schema, version 3. A line of a digest brings the message of the alert that was written
-- last; nodes of the earlier version go on sealing lines without.

ALTER TABLE @digest_lines ADD COLUMN message text COLLATE "C" NOT NULL DEFAULT '';
