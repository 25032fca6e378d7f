package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.store.jdbc.PostgresServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Audits beside traffic, over files and a real ledger: what was changed by hand is found each time,
 * and nothing else. {@code -Dingest.audits=100} makes so many, each ten of them over new stores,
 * since what the traffic leaves makes every audit longer.
 */
@Tag("programme")
class AuditTrafficTest {

  private static final int AUDITS = Integer.getInteger("ingest.audits", 3);
  private static final int AUDITS_OF_A_HOME = 10;
  private static final AuditOptions OPTIONS = AuditOptions.DEFAULT.withHistory(true);

  @TempDir private Path temp;

  /** Where the ledger is. */
  enum Ledgers {
    SQLITE,
    POSTGRES
  }

  /** A ledger and the way to its tables past it. */
  private record Home(Path directory, Place place, String url, String prefix) {

    static Home make(Ledgers ledgers, Path temp) throws SQLException {
      Path content = temp.resolve("content");
      if (ledgers == Ledgers.SQLITE) {
        String url = "jdbc:sqlite:" + temp.resolve("ledger.db") + "?busy_timeout=30000";
        return new Home(content, Place.home(temp), url, "");
      }
      String url = PostgresServer.urlOfEmptySchema();
      Place place = Place.of(URI.create(url), content.toUri()).applyingSchema();
      return new Home(content, place, url, "ingest_");
    }

    void sql(String statement) throws SQLException {
      try (Connection connection = DriverManager.getConnection(url);
          Statement one = connection.createStatement()) {
        assertEquals(1, one.executeUpdate(statement.replace("@", prefix)), statement);
      }
    }

    /**
     * Traffic makes and removes other files meanwhile: what is gone when its turn comes is passed.
     */
    List<Path> files(String area, String id) throws IOException {
      String below = "/" + area + "/" + SequencePlace.of(key(id)).value() + "/";
      List<Path> found = new ArrayList<>();
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && file.toString().contains(below)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
      Collections.sort(found);
      return found;
    }
  }

  private static SequenceKey key(String id) {
    return SequenceKey.of("alice", id);
  }

