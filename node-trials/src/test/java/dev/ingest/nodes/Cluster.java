package dev.ingest.nodes;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.core.Ingest;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One database and one content directory with any number of nodes, and outside of them all: who
 * submits, keeps the receipts, and looks at the ledger.
 */
final class Cluster implements AutoCloseable {

  static final ItemName ITEM = ItemName.of("item");

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int OWNERS = 7;

  private final Path logs;
  private final Path contentRoot;
  private final String url;
  private final HikariDataSource pool;
  private final LedgerStore ledger;
  private final Audit audit;
  private final FileContent content;
  private final Ingest ingest;
  private final ExecutorService submitters = Executors.newFixedThreadPool(8);
  private final List<Future<?>> submissions = new ArrayList<>();
  private final Map<SequenceKey, Promise> promises = new ConcurrentHashMap<>();
  private final List<NodeProcess> nodes = new ArrayList<>();

  /** What was sent, and what was promised. */
  record Promise(String sent, Receipt receipt) {
    byte[] bytes() {
      return sent.getBytes(StandardCharsets.UTF_8);
    }
  }

  Cluster(Path directory) throws IOException, SQLException {
    logs = Files.createDirectory(directory.resolve("logs"));
    contentRoot = directory.resolve("content");
    url = PostgresServer.urlOfEmptySchema();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(12);
    pool = new HikariDataSource(config);
    ledger = JdbcLedger.postgres(pool, JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY));
    audit = Audit.of(pool);
    content = new FileContent(contentRoot, InstantSource.system());
    // Never started: it takes uploads, and reads.
    ingest =
        Ingest.builder()
            .ledger(ledger)
            .content(content.access())
            .pipeline(NodeMain.pipeline(NodeMain::copy))
            .build();
  }

  /** Fails everything that was submitted, in this process. */
  void failAll() {
    try (Ingest broken =
        Ingest.builder()
            .ledger(ledger)
            .content(content.access())
            .work(WorkPolicy.DEFAULT.withParallelism(32))
            .pipeline(NodeMain.pipeline(NodeMain::refuse))
            .withoutWatch()
            .build()) {
      if (!broken.runUntilIdle()) {
        throw new AssertionError("closed before all had failed");
      }
    }
  }

  /** Starts a node; it works some time later. */
  NodeProcess start(String id, Duration lease, Duration offset, NodeMain.Conduct conduct)
      throws IOException {
    NodeProcess node =
        NodeProcess.start(
            logs, new NodeMain.Settings(id, url, contentRoot, lease, offset, 32, conduct));
    nodes.add(node);
    return node;
  }

  /** Submits some more sequences, side by side, and does not wait for it. */
  void submit(int count) {
    for (int i = 0; i < count; i++) {
      int number = submissions.size();
      submissions.add(submitters.submit(() -> submitOne(number)));
    }
  }

  /** Nothing disturbs the submitter, so it repeats nothing either. */
  private @Nullable Void submitOne(int number) throws IOException {
    SequenceKey key = SequenceKey.of("owner-" + number % OWNERS, "%06d".formatted(number));
    String sent = key + " " + Digest.ofUtf8(key.toString());
    byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);
    promises.put(key, new Promise(sent, ingest.submit(key, upload -> upload.add(ITEM, bytes))));
    return null;
  }

  /** Waits until everything submitted has its receipt. */
  void awaitReceipts() throws ExecutionException, InterruptedException {
    for (Future<?> submission : submissions) {
      submission.get();
    }
  }

  /** Counts what was given to the submitters and is not verified yet. */
  long backlog() {
    return submissions.size() - verified();
  }

  long verified() {
    return ledger.ledger().census(Optional.empty()).count(State.VERIFIED);
  }

  /** Returns what a node holds, by the fence under which it does. */
  Map<SequenceKey, Long> heldBy(NodeProcess node) {
    Map<SequenceKey, Long> held = new HashMap<>();
    for (Entry entry : entries(State.PROCESSING, State.PROCESSED)) {
      entry
          .position()
          .lease()
          .filter(lease -> lease.node().value().equals(node.id()))
          .ifPresent(lease -> held.put(entry.key(), lease.token().fence()));
    }
    return held;
  }

  /** Tells whether each of these was claimed anew since. */
  boolean areTaken(Map<SequenceKey, Long> held) {
    List<SequenceKey> keys = List.copyOf(held.keySet());
    return ledger.ledger().find(keys).stream()
        .map(Optional::orElseThrow)
        .allMatch(entry -> entry.position().fence() > held.getOrDefault(entry.key(), 0L));
  }

  List<Entry> entries(State... states) {
    List<Entry> entries = new ArrayList<>();
    ScanQuery query =
        new ScanQuery(Optional.empty(), Optional.empty(), Set.of(states), Optional.empty(), 1_000);
    EntryPage page = ledger.ledger().scan(query);
    entries.addAll(page.entries());
    while (page.more()) {
      page = ledger.ledger().scan(query.after(entries.get(entries.size() - 1).key()));
      entries.addAll(page.entries());
    }
    return entries;
  }

  /** Looks again and again until something is so, at most so long. */
  void await(String what, Duration atMost, BooleanSupplier isSo) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "not within %s: %s; %d of %d verified; %s"
                .formatted(
                    atMost,
                    what,
                    verified(),
                    submissions.size(),
                    nodes.stream().filter(NodeProcess::isAlive).toList()));
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  Ledger ledger() {
    return ledger.ledger();
  }

  WorkQueue work() {
    return ledger.work();
  }

  DataSource source() {
    return pool;
  }

  Ingest ingest() {
    return ingest;
  }

  Audit audit() {
    return audit;
  }

  Map<SequenceKey, Promise> promises() {
    return promises;
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  @Override
  public void close() {
    nodes.forEach(NodeProcess::close);
    submitters.shutdownNow();
    ingest.close();
    content.close();
    ledger.close();
    pool.close();
  }
}
