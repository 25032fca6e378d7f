-- Content, schema version 1, for SQLite.
-- Times are milliseconds since 1970 in UTC, digests are 32 bytes.
-- No statement contains a semicolon but its last character.

CREATE TABLE content_meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- What readers see: one row per key. Its insertion publishes a body, its deletion hides it.
CREATE TABLE content_keys (
  key    TEXT    NOT NULL PRIMARY KEY,
  body   INTEGER NOT NULL,
  length INTEGER NOT NULL,
  digest BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX content_keys_body ON content_keys (body);

-- Bodies that no key names. FILLING: being written. STAGED: whole, waiting for the commit of their
-- writer. SAME: put again and found equal, has no chunks. DOOMED: no key will ever name it.
-- AUTOINCREMENT, because the number of a body that was published must not be given out again.
CREATE TABLE content_loose (
  body       INTEGER PRIMARY KEY AUTOINCREMENT,
  state      TEXT    NOT NULL CHECK (state IN ('FILLING', 'STAGED', 'SAME', 'DOOMED')),
  writer     TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  length     INTEGER NOT NULL,
  digest     BLOB,
  touched_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX content_loose_key ON content_loose (writer, key) WHERE state <> 'DOOMED';

CREATE INDEX content_loose_doomed ON content_loose (body) WHERE state = 'DOOMED';

CREATE TABLE content_chunks (
  body    INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  bytes   BLOB    NOT NULL,
  PRIMARY KEY (body, ordinal)
) STRICT;

INSERT INTO content_meta (name, value) VALUES ('schema_version', '1'), ('chunk_bytes', '524288');
