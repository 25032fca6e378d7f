package dev.ingest.core.probe;

import dev.ingest.core.Evidence;
import dev.ingest.core.Probe;
import dev.ingest.core.Verdict;
import dev.ingest.spi.InvalidValueException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows back that a stage wrote to a database. Immutable and thread-safe.
 *
 * <p>Each question borrows a connection, ends what transaction it may be in, and reads at READ
 * COMMITTED at least, so that it sees what the writer committed and nothing else. What the query
 * needs of the sequence is bound; it is never made a part of the text.
 *
 * <p><b>No row</b> is FAIL, since a stage that ended says that it wrote; where rows show with a
 * delay, on a replica for example, {@link #withoutRows} makes it UNKNOWN, which is asked again.
 * <b>What could not be read</b> is UNKNOWN: an error of the database, a lost connection, a time
 * that is over, more rows than are taken. The verdict names the error by its class and SQL state
 * and never repeats its message, which may quote values.
 *
 * <p>The time limit is handed to the database for the statement, and to the driver for the
 * connection where it takes it; a second past it the statement is cancelled. The data source's own
 * time for a connection should be shorter.
 */
public final class JdbcProbe implements Probe {

  /** The most rows that a query may have. */
  public static final int MAX_ROWS = 1_000;

  /** By how much the engine's patience exceeds the database's, so that the latter's error shows. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  /** How long past its limit a statement is cancelled, and how long that is waited for then. */
  private static final Duration GRACE = SLACK.dividedBy(2);

  private static final Logger LOG = LoggerFactory.getLogger(JdbcProbe.class);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final String name;
  private final DataSource database;
  private final String query;
  private final Function<Evidence, List<?>> binds;
  private final Terms terms;

  /** What an answer must be, and how long it may take. */
  private record Terms(Rule rule, Verdict.Kind withoutRows, Duration limit) {}

  private JdbcProbe(
      String name,
      DataSource database,
      String query,
      Function<Evidence, List<?>> binds,
      Terms terms) {
    this.name = name;
    this.database = database;
    this.query = query;
    this.binds = binds;
    this.terms = terms;
  }

  /** Judges rows. Thread-safe. One that throws makes the probe UNKNOWN. */
  @FunctionalInterface
  public interface Rule {

    /**
     * Judges the rows of a sequence.
     *
     * @param evidence the sequence and its candidate
     * @param rows 1 to {@link #MAX_ROWS}, in the order of the query
     * @return the verdict; its reason is kept and shown
     */
    Verdict judge(Evidence evidence, List<Row> rows);
  }

  /**
   * Makes a probe that passes if there is a row, fails if there is none, and waits 10 s at most.
   *
   * @param name a short name, for messages
   * @param database gives connections that are not the writer's
   * @param query a query with a {@code ?} for each bound value
   * @param binds the values to bind, of types that the driver takes by {@code setObject}
   * @return the probe
   */
  public static JdbcProbe of(
      String name, DataSource database, String query, Function<Evidence, List<?>> binds) {
    return new JdbcProbe(
        name,
        database,
        query,
        binds,
        new Terms((evidence, rows) -> Verdict.pass(), Verdict.Kind.FAIL, Duration.ofSeconds(10)));
  }

  /**
   * Copies with a rule on the rows.
   *
   * @param rule judges what was read, if there is a row
   * @return the copy
   */
  public JdbcProbe expecting(Rule rule) {
    return new JdbcProbe(
        name, database, query, binds, new Terms(rule, terms.withoutRows(), terms.limit()));
  }

  /**
   * Copies with another verdict on no row.
   *
   * @param kind FAIL or UNKNOWN; PASS only where the effect is that something is gone
   * @return the copy
   */
  public JdbcProbe withoutRows(Verdict.Kind kind) {
    return new JdbcProbe(
        name, database, query, binds, new Terms(terms.rule(), kind, terms.limit()));
  }

  /**
   * Copies with another time limit.
   *
   * @param limit 1 s to 5 min
   * @return the copy
   */
  public JdbcProbe withLimit(Duration limit) {
    if (limit.compareTo(Duration.ofSeconds(1)) < 0 || limit.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TIME, limit.toString(), "a query has 1 s to 5 min");
    }
    return new JdbcProbe(
        name, database, query, binds, new Terms(terms.rule(), terms.withoutRows(), limit));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Duration timeLimit() {
    return terms.limit().plus(SLACK);
  }

  @Override
  public Verdict check(Evidence evidence) {
    List<?> values = binds.apply(evidence);
    List<Row> rows;
    try {
      rows = read(values);
    } catch (SQLException e) {
      return Verdict.unknown("the rows could not be read: " + describe(e));
    } catch (RuntimeException e) {
      // Of the driver, which may quote values, too.
      return Verdict.unknown("the rows could not be read: " + e.getClass().getSimpleName());
    }
    if (rows.size() > MAX_ROWS) {
      return Verdict.unknown("more than " + MAX_ROWS + " rows, of which none were judged");
    }
    return rows.isEmpty()
        ? new Verdict(terms.withoutRows(), "no row of " + evidence.sequence())
        : terms.rule().judge(evidence, rows);
  }

  private List<Row> read(List<?> values) throws SQLException {
    try (Connection connection = database.getConnection()) {
      // What a transaction saw before stays what it sees until it ends.
      endTransaction(connection);
      int isolation = connection.getTransactionIsolation();
      boolean sees = isolation == Connection.TRANSACTION_READ_UNCOMMITTED;
      if (sees) {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      }
      OptionalInt patience = boundNetwork(connection);
      List<Row> rows = query(connection, values);
      endTransaction(connection);
      // As it was; after an error it is the pool's to judge.
      if (sees) {
        connection.setTransactionIsolation(isolation);
      }
      if (patience.isPresent()) {
        connection.setNetworkTimeout(Runnable::run, patience.getAsInt());
      }
      return rows;
    }
  }

  private static void endTransaction(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
  }

  /** Bounds reads of the network, and returns the bound before, where the driver knows any. */
  private OptionalInt boundNetwork(Connection connection) throws SQLException {
    try {
      int before = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, (int) terms.limit().toMillis() + 1_000);
      return OptionalInt.of(before);
    } catch (SQLFeatureNotSupportedException e) {
      LOG.debug("{}: the driver bounds no network reads; the engine's own bound holds", name);
      return OptionalInt.empty();
    }
  }

  private List<Row> query(Connection connection, List<?> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setQueryTimeout((int) terms.limit().plusMillis(999).toSeconds());
      statement.setMaxRows(MAX_ROWS + 1);
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      CompletableFuture<Boolean> isLate =
          new CompletableFuture<Boolean>()
              .completeOnTimeout(true, terms.limit().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
      CompletableFuture<Void> ended =
          isLate.thenCompose(
              late ->
                  late
                      ? CompletableFuture.runAsync(() -> cancel(statement))
                      : CompletableFuture.completedFuture(null));
      try (ResultSet found = statement.executeQuery()) {
        List<Row> rows = new ArrayList<>();
        while (found.next()) {
          rows.add(row(found));
        }
        return rows;
      } finally {
        // In time, it leaves nothing behind that keeps the statement; late, a cancellation that is
        // under way would strike what is asked next on the connection, by whomever.
        isLate.complete(false);
        awaitEnd(ended, connection);
      }
    }
  }

  /** A connection whose cancellation does not end strikes nobody who borrows it next. */
  private void awaitEnd(CompletableFuture<Void> cancellation, Connection connection)
      throws SQLException {
    try {
      cancellation.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      connection.abort(Runnable::run);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      connection.abort(Runnable::run);
    } catch (ExecutionException e) {
      LOG.debug("{} could not be cancelled: {}", name, String.valueOf(e.getCause()));
    }
  }

  /** Ends what goes on past the limit: some databases bound but their waiting for locks by it. */
  private void cancel(PreparedStatement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      LOG.debug("{} could not be cancelled: {}", name, describe(e));
    } catch (RuntimeException e) {
      LOG.debug("{} could not be cancelled: {}", name, e.getClass().getSimpleName());
    }
  }

  private static Row row(ResultSet found) throws SQLException {
    ResultSetMetaData columns = found.getMetaData();
    Map<String, Optional<String>> texts = new LinkedHashMap<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      texts.put(columns.getColumnLabel(i), Optional.ofNullable(found.getString(i)));
    }
    return new Row(texts);
  }

  private static String describe(SQLException error) {
    return "%s, SQL state %s, code %d"
        .formatted(error.getClass().getSimpleName(), error.getSQLState(), error.getErrorCode());
  }

  @Override
  public String toString() {
    return "probe " + name;
  }
}
