package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The statements on alerts and on the digests that they are moved into. */
final class AlertTable {

  static final String PENDING = "SELECT COUNT(*) FROM @alerts";
  static final String ANY_PENDING =
      "SELECT COUNT(*) FROM (SELECT ordinal FROM @alerts ORDER BY ordinal LIMIT 1) AS first";
  static final String UNSENT =
      "SELECT ordinal FROM @digests WHERE acknowledged = 0 ORDER BY ordinal LIMIT ?";
  static final String LATEST = "SELECT ordinal FROM @digests ORDER BY ordinal DESC LIMIT ?";

  /** The columns of a row but for its ordinal, in the order of {@link #bind}. */
  static final List<String> VALUES =
      List.of("code", "pipeline", "stage", "node_version", "at", "owner", "id", "message");

  private static final String INSERT =
      "INSERT INTO @alerts (" + String.join(", ", VALUES) + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  static final String GROUP = "code, pipeline, stage, node_version";
  private static final String LAST = "SELECT COALESCE(MAX(ordinal), 0) FROM @digests";
  private static final String FIRST = "SELECT COALESCE(MIN(ordinal), 0) FROM @digests";
  private static final String LAST_TAKEN =
      "SELECT ordinal FROM @alerts ORDER BY ordinal LIMIT 1 OFFSET ?";
  private static final String SEAL =
      "INSERT INTO @digests (ordinal, sealed_at, acknowledged) VALUES (?, ?, 0)";
  static final String SEAL_LINES =
      "INSERT INTO @digest_lines (digest, "
          + GROUP
          + ", amount, first_at, last_at, message) SELECT ?, line.code, line.pipeline, line.stage,"
          + " line.node_version, line.amount, line.first_at, line.last_at, newest.message FROM"
          + " (SELECT "
          + GROUP
          + ", COUNT(*) AS amount, MIN(at) AS first_at, MAX(at) AS last_at, MAX(ordinal) AS newest"
          + " FROM @alerts WHERE ordinal <= ? GROUP BY "
          + GROUP
          + ") AS line JOIN @alerts AS newest ON newest.ordinal = line.newest";
  static final String SEAL_SAMPLES =
      "INSERT INTO @digest_samples (digest, "
          + GROUP
          + ", owner, id) SELECT ?, "
          + GROUP
          + ", owner, id FROM (SELECT "
          + GROUP
          + ", owner, id, ROW_NUMBER() OVER (PARTITION BY "
          + GROUP
          + " ORDER BY owner, id) AS place FROM (SELECT DISTINCT "
          + GROUP
          + ", owner, id FROM @alerts WHERE ordinal <= ? AND owner IS NOT NULL) AS named) AS placed"
          + " WHERE place <= "
          + AlertDigest.MAX_SAMPLES;
  private static final String TAKE = "DELETE FROM @alerts WHERE ordinal <= ?";

  /** Quicker than a condition that holds for all, where the database has a way to empty a table. */
  private static final String TAKE_ALL = "DELETE FROM @alerts";

  static final String HEADER = "SELECT sealed_at FROM @digests WHERE ordinal = ?";
  static final String LINES =
      "SELECT "
          + GROUP
          + ", amount, first_at, last_at, message FROM @digest_lines WHERE digest = ? ORDER BY "
          + GROUP;
  static final String SAMPLES =
      "SELECT "
          + GROUP
          + ", owner, id FROM @digest_samples WHERE digest = ? ORDER BY "
          + GROUP
          + ", owner, id";
  static final String DROP_SAMPLES = "DELETE FROM @digest_samples WHERE digest < ?";
  static final String DROP_LINES = "DELETE FROM @digest_lines WHERE digest < ?";
  static final String DROP = "DELETE FROM @digests WHERE ordinal < ?";
  static final String ACKNOWLEDGE = "UPDATE @digests SET acknowledged = 1 WHERE ordinal = ?";

  private record Sample(AlertRow.Group group, SequenceKey key) {}

  private AlertTable() {}

  static void insert(Statements db, AlertRow alert) throws SQLException {
    Bound statement = db.sql(INSERT);
    bind(statement, alert);
    statement.changeOne();
  }

