-- The ledger's schema, version 2. What is due is read in pages, in the order of time, owner and id,
-- so their indices have all three: a page goes on where the one before ended, however many entries
-- have one time. Risk is asked for by the level at which it was told last. See docs/guide/postgresql.md on
-- how to make the indices beforehand, while nodes of the earlier version go on writing.

CREATE INDEX IF NOT EXISTS @entries_due_deadline ON @entries (deadline, owner, id)
  WHERE (state IS NULL OR state = 'FAILED') AND overdue = 0;
CREATE INDEX IF NOT EXISTS @entries_due_expiry ON @entries (expires_at, owner, id)
  WHERE state = 'VERIFIED' AND hold_at IS NULL;
CREATE INDEX IF NOT EXISTS @entries_due_risk ON @entries (at_risk, expires_at, owner, id)
  WHERE state IS NULL OR state = 'FAILED';
CREATE INDEX IF NOT EXISTS @entries_due_disposal ON @entries (visible_at, owner, id)
  WHERE state IN ('EXPIRING', 'DISCARDING');
CREATE INDEX IF NOT EXISTS @entries_due_leftovers ON @entries (visible_at, owner, id)
  WHERE leftovers = 1 AND state IN ('VERIFIED', 'EXPIRED', 'DISCARDED');

DROP INDEX @entries_deadline;
DROP INDEX @entries_expiry;
DROP INDEX @entries_risk;
DROP INDEX @entries_disposal;
DROP INDEX @entries_leftovers;

-- Each digest empties this table, however many rows it has; whether it has any is asked all the time.
ALTER TABLE @alerts SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);
