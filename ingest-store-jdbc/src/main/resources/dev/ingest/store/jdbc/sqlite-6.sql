-- The ledger's schema, version 6.

-- A scrub reads again what was proven least recently: published results, and the raw bytes of what failed.
CREATE INDEX entries_proof ON entries (proven_at, owner, id)
  WHERE state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX entries_raw_proof ON entries (visible_at, owner, id)
  WHERE state = 'FAILED';
