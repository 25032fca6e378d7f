-- The ledger's schema, version 1, for SQLite.
-- Times are milliseconds since 1970 in UTC, flags are 0 or 1, digests are 32 bytes.
-- No statement contains a semicolon but its last character.

CREATE TABLE ingest_meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- One row per sequence. While a lease runs, visible_at is its end and fence is its fence.
-- A table with row ids: clustered by key, rows this wide made random inserts about half as fast.
CREATE TABLE entries (
  owner              TEXT    NOT NULL,
  id                 TEXT    NOT NULL,
  root               BLOB    NOT NULL,
  item_count         INTEGER NOT NULL,
  bytes              INTEGER NOT NULL,
  accepted_at        INTEGER NOT NULL,
  deadline           INTEGER NOT NULL,
  expires_at         INTEGER NOT NULL,
  session            TEXT    NOT NULL,
  part_starts        TEXT    NOT NULL,
  state              TEXT    NOT NULL,
  version            INTEGER NOT NULL,
  visible_at         INTEGER NOT NULL,
  fence              INTEGER NOT NULL,
  lease_incarnation  TEXT,
  lease_node         TEXT,
  lease_node_version TEXT,
  epoch              INTEGER NOT NULL,
  run_kind           TEXT    NOT NULL,
  pipeline           TEXT    NOT NULL,
  plan               BLOB    NOT NULL,
  stage              TEXT,
  contract           INTEGER,
  attempts           INTEGER NOT NULL,
  output_prefix      TEXT,
  output_root        BLOB,
  output_count       INTEGER,
  output_bytes       INTEGER,
  published_prefix   TEXT,
  published_root     BLOB,
  published_count    INTEGER,
  published_bytes    INTEGER,
  published_epoch    INTEGER,
  proven_at          INTEGER,
  overdue            INTEGER NOT NULL,
  at_risk            INTEGER NOT NULL,
  leftovers          INTEGER NOT NULL,
  hold_actor         TEXT,
  hold_reason        TEXT,
  hold_at            INTEGER,
  failure_code       TEXT,
  failure_stage      TEXT,
  failure_contract   INTEGER,
  failure_message    TEXT,
  chain_length       INTEGER NOT NULL,
  chain_head         BLOB    NOT NULL,
  PRIMARY KEY (owner, id)
) STRICT;

CREATE INDEX entries_by_id ON entries (id, owner);

-- What waits for a person, in key order.
CREATE INDEX entries_stopped ON entries (owner, id) WHERE state IN ('FAILED', 'LOST');

-- What is due. Each holds only what can still become due, so none grows with what is done.
CREATE INDEX entries_claim ON entries (pipeline, stage, contract, visible_at, owner, id, state)
  WHERE state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED');
CREATE INDEX entries_deadline ON entries (deadline, owner, id)
  WHERE state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED', 'FAILED') AND overdue = 0;
CREATE INDEX entries_expiry ON entries (expires_at, owner, id)
  WHERE state = 'VERIFIED' AND hold_at IS NULL;
CREATE INDEX entries_risk ON entries (expires_at, owner, id)
  WHERE state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED', 'FAILED') AND at_risk = 0;
CREATE INDEX entries_disposal ON entries (visible_at, owner, id)
  WHERE state IN ('EXPIRING', 'DISCARDING');
CREATE INDEX entries_leftovers ON entries (visible_at, owner, id)
  WHERE leftovers = 1 AND state IN ('VERIFIED', 'EXPIRED', 'DISCARDED');

-- Append-only.
CREATE TABLE history (
  owner      TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  ordinal    INTEGER NOT NULL,
  transition TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  from_state TEXT,
  to_state   TEXT    NOT NULL,
  actor      TEXT    NOT NULL,
  detail     TEXT    NOT NULL,
  previous   BLOB    NOT NULL,
  hash       BLOB    NOT NULL,
  PRIMARY KEY (owner, id, ordinal)
) STRICT, WITHOUT ROWID;

-- How many entries an owner has in each state and their raw bytes, and under OPEN how many open
-- sessions and the bytes that they reserved. Changed in the transaction that changes what it counts.
CREATE TABLE tallies (
  owner  TEXT    NOT NULL,
  kind   TEXT    NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),
  bytes  INTEGER NOT NULL CHECK (bytes >= 0),
  PRIMARY KEY (owner, kind)
) STRICT, WITHOUT ROWID;

-- The state FORGOTTEN, which nobody sees, is that of a session whose items are being deleted.
CREATE TABLE sessions (
  id             TEXT    NOT NULL PRIMARY KEY,
  part_starts    TEXT    NOT NULL,
  owner          TEXT    NOT NULL,
  sequence       TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  reserved_items INTEGER NOT NULL,
  reserved_bytes INTEGER NOT NULL,
  recorded_items INTEGER NOT NULL,
  recorded_bytes INTEGER NOT NULL,
  touched_at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX sessions_open ON sessions (owner, sequence) WHERE state = 'OPEN';
CREATE INDEX sessions_untouched ON sessions (state, touched_at, id);

CREATE TABLE session_items (
  session TEXT    NOT NULL,
  ordinal INTEGER NOT NULL,
  name    TEXT    NOT NULL,
  length  INTEGER NOT NULL,
  digest  BLOB    NOT NULL,
  PRIMARY KEY (session, ordinal)
) STRICT, WITHOUT ROWID;

-- Alerts that are in no digest yet.
CREATE TABLE alerts (
  ordinal      INTEGER PRIMARY KEY,
  code         TEXT    NOT NULL,
  pipeline     TEXT    NOT NULL,
  stage        TEXT    NOT NULL,
  node_version TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  owner        TEXT,
  id           TEXT,
  message      TEXT    NOT NULL
) STRICT;

CREATE TABLE digests (
  ordinal      INTEGER NOT NULL PRIMARY KEY,
  sealed_at    INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL
) STRICT;

CREATE INDEX digests_unsent ON digests (ordinal) WHERE acknowledged = 0;

CREATE TABLE digest_lines (
  digest       INTEGER NOT NULL,
  code         TEXT    NOT NULL,
  pipeline     TEXT    NOT NULL,
  stage        TEXT    NOT NULL,
  node_version TEXT    NOT NULL,
  amount       INTEGER NOT NULL,
  first_at     INTEGER NOT NULL,
  last_at      INTEGER NOT NULL,
  PRIMARY KEY (digest, code, pipeline, stage, node_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE digest_samples (
  digest       INTEGER NOT NULL,
  code         TEXT    NOT NULL,
  pipeline     TEXT    NOT NULL,
  stage        TEXT    NOT NULL,
  node_version TEXT    NOT NULL,
  owner        TEXT    NOT NULL,
  id           TEXT    NOT NULL,
  PRIMARY KEY (digest, code, pipeline, stage, node_version, owner, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE controls (
  kind    TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  body    TEXT    NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE control_sets (
  kind  TEXT NOT NULL,
  name  TEXT NOT NULL,
  owner TEXT NOT NULL,
  id    TEXT NOT NULL,
  PRIMARY KEY (kind, name, owner, id)
) STRICT, WITHOUT ROWID;
