package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.ManualTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A driver, or what wraps it, may throw one error object again and again, which no error can carry
 * as suppressed by itself. Whoever made the call is told of that error, and the connection is not
 * lent again with a transaction in it.
 */
class SameErrorTest implements Intercepted.Between {

  private final SQLException same = new SQLException("the line is out of order", "58030");
  private final ManualTime time = Sample.time();

  @SuppressWarnings("NullAway.Init") // made before each test
  private PostgresPlace place;

  @SuppressWarnings("NullAway.Init") // made before each test
  private HikariDataSource pool;

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore healthy;

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore struck;

  private int failsFrom = Integer.MAX_VALUE;
  private int sent;

  @BeforeEach
  void open() throws SQLException {
    place = new PostgresPlace();
    healthy = place.open(time);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(place.source().getJdbcUrl());
    config.setMaximumPoolSize(1);
    pool = new HikariDataSource(config);
    struck =
        JdbcLedger.postgres(Intercepted.source(pool, this), PostgresPlace.OPTIONS.withClock(time));
  }

  @AfterEach
  void close() throws SQLException {
    struck.close();
    pool.close();
    healthy.close();
    place.source().close();
  }

  @Override
  public @Nullable Object sent(Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    sent++;
    if (sent >= failsFrom) {
      throw same;
    }
    return sending.go();
  }

  @ParameterizedTest
  @EnumSource(
      value = CutCall.class,
      names = {"CREATE_RECORD", "ACCEPT_WITH_ALERTS", "ALL_SHAPES"})
  void errorThatIsThrownAgain_isToldAndEndsTheConnection(CutCall call) throws SQLException {
    assertTold(call, Integer.MAX_VALUE);
    int statements = sent;
    assertTrue(statements > 2, call + " has " + statements);
    for (int statement = 1; statement <= statements; statement++) {
      assertTold(call, statement);
    }
  }

  private void assertTold(CutCall call, int from) throws SQLException {
    String at = call + " from statement " + from;
    RepeatedCall.Prepared prepared = call.prepare(new Scene(healthy, place.source(), time));
    sent = 0;
    failsFrom = from;
    try {
      List<Outcome> outcomes = prepared.of(struck);
      boolean isKnown = outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance);
      assertEquals(from == Integer.MAX_VALUE, isKnown, at);
    } catch (LedgerException e) {
      assertSame(same, e.getCause(), at);
    } finally {
      failsFrom = Integer.MAX_VALUE;
    }
    try (Connection next = pool.getConnection()) {
      TransactionState left = next.unwrap(BaseConnection.class).getTransactionState();
      assertEquals(TransactionState.IDLE, left, at);
    }
  }
}
