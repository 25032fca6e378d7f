-- The ledger's schema, version 5. No row is rewritten, and nodes of the earlier version go on writing; see
-- docs/guide.md on how to make the indices beforehand.

-- A scrub reads again what was proven least recently: published results, and the raw bytes of what failed.
CREATE INDEX IF NOT EXISTS @entries_due_proof ON @entries (proven_at, owner, id)
  WHERE state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX IF NOT EXISTS @entries_due_raw_proof ON @entries (visible_at, owner, id)
  WHERE state = 'FAILED';
