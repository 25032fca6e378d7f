package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the ledger contracts share: the ledger under test, opened anew for every case. */
public abstract class LedgerFixture {

  static final Instant START = Instant.parse("2026-03-01T10:00:00.250Z");
  static final Duration LEASE = Duration.ofSeconds(30);
  static final Reservation ROOM = new Reservation(10, 10_000);
  static final NodeId NODE = new NodeId("node-1");
  static final WorkRef FIRST_WORK =
      new WorkRef(Transitions.PIPELINE.name(), Optional.of(Transitions.FIRST_STAGE));
  static final WorkRef SECOND_WORK =
      new WorkRef(Transitions.PIPELINE.name(), Optional.of(Transitions.SECOND_STAGE));
  static final WorkRef VERIFICATION = new WorkRef(Transitions.PIPELINE.name(), Optional.empty());

  /** The time of this test, which is to be the ledger's clock; it moves by hand. */
  protected final ManualTime time = new ManualTime(START);

  final Transitions transitions = new Transitions(1, time);
  private @Nullable LedgerStore store;
  private @Nullable LedgerStore beside;

  /** Called by subclasses. */
  protected LedgerFixture() {}

  /**
   * Opens the ledger of this test. The first call in a test finds it empty; a later call comes
   * after the ledger was closed and finds, if it is durable, what was committed; or it comes from
   * {@link #openBeside}.
   *
   * @param clock the ledger's own clock
   * @return the ledger; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected abstract LedgerStore open(InstantSource clock) throws Exception;

  /**
   * Opens the ledger of this test once more while it is open, as another process would: an object
   * of its own over the same rows. Asked only of a ledger that declares itself {@linkplain
   * dev.ingest.spi.ledger.LedgerCapabilities#shared() shared}. Calls {@link #open} unless
   * overridden, which is right where that opens the same ledger each time.
   *
   * @param clock the ledger's own clock
   * @return another instance; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected LedgerStore openBeside(InstantSource clock) throws Exception {
    return open(clock);
  }

  /**
   * Opens the ledger of this test as a process does that comes after one which was killed: what is
   * open is not closed before. Asked only of a ledger that declares itself {@linkplain
   * dev.ingest.spi.ledger.LedgerCapabilities#durable() durable}. Calls {@link #openBeside} unless
   * overridden; a ledger that can be opened once at a time is opened over a copy of its place.
   *
   * @param clock the ledger's own clock
   * @return another instance; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected LedgerStore openAfterKill(InstantSource clock) throws Exception {
    return openBeside(clock);
  }

  @BeforeEach
  final void openLedger() throws Exception {
    store = open(time);
  }

  @AfterEach
  final void closeLedger() {
    if (beside != null) {
      beside.close();
      beside = null;
    }
    if (store != null) {
      store.close();
      store = null;
    }
  }

  final void reopen() throws Exception {
    closeLedger();
    openLedger();
  }

  final LedgerStore store() {
    if (store == null) {
      throw new IllegalStateException("the ledger is not open");
    }
    return store;
  }

  /**
   * Who else uses the ledger: another instance where it is shared, else the one that is open, for
   * there can be no other user.
   */
  final LedgerStore beside() throws Exception {
    if (!store().capabilities().shared()) {
      return store();
    }
    if (beside == null) {
      LedgerStore opened = SecondInstance.open(store().name(), () -> openBeside(time));
      SecondInstance.requireOther(store().name(), store(), opened);
      beside = opened;
    }
    return beside;
  }

  final Ledger ledger() {
    return store().ledger();
  }

  final WorkQueue work() {
    return store().work();
  }

  /** Opens a session without a quota. */
  final SessionId openSession(SequenceKey key) {
    SessionId id = transitions.sessionId();
    SessionOpening opening = store().sessions().open(id, key, ROOM, OwnerQuota.UNLIMITED);
    assertInstanceOf(SessionOpening.Opened.class, opening);
    return id;
  }

  final Outcome commit(Transition transition) {
    return commit(store(), transition);
  }

  static Outcome commit(LedgerStore by, Transition transition) {
    List<Outcome> outcomes = by.ledger().commit(List.of(transition));
    assertEquals(1, outcomes.size(), "one outcome per transition");
    return outcomes.get(0);
  }

  /** Commits, and reads the entry that came of it. */
  final Entry apply(Transition transition) {
    assertApplied(commit(transition));
    return find(transition.key());
  }