  private static Ingest engine(Stores stores) {
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content())
        .pipeline(
            Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
        .build();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static List<Arguments> homes() {
    List<Arguments> homes = new ArrayList<>();
    for (Ledgers ledgers : Ledgers.values()) {
      for (int left = AUDITS; left > 0; left -= AUDITS_OF_A_HOME) {
        homes.add(Arguments.of(ledgers, Math.min(left, AUDITS_OF_A_HOME)));
      }
    }
    return homes;
  }

  @ParameterizedTest
  @MethodSource("homes")
  @Timeout(300)
  void changesByHand_areFoundEachTimeAndNothingElse(Ledgers ledgers, int audits) throws Exception {
    Home home = Home.make(ledgers, temp);
    ConcurrentLinkedQueue<KnownReceipt> receipts = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService clients = Executors.newFixedThreadPool(2);
    try (Stores stores = home.place().create(InstantSource.system());
        Ingest ingest = engine(stores)) {
      ingest.start();
      for (int i = 1; i <= 12; i++) {
        submit(ingest, "s%02d".formatted(i), receipts);
      }
      assertTrue(ingest.runUntilIdle());
      List<Future<Integer>> traffic = new ArrayList<>();
      for (int client = 0; client < 2; client++) {
        String name = "client" + client + "-";
        traffic.add(clients.submit(() -> submitOn(ingest, name, receipts, stop)));
      }
      Map<String, String> planted = plant(home);
      for (int run = 0; run < audits; run++) {
        check(ingest, planted, receipts);
      }
      stop.set(true);
      for (Future<Integer> client : traffic) {
        assertTrue(client.get() > 0, "there was traffic");
      }
      check(ingest, planted, receipts);
    } finally {
      stop.set(true);
      clients.shutdownNow();
    }
  }

  private static void check(
      Ingest ingest, Map<String, String> planted, ConcurrentLinkedQueue<KnownReceipt> receipts) {
    Map<String, String> found = new TreeMap<>();
    List<AuditFinding> all = new ArrayList<>();
    AuditReport report =
        ingest.audit(
            OPTIONS,
            List.copyOf(receipts).iterator(),
            finding -> {
              all.add(finding);
              String id =
                  finding.subject().sequence().map(key -> key.id().value()).orElse("unnamed");
              found.merge(id, finding.kind().name(), (one, other) -> one + " and " + other);
            });
    assertEquals(planted, found, all::toString);
    assertTrue(report.isComplete(), report::toString);
  }

  private static void submit(Ingest ingest, String id, ConcurrentLinkedQueue<KnownReceipt> receipts)
      throws IOException {
    receipts.add(
        KnownReceipt.of(
            ingest.submit(
                key(id),
                upload ->
                    upload
                        .add(ItemName.of("a"), bytes("first of " + id))
                        .add(ItemName.of("b"), bytes("second of " + id)))));
  }

  /** Submits, submits again, and leaves uploads open. */
  private static int submitOn(
      Ingest ingest, String name, ConcurrentLinkedQueue<KnownReceipt> receipts, AtomicBoolean stop)
      throws IOException {
    int count = 0;
    while (!stop.get()) {
      submit(ingest, name + count, receipts);
      if (count % 5 == 0) {
        submit(ingest, name + count, receipts);
        try (Upload open = ingest.upload(key(name + "open" + count))) {
          open.add(ItemName.of("a"), bytes("never submitted"));
        }
      }
      count++;
    }
    return count;
  }

  private static Map<String, String> plant(Home home) throws IOException, SQLException {
    Files.delete(home.files("raw", "s01").get(0));
    Files.delete(home.files("run", "s02").get(1));
    truncate(home.files("raw", "s03").get(1));
    truncate(home.files("run", "s04").get(0));
    Path stray = home.files("run", "s05").get(0);
    Files.copy(stray, stray.resolveSibling("0000009.item"));
    for (Path raw : home.files("raw", "s06")) {
      Files.delete(raw);
    }
    home.sql("UPDATE @entries SET proven_at = NULL WHERE id = 's07'");
    home.sql("DELETE FROM @history WHERE id = 's08' AND ordinal = 3");
    home.sql("DELETE FROM @entries WHERE id = 's09'");
    putOff(home, "s10");
    emptyResult(home, "s11");
    Map<String, String> planted = new TreeMap<>();
    planted.put("s01", "RAW_MISSING");
    planted.put("s02", "RESULT_MISSING");
    planted.put("s03", "RAW_DIFFERS");
    planted.put("s04", "RESULT_DIFFERS");
    planted.put("s05", "EXTRA_BYTES");
    planted.put("s06", "DELETED_EARLY");
    planted.put("s07", "UNPROVEN");
    planted.put("s08", "HISTORY_BROKEN");
    planted.put("s09", "ENTRY_MISSING");
    planted.put("s10", "STUCK");
    planted.put("s11", "NOT_COVERED");
    return planted;
  }

  private static void truncate(Path file) throws IOException {
    assertTrue(file.toFile().setWritable(true));
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(1);
    }
  }

  /** In flight again, and due in the year 5138. */
  private static void putOff(Home home, String id) throws SQLException {
    String progress = "version, fence, leftovers, chain_length, chain_head";
    home.sql(
        "INSERT INTO @work (owner, id, queue, state, visible_at, stage, contract, attempts, "
            + progress
            + ") SELECT owner, id, 1, 'ACCEPTED', 99999999999999, 'copy', 1, 0, "
            + progress
            + " FROM @entries WHERE id = '"
            + id
            + "'");
    home.sql(
        "UPDATE @entries SET state = NULL, version = NULL, visible_at = NULL, fence = NULL,"
            + " stage = NULL, contract = NULL, attempts = NULL, output_prefix = NULL,"
            + " output_root = NULL, output_count = NULL, output_bytes = NULL, leftovers = NULL,"
            + " chain_length = NULL, chain_head = NULL WHERE id = '"
            + id
            + "'");
  }

  /** A result of no items, which is all that it says it is. */
  private static void emptyResult(Home home, String id) throws IOException, SQLException {
    Manifest empty = Manifest.of(List.of());
    List<Path> result = home.files("run", id);
    for (Path file : result.subList(0, 2)) {
      Files.delete(file);
    }
    assertTrue(result.get(2).toFile().setWritable(true));
    Files.write(result.get(2), empty.toBytes());
    String root = empty.summary().root().hex();
    String binary = home.prefix().isEmpty() ? "x'" + root + "'" : "decode('" + root + "', 'hex')";
    home.sql(
        "UPDATE @entries SET published_count = 0, published_bytes = 0, published_root = "
            + binary
            + " WHERE id = '"
            + id
            + "'");
  }
}
