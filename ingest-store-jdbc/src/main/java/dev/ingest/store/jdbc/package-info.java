/** The ledger in a database over JDBC. Start at {@link dev.ingest.store.jdbc.JdbcLedger}. */
@NullMarked
package dev.ingest.store.jdbc;

import org.jspecify.annotations.NullMarked;
