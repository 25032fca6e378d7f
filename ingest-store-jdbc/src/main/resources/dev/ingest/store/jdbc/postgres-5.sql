-- The ledger's schema, version 5. No row is rewritten, and nodes of the earlier version go on writing; see
-- docs/guide/postgresql.md on how to make the indices beforehand.

-- A scrub reads again what was proven least recently: published results, and the raw bytes of what failed.
CREATE INDEX IF NOT EXISTS @entries_due_proof ON @entries (proven_at, owner, id)
  WHERE state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX IF NOT EXISTS @entries_due_raw_proof ON @entries (visible_at, owner, id)
  WHERE state = 'FAILED';

-- Begin of the hourly census. One row per hour of acceptance (hours since 1970 in UTC), pipeline of the
-- primary run and owner. It grows with the increments of tallies, of which a row brings hour and pipeline
-- where it counts entries of an owner, how many of them entered (or left) the cell, and of how many FAILED
-- or LOST the publication stands. An increment of an earlier node has none of these, and an earlier node
-- adds increments up without them: a recount finds what is missing. Recounting an hour reads its entries
-- by the index; see docs/guide/postgresql.md on how to make it beforehand. The table of increments is altered last,
-- since that keeps writers waiting.
CREATE TABLE @census (
  hour bigint NOT NULL,
  pipeline text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  accepted bigint NOT NULL,
  in_flight bigint NOT NULL,
  verified bigint NOT NULL,
  expiring bigint NOT NULL,
  expired bigint NOT NULL,
  failed bigint NOT NULL,
  discarding bigint NOT NULL,
  discarded bigint NOT NULL,
  lost bigint NOT NULL,
  failed_published bigint NOT NULL,
  lost_published bigint NOT NULL,
  PRIMARY KEY (hour, pipeline, owner)
);

CREATE INDEX @census_owner ON @census (owner, hour, pipeline);

CREATE INDEX IF NOT EXISTS @entries_hour ON @entries
  ((accepted_at / 3600000 - CASE WHEN accepted_at % 3600000 < 0 THEN 1 ELSE 0 END), pipeline, owner);

ALTER TABLE @tally_increments ADD COLUMN hour bigint, ADD COLUMN pipeline text COLLATE "C",
  ADD COLUMN entered bigint, ADD COLUMN published bigint;
-- End of the hourly census.

-- Notices to owners that are not acknowledged. due_at is 0 until the first try, so that these come
-- first, and aside is 1 once a notice was refused too often. What was tried is found by when, too, so
-- that a clock that was set back holds up none. A table that fills and empties asks for
-- vacuum early.
CREATE TABLE @notices (
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  ordinal bigint NOT NULL,
  transition text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  root bytea NOT NULL,
  text text COLLATE "C" NOT NULL,
  due_at bigint NOT NULL DEFAULT 0,
  aside bigint NOT NULL DEFAULT 0,
  tries bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  tried_at bigint,
  problem text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (owner, id, ordinal)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE INDEX @notices_due ON @notices (due_at, at, owner, id) WHERE aside = 0;

CREATE INDEX @notices_tried ON @notices (tried_at) WHERE aside = 0 AND tried_at IS NOT NULL;

CREATE INDEX @notices_aside ON @notices (owner, id, ordinal) WHERE aside = 1;
