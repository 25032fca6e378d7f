/**
 * The ledger in a database over JDBC: SQLite, embedded.
 *
 * @provides dev.ingest.spi.ledger.LedgerProvider for {@code jdbc:sqlite:} URIs
 */
module dev.ingest.store.jdbc {
  requires transitive dev.ingest.spi;
  requires java.sql;
  requires static org.jspecify;
  requires org.xerial.sqlitejdbc;

  exports dev.ingest.store.jdbc;

  provides dev.ingest.spi.ledger.LedgerProvider with
      dev.ingest.store.jdbc.JdbcLedgerProvider;
}