  static void bind(Parameters values, AlertRow alert) throws SQLException {
    Optional<SequenceKey> key = alert.sequence();
    AlertRow.Group group = alert.group();
    values
        .text(group.code())
        .text(group.pipeline())
        .text(group.stage())
        .text(group.nodeVersion())
        .time(alert.at())
        .text(key.map(present -> present.owner().value()))
        .text(key.map(present -> present.id().value()))
        .text(alert.message());
  }

  /**
   * Moves alerts into the next digest: all that the transaction sees, or of too many those that
   * were written first. None of them is kept in memory.
   */
  static AlertDigest seal(Statements db, Dialect dialect, long now, int most) throws SQLException {
    long ordinal = db.sql(LAST).number() + 1;
    Optional<Long> end = db.sql(LAST_TAKEN).number(most - 1L).first(Row::number);
    long last = end.orElse(Long.MAX_VALUE);
    db.sql(SEAL).number(ordinal).number(now).changeOne();
    if (dialect.inProcess()) {
      AlertGroups.seal(db, ordinal, last);
    } else {
      db.sql(SEAL_LINES).number(ordinal).number(last).change();
      db.sql(SEAL_SAMPLES).number(ordinal).number(last).change();
    }
    if (end.isPresent()) {
      db.sql(TAKE).number(last).change();
    } else {
      db.sql(TAKE_ALL).change();
    }
    return digest(db, ordinal);
  }

  static List<AlertDigest> unsent(Statements db, int limit) throws SQLException {
    return digests(db, db.sql(UNSENT).number(limit).list(Row::number));
  }

  static List<AlertDigest> latest(Statements db, int limit) throws SQLException {
    return digests(db, db.sql(LATEST).number(limit).list(Row::number));
  }

  /** Drops the oldest digests, up to the first that is not acknowledged or among those to keep. */
  static int prune(Statements db, long keep, int limit) throws SQLException {
    long first = db.sql(FIRST).number();
    long unsent = db.sql(UNSENT).number(1).first(Row::number).orElse(Long.MAX_VALUE);
    long end = Math.min(first + limit, Math.min(unsent, db.sql(LAST).number() - keep + 1));
    if (end <= first) {
      return 0;
    }
    db.sql(DROP_SAMPLES).number(end).change();
    db.sql(DROP_LINES).number(end).change();
    return db.sql(DROP).number(end).change();
  }

  private static List<AlertDigest> digests(Statements db, List<Long> ordinals) throws SQLException {
    List<AlertDigest> digests = new ArrayList<>();
    for (long ordinal : ordinals) {
      digests.add(digest(db, ordinal));
    }
    return digests;
  }

  private static AlertDigest digest(Statements db, long ordinal) throws SQLException {
    long sealedAt = db.sql(HEADER).number(ordinal).number();
    Map<AlertRow.Group, List<SequenceKey>> samples = new HashMap<>();
    for (Sample sample :
        db.sql(SAMPLES).number(ordinal).list(row -> new Sample(readGroup(row), row.key()))) {
      samples.computeIfAbsent(sample.group(), group -> new ArrayList<>()).add(sample.key());
    }
    List<AlertDigest.Line> lines =
        db.sql(LINES).number(ordinal).list(row -> readLine(row, samples));
    return new AlertDigest(ordinal, Instant.ofEpochMilli(sealedAt), lines);
  }

  private static AlertDigest.Line readLine(Row row, Map<AlertRow.Group, List<SequenceKey>> samples)
      throws SQLException {
    AlertRow.Group group = readGroup(row);
    return new AlertDigest.Line(
        group,
        row.number(),
        row.time(),
        row.time(),
        samples.getOrDefault(group, List.of()),
        row.text());
  }

  private static AlertRow.Group readGroup(Row row) throws SQLException {
    return new AlertRow.Group(row.text(), row.text(), row.text(), row.text());
  }

  static boolean acknowledge(Statements db, long ordinal) throws SQLException {
    return db.sql(ACKNOWLEDGE).number(ordinal).change() == 1
        || (ordinal >= 1 && ordinal <= db.sql(LAST).number());
  }
}
