package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.url.AsItCame;
import dev.ingest.store.jdbc.url.ConnectFailure;
import dev.ingest.store.jdbc.url.DatabaseUri;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PreferQueryMode;

/** Looks at a server before it is trusted with a ledger, and opens the ledger there. */
final class PostgresOpening {

  private static final int OLDEST_VERSION = 14;

  /** The server's word for a statement that took longer than it may. */
  private static final String TOO_LONG = "57014";

  private PostgresOpening() {}

  /** Opens a ledger that ends, when it is closed, with what is given. */
  static JdbcLedger open(DataSource source, JdbcLedgerOptions options, Runnable atLast) {
    PostgresDialect.checkPrefix(options.tablePrefix());
    PostgresDialect dialect =
        new PostgresDialect(checked(source, options), options.tablePrefix(), options.clock());
    ServerDatabase database = new ServerDatabase(source, dialect, options.accepted());
    Schema schema = new Schema(dialect);
    boolean missing =
        switch (options.schema()) {
          case APPLY -> isIncomplete(database, schema, dialect);
          case VERIFY -> false;
        };
    Optional<SchemaPlace> place =
        missing
            ? apply(database, dialect)
            : database.read("verify the schema", db -> checked(schema, dialect, db));
    place.ifPresent(database::stayAt);
    Life life = new Life(database);
    PostgresHistory history = new PostgresHistory(database);
    boolean ours = options.schema() == JdbcLedgerOptions.SchemaRule.APPLY;
    PostgresUpkeep upkeep = new PostgresUpkeep(database, ours ? history::makePartitions : () -> {});
    PostgresListener listener = new PostgresListener(database);
    JdbcLedger opened =
        new JdbcLedger(
            database,
            life,
            new PostgresBatches(database, life, upkeep),
            new PostgresWorkQueue(database, life, listener),
            history,
            List.of(listener::close, atLast));
    upkeep.atOpening(
        opened::deleteForgotten, !options.accepted().contains(ServerRisk.READ_REPLICA));
    return opened;
  }

  private static Optional<SchemaPlace> apply(ServerDatabase database, Dialect dialect) {
    return applied(
        database,
        dialect.name(),
        StepTime.LONGEST,
        db -> {
          SchemaPlace.of(db, dialect);
          new Schema(dialect, new StepTime(StepTime.LONGEST)).applyOrCheck(db);
          return SchemaPlace.of(db, dialect);
        });
  }

  /** Runs steps, and says of those that take too long what the operator can do. */
  static <T> T applied(
      ServerDatabase database, String name, Duration longest, Database.Read<T> steps) {
    try {
      return database.changeSchema("apply the schema", steps);
    } catch (LedgerException e) {
      if (!(e.getCause() instanceof SQLException sql) || !TOO_LONG.equals(sql.getSQLState())) {
        throw e;
      }
      throw new LedgerException(
          ("%s could not apply the schema: its steps took longer than %d s, in which no node could"
                  + " commit, or were cancelled, and are undone whole; make their indices beforehand, as the guide says"
                  + " under \"Upgrade from an earlier schema version\", and start again")
              .formatted(name, longest.toSeconds()),
          e);
    }
  }

  private static Optional<SchemaPlace> checked(Schema schema, Dialect dialect, Statements db)
      throws SQLException {
    Optional<SchemaPlace> place = SchemaPlace.of(db, dialect);
    schema.check(db);
    return place;
  }

  /** Spares nodes that start side by side the lock when there is nothing to do. */
  private static boolean isIncomplete(ServerDatabase database, Schema schema, Dialect dialect) {
    return database.read(
        "read the version of the schema",
        db -> {
          SchemaPlace.of(db, dialect);
          return !schema.isLatest(db);
        });
  }

  /** Names what a connection leads to, if a ledger may lie there. */
  private static String checked(DataSource source, JdbcLedgerOptions options) {
    try (Connection connection = source.getConnection()) {
      return AsItCame.of(connection).ask(connection, lent -> checked(lent, options));
    } catch (SQLException e) {
      ConnectFailure failure = ConnectFailure.of(e, source);
      String told = "a PostgreSQL ledger could not be opened: " + failure.told();
      throw failure.isRefusal()
          ? new LedgerConfigurationException(told, e)
          : new LedgerException(told, e);
    }
  }

  private static String checked(Connection connection, JdbcLedgerOptions options)
      throws SQLException {
    String url = connection.getMetaData().getURL();
    int query = url.indexOf('?');
    String name = (query < 0 ? url : url.substring(0, query)) + "#" + options.tablePrefix();
    check(connection, name, options.accepted());
    return name;
  }

  private static void check(Connection connection, String name, Set<ServerRisk> accepted)
      throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    String product = connection.getMetaData().getDatabaseProductName();
    if (!product.toLowerCase(Locale.ROOT).contains("postgres") || version < OLDEST_VERSION) {
      throw new LedgerException(
          name
              + " could not be opened: expected PostgreSQL "
              + OLDEST_VERSION
              + " or newer, found "
              + product
              + " "
              + version
              + "; connect to another server");
    }
    requireTypedValues(connection, name);
    EnumSet<ServerRisk> refused = EnumSet.noneOf(ServerRisk.class);
    refused.addAll(ServerRisk.of(connection));
    refused.removeAll(accepted);
    if (!refused.isEmpty()) {
      String told =
          name
              + " could not be opened: found "
              + refused.stream().map(ServerRisk::explained).collect(Collectors.joining(", "))
              + "; correct the server, or accept "
              + refused
              + " by name, in a URI by "
              + DatabaseUri.accepting(refused);
      throw refused.contains(ServerRisk.OTHER_ENCODING)
          ? new LedgerConfigurationException(told)
          : new LedgerException(told);
    }
  }

  /** The driver then writes each value into the text, and nothing says that one is an array. */
  private static void requireTypedValues(Connection connection, String name) throws SQLException {
    if (connection.isWrapperFor(PGConnection.class)
        && connection.unwrap(PGConnection.class).getPreferQueryMode() == PreferQueryMode.SIMPLE) {
      throw new LedgerConfigurationException(
          name
              + " could not be opened: its connections have preferQueryMode=simple, by which values"
              + " go to the server without their types; leave it out, also behind a pooler, where"
              + " nothing is prepared by name in any case");
    }
  }
}
