package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.Stage;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A ledger on PostgreSQL in which something is to be seen in every part of the console, made by
 * real engines. Its clock stands still once it is made, so that two readings are of one time.
 */
final class BusyLedger implements AutoCloseable {

  /** Markup, a right-to-left override, a zero-width space. */
  static final String HOSTILE = "</td><script>alert('x')</script><img src=x>\u202e\u200b";

  static final SequenceKey FAILED = SequenceKey.of("bob", "ride-7");
  static final SequenceKey AT_RISK = SequenceKey.of("carol", "ride-8");
  static final SequenceKey OVERDUE = SequenceKey.of("dan", "ride-9");

  /** Whose acceptance the ledger does not know. */
  static final SequenceKey UNKNOWN = SequenceKey.of("erin", "ride-10");

  static final String BLOCKED = "old";
  static final String INCOMPLETE = "again";
  static final String UNDER_WAY = "march";
  static final int PROVEN = 6;

  static final int STUCK = 2;
  static final String SILENT = "watcher";

  private static final Instant START = Instant.parse("2026-03-01T10:20:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final long origin = System.nanoTime();
  private volatile Duration ahead = Duration.ZERO;
  private volatile InstantSource clock =
      () -> START.plus(ahead).plusNanos(System.nanoTime() - origin);
  private volatile Fault fault = Fault.NONE;
  private final InMemoryContent content = new InMemoryContent();
  private final HikariDataSource pool;
  final LedgerStore ledger;
  final Ingest ingest;

  BusyLedger() throws IOException, SQLException {
    losesItsLedger();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(PostgresServer.urlOfEmptySchema());
    pool = new HikariDataSource(config);
    ledger =
        JdbcLedger.postgres(
            pool,
            JdbcLedgerOptions.DEFAULT
                .withSchema(JdbcLedgerOptions.SchemaRule.APPLY)
                .withClock(() -> clock.instant()));
    waits();
    works();
    isRunAgain();
    isWatched();
    jump(Duration.ofMinutes(10));
    Instant end = clock.instant();
    clock = () -> end;
    ingest = builder(ledger, "console").withoutWork().withoutWatch().build();
  }

  /** What was accepted before the ledger was begun anew stays without an entry. */
  private void losesItsLedger() throws IOException {
    try (LedgerStore lost = new InMemoryLedger(clock, IncarnationId.ofBits(3, 3));
        Ingest engine = builder(lost, "before").pipeline(old()).withoutWatch().build()) {
      submit(engine, UNKNOWN);
    }
  }

  /** One sequence comes near its expiry and another past its deadline, for lack of a node. */
  private void waits() throws IOException {
    try (Ingest engine =
        builder(ledger, "intake")
            .pipeline(old())
            .withoutWatch()
            .claimContent("carol", "the ledger was lost")
            .build()) {
      submit(engine, AT_RISK);
    }
    jump(Duration.ofDays(28));
    try (Ingest engine = builder(ledger, "intake").pipeline(old()).withoutWatch().build()) {
      submit(engine, OVERDUE);
    }
    jump(Duration.ofHours(2));
  }

  /** A route brings a second version in, one sequence fails for good and cannot be made good. */
  private void works() throws IOException {
    try (Ingest engine = worker("1.0", new CountDownLatch(0))) {
      engine.acts("<b>eve</b>", HOSTILE.substring(0, 40)).route(Route.NAME).set(Map.of("copy", 3));
      engine
          .acts("carol", "the new decoder")
          .route(Route.NAME)
          .ramp(new RampPlan("copy", "copy-2", List.of(10, 50), Duration.ofHours(1), 1_000));
      for (int i = 0; i < PROVEN; i++) {
        submit(engine, SequenceKey.of("alice", "ride-" + i));
      }
      submit(engine, FAILED);
      assertTrue(engine.runUntilIdle());
      engine
          .acts("carol", "ticket 4711")
          .backfills()
          .plan(INCOMPLETE, order(List.of(FAILED, SequenceKey.of("frank", "never"))));
      engine.acts("carol", "ticket 4711").backfills().start(INCOMPLETE);
      await("the backfill ends", () -> progress(engine, INCOMPLETE).phase().isOver());
      assertEquals(BackfillPhase.INCOMPLETE, progress(engine, INCOMPLETE).phase());
    }
  }

  /** A backfill gets stuck half way, and its node is taken away. */
  private void isRunAgain() {
    CountDownLatch gate = new CountDownLatch(1);
    try (Ingest engine = worker("1.1", gate)) {
      List<SequenceKey> all =
          IntStream.range(0, PROVEN).mapToObj(i -> SequenceKey.of("alice", "ride-" + i)).toList();
      engine.acts("carol", "ticket 4712").backfills().plan(UNDER_WAY, order(all));
      engine.acts("carol", "ticket 4712").backfills().start(UNDER_WAY);
      engine.start();
      await(
          "all but the stuck ones are done",
          () -> progress(engine, UNDER_WAY).counts().done() == PROVEN - STUCK);
    }
  }

  /** A node watches, whose sink is down from some digest on, and dies. */
  private void isWatched() {
    LedgerStore faulting = new FaultingLedger(ledger, call -> fault);
    Refusing pager = new Refusing();
    try (Ingest engine =
        builder(faulting, SILENT)
            .withoutWork()
            .sink(pager)
            .alerts(
                new AlertPolicy(
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    2,
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(1)))
            .build()) {
      engine.start();
      await("an audit", () -> engine.outlook().latestAudit().isPresent());
      await("what is blocked", () -> !engine.outlook().blocked().isEmpty());
      await("a digest is refused", () -> pager.hasRefused);
      fault = new Fault.FailBefore();
    }
  }

  private static BackfillProgress progress(Ingest engine, String name) {
    return engine.backfills().progress(name).orElseThrow();
  }

  private static BackfillOrder order(List<SequenceKey> keys) {
    return BackfillOrder.of(IncidentQuery.ALL).among(new TreeSet<>(keys));
  }

  private Ingest worker(String version, CountDownLatch gate) {
    return builder(ledger, "worker-" + version)
        .node(new NodeId("worker-" + version), version)
        .pipeline(pipeline("copy", gate))
        .pipeline(pipeline("copy-2", gate))
        .shutdownGrace(Duration.ZERO)
        .withoutWatch()
        .build();
  }

  private IngestBuilder builder(LedgerStore store, String node) {
    return Ingest.builder()
        .ledger(store)
        .content(content.access())
        .node(new NodeId(node), "1.0")
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .longestPoll(Duration.ofMillis(50))
        .allowVolatileStores();
  }

  private static Pipeline old() {
    return Pipeline.named(BLOCKED).stage(Stage.copy()).expect(Expectation.onePerItem()).build();
  }

  /** Fails what says so, and copies the rest, the last of it only once the gate is open. */
  private static Pipeline pipeline(String name, CountDownLatch gate) {
    Stage stage =
        Stage.perItem(
            "decode",
            1,
            (item, context) -> {
              String id = context.sequence().id().value();
              if (context.sequence().equals(FAILED)) {
                throw new PermanentStageException(HOSTILE);
              }
              if (id.compareTo("ride-" + (PROVEN - STUCK)) >= 0) {
                gate.await();
              }
              try (var in = item.open()) {
                context.emit(item.name(), in);
              }
            });
    return Pipeline.named(name).stage(stage).expect(Expectation.onePerItem()).build();
  }

  private static void submit(Ingest engine, SequenceKey key) throws IOException {
    byte[] bytes = key.toString().getBytes(StandardCharsets.UTF_8);
    engine.submit(key, upload -> upload.add(ItemName.of("a.jpg"), bytes));
  }

  private void jump(Duration by) {
    ahead = ahead.plus(by);
  }

  private static void await(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, what);
      try {
        assertTrue(!never.await(50, TimeUnit.MILLISECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(what, e);
      }
    }
  }

  /** Takes digests until one tells of blocked work. */
  private static final class Refusing implements AlertSink {

    private volatile boolean hasRefused;

    @Override
    public String name() {
      return "pager";
    }

    @Override
    public void send(AlertMessage message) {
      if (message instanceof AlertMessage.Digest told
          && told.digest().lines().stream()
              .anyMatch(line -> line.group().code().equals("STAGE_BLOCKED"))) {
        hasRefused = true;
        throw new AlertSinkException("pager does not answer");
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {
    ingest.close();
    ledger.close();
    pool.close();
  }
}
