package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.core.Expectation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RoutePolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.Upload;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.invariants.Invariants;
import dev.ingest.core.invariants.WatchedContent;
import dev.ingest.core.invariants.WatchedLedger;
import dev.ingest.core.invariants.Witness;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** An engine on manual time over in-memory stores, whose tasks run when the test says so. */
final class Bench {

  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  final ManualTime time = new ManualTime(START);
  final InMemoryContent content = new InMemoryContent();

  /** How far the ledger's clock is ahead of the true time. */
  Duration ledgerAhead = Duration.ZERO;

  final InMemoryLedger ledger =
      new InMemoryLedger(() -> time.instant().plus(ledgerAhead), IncarnationId.ofBits(7, 7));
  private final Witness witness = new Witness();
  final WatchedLedger watchedLedger = new WatchedLedger(ledger, witness);
  final WatchedContent watchedContent = new WatchedContent(content.access(), ledger);
  private final Invariants invariants = new Invariants(ledger, content, witness);
  final Queue<Runnable> tasks = new ArrayDeque<>();
  final List<Throwable> caught = new ArrayList<>();
  final List<String> told = new ArrayList<>();
  Executor executor = tasks::add;
  Seams.Commits commits = Seams.Commits.INLINE;
  WorkPolicy work =
      new WorkPolicy(Duration.ofSeconds(30), 3, Duration.ofSeconds(1), Duration.ofMinutes(1), 4);
  IntakeLimits limits = IntakeLimits.DEFAULT;
  TimePolicy times = TimePolicy.DEFAULT;
  RoutePolicy route = RoutePolicy.DEFAULT;
  boolean tellsOwners;
  EngineMeter meter = EngineMeter.NONE;
  private final SplittableRandom random = new SplittableRandom(42);
  private int nodes;

  Engine engine(Pipeline... pipelines) {
    return engine(watchedLedger, watchedContent, pipelines);
  }

  Engine engine(LedgerStore ledgerStore, ContentStore store, Pipeline... pipelines) {
    EngineListener listener =
        new EngineListener() {
          @Override
          public void driverFailed(String driver, Throwable cause, long total) {
            caught.add(cause);
          }

          @Override
          public void stageDone(Entry entry, StageRef stage) {
            told.add(entry.key() + " past " + stage.name());
          }

          @Override
          public void published(Entry entry) {
            told.add(entry.key() + " published");
          }

          @Override
          public void failed(Entry entry) {
            told.add(entry.key() + " failed");
          }

          @Override
          public void replaced(Entry entry) {
            told.add(entry.key() + " replaced");
          }

          @Override
          public void compared(Entry entry, boolean isEqual, String report) {
            told.add(entry.key() + " compared, " + (isEqual ? "equal" : "different: " + report));
          }

          @Override
          public void sideRunFailed(Entry entry, Run run) {
            told.add(entry.key() + " not replaced by " + run.pipeline().name());
          }
        };
    return new Engine(
        node(ledgerStore, store, pipelines),
        watchedContent,
        Duration.ofHours(1),
        new Supervisor(listener, meter));
  }

  /** A node that differs in its seams alone. */
  static Node with(Node node, Seams seams) {
    return new Node(
        node.identity(), node.ledger(), node.content(), node.pipelines(), node.policies(), seams);
  }

  /** Another node over these stores. */
  Node node(LedgerStore ledgerStore, ContentStore store, Pipeline... pipelines) {
    return new Node(
        new Node.Identity(new NodeId("node-" + nodes++), "v1"),
        ledgerStore,
        store,
        List.of(pipelines),
        new Node.Policies(times, limits, work, tellsOwners, route),
        new Seams(
            time,
            random::nextLong,
            executor,
            wait -> {
              time.advance(wait);
              return true;
            },
            Runnable::run,
            commits,
            () -> TimeUnit.MILLISECONDS.toNanos(time.instant().toEpochMilli())));
  }

  static Pipeline copying() {
    return pipeline(Stage.copy());
  }

  static Pipeline pipeline(Stage... stages) {
    Pipeline.Builder builder = Pipeline.named("test").expect(Expectation.onePerItem());
    for (Stage stage : stages) {
      builder.stage(stage);
    }
    return builder.build();
  }

  static Receipt submit(Engine engine, SequenceKey key, String... namesAndTexts) {
    try (Upload upload = engine.upload(key)) {
      add(upload, namesAndTexts);
      return upload.submit();
    }
  }

  static void add(Upload upload, String... namesAndTexts) {
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      upload.add(
          ItemName.of(namesAndTexts[i]), namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A ledger whose commits never get through, so that a submission ends after its manifest. */
  LedgerStore ledgerWithoutCommits() {
    return ledgerThatFails("commit");
  }

  /** A ledger of which all calls of one method fail before their effect. */
  LedgerStore ledgerThatFails(String method) {
    return new FaultingLedger(
        watchedLedger,
        call -> call.method().equals(method) ? new Fault.FailBefore() : new Fault.None());
  }

  /** Damages stored bytes behind the engine's back, and on the record. */
  void corrupt(ContentKey key) {
    witness.damaged(key, time.instant());
    content.corrupt(key, 0);
  }

  /** Flips a bit of a line feed, counted from 1, so that two lines of a manifest become one. */
  void joinLines(ContentKey manifest, int line) {
    byte[] bytes = content.bytes(manifest);
    int at = -1;
    for (int i = 0; i < line; i++) {
      do {
        at++;
      } while (bytes[at] != '\n');
    }
    witness.damaged(manifest, time.instant());
    content.corrupt(manifest, at);
  }

  /** Empties stored bytes behind the engine's back, and on the record. */
  void truncate(ContentKey key) {
    witness.damaged(key, time.instant());
    content.truncate(key, 0);
  }

  /** Removes stored bytes behind the engine's back, and on the record. */
  void remove(ContentKey key) {
    witness.damaged(key, time.instant());
    content.remove(key);
  }

  /** Holds everything that happened to the invariants of the reliability programme. */
  void checkInvariants() {
    invariants.checkAll();
  }

  /** Ticks worker and verifier and runs their tasks until nothing is due now. */
  void run(Engine engine) {
    do {
      runTasks();
    } while (engine.worker().tick() + engine.verifier().tick() > 0);
  }

  void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  Entry entry(SequenceKey key) {
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  State state(SequenceKey key) {
    return entry(key).state();
  }

  List<TransitionKind> kinds(SequenceKey key) {
    return history(key).stream().map(row -> row.step().kind()).toList();
  }

  List<HistoryRow> history(SequenceKey key) {
    return ledger.ledger().history(key, 0, 1_000);
  }

  List<String> alertCodes() {
    return ledger.pendingAlerts().stream().map(row -> row.group().code()).toList();
  }

  /** How often a code is in the outbox. */
  long told(String code) {
    return alertCodes().stream().filter(code::equals).count();
  }

  /** The first alert of a code that is in the outbox. */
  AlertRow alert(String code) {
    return ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().equals(code))
        .findFirst()
        .orElseThrow();
  }
}
