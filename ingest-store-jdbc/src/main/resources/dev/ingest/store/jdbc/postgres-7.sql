-- The ledger's schema, version 7. Rows of tables without a key are known by all that they have, so that
-- the server lets them be deleted where all tables are published, as for replication or for capturing
-- changes. No row is rewritten or read, nothing more is written to a log that is not for that, and nodes of
-- the earlier version go on writing. From partitions of months nothing is deleted: they go whole.

ALTER TABLE @tally_increments REPLICA IDENTITY FULL;
ALTER TABLE @history_default REPLICA IDENTITY FULL;
