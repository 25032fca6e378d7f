package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Alerts counted by their groups row by row, where the database is part of this process: one pass
 * over the rows, and in memory one line per group. The server does the same by {@link
 * AlertTable#SEAL_LINES} and {@link AlertTable#SEAL_SAMPLES}.
 */
final class AlertGroups {

  static final String ROWS =
      "SELECT code, pipeline, stage, node_version, at, ordinal, owner, id FROM @alerts"
          + " WHERE ordinal <= ?";
  private static final String LINE =
      "INSERT INTO @digest_lines (digest, "
          + AlertTable.GROUP
          + ", amount, first_at, last_at, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
          + " (SELECT message FROM @alerts WHERE ordinal = ?))";
  private static final String SAMPLE =
      "INSERT INTO @digest_samples (digest, "
          + AlertTable.GROUP
          + ", owner, id) VALUES (?, ?, ?, ?, ?, ?, ?)";

  private final Map<Group, Line> lines = new HashMap<>();

  /** A group as it is stored, not checked once more for each row. */
  private record Group(String code, String pipeline, String stage, String nodeVersion) {

    Bound bind(Bound statement) throws SQLException {
      return statement.text(code).text(pipeline).text(stage).text(nodeVersion);
    }
  }

  private static final class Line {

    private final TreeSet<SequenceKey> samples = new TreeSet<>();
    private long count;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private long newest;
  }

  /** Writes the lines and samples of a digest. */
  static void seal(Statements db, long digest, long last) throws SQLException {
    AlertGroups groups = new AlertGroups();
    db.sql(ROWS).number(last).each(groups::add);
    groups.write(db, digest);
  }

  private void add(Row row) throws SQLException {
    Group group = new Group(row.text(), row.text(), row.text(), row.text());
    Line line = lines.computeIfAbsent(group, one -> new Line());
    long at = row.number();
    line.count++;
    line.first = Math.min(line.first, at);
    line.last = Math.max(line.last, at);
    line.newest = Math.max(line.newest, row.number());
    if (line.samples.size() < AlertDigest.MAX_SAMPLES) {
      row.optionalKey().ifPresent(line.samples::add);
    }
  }

  private void write(Statements db, long digest) throws SQLException {
    for (Map.Entry<Group, Line> one : lines.entrySet()) {
      Line line = one.getValue();
      one.getKey()
          .bind(db.sql(LINE).number(digest))
          .number(line.count)
          .number(line.first)
          .number(line.last)
          .number(line.newest)
          .changeOne();
      for (SequenceKey sample : line.samples) {
        one.getKey().bind(db.sql(SAMPLE).number(digest)).key(sample).changeOne();
      }
    }
  }
}
