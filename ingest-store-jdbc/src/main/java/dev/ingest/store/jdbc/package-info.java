/**
 * The ledger in a database over JDBC. Start at {@link JdbcLedger}.
 *
 * <p>From the caller to the rows: a role ({@code SqlLedger}, {@code SqlWorkQueue} and those named
 * alike) asks a {@code Database}, which is one writing thread for a database of this process
 * ({@code EmbeddedDatabase}, with {@code GroupWriter}) or a connection per call for a server
 * ({@code ServerDatabase}). The statements are in the classes named {@code …Table}, and what one
 * system does otherwise in its {@code Dialect}. Batches of the hot path go row by row ({@code
 * RowBatches}, with {@code TransitionCommit}) or, on PostgreSQL, in one statement for all rows that
 * make the same transition ({@code PostgresBatches}, with {@code PostgresShape}); claims there are
 * {@code PostgresWorkQueue}.
 */
@NullMarked
package dev.ingest.store.jdbc;

import org.jspecify.annotations.NullMarked;
