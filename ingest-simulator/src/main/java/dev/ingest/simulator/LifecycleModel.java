package dev.ingest.simulator;

import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Clocks;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.core.lifecycle.Proof;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One sequence as the exploration sees it: canonical entries, numbered, with everything that can
 * happen to each of them, decided by the real lifecycle.
 *
 * <p>Canonical means that numbers which only grow (version, fence, length of the history) and texts
 * and times that no decision depends on are constant, so that equal situations are equal. Attempts
 * beyond the limit plus two are all alike. Every decision is checked as it is made.
 */
final class LifecycleModel {

  static final int MAX_ATTEMPTS = 3;
  private static final int MAX_EPOCH = 2;
  private static final int ALIKE_FROM = MAX_ATTEMPTS + 2;
  private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant DEADLINE = EARLY.plusSeconds(60);
  private static final Instant EXPIRY = EARLY.plusSeconds(3_600);
  private static final Instant LATE = EXPIRY.plusSeconds(60);
  private static final long FENCE = 1_000;
  private static final StageRef FIRST = new StageRef("first", 1);
  private static final StageRef SECOND = new StageRef("second", 1);
  private static final Digest ROOT = Digest.ofUtf8("root");
  private static final PipelineRef PIPELINE = new PipelineRef("main", ROOT);
  private static final PipelineRef OTHER = new PipelineRef("other", ROOT);
  private static final Event.Act ACT = new Event.Act("someone", "a reason");
  private static final Failure FAILURE = new Failure("CODE", Optional.empty(), "");

  /** Who can make something happen. */
  enum By {
    /** The worker with the current lease, and its work goes on. */
    HOLDER,
    /** Anybody: a mark or a recorded act. */
    ANYBODY
  }

  /** A step that is possible: who makes it and the entry that it leads to. */
  record Step(By by, boolean takeover, int to) {}

  private final Map<Entry, Integer> numbers = new HashMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final List<List<Step>> steps = new ArrayList<>();
  private final Set<State> states = new HashSet<>();
  private final Set<String> edges = new HashSet<>();
  private long decisions;

  /** Returns the number of a freshly accepted entry. */
  int start() {
    Receipt receipt =
        new Receipt(
            SequenceKey.of("owner", "sequence"),
            new ManifestSummary(ROOT, 1, 1),
            EARLY,
            DEADLINE,
            EXPIRY);
    return number(
        new Entry(
            receipt,
            new RawLocation(SessionId.ofBits(0, 1), List.of(0)),
            new Position(State.ACCEPTED, 1, EARLY, FENCE, Optional.empty()),
            new Run(1, RunKind.PRIMARY, PIPELINE, Optional.of(FIRST), 0, Optional.empty()),
            Optional.empty(),
            Standing.CLEAR,
            ChainHead.EMPTY));
  }

  Entry entry(int number) {
    return entries.get(number);
  }

  Set<State> states() {
    return states;
  }

  Set<String> edges() {
    return edges;
  }

  long decisions() {
    return decisions;
  }

  int size() {
    return entries.size();
  }

  /** Leases an entry, as a store does; any entry that is under way can be due. */
  int claimed(int number) {
    Entry entry = entries.get(number);
    Run run = entry.active().withAttempts(entry.active().attempts() + 1);
    State state = entry.state() == State.ACCEPTED ? State.PROCESSING : entry.state();
    return number(entry.with(position(state, true), run));
  }

  /** Hands a lease back, as a store does. */
  int handedBack(int number) {
    Entry entry = entries.get(number);
    Run run = entry.active().withAttempts(Math.max(0, entry.active().attempts() - 1));
    State state = entry.state() == State.PROCESSING ? State.ACCEPTED : entry.state();
    return number(entry.with(position(state, false), run));
  }

  /** Returns what events can do to an entry. */
  List<Step> steps(int number) {
    while (steps.size() <= number) {
      steps.add(List.of());
    }
    if (steps.get(number).isEmpty()) {
      steps.set(number, decideAll(entries.get(number)));
    }
    return steps.get(number);
  }

  private List<Step> decideAll(Entry entry) {
    List<Step> possible = new ArrayList<>();
    if (entry.position().lease().isPresent()) {
      Lease lost = entry.position().lease().get();
      decide(entry, new Event.LeaseLost(lost, MAX_ATTEMPTS), EARLY)
          .ifPresent(to -> possible.add(new Step(By.HOLDER, true, to)));
      for (Event event : work(entry)) {
        decide(entry, event, EARLY).ifPresent(to -> possible.add(new Step(By.HOLDER, false, to)));
      }
      decide(entry, new Event.Verified(ROOT, EARLY), LATE)
          .ifPresent(to -> possible.add(new Step(By.HOLDER, false, to)));
    }
    for (Event event : acts(entry)) {
      for (Instant now : List.of(EARLY, LATE)) {
        decide(entry, event, now).ifPresent(to -> possible.add(new Step(By.ANYBODY, false, to)));
      }
    }
    return possible;
  }

