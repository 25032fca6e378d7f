package dev.ingest.micrometer;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Real engines over stores in memory, whose ledger has a clock that can be moved and can be out.
 */
final class Scene {

  private static final WorkPolicy WORK =
      new WorkPolicy(Duration.ofSeconds(30), 3, Duration.ofMillis(1), Duration.ofMillis(2), 4);

  static final Duration LONG_LEASE = Duration.ofMinutes(10);

  private final InMemoryContent content = new InMemoryContent();
  private volatile Duration ahead = Duration.ZERO;
  final InMemoryLedger ledger =
      new InMemoryLedger(
          () -> InstantSource.system().instant().plus(ahead), IncarnationId.ofBits(5, 5));
  private volatile Fault fault = new Fault.None();
  final AtomicInteger censuses = new AtomicInteger();
  final LedgerStore faulting =
      new FaultingLedger(
          ledger,
          call -> {
            if (call.method().equals("census")) {
              censuses.incrementAndGet();
            }
            return fault;
          });

  /** Has the ledger's clock jump. */
  void jump(Duration by) {
    ahead = ahead.plus(by);
  }

  /** Has every call of the ledger go wrong from now on. */
  void strike(Fault next) {
    fault = next;
  }

  IngestBuilder builder() {
    return Ingest.builder()
        .ledger(faulting)
        .content(content.access())
        .work(WORK)
        .longestPoll(Duration.ofMillis(20))
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  /** One sequence at a time, under leases that are not renewed while a test lasts. */
  static WorkPolicy lone() {
    return new WorkPolicy(
        LONG_LEASE, WORK.maxAttempts(), WORK.firstBackoff(), WORK.longestBackoff(), 1);
  }

  /** Fails for good, or once, as the sequence's name says. */
  static Stage troubled() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    return Stage.perItem(
        "copy",
        1,
        (item, context) -> {
          String id = context.sequence().id().value();
          if (id.startsWith("bad")) {
            throw new PermanentStageException("bad");
          }
          if (id.startsWith("flaky") && seen.add(id)) {
            throw new IllegalStateException("once");
          }
          context.emit(item.name(), item.open());
        });
  }

  static Pipeline pipeline(Stage stage) {
    return Pipeline.named("photos").stage(stage).expect(Expectation.onePerItem()).build();
  }

  static SequenceKey submit(Ingest ingest, String id) throws IOException {
    SequenceKey key = SequenceKey.of("alice", id);
    ingest.submit(key, upload -> upload.add(ItemName.of("a"), id.getBytes(StandardCharsets.UTF_8)));
    return key;
  }

  /** Counts the rows of all histories. */
  Map<TransitionKind, Long> history() {
    Map<TransitionKind, Long> counts = new EnumMap<>(TransitionKind.class);
    for (Entry entry : entries()) {
      for (HistoryRow row : ledger.ledger().history(entry.key(), 0, ScanQuery.MAX_LIMIT)) {
        counts.merge(row.step().kind(), 1L, Long::sum);
      }
    }
    return counts;
  }

  List<Entry> entries() {
    return ledger
        .ledger()
        .scan(new ScanQuery(Optional.empty(), Optional.empty(), Set.of(), Optional.empty(), 1_000))
        .entries();
  }
}
