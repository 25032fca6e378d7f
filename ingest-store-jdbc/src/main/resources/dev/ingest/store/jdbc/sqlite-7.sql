-- The ledger's schema, version 7.

-- Begin of replacement and shadow runs. While such a run is beside the published result, side_kind to
-- side_backfill are set, the sequence has a row of work, whose state is VERIFIED and whose stage, attempts
-- and output are the run's, and of the columns from state to chain_head its entry has the state alone.
-- last_epoch is the highest epoch that such a run ever had, backfill that in whose name the primary run
-- is, and superseded_* the result that was replaced, until its time is over.
ALTER TABLE entries ADD COLUMN side_kind TEXT;
ALTER TABLE entries ADD COLUMN side_epoch INTEGER;
ALTER TABLE entries ADD COLUMN side_pipeline TEXT;
ALTER TABLE entries ADD COLUMN side_plan BLOB;
ALTER TABLE entries ADD COLUMN side_backfill TEXT;
ALTER TABLE entries ADD COLUMN last_epoch INTEGER;
ALTER TABLE entries ADD COLUMN backfill TEXT;
ALTER TABLE entries ADD COLUMN superseded_prefix TEXT;
ALTER TABLE entries ADD COLUMN superseded_root BLOB;
ALTER TABLE entries ADD COLUMN superseded_count INTEGER;
ALTER TABLE entries ADD COLUMN superseded_bytes INTEGER;
ALTER TABLE entries ADD COLUMN superseded_epoch INTEGER;
ALTER TABLE entries ADD COLUMN superseded_proven_at INTEGER;
ALTER TABLE entries ADD COLUMN superseded_until INTEGER;

CREATE INDEX entries_superseded ON entries (superseded_until, owner, id)
  WHERE superseded_until IS NOT NULL AND state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX entries_side_run ON entries (expires_at, owner, id) WHERE side_epoch IS NOT NULL;
-- End of replacement and shadow runs.