  private static List<Event> work(Entry entry) {
    Optional<StageRef> stage = entry.active().stage();
    Optional<StageRef> next =
        stage.equals(Optional.of(FIRST)) ? Optional.of(SECOND) : Optional.empty();
    int epoch = entry.active().epoch();
    String name = stage.map(StageRef::name).orElse("none");
    SealedOutput output =
        new SealedOutput(
            new ContentPrefix("run/" + name + "-" + epoch), new ManifestSummary(ROOT, 1, 1));
    return List.of(
        new Event.StageDone(output, next),
        new Event.StageFailed(FAILURE, false, MAX_ATTEMPTS, EARLY),
        new Event.StageFailed(FAILURE, true, MAX_ATTEMPTS, EARLY),
        new Event.StagePending(ROOT, LATE),
        new Event.Verified(ROOT, EARLY),
        new Event.Verified(Digest.ofUtf8("another root"), EARLY),
        new Event.VerificationFailed(FAILURE),
        new Event.VerificationUnknown(FAILURE, OptionalInt.of(MAX_ATTEMPTS), EARLY),
        new Event.VerificationUnknown(FAILURE, OptionalInt.empty(), EARLY),
        new SideRunEvent.Replaced(ROOT, EARLY, Duration.ofMinutes(1)),
        new SideRunEvent.Replaced(ROOT, EARLY, Duration.ZERO),
        new SideRunEvent.Replaced(Digest.ofUtf8("another root"), EARLY, Duration.ZERO),
        new SideRunEvent.Compared(ROOT, true, ""),
        new SideRunEvent.Compared(ROOT, false, "a difference"));
  }

  private static List<Event> acts(Entry entry) {
    List<Event> acts = new ArrayList<>();
    acts.add(new Event.DeadlinePassed());
    acts.add(new Event.ExpiryNear(Duration.ofMinutes(1), 1));
    acts.add(new Event.ExpiryNear(Duration.ofSeconds(20), 2));
    acts.add(new Event.ToldEarly(0));
    acts.add(new Event.DeadlineExtended(EXPIRY, ACT));
    acts.add(new Event.HoldPlaced(new Hold("someone", "a reason", EARLY)));
    acts.add(new Event.HoldPlaced(new Hold(BackfillActor.of("some"), "a reason", EARLY)));
    acts.add(new Event.HoldReleased(ACT));
    for (Event.Ground ground : Event.Ground.values()) {
      acts.add(new Event.DiscardDecided(ground, ACT));
    }
    acts.add(new Event.DisposalFinished());
    for (Optional<String> doubt : List.of(Optional.<String>empty(), Optional.of("a doubt"))) {
      acts.add(
          new Event.ExpiryStarted(
              new Proof.ReadBack(ROOT, EARLY),
              new Clocks(Duration.ZERO, doubt),
              Duration.ZERO,
              Duration.ofDays(1)));
    }
    acts.add(new Event.DamageFound(FAILURE, true));
    acts.add(new Event.DamageFound(FAILURE, false));
    acts.add(new Event.RawDamageFound(FAILURE, LATE, Optional.empty()));
    acts.add(new Event.ProofRenewed(ROOT, LATE, Optional.empty()));
    acts.add(new Event.LeftoversSwept());
    acts.add(new SideRunEvent.Cancelled(ACT));
    acts.add(new SideRunEvent.Released());
    if (entry.nextEpoch() <= MAX_EPOCH) {
      for (RunKind kind : List.of(RunKind.REPLACEMENT, RunKind.SHADOW)) {
        acts.add(new SideRunEvent.Started(kind, PIPELINE, FIRST, Optional.empty(), ACT));
      }
      acts.add(new Event.Redriven(PIPELINE, FIRST, DEADLINE, Duration.ofDays(1), ACT));
      acts.add(new Event.Rerouted(PIPELINE.name(), OTHER, FIRST, ACT));
      RawLocation raw = new RawLocation(SessionId.ofBits(0, 2), List.of(0));
      acts.add(new Event.Readmitted(entry.receipt(), raw, PIPELINE, FIRST));
    }
    return acts;
  }

  private Optional<Integer> decide(Entry entry, Event event, Instant now) {
    decisions++;
    Decision decision = Lifecycle.decide(entry, event, now);
    if (decision instanceof Decision.Change change) {
      new DecisionRules(entry, event, change, now).check();
      edges.add(event.kind() + " " + entry.state() + " -> " + change.after().state());
      return Optional.of(number(stored(entry, change)));
    }
    return Optional.empty();
  }

  /** Applies a change as a store does. */
  private static Entry stored(Entry before, Decision.Change change) {
    boolean leased = change.lease() == LeaseEffect.KEEP && before.position().lease().isPresent();
    return undated(change.after()).withPosition(position(change.after().state(), leased));
  }

  /** A proof that is renewed may be renewed again. */
  private static Entry undated(Entry entry) {
    return new Entry(
        entry.receipt(),
        entry.raw(),
        entry.position(),
        entry.run(),
        entry.published().map(LifecycleModel::undated),
        entry.standing(),
        entry.chain(),
        entry
            .beside()
            .withSuperseded(
                entry
                    .beside()
                    .superseded()
                    .map(kept -> new Superseded(undated(kept.publication()), kept.until()))));
  }

  private static Publication undated(Publication shown) {
    return new Publication(shown.result(), shown.epoch(), EARLY);
  }

  private static Position position(State state, boolean leased) {
    Lease lease =
        new Lease(
            new LeaseToken(IncarnationId.ofBits(0, 1), FENCE), new NodeId("node"), "v1", EARLY);
    return new Position(state, 1, EARLY, FENCE, leased ? Optional.of(lease) : Optional.empty());
  }

  private int number(Entry entry) {
    Run run = entry.run().withAttempts(Math.min(entry.run().attempts(), ALIKE_FROM));
    Standing standing = entry.standing().withFailure(entry.standing().failure().map(f -> FAILURE));
    Entry canonical =
        new Entry(
            entry.receipt(),
            entry.raw(),
            entry.position(),
            run,
            entry.published(),
            standing,
            ChainHead.EMPTY,
            entry
                .beside()
                .run()
                .map(side -> side.withAttempts(Math.min(side.attempts(), ALIKE_FROM)))
                .map(entry.beside()::withRun)
                .orElse(entry.beside()));
    return numbers.computeIfAbsent(
        canonical,
        fresh -> {
          entries.add(fresh);
          states.add(fresh.state());
          return entries.size() - 1;
        });
  }
}
