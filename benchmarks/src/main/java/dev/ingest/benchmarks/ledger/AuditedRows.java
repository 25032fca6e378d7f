package dev.ingest.benchmarks.ledger;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SequenceKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * Sequences of a thousand owners, written past the ledger's interface, each of one item, whose
 * bytes {@link SyntheticContent} lists; and what is planted among them. One of a hundred waits for
 * its first stage, the others are verified.
 */
final class AuditedRows {

  static final Manifest MANIFEST =
      Manifest.of(List.of(new ManifestItem(ItemName.of("a.jpg"), 1_000, Digest.ofUtf8("a"))));
  static final Manifest EMPTY = Manifest.of(List.of());

  /** What stands between the fence and the end of the prefix of a result. */
  static final String INCARNATION = "0123456789abcdef".repeat(2);

  private static final long CHUNK = 200_000;
  private static final int OWNERS = 1_000;
  private static final String TO_WORK =
      "INSERT INTO ingest_work (owner, id, queue, state, version, visible_at, fence, stage,"
          + " contract, attempts, leftovers, chain_length, chain_head) SELECT owner, id, 1,"
          + " 'ACCEPTED', version, %s, fence, 'copy', 1, 0, 0, chain_length, chain_head FROM"
          + " ingest_entries";
  private static final String AT_WORK =
      "UPDATE ingest_entries SET state = NULL, version = NULL, visible_at = NULL, fence = NULL,"
          + " stage = NULL, contract = NULL, attempts = NULL, output_prefix = NULL, output_root ="
          + " NULL, output_count = NULL, output_bytes = NULL, leftovers = NULL, chain_length ="
          + " NULL, chain_head = NULL";
  private static final String UNPUBLISHED =
      ", published_prefix = NULL, published_root = NULL, published_count = NULL, published_bytes ="
          + " NULL, published_epoch = NULL, proven_at = NULL";
  private static final int WAITING_OF = 100;
  private static final int WAITING = 50;
  private static final String PLACE =
      "encode(substr(sha256(decode(owner, 'escape')), 1, 8), 'hex') || '/' ||"
          + " encode(substr(sha256(decode(owner || chr(10) || id, 'escape')), 1, 16), 'hex')";

  private AuditedRows() {}

  static SequenceKey key(long number) {
    return SequenceKey.of("owner-" + number % OWNERS, "s-" + number);
  }

  static String result(String place) {
    return "run/" + place + "/e000001-000000000002-" + INCARNATION;
  }

  static void add(DataSource source, long count) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (long first = 1; first <= count; first += CHUNK) {
        statement.execute(insert(first, Math.min(count, first + CHUNK - 1)));
      }
      String waiting = " WHERE substr(id, 3)::int %% %d = %d".formatted(WAITING_OF, WAITING);
      statement.execute(TO_WORK.formatted("deadline") + waiting);
      statement.execute(AT_WORK + UNPUBLISHED + waiting);
    }
  }

  /** Whether nothing is published of a sequence yet. */
  static boolean isWaiting(int number) {
    return number % WAITING_OF == WAITING;
  }

  private static String insert(long first, long last) {
    String root = "decode('" + MANIFEST.summary().root().hex() + "', 'hex')";
    String numbers = "1, " + MANIFEST.summary().bytes();
    return "INSERT INTO ingest_entries (owner, id, root, item_count, bytes, accepted_at, deadline,"
        + " expires_at, session, part_starts, epoch, run_kind, pipeline, plan, published_prefix,"
        + " published_root, published_count, published_bytes, published_epoch, proven_at, overdue,"
        + " at_risk, state, version, visible_at, fence, attempts, output_prefix, output_root,"
        + " output_count, output_bytes, leftovers, chain_length, chain_head) SELECT owner, id, "
        + root
        + ", "
        + numbers
        + ", t, t + 3600000, t + 2592000000, lpad(to_hex(g), 32, '0'), '0', 1, 'PRIMARY', 'copy', "
        + root
        + ", prefix, "
        + root
        + ", "
        + numbers
        + ", 1, t + 1000, 0, 0, 'VERIFIED', 5, t, 2, 0, prefix, "
        + root
        + ", "
        + numbers
        + ", 0, 3, "
        + root
        + " FROM (SELECT g, owner, id, t, 'run/' || "
        + PLACE
        + " || '/e000001-000000000002-"
        + INCARNATION
        + "' AS prefix FROM (SELECT g, 'owner-' || g % "
        + OWNERS
        + " AS owner, 's-' || g AS id, (extract(epoch FROM now()) * 1000)::bigint - 600000 AS t"
        + " FROM generate_series("
        + first
        + ", "
        + last
        + ") AS g) AS named) AS made";
  }

  /** Changes rows of sequences by hand, as nobody should. */
  static void plant(DataSource source) throws SQLException {
    String of = " WHERE owner = '%s' AND id = '%s'";
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (Plant plant : Plant.values()) {
        SequenceKey key = plant.key();
        String where = of.formatted(key.owner(), key.id());
        for (String change : plant.changes()) {
          statement.execute(change + where);
        }
      }
    }
  }

  /** What is wrong, each with one sequence. */
  enum Plant {
    RAW_MISSING(101),
    RAW_DIFFERS(801),
    RESULT_MISSING(1501),
    RESULT_DIFFERS(2201),
    EXTRA_BYTES(2901),
    NOT_COVERED(
        3601,
        "UPDATE ingest_entries SET published_count = 0, published_bytes = 0, published_root ="
            + " decode('"
            + EMPTY.summary().root().hex()
            + "', 'hex')"),
    UNPROVEN(4301, "UPDATE ingest_entries SET proven_at = NULL"),
    HISTORY_BROKEN(5001, "UPDATE ingest_entries SET chain_length = 0"),
    ENTRY_MISSING(5701, "DELETE FROM ingest_entries"),
    STUCK(6401, TO_WORK.formatted("accepted_at - 7200000"), AT_WORK),
    DELETED_EARLY(7101),
    RESULT_MISSING_WHOLE(7801);

    private final int number;
    private final String changes;

    Plant(int number, String... changes) {
      this.number = number;
      this.changes = String.join(";", changes);
    }

    List<String> changes() {
      return changes.isEmpty() ? List.of() : List.of(changes.split(";", -1));
    }

    /** The name of the finding that is to be told. */
    String kind() {
      return this == RESULT_MISSING_WHOLE ? RESULT_MISSING.name() : name();
    }

    long number() {
      return number;
    }

    SequenceKey key() {
      return AuditedRows.key(number());
    }
  }
}
