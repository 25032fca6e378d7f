-- The ledger's schema, version 6. No row is rewritten, and nodes of the earlier version go on writing; see
-- docs/guide/postgresql.md on what to make beforehand, and on when to begin with replacement and shadow runs.

-- Begin of replacement and shadow runs. While such a run is beside the published result, side_kind to
-- side_backfill are set, the sequence has a row of work, whose state is VERIFIED and whose stage, attempts
-- and output are the run's, and of the columns from state to chain_head its entry has the state alone.
-- last_epoch is the highest epoch that such a run ever had, backfill that in whose name the primary run
-- is, and superseded_* the result that was replaced, until its time is over.
ALTER TABLE @entries ADD COLUMN IF NOT EXISTS side_kind text COLLATE "C",
  ADD COLUMN IF NOT EXISTS side_epoch bigint,
  ADD COLUMN IF NOT EXISTS side_pipeline text COLLATE "C",
  ADD COLUMN IF NOT EXISTS side_plan bytea,
  ADD COLUMN IF NOT EXISTS side_backfill text COLLATE "C",
  ADD COLUMN IF NOT EXISTS last_epoch bigint,
  ADD COLUMN IF NOT EXISTS backfill text COLLATE "C",
  ADD COLUMN IF NOT EXISTS superseded_prefix text COLLATE "C",
  ADD COLUMN IF NOT EXISTS superseded_root bytea,
  ADD COLUMN IF NOT EXISTS superseded_count bigint,
  ADD COLUMN IF NOT EXISTS superseded_bytes bigint,
  ADD COLUMN IF NOT EXISTS superseded_epoch bigint,
  ADD COLUMN IF NOT EXISTS superseded_proven_at bigint,
  ADD COLUMN IF NOT EXISTS superseded_until bigint;

CREATE INDEX IF NOT EXISTS @entries_due_superseded ON @entries (superseded_until, owner, id)
  WHERE superseded_until IS NOT NULL AND state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX IF NOT EXISTS @entries_due_side_run ON @entries (expires_at, owner, id)
  WHERE side_epoch IS NOT NULL;
-- End of replacement and shadow runs.
