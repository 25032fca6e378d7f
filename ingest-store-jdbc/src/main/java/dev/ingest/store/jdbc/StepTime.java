package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;

/**
 * How long the steps of a schema take, all of them together, before the server ends them.
 *
 * <p>They are one transaction, and from the first index that it builds on commits of every node
 * wait for its end. A call that the client gives up ends no statement on the server, which would go
 * on to the end of its index, for half an hour where there are hundreds of millions of rows, only
 * to undo it then; and whoever starts meanwhile would wait for that, and begin it again. So the
 * server is told what is left of the time, ahead of each statement, and is the first to give up.
 */
final class StepTime implements SchemaStep.Conversion {

  /** Less than a call waits for an answer. */
  static final Duration LONGEST = Duration.ofSeconds(50);

  private static final String LIMIT = "SELECT set_config('statement_timeout', ?, true)";

  private final long end;

  StepTime(Duration longest) {
    end = System.nanoTime() + longest.toNanos();
  }

  @Override
  public void of(Statements db) throws SQLException {
    long left = Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis());
    db.sql(LIMIT).text(left + "ms").list(Row::text);
  }
}
