package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.net.Chunk;
import dev.ingest.testkit.net.CuttingProxy;
import dev.ingest.testkit.net.Direction;
import dev.ingest.testkit.net.Rule;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import javax.sql.DataSource;
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
    private int seen;
    private boolean struck;

    AtStatement(Cut where, int number) {
      this.where = where;
      this.number = number;
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
      return Verdict.CUT_BEFORE;
    }
  }

  private final ManualTime time = Sample.time();
  private final PostgresPlace place = new PostgresPlace();
  private final CuttingProxy proxy;
  private final LedgerStore healthy;
  private final LedgerStore cut;

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
    healthy = place.open(time);
    cut = JdbcLedger.postgres(target, PostgresPlace.OPTIONS.withClock(time));
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
    proxy.rule(new AtStatement(where, statement));
    try {
      call.of(cut);
    } finally {
      proxy.rule(Rule.PASS_ALL);
    }
    return proxy.cuts() > cuts;
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
