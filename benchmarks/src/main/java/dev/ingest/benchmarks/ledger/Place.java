package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

/** A schema of the server, and the pool by which a candidate reaches it. */
final class Place {

  /** The connections of a pool: the same for all. */
  static final int POOL = 24;

  private final Server server;
  private final String schema;

  Place(Server server, String schema) {
    this.server = server;
    this.schema = schema;
  }

  Server server() {
    return server;
  }

  String schema() {
    return schema;
  }

  /** Opens a pool for a measurement, whose connections are all there. */
  HikariDataSource filledPool() {
    HikariDataSource pool = pool(POOL);
    Server.await("the pool", () -> pool.getHikariPoolMXBean().getIdleConnections() == POOL);
    return pool;
  }

  /** Opens a pool for what is not measured, which connects as it goes. */
  HikariDataSource pool() {
    return pool(0);
  }

  private HikariDataSource pool(int idle) {
    HikariConfig config = new HikariConfig();
    String url = server.url();
    config.setJdbcUrl(
        url
            + (url.indexOf('?') < 0 ? "?" : "&")
            + "currentSchema="
            + schema
            + "&ApplicationName="
            + Server.APPLICATION);
    config.setMaximumPoolSize(POOL);
    config.setMinimumIdle(idle);
    return new HikariDataSource(config);
  }

  /** Brings tables and log to the state in which a measurement begins. */
  void settle() throws SQLException {
    for (String table :
        server.column(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = '"
                + schema
                + "'")) {
      server.run("VACUUM (ANALYZE) " + table);
    }
    server.run("CHECKPOINT");
  }

  long count(String table, String condition) throws SQLException {
    return server.number("SELECT count(*) FROM " + schema + "." + table + " WHERE " + condition);
  }

  void drop() throws SQLException {
    server.run("DROP SCHEMA " + schema + " CASCADE");
  }
}
