package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A group commit over a ledger in memory, on time that a test moves by hand. */
final class CommitBench {

  final ManualTime time = new ManualTime(Bench.START);
  final Transitions made = new Transitions(3, time);
  final AtomicLong elapsed = new AtomicLong();
  final List<Duration> pauses = new ArrayList<>();
  final List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
  final SteppedCommits stepped = new SteppedCommits();
  final CountedLedger ledger;
  final GroupCommit group;
  private final HeldLeases leases;
  boolean stopping;
  private int count;

  CommitBench() {
    this(1_000);
  }

  CommitBench(int maxBatch) {
    this(maxBatch, null);
  }

  CommitBench(EngineMeter meter) {
    this(1_000, null, meter);
  }

  /** Commits on the given seam; stepped if there is none. */
  CommitBench(int maxBatch, Seams.@Nullable Commits commits) {
    this(maxBatch, commits, EngineMeter.NONE);
  }

  private CommitBench(int maxBatch, Seams.@Nullable Commits commits, EngineMeter meter) {
    LedgerStore memory =
        new InMemoryLedger(
            time, IncarnationId.ofBits(7, 7), new LedgerCapabilities(false, false, maxBatch));
    this.ledger = new CountedLedger(memory);
    Node node = node(ledger, commits == null ? stepped : commits);
    this.leases = new HeldLeases(node);
    this.group = new GroupCommit(node, new Supervisor(listener(), meter));
  }

  private Node node(LedgerStore store, Seams.Commits commits) {
    Seams seams =
        new Seams(
            time,
            () -> 42,
            Runnable::run,
            pause -> {
              pauses.add(pause);
              return !stopping;
            },
            Runnable::run,
            commits,
            elapsed::get);
    return new Node(
        new Node.Identity(new NodeId("node"), "v1"),
        store,
        new InMemoryContent().access().store(),
        List.of(Bench.copying()),
        new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
        seams);
  }

  private EngineListener listener() {
    return new EngineListener() {
      @Override
      public void driverFailed(String driver, Throwable cause, long total) {
        reported.add(cause);
      }
    };
  }

  /** Makes an acceptance that the ledger applies; keys do not come in their order. */
  Transition acceptance() {
    int number = count++;
    SequenceKey key = SequenceKey.of("owner", "s-%03d".formatted(number * 7 % 1_000));
    SessionId session = made.sessionId();
    ledger.sessions().open(session, key, Reservation.NONE, OwnerQuota.UNLIMITED);
    return made.accept(made.entry(key, session));
  }

  List<Transition> acceptances(int wanted) {
    List<Transition> all = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      all.add(acceptance());
    }
    return all;
  }

  List<CompletableFuture<Outcome>> submit(List<Transition> transitions) {
    return transitions.stream().map(group::submit).toList();
  }

  /** A lease under which a transition's work may have been done. */
  HeldLeases.Grip lease(Transition transition) {
    LeaseToken token = new LeaseToken(ledger.incarnation(), 1);
    return leases.hold(transition.key(), token, elapsed.get());
  }

  /** Lets the time pass until the next drain that was left for later, and runs it. */
  void later() {
    SteppedCommits.Later next = stepped.laters.remove();
    elapsed.addAndGet(next.delay().toNanos());
    next.drain().run();
    stepped.run();
  }

  List<Integer> commitSizes() {
    return ledger.commits.stream().map(List::size).toList();
  }
}
