package dev.ingest.benchmarks.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Entries that wait for a point in time, written past the ledger's interface: verified ones that
 * expire, every hundredth of them with leftovers; a tenth as many that failed, at four levels of
 * escalation; and a hundredth as many that are being expired. A thousand have one time, as after a
 * large batch; some of the times have passed, by a given time or longer. All proofs are as old as
 * their rows, a minute or so.
 */
final class PendingEntries {

  /** The bytes of the items of each result. */
  static final long RESULT_BYTES = 100_000;

  private static final long CHUNK = 200_000;
  private static final long AT_A_TIME = 1_000;
  private static final String NOW = "(extract(epoch FROM now()) * 1000)::bigint";

  private PendingEntries() {}

  static void add(DataSource source, long expiries, long due, Duration since) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (long first = 1; first <= expiries; first += CHUNK) {
        long last = Math.min(expiries, first + CHUNK - 1);
        statement.execute(insert("VERIFIED", 1, first, last, due, since));
        statement.execute(insert("FAILED", 10, first, last, due, since));
        statement.execute(insert("EXPIRING", 100, first, last, due, since));
      }
    }
  }

  /** Adds entries that are verified or have failed, and of which nothing is due for a time. */
  static void addWaiting(DataSource source, long entries, Duration notDueFor) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (long first = 1; first <= entries; first += CHUNK) {
        long last = Math.min(entries, first + CHUNK - 1);
        statement.execute(insert("VERIFIED", 1, first, last, 0, notDueFor.negated()));
        statement.execute(insert("FAILED", 10, first, last, 0, notDueFor.negated()));
      }
    }
  }

  private static String insert(
      String state, int each, long first, long last, long due, Duration since) {
    String shown = state.equals("FAILED") ? "NULL" : "";
    String failed = state.equals("FAILED") ? "" : "NULL";
    return "INSERT INTO ingest_entries (owner, id, root, item_count, bytes, accepted_at, deadline,"
        + " expires_at, session, part_starts, epoch, run_kind, pipeline, plan, published_prefix,"
        + " published_root, published_count, published_bytes, published_epoch, proven_at, overdue,"
        + " at_risk, failure_code, failure_message, state, version, visible_at, fence, attempts,"
        + " output_prefix, output_root, output_count, output_bytes, leftovers, chain_length,"
        + " chain_head) SELECT 'pending-' || g % 1000, '"
        + state
        + "-' || g, d, 10, 1000000, t - 2592000000, t, t, md5(g::text), '0', 1, 'PRIMARY',"
        + " 'photos', d, "
        + or(shown, "'results/' || g")
        + ", "
        + or(shown, "d")
        + ", "
        + or(shown, "10")
        + ", "
        + or(shown, Long.toString(RESULT_BYTES))
        + ", "
        + or(shown, "1")
        + ", "
        + or(shown, NOW)
        + ", 0, (g / "
        + each
        + ") % 4, "
        + or(failed, "'STAGE_FAILED'")
        + ", "
        + or(failed, "'it failed'")
        + ", '"
        + state
        + "', 5, t, 2, 0, 'results/' || g, d, 10, 100000, (g % 100 = 0)::int, 3, d FROM (SELECT g,"
        + " sha256(g::text::bytea) AS d, "
        + NOW
        + " - ("
        + since.toMillis()
        + ") + (g - "
        + due
        + ") / "
        + AT_A_TIME
        + " * 1000 AS t FROM generate_series("
        + first
        + ", "
        + last
        + ") AS g WHERE g % "
        + each
        + " = 0) AS made";
  }

  private static String or(String instead, String value) {
    return instead.isEmpty() ? value : instead;
  }
}
