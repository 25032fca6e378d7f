package dev.ingest.simulator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.PublishedResult;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.Upload;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.invariants.Invariants;
import dev.ingest.core.invariants.WatchedContent;
import dev.ingest.core.invariants.WatchedLedger;
import dev.ingest.core.invariants.Witness;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Stores in memory and engines over them that do one thing at a time, where a test says so: a plan
 * of faults pauses one engine at an exact call and lets others act meanwhile.
 */
final class Bench {

  static final Duration LEASE = Duration.ofSeconds(10);
  static final Duration IDLE = Duration.ofMinutes(5);
  static final Duration GRACE = Duration.ofMinutes(1);
  static final SequenceKey KEY = SequenceKey.of("owner", "sequence");
  static final Map<String, String> ITEMS = new TreeMap<>(Map.of("a", "alpha", "b", "beta"));

  final ManualTime time = new ManualTime(Instant.parse("2026-01-01T00:00:00Z"));
  final InMemoryLedger rawLedger = new InMemoryLedger(time, IncarnationId.ofBits(1, 2));
  final InMemoryContent rawContent = new InMemoryContent();
  final Witness witness = new Witness();
  final WatchedLedger ledger = new WatchedLedger(rawLedger, witness);
  final WatchedContent content = new WatchedContent(rawContent.access(), rawLedger);
  final Invariants invariants = new Invariants(rawLedger, rawContent, witness);
  private final SplittableRandom random = new SplittableRandom(7);
  private int stageRuns;

  /** An engine with tasks that run at once, and a plan of what goes wrong with its calls. */
  Engine engine(String name, FaultPlan plan) {
    ContentAccess faulty = new FaultingContent(content.access(name), plan).access();
    Node node =
        new Node(
            new Node.Identity(new NodeId(name), "v1"),
            new FaultingLedger(ledger, plan),
            faulty.store(),
            List.of(pipeline()),
            new Node.Policies(
                new TimePolicy(Duration.ofMinutes(1), Duration.ofDays(30), Duration.ofDays(7)),
                new IntakeLimits(1_000, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, IDLE),
                new WorkPolicy(LEASE, 3, Duration.ofSeconds(1), Duration.ofSeconds(10), 4)),
            new Seams(time, random::nextLong, Runnable::run, this::pass));
    return new Engine(node, faulty.purger(), GRACE, new Supervisor(EngineListener.NONE));
  }

  private Pipeline pipeline() {
    return Pipeline.named("main")
        .stage(
            Stage.perItem(
                "copy",
                1,
                (item, context) -> {
                  stageRuns++;
                  context.emit(item.name(), item.open());
                }))
        .expect(Expectation.onePerItem())
        .build();
  }

  /** Pauses a call before its effect, while others act. */
  static Fault meanwhile(Runnable others) {
    return new Fault.Delay(others, () -> {});
  }

  boolean pass(Duration duration) {
    time.advance(duration);
    return true;
  }

  Receipt submit(Engine engine) {
    try (Upload upload = engine.upload(KEY)) {
      ITEMS.forEach((name, text) -> upload.add(new ItemName(name), text.getBytes(US_ASCII)));
      Receipt receipt = upload.submit();
      invariants.received(receipt);
      return receipt;
    }
  }

  /** Runs everything that is due to its end. */
  void work(Engine engine) {
    while (engine.worker().tick() + engine.verifier().tick() > 0) {
      look();
    }
  }

  /** Checks everything. */
  void look() {
    invariants.check(ledger.drainTouched());
    invariants.check(content.drainTouched());
    invariants.checkAll();
  }

  Entry entry() {
    return rawLedger.ledger().find(List.of(KEY)).get(0).orElseThrow();
  }

  /** What readers see. */
  Map<String, String> read(Engine engine) throws IOException {
    PublishedResult result = engine.result(KEY).orElseThrow();
    Map<String, String> seen = new TreeMap<>();
    for (Iterator<ManifestItem> items = result.items(); items.hasNext(); ) {
      ItemName name = items.next().name();
      try (InputStream body = result.open(name).orElseThrow()) {
        seen.put(name.value(), new String(body.readAllBytes(), US_ASCII));
      }
    }
    return seen;
  }

  /** How many items stages have processed, over all attempts. */
  int itemsProcessed() {
    return stageRuns;
  }
}
