-- The ledger's schema, version 1, for PostgreSQL 14 and newer. Each @ stands for the prefix of the
-- tables' names. Times are milliseconds since 1970 in UTC, flags are 0 or 1, digests are 32 bytes.
-- Text sorts by code point, as sequence keys do. No statement contains a semicolon but its last
-- character.

CREATE TABLE @meta (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);

-- One row per sequence. The columns from state to chain_head are null while it is in flight: its
-- row of work has them. So a row is written when the sequence is accepted and when it settles.
CREATE TABLE @entries (
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  root bytea NOT NULL,
  item_count bigint NOT NULL,
  bytes bigint NOT NULL,
  accepted_at bigint NOT NULL,
  deadline bigint NOT NULL,
  expires_at bigint NOT NULL,
  session text COLLATE "C" NOT NULL,
  part_starts text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  run_kind text COLLATE "C" NOT NULL,
  pipeline text COLLATE "C" NOT NULL,
  plan bytea NOT NULL,
  published_prefix text COLLATE "C",
  published_root bytea,
  published_count bigint,
  published_bytes bigint,
  published_epoch bigint,
  proven_at bigint,
  overdue bigint NOT NULL,
  at_risk bigint NOT NULL,
  hold_actor text COLLATE "C",
  hold_reason text COLLATE "C",
  hold_at bigint,
  failure_code text COLLATE "C",
  failure_stage text COLLATE "C",
  failure_contract bigint,
  failure_message text COLLATE "C",
  state text COLLATE "C",
  version bigint,
  visible_at bigint,
  fence bigint,
  stage text COLLATE "C",
  contract bigint,
  attempts bigint,
  output_prefix text COLLATE "C",
  output_root bytea,
  output_count bigint,
  output_bytes bigint,
  leftovers bigint,
  chain_length bigint,
  chain_head bytea,
  PRIMARY KEY (owner, id)
);

CREATE INDEX @entries_by_id ON @entries (id);

-- What waits for a person, in key order.
CREATE INDEX @entries_stopped ON @entries (owner, id) WHERE state IN ('FAILED', 'LOST');

-- What is due. Each holds only what can still become due, so none grows with what is done, and the
-- time alone, so that entries go to its end.
CREATE INDEX @entries_deadline ON @entries (deadline)
  WHERE (state IS NULL OR state = 'FAILED') AND overdue = 0;
CREATE INDEX @entries_expiry ON @entries (expires_at)
  WHERE state = 'VERIFIED' AND hold_at IS NULL;
CREATE INDEX @entries_risk ON @entries (expires_at)
  WHERE (state IS NULL OR state = 'FAILED') AND at_risk = 0;
CREATE INDEX @entries_disposal ON @entries (visible_at)
  WHERE state IN ('EXPIRING', 'DISCARDING');
CREATE INDEX @entries_leftovers ON @entries (visible_at)
  WHERE leftovers = 1 AND state IN ('VERIFIED', 'EXPIRED', 'DISCARDED');

-- One row per sequence in flight (ACCEPTED, PROCESSING, PROCESSED); nothing else can be claimed.
-- It is due when visible_at and, where there is a lease, lease_until have come. The queue is the work
-- that is due and the owner's lane in one number. A claim and a renewal change no column of an index,
-- so that the new version of a row needs no index entry as long as its page has room: half of each
-- page is kept for that, and vacuum comes early and does not pause.
CREATE TABLE @work (
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  queue bigint NOT NULL,
  state text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  visible_at bigint NOT NULL,
  fence bigint NOT NULL,
  stage text COLLATE "C",
  contract bigint,
  attempts bigint NOT NULL,
  output_prefix text COLLATE "C",
  output_root bytea,
  output_count bigint,
  output_bytes bigint,
  leftovers bigint NOT NULL,
  chain_length bigint NOT NULL,
  chain_head bytea NOT NULL,
  lease_until bigint,
  lease_incarnation text COLLATE "C",
  lease_node text COLLATE "C",
  lease_node_version text COLLATE "C",
  PRIMARY KEY (owner, id)
)
  WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX @work_due ON @work (queue, visible_at);

-- Append-only, in partitions by time, which the ledger makes as time goes on and drops when they
-- are older than history is kept. What no partition takes goes into the last one.
CREATE TABLE @history (
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  ordinal bigint NOT NULL,
  transition text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  from_state text COLLATE "C",
  to_state text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL
) PARTITION BY RANGE (at);

-- Not unique: that no two rows have one ordinal follows from the versions of entries, of which each
-- is committed once.
CREATE INDEX @history_of ON @history (owner, id);

CREATE TABLE @history_default PARTITION OF @history DEFAULT;

-- The end of what was dropped of a sequence's history because of its age.
CREATE TABLE @history_checkpoints (
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (owner, id)
);

-- How many entries an owner has, and their raw bytes, in flight and in each state at rest, and
-- under OPEN how many open sessions and the bytes that they reserved. The empty owner stands for
-- all, and tells the states in flight apart.
CREATE TABLE @tallies (
  owner text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  bytes numeric(38) NOT NULL,
  PRIMARY KEY (owner, kind)
);

-- What is not yet added to the tallies: writers append, and do not wait for one another at a row.
CREATE TABLE @tally_increments (
  owner text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  bytes numeric(38) NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);

CREATE INDEX @tally_increments_owner ON @tally_increments (owner);

-- The state FORGOTTEN, which nobody sees, is that of a session whose items are being deleted.
CREATE TABLE @sessions (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  part_starts text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  sequence text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reserved_items bigint NOT NULL,
  reserved_bytes bigint NOT NULL,
  recorded_items bigint NOT NULL,
  recorded_bytes bigint NOT NULL,
  touched_at bigint NOT NULL
);

CREATE UNIQUE INDEX @sessions_open ON @sessions (owner, sequence) WHERE state = 'OPEN';
CREATE INDEX @sessions_untouched ON @sessions (state, touched_at, id);

CREATE TABLE @session_items (
  session text COLLATE "C" NOT NULL,
  ordinal bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  length bigint NOT NULL,
  digest bytea NOT NULL,
  PRIMARY KEY (session, ordinal)
);

-- Alerts that are in no digest yet.
CREATE TABLE @alerts (
  ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text COLLATE "C" NOT NULL,
  pipeline text COLLATE "C" NOT NULL,
  stage text COLLATE "C" NOT NULL,
  node_version text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  owner text COLLATE "C",
  id text COLLATE "C",
  message text COLLATE "C" NOT NULL
);

CREATE TABLE @digests (
  ordinal bigint NOT NULL PRIMARY KEY,
  sealed_at bigint NOT NULL,
  acknowledged bigint NOT NULL
);

CREATE INDEX @digests_unsent ON @digests (ordinal) WHERE acknowledged = 0;

CREATE TABLE @digest_lines (
  digest bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  pipeline text COLLATE "C" NOT NULL,
  stage text COLLATE "C" NOT NULL,
  node_version text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (digest, code, pipeline, stage, node_version)
);

CREATE TABLE @digest_samples (
  digest bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  pipeline text COLLATE "C" NOT NULL,
  stage text COLLATE "C" NOT NULL,
  node_version text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (digest, code, pipeline, stage, node_version, owner, id)
);

CREATE TABLE @controls (
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  body text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, name)
);

CREATE TABLE @control_sets (
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, name, owner, id)
);
