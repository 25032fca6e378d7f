-- Version 2: what changes while a sequence is in flight moves out of its entry into a narrow row of
-- its own, claims take owners' lanes in turn, and history may be dropped by age.

-- One row per sequence in flight (ACCEPTED, PROCESSING, PROCESSED); nothing else can be claimed.
-- It is due when visible_at and, where there is a lease, lease_until have come. The queue is the work
-- that is due and the owner's lane in one number.
CREATE TABLE work (
  owner              TEXT    NOT NULL,
  id                 TEXT    NOT NULL,
  queue              INTEGER NOT NULL,
  state              TEXT    NOT NULL,
  version            INTEGER NOT NULL,
  visible_at         INTEGER NOT NULL,
  fence              INTEGER NOT NULL,
  stage              TEXT,
  contract           INTEGER,
  attempts           INTEGER NOT NULL,
  output_prefix      TEXT,
  output_root        BLOB,
  output_count       INTEGER,
  output_bytes       INTEGER,
  leftovers          INTEGER NOT NULL,
  chain_length       INTEGER NOT NULL,
  chain_head         BLOB    NOT NULL,
  lease_until        INTEGER,
  lease_incarnation  TEXT,
  lease_node         TEXT,
  lease_node_version TEXT,
  PRIMARY KEY (owner, id)
) STRICT;

INSERT INTO work (owner, id, queue, state, version, visible_at, fence, stage, contract, attempts,
    output_prefix, output_root, output_count, output_bytes, leftovers, chain_length, chain_head,
    lease_until, lease_incarnation, lease_node, lease_node_version)
  SELECT owner, id, 0, state, version, visible_at, fence, stage, contract, attempts,
      output_prefix, output_root, output_count, output_bytes, leftovers, chain_length, chain_head,
      CASE WHEN lease_incarnation IS NULL THEN NULL ELSE visible_at END, lease_incarnation,
      lease_node, lease_node_version
    FROM entries WHERE state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED');

-- One row per sequence. The columns from state to chain_head are null while it is in flight: its
-- row of work has them.
CREATE TABLE entries_2 (
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
  epoch              INTEGER NOT NULL,
  run_kind           TEXT    NOT NULL,
  pipeline           TEXT    NOT NULL,
  plan               BLOB    NOT NULL,
  published_prefix   TEXT,
  published_root     BLOB,
  published_count    INTEGER,
  published_bytes    INTEGER,
  published_epoch    INTEGER,
  proven_at          INTEGER,
  overdue            INTEGER NOT NULL,
  at_risk            INTEGER NOT NULL,
  hold_actor         TEXT,
  hold_reason        TEXT,
  hold_at            INTEGER,
  failure_code       TEXT,
  failure_stage      TEXT,
  failure_contract   INTEGER,
  failure_message    TEXT,
  state              TEXT,
  version            INTEGER,
  visible_at         INTEGER,
  fence              INTEGER,
  stage              TEXT,
  contract           INTEGER,
  attempts           INTEGER,
  output_prefix      TEXT,
  output_root        BLOB,
  output_count       INTEGER,
  output_bytes       INTEGER,
  leftovers          INTEGER,
  chain_length       INTEGER,
  chain_head         BLOB,
  PRIMARY KEY (owner, id)
) STRICT;

INSERT INTO entries_2
  SELECT owner, id, root, item_count, bytes, accepted_at, deadline, expires_at, session,
      part_starts, epoch, run_kind, pipeline, plan, published_prefix, published_root,
      published_count, published_bytes, published_epoch, proven_at, overdue, at_risk, hold_actor,
      hold_reason, hold_at, failure_code, failure_stage, failure_contract, failure_message,
      state, version, visible_at, fence, stage, contract, attempts, output_prefix, output_root,
      output_count, output_bytes, leftovers, chain_length, chain_head
    FROM entries;

UPDATE entries_2 SET state = NULL, version = NULL, visible_at = NULL, fence = NULL, stage = NULL,
    contract = NULL, attempts = NULL, output_prefix = NULL, output_root = NULL,
    output_count = NULL, output_bytes = NULL, leftovers = NULL, chain_length = NULL,
    chain_head = NULL
  WHERE state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED');

DROP TABLE entries;
ALTER TABLE entries_2 RENAME TO entries;

CREATE INDEX entries_by_id ON entries (id, owner);

-- What waits for a person, in key order.
CREATE INDEX entries_stopped ON entries (owner, id) WHERE state IN ('FAILED', 'LOST');

-- What is due. Each holds only what can still become due, so none grows with what is done.
CREATE INDEX work_due ON work (queue, visible_at, owner, id, lease_until);
CREATE INDEX entries_deadline ON entries (deadline, owner, id)
  WHERE (state IS NULL OR state = 'FAILED') AND overdue = 0;
CREATE INDEX entries_expiry ON entries (expires_at, owner, id)
  WHERE state = 'VERIFIED' AND hold_at IS NULL;
CREATE INDEX entries_risk ON entries (expires_at, owner, id)
  WHERE (state IS NULL OR state = 'FAILED') AND at_risk = 0;
CREATE INDEX entries_disposal ON entries (visible_at, owner, id)
  WHERE state IN ('EXPIRING', 'DISCARDING');
CREATE INDEX entries_leftovers ON entries (visible_at, owner, id)
  WHERE leftovers = 1 AND state IN ('VERIFIED', 'EXPIRED', 'DISCARDED');

-- The end of what was dropped of a sequence's history because of its age.
CREATE TABLE history_checkpoints (
  owner   TEXT    NOT NULL,
  id      TEXT    NOT NULL,
  ordinal INTEGER NOT NULL,
  hash    BLOB    NOT NULL,
  PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

-- Of each owner there is one tally IN_FLIGHT, so that a claim changes none; the states in flight
-- are told apart under the empty owner, who stands for all.
INSERT INTO tallies (owner, kind, amount, bytes)
  SELECT '', kind, SUM(amount), 0 FROM tallies GROUP BY kind;
INSERT INTO tallies (owner, kind, amount, bytes)
  SELECT owner, 'IN_FLIGHT', SUM(amount), SUM(bytes) FROM tallies
    WHERE owner <> '' AND kind IN ('ACCEPTED', 'PROCESSING', 'PROCESSED') GROUP BY owner;
DELETE FROM tallies
  WHERE owner <> '' AND kind IN ('ACCEPTED', 'PROCESSING', 'PROCESSED');
