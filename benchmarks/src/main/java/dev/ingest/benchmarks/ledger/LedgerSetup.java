package dev.ingest.benchmarks.ledger;

import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** What is done around a measurement of the ledger, past its interface where that is quicker. */
final class LedgerSetup {

  private static final int SAMPLE = 100;
  private static final long CHUNK = 200_000;

  private LedgerSetup() {}

  static LedgerStore open(DataSource source) {
    return JdbcLedger.postgres(source, JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY));
  }

  /** Makes the tables. */
  static void apply(DataSource source) {
    open(source).close();
  }

  /** Opens the items' sessions without room, in one statement. */
  static void openSessions(DataSource source, Items items, int count) throws SQLException {
    String[] ids = new String[count];
    String[] owners = new String[count];
    String[] sequences = new String[count];
    for (int i = 0; i < count; i++) {
      SequenceKey key = items.key(i);
      ids[i] = items.session(i).value();
      owners[i] = key.owner().value();
      sequences[i] = key.id().value();
    }
    String sql =
        "WITH opened AS (INSERT INTO ingest_sessions (id, part_starts, owner, sequence, state,"
            + " reserved_items, reserved_bytes, recorded_items, recorded_bytes, touched_at)"
            + " SELECT id, '0', owner, sequence, 'OPEN', 0, 0, 0, 0,"
            + " (extract(epoch FROM now()) * 1000)::bigint"
            + " FROM unnest(?, ?, ?) AS u (id, owner, sequence) RETURNING owner)"
            + " INSERT INTO ingest_tally_increments (owner, kind, amount, bytes)"
            + " SELECT coalesce(owner, ''), 'OPEN', count(*), 0 FROM opened"
            + " GROUP BY ROLLUP (owner)";
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("text", ids));
      statement.setArray(2, connection.createArrayOf("text", owners));
      statement.setArray(3, connection.createArrayOf("text", sequences));
      statement.execute();
    }
  }

  /**
   * Adds verified sequences, each with the three history rows of a run without incident. Their
   * hashes are not those of a chain: nothing here reads them.
   */
  static void addSettled(DataSource source, long from, long to) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (long first = from; first < to; first += CHUNK) {
        String range = first + ", " + (Math.min(to, first + CHUNK) - 1);
        statement.execute(entries(range));
        statement.execute(history(range));
      }
      statement.execute(
          "INSERT INTO ingest_tally_increments (owner, kind, amount, bytes)"
              + " SELECT coalesce(owner, ''), 'VERIFIED', count(*), sum(bytes)"
              + " FROM ingest_entries WHERE owner LIKE 'settled-%' GROUP BY ROLLUP (owner)");
    }
  }

  private static String entries(String range) {
    return "INSERT INTO ingest_entries (owner, id, root, item_count, bytes, accepted_at, deadline,"
        + " expires_at, session, part_starts, epoch, run_kind, pipeline, plan, published_prefix,"
        + " published_root, published_count, published_bytes, published_epoch, proven_at, overdue,"
        + " at_risk, state, version, visible_at, fence, attempts, output_prefix, output_root,"
        + " output_count, output_bytes, leftovers, chain_length, chain_head)"
        + " SELECT 'settled-' || g % 1000, 'ride-' || g, d, 10, 1000000, t, t + 3600000,"
        + " t + 2592000000, md5(g::text), '0', 1, 'PRIMARY', 'photos', d, 'results/ride-' || g, d,"
        + " 10, 100000, 1, t, 0, 0, 'VERIFIED', 5, t, 2, 0, 'results/ride-' || g, d, 10, 100000, 0,"
        + " 3, d FROM (SELECT g, sha256(g::text::bytea) AS d,"
        + " (extract(epoch FROM now()) * 1000)::bigint AS t FROM generate_series("
        + range
        + ") AS g) AS made";
  }

  private static String history(String range) {
    return "INSERT INTO ingest_history (owner, id, ordinal, transition, kind, at, from_state,"
        + " to_state, actor, detail, previous, hash)"
        + " SELECT 'settled-' || g % 1000, 'ride-' || g, o, md5(g || '/' || o),"
        + " (ARRAY['ACCEPTED', 'STAGE_DONE', 'VERIFIED'])[o], t,"
        + " (ARRAY[NULL, 'PROCESSING', 'PROCESSED'])[o],"
        + " (ARRAY['ACCEPTED', 'PROCESSED', 'VERIFIED'])[o], 'node-1',"
        + " 'root=' || encode(d, 'hex') || '; items=10', d, d"
        + " FROM (SELECT g, o, sha256(g::text::bytea) AS d,"
        + " (extract(epoch FROM now()) * 1000)::bigint AS t FROM generate_series("
        + range
        + ") AS g CROSS JOIN generate_series(1, 3) AS o) AS made";
  }

  /** Checks the histories of a sample: every row linked, and the entry at the end of it. */
  static void checkChains(LedgerStore store, Items items, int count, State state, int rows) {
    int step = Math.max(1, count / SAMPLE);
    for (int i = 0; i < count; i += step) {
      SequenceKey key = items.key(i);
      Entry entry = store.ledger().find(List.of(key)).get(0).orElseThrow();
      ChainHead head = ChainHead.EMPTY;
      List<HistoryRow> history = store.ledger().history(key, 0, 10);
      for (HistoryRow row : history) {
        head =
            HistoryChain.follow(row, head)
                .orElseThrow(() -> new IllegalStateException(key + ": the chain is broken"));
      }
      if (entry.state() != state || history.size() != rows || !head.equals(entry.chain())) {
        throw new IllegalStateException(
            key + ": expected " + state + " with " + rows + " rows, found " + entry);
      }
    }
  }
}