  final Entry accept(SequenceKey key) {
    return accept(key, entry -> entry);
  }

  final Entry accept(SequenceKey key, UnaryOperator<Entry> change) {
    return apply(transitions.accept(change.apply(transitions.entry(key, openSession(key)))));
  }

  final Entry accept(String id) {
    return accept(key(id));
  }

  /** Accepts, and moves on to a state by decision. */
  final Entry acceptAs(SequenceKey key, State state) {
    Entry accepted = accept(key);
    return state == State.ACCEPTED ? accepted : apply(transitions.move(accepted, state));
  }

  /** Accepts many sequences in few commits. */
  final List<Entry> acceptAll(List<SequenceKey> keys, UnaryOperator<Entry> change) {
    List<Transition> batch =
        keys.stream()
            .map(key -> change.apply(transitions.entry(key, openSession(key))))
            .map(transitions::accept)
            .toList();
    return applyAll(batch);
  }

  /** Commits in batches as large as they may be, and reads the entries that came of it. */
  final List<Entry> applyAll(List<Transition> batch) {
    int most = store().capabilities().maxBatch();
    List<Entry> stored = new ArrayList<>();
    for (int i = 0; i < batch.size(); i += most) {
      List<Transition> part = batch.subList(i, Math.min(i + most, batch.size()));
      ledger().commit(part).forEach(LedgerFixture::assertApplied);
      ledger()
          .find(part.stream().map(Transition::key).toList())
          .forEach(found -> stored.add(found.orElseThrow()));
    }
    return stored;
  }

  final Entry find(SequenceKey key) {
    return find(store(), key);
  }

  static Entry find(LedgerStore by, SequenceKey key) {
    List<Optional<Entry>> found = by.ledger().find(List.of(key));
    assertEquals(1, found.size(), "one answer per key");
    return found.get(0).orElseThrow(() -> new AssertionError("no entry of " + key));
  }

  final List<HistoryRow> history(SequenceKey key) {
    return ledger().history(key, 0, ScanQuery.MAX_LIMIT);
  }

  final List<Claimed> claim(int limit, WorkRef... wanted) {
    return claim(store(), limit, wanted);
  }

  static List<Claimed> claim(LedgerStore by, int limit, WorkRef... wanted) {
    return by.work().claim(new ClaimRequest(NODE, "1.0", Set.of(wanted), limit, LEASE));
  }

  final Claimed claimOne(WorkRef wanted) {
    List<Claimed> claimed = claim(1, wanted);
    assertEquals(1, claimed.size(), "one entry is due");
    return claimed.get(0);
  }

  static LeaseToken tokenOf(Entry leased) {
    return leased.position().lease().orElseThrow().token();
  }

  static SequenceKey key(String id) {
    return SequenceKey.of("o1", id);
  }

  static List<SequenceKey> keysOf(List<Entry> entries) {
    return entries.stream().map(Entry::key).toList();
  }

  static Held held(Entry leased) {
    return new Held(leased.key(), tokenOf(leased));
  }

  static List<SequenceKey> claimedKeys(List<Claimed> claimed) {
    return claimed.stream().map(one -> one.entry().key()).toList();
  }

  static Entry find(List<Claimed> claimed, SequenceKey key) {
    return claimed.stream()
        .map(Claimed::entry)
        .filter(entry -> entry.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  /** Puts elements into an order that the seed decides. */
  static <T> List<T> shuffled(List<T> elements, SplittableRandom random) {
    List<T> shuffled = new ArrayList<>(elements);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      Collections.swap(shuffled, i, random.nextInt(i + 1));
    }
    return shuffled;
  }

  static Entry dueAt(Entry entry, Instant at) {
    return entry.withPosition(new Position(State.ACCEPTED, 1, at, 0, Optional.empty()));
  }

  static Entry withStage(Entry entry, String pipeline, String stage, int version) {
    Run run = entry.run();
    return entry.withRun(
        new Run(
            run.epoch(),
            run.kind(),
            new PipelineRef(pipeline, run.pipeline().plan()),
            Optional.of(new StageRef(stage, version)),
            run.attempts(),
            run.output()));
  }

  static void assertApplied(Outcome outcome) {
    assertEquals(Outcome.APPLIED, outcome);
  }

  static void assertRefused(Outcome.Reason reason, Outcome outcome) {
    Outcome.NotApplied refused = assertInstanceOf(Outcome.NotApplied.class, outcome);
    assertEquals(reason, refused.reason(), refused::detail);
  }
}
