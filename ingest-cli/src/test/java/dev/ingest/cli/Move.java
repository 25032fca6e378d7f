package dev.ingest.cli;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** How a ledger and its content are moved, as the page about moving shows it. */
final class Move {

  private Move() {}

  // ledger begins
  static final List<String> TABLES =
      List.of(
          "entries",
          "work",
          "history",
          "history_checkpoints",
          "tallies",
          "census",
          "sessions",
          "session_items",
          "alerts",
          "digests",
          "digest_lines",
          "digest_samples",
          "controls",
          "control_sets",
          "notices");

  /** Fills an empty ledger on PostgreSQL with all that one in SQLite has, or changes nothing. */
  static void ledger(Connection sqlite, Connection postgres) throws SQLException {
    postgres.setAutoCommit(false);
    try (Statement from = sqlite.createStatement();
        Statement to = postgres.createStatement()) {
      try (ResultSet filled = to.executeQuery("SELECT 1 FROM ingest_sessions LIMIT 1")) {
        if (filled.next()) {
          throw new IllegalStateException("the ledger on PostgreSQL is not empty");
        }
      }
      for (String table : TABLES) {
        to.execute("DELETE FROM ingest_" + table);
        copy(from, "SELECT * FROM " + table, postgres, "ingest_" + table);
      }
      // Its life goes with it; the version of the schema is each database's own.
      to.execute("DELETE FROM ingest_meta WHERE name <> 'schema_version'");
      copy(
          from,
          "SELECT * FROM ingest_meta WHERE name <> 'schema_version'",
          postgres,
          "ingest_meta");
      to.execute(
          "SELECT setval(pg_get_serial_sequence('ingest_alerts', 'ordinal'),"
              + " COALESCE(MAX(ordinal), 0) + 1, false) FROM ingest_alerts");
      postgres.commit();
    }
  }

  private static void copy(Statement from, String select, Connection postgres, String table)
      throws SQLException {
    try (ResultSet rows = from.executeQuery(select)) {
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        columns.add(rows.getMetaData().getColumnName(i));
      }
      columns.remove("place"); // which PostgreSQL computes
      String insert =
          "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)"
              .formatted(
                  table,
                  String.join(", ", columns),
                  String.join(", ", Collections.nCopies(columns.size(), "?")));
      try (PreparedStatement to = postgres.prepareStatement(insert)) {
        for (int count = 1; rows.next(); count++) {
          for (int i = 0; i < columns.size(); i++) {
            to.setObject(i + 1, rows.getObject(columns.get(i)));
          }
          to.addBatch();
          if (count % 1_000 == 0) {
            to.executeBatch();
          }
        }
        to.executeBatch();
      }
    }
  }

  // ledger ends

  // content begins
  /** Copies what a content store has into another; what is there already is compared. */
  static void content(ContentStore from, ContentStore to) throws IOException {
    for (String area : List.of("raw", "run", "ledger")) { // what binds comes last
      ContentPrefix prefix = new ContentPrefix(area);
      Optional<ContentKey> after = Optional.empty();
      ContentPage page;
      do {
        page = from.list(prefix, after, ContentStore.MAX_PAGE);
        try (ContentWriter writer = to.writer(prefix)) {
          for (ContentStat stat : page.entries()) {
            try (InputStream in = from.open(stat.key(), ByteRange.ALL, ReadPurpose.PROVE)) {
              writer.put(stat.key(), new Copied(in, stat.length()));
            }
            after = Optional.of(stat.key());
          }
          writer.commit();
        }
      } while (page.more());
    }
  }

  private static final class Copied implements ContentBody {

    private final InputStream in;
    private final long length;
    private final MessageDigest sha256;

    Copied(InputStream in, long length) {
      this.in = in;
      this.length = length;
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.of(length);
    }

    @Override
    public int read(byte[] buffer, int offset, int most) throws IOException {
      int count = in.read(buffer, offset, most);
      if (count > 0) {
        sha256.update(buffer, offset, count);
      }
      return count;
    }

    @Override
    public Digest digest() {
      return Digest.ofBytes(sha256.digest());
    }
  }
  // content ends
}
