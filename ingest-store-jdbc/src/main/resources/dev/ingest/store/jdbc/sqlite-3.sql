-- The ledger's schema, version 3. Risk is asked for by the level at which it was told last.

DROP INDEX entries_risk;
CREATE INDEX entries_risk ON entries (at_risk, expires_at, owner, id)
  WHERE state IS NULL OR state = 'FAILED';
