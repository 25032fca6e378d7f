package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.net.Chunk;
import dev.ingest.testkit.net.CuttingProxy;
import dev.ingest.testkit.net.Direction;
import dev.ingest.testkit.net.Rule;
import dev.ingest.testkit.net.Rule.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One ledger opened twice: over connections that hold, and over connections that are cut when asked
 * for. The latter are not pooled, so that nothing passes but what a call sends, which begins with
 * its connection.
 */
final class CutLine implements AutoCloseable {

  /**
   * Where a connection is cut, at a statement. Between the reply to one and the request of the next
   * is one place: there it is the next request that is lost.
   */
  enum Cut {
    /** The request does not come to the server. */
    REQUEST_LOST,
    /** The server has done it, and its reply does not come to the client. */
    REPLY_LOST
  }

  /** Strikes once, at a statement; a connection's farewell is none. */
  private static final class AtStatement implements Rule {

    /** How the server ends its reply: it has done it, and is ready for another query. */
    private static final byte[] READY = {'Z', 0, 0, 0, 5};

    private static final byte FAREWELL = 'X';

    private final Cut where;
    private final int number;
    private final Verdict verdict;
    private int seen;
    private volatile boolean struck;

    AtStatement(Cut where, int number, Verdict verdict) {
      this.where = where;
      this.number = number;
      this.verdict = verdict;
    }

    @Override
    public Verdict judge(Chunk chunk) {
      boolean strikes;
      if (chunk.direction() == Direction.TO_SERVER) {
        boolean begins = chunk.first() && chunk.bytes().get(0) != FAREWELL;
        seen += begins ? 1 : 0;
        strikes = where == Cut.REQUEST_LOST && begins && seen == number;
      } else {
        strikes = where != Cut.REQUEST_LOST && seen >= number && chunk.count(READY) > 0;
      }
      if (struck || !strikes) {
        return Verdict.PASS;
      }
      struck = true;
      return verdict;
    }
  }

  private static final String NAME = "cut-line";
  private static final int SHORT_MILLIS = 1_000;
  private static final int MOST_LOOKS = 1_000;
  private static final long LOOK_NANOS = 20_000_000;

  private final ManualTime time = Sample.time();
  private final PostgresPlace place = new PostgresPlace();
  private final CuttingProxy proxy;
  private final LedgerStore healthy;
  private final LedgerStore cut;
  private volatile boolean impatient;

  CutLine() throws IOException, SQLException {
    PGSimpleDataSource target = new PGSimpleDataSource();
    target.setUrl(place.source().getJdbcUrl());
    proxy =
        new CuttingProxy(
            new InetSocketAddress(target.getServerNames()[0], target.getPortNumbers()[0]));
    target.setServerNames(new String[] {proxy.address().getAddress().getHostAddress()});
    target.setPortNumbers(new int[] {proxy.port()});
    target.setSslmode("disable");
    target.setGssEncMode("disable");
    // The driver's settings go with the first packet, else each connection is cut at both of them.
    target.setAssumeMinServerVersion("12");
    target.setApplicationName(NAME);
    healthy = place.open(time);
    cut = JdbcLedger.postgres(impatient(target), PostgresPlace.OPTIONS.withClock(time));
  }

  private DataSource impatient(DataSource target) {
    return Intercepted.source(
        target,
        new Intercepted.Between() {
          @Override
          public @Nullable Object sent(
              Connection connection, String text, Intercepted.Sending sending) throws SQLException {
            return sending.go();
          }

          @Override
          public int timeoutMillis(int asked) {
            return impatient ? SHORT_MILLIS : asked;
          }
        });
  }

  ManualTime time() {
    return time;
  }

  /** The ledger, over connections that hold. */
  LedgerStore healthy() {
    return healthy;
  }

  DataSource source() throws SQLException {
    return place.source();
  }

  /**
   * Makes a call over a connection that is cut.
   *
   * @param where where it is cut
   * @param statement at which statement of the call, from 1
   * @param call the call
   * @return whether it had that many statements, so that the connection was cut
   */
  boolean cut(Cut where, int statement, Call call) throws SQLException {
    long cuts = proxy.cuts();
    proxy.rule(new AtStatement(where, statement, Verdict.CUT_BEFORE));
    try {
      call.of(cut);
    } finally {
      proxy.rule(Rule.PASS_ALL);
    }
    return proxy.cuts() > cuts;
  }

  /**
   * Makes a call of which one request is under way for longer than the caller waits.
   *
   * @param statement at which statement of the call, from 1
   * @param call the call
   * @return whether it had that many statements, so that the request is held
   */
  boolean hold(int statement, Call call) throws SQLException {
    AtStatement late = new AtStatement(Cut.REQUEST_LOST, statement, Verdict.HOLD);
    proxy.rule(late);
    impatient = true;
    try {
      call.of(cut);
    } finally {
      impatient = false;
      proxy.rule(Rule.PASS_ALL);
    }
    return late.struck;
  }

  /** Counts the statements of a call whose connection holds, of which the first opens it. */
  int count(Call call) throws SQLException {
    AtStatement never = new AtStatement(Cut.REQUEST_LOST, Integer.MAX_VALUE, Verdict.PASS);
    proxy.rule(never);
    try {
      call.of(cut);
    } finally {
      proxy.rule(Rule.PASS_ALL);
    }
    return never.seen;
  }

  /** Lets the request that was held arrive, and waits until the server is through with it. */
  void release() throws SQLException {
    proxy.release();
    int looks = 0;
    while (sessions() > 0) {
      if (++looks == MOST_LOOKS) {
        throw new AssertionError("a session does not end");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private int sessions() throws SQLException {
    try (Connection connection = place.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '" + NAME + "'")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /** Something to do with a ledger. */
  @FunctionalInterface
  interface Call {

    void of(LedgerStore store) throws SQLException;
  }

  @Override
  public void close() throws SQLException {
    cut.close();
    healthy.close();
    place.source().close();
    proxy.close();
  }
}
