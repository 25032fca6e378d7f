-- The ledger's schema, version 6.

-- A scrub reads again what was proven least recently: published results, and the raw bytes of what failed.
CREATE INDEX entries_proof ON entries (proven_at, owner, id)
  WHERE state IN ('VERIFIED', 'EXPIRED');
CREATE INDEX entries_raw_proof ON entries (visible_at, owner, id)
  WHERE state = 'FAILED';

-- Begin of the hourly census. One row per hour of acceptance (hours since 1970 in UTC), pipeline of the
-- primary run and owner, changed in the transaction that changes what it counts. A process of an earlier
-- release that still writes changes none, which a recount finds; it reads an hour's entries by the index.
CREATE TABLE census (
  hour             INTEGER NOT NULL,
  pipeline         TEXT    NOT NULL,
  owner            TEXT    NOT NULL,
  accepted         INTEGER NOT NULL,
  in_flight        INTEGER NOT NULL,
  verified         INTEGER NOT NULL,
  expiring         INTEGER NOT NULL,
  expired          INTEGER NOT NULL,
  failed           INTEGER NOT NULL,
  discarding       INTEGER NOT NULL,
  discarded        INTEGER NOT NULL,
  lost             INTEGER NOT NULL,
  failed_published INTEGER NOT NULL,
  lost_published   INTEGER NOT NULL,
  PRIMARY KEY (hour, pipeline, owner)
) STRICT, WITHOUT ROWID;

CREATE INDEX census_owner ON census (owner, hour, pipeline);

CREATE INDEX entries_hour ON entries
  (accepted_at / 3600000 - CASE WHEN accepted_at % 3600000 < 0 THEN 1 ELSE 0 END, pipeline, owner);

INSERT INTO census
  SELECT accepted_at / 3600000 - CASE WHEN accepted_at % 3600000 < 0 THEN 1 ELSE 0 END AS hour,
      pipeline, owner, COUNT(*), COUNT(*) FILTER (WHERE state IS NULL),
      COUNT(*) FILTER (WHERE state = 'VERIFIED'), COUNT(*) FILTER (WHERE state = 'EXPIRING'),
      COUNT(*) FILTER (WHERE state = 'EXPIRED'), COUNT(*) FILTER (WHERE state = 'FAILED'),
      COUNT(*) FILTER (WHERE state = 'DISCARDING'), COUNT(*) FILTER (WHERE state = 'DISCARDED'),
      COUNT(*) FILTER (WHERE state = 'LOST'),
      COUNT(*) FILTER (WHERE state = 'FAILED' AND published_prefix IS NOT NULL),
      COUNT(*) FILTER (WHERE state = 'LOST' AND published_prefix IS NOT NULL)
    FROM entries GROUP BY hour, pipeline, owner;
-- End of the hourly census.
-- Notices to owners that are not acknowledged. due_at is 0 until the first try, so that these come
-- first, and aside is 1 once a notice was refused too often. What was tried is found by when, too, so
-- that a clock that was set back holds up none.
CREATE TABLE notices (
  owner      TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  ordinal    INTEGER NOT NULL,
  transition TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  root       BLOB    NOT NULL,
  text       TEXT    NOT NULL,
  due_at     INTEGER NOT NULL DEFAULT 0,
  aside      INTEGER NOT NULL DEFAULT 0,
  tries      INTEGER NOT NULL DEFAULT 0,
  refused    INTEGER NOT NULL DEFAULT 0,
  tried_at   INTEGER,
  problem    TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (owner, id, ordinal)
) STRICT;

CREATE INDEX notices_due ON notices (due_at, at, owner, id) WHERE aside = 0;
CREATE INDEX notices_tried ON notices (tried_at) WHERE aside = 0 AND tried_at IS NOT NULL;
CREATE INDEX notices_aside ON notices (owner, id, ordinal) WHERE aside = 1;
