/**
 * The ledger, and for small deployments the content, in a database over JDBC: SQLite, embedded, and
 * PostgreSQL.
 *
 * @provides dev.ingest.spi.ledger.LedgerProvider for {@code jdbc:sqlite:} and {@code
 *     jdbc:postgresql:} URIs
 * @provides dev.ingest.spi.content.ContentProvider for {@code jdbc:sqlite:} and {@code
 *     jdbc:postgresql:} URIs
 */
@SuppressWarnings("requires-automatic") // the PostgreSQL driver names its module, but is none
module dev.ingest.store.jdbc {
  requires transitive dev.ingest.spi;
  requires transitive java.sql;
  requires static org.jspecify;
  requires org.xerial.sqlitejdbc;
  requires static com.zaxxer.hikari;
  requires static org.checkerframework.checker.qual;
  requires static org.postgresql.jdbc;

  exports dev.ingest.store.jdbc;
  exports dev.ingest.store.jdbc.content;

  provides dev.ingest.spi.ledger.LedgerProvider with
      dev.ingest.store.jdbc.JdbcLedgerProvider;
  provides dev.ingest.spi.content.ContentProvider with
      dev.ingest.store.jdbc.content.JdbcContentProvider;
}
