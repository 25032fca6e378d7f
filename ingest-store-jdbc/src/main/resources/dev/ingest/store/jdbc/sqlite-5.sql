-- The ledger's schema, version 5. An audit reads entries in the order in which content is listed, that
-- of their places, 24 bytes each, which the ledger computes. An empty place is that of a row that an
-- earlier release wrote since; the next opening fills it, and until then an audit refuses it.

ALTER TABLE entries ADD COLUMN place BLOB NOT NULL DEFAULT x'';

CREATE INDEX entries_place ON entries (place);
