-- The ledger's schema, version 4. An audit reads entries in the order in which content is listed, that
-- of their places: the first 8 bytes of the SHA-256 of the owner, then the first 16 of that of owner,
-- line feed and id. All three are ASCII without backslashes, which decode keeps as they are. No row is
-- rewritten; see docs/guide/postgresql.md on how to make the index beforehand.

CREATE INDEX IF NOT EXISTS @entries_place ON @entries
  ((substr(sha256(decode(owner, 'escape')), 1, 8)
    || substr(sha256(decode(owner || chr(10) || id, 'escape')), 1, 16)));
