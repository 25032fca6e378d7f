package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Entries and transitions for tests, with ids that never repeat. */
final class Sample {

  static final Instant START = Instant.parse("2026-01-02T03:04:05.006Z");
  static final StageRef STAGE = new StageRef("convert", 1);
  static final WorkRef WORK = new WorkRef("main", Optional.of(STAGE));
  static final WorkRef VERIFICATION = new WorkRef("main", Optional.empty());
  static final Reservation ROOM = new Reservation(10, 1_000);

  private static final AtomicLong IDS = new AtomicLong();

  private Sample() {}

  static ManualTime time() {
    return new ManualTime(START);
  }

  static SessionId session() {
    return SessionId.ofBits(1, IDS.incrementAndGet());
  }

  static TransitionId transition() {
    return TransitionId.ofBits(2, IDS.incrementAndGet());
  }

  static SequenceKey key(int number) {
    return SequenceKey.of("owner", String.format("s%05d", number));
  }

  /** Opens a session and prepares the transition that accepts its sequence. */
  static Transition openAndPrepare(LedgerStore store, SequenceKey key) {
    SessionId session = session();
    store.sessions().open(session, key, ROOM, OwnerQuota.UNLIMITED);
    return accept(key, session, 100, store.ledger().now());
  }

  static Entry accepted(LedgerStore store, SequenceKey key) {
    Transition accept = openAndPrepare(store, key);
    commit(store, accept);
    return accept.after();
  }

  static Transition accept(SequenceKey key, SessionId session, long bytes, Instant now) {
    Receipt receipt =
        new Receipt(
            key,
            new ManifestSummary(Digest.ofUtf8(key.toString()), 1, bytes),
            now,
            now.plus(Duration.ofHours(1)),
            now.plus(Duration.ofDays(1)));
    Entry entry =
        new Entry(
            receipt,
            new RawLocation(session, List.of(0)),
            new Position(State.ACCEPTED, 1, now, 0, Optional.empty()),
            new Run(
                1,
                RunKind.PRIMARY,
                new PipelineRef("main", Digest.ofUtf8("plan")),
                Optional.of(STAGE),
                0,
                Optional.empty()),
            Optional.empty(),
            Standing.CLEAR,
            ChainHead.EMPTY);
    return transition(
        new Guard.Accept(session, 0),
        Optional.empty(),
        entry,
        LeaseEffect.END,
        TransitionKind.ACCEPTED);
  }

  /** Makes a transition; the chain head of {@code after} is that of the entry before. */
  static Transition transition(
      Guard guard,
      Optional<State> from,
      Entry after,
      LeaseEffect lease,
      TransitionKind kind,
      AlertRow... alerts) {
    TransitionId id = transition();
    ChainHead before = after.chain();
    ChainHead head = new ChainHead(before.length() + 1, Digest.ofUtf8(before.head() + " " + id));
    HistoryRow row =
        new HistoryRow(
            after.key(),
            new HistoryRow.Step(id, kind, START),
            from,
            after.state(),
            new HistoryRow.Note("node-1", "detail"),
            new HistoryRow.Link(head.length(), before.head(), head.head()));
    return new Transition(guard, after.withChain(head), lease, row, List.of(alerts));
  }

  static Position position(Entry entry, State state, Optional<Lease> lease) {
    return new Position(
        state, entry.version() + 1, entry.position().visibleAt(), entry.position().fence(), lease);
  }

  /** Finishes the only stage under the claimed lease. */
  static Transition processed(Entry claimed) {
    Lease lease = claimed.position().lease().orElseThrow();
    Entry after =
        claimed.with(
            position(claimed, State.PROCESSED, Optional.empty()),
            claimed.run().movedTo(Optional.empty(), output("runs/" + claimed.key().id())));
    return transition(
        new Guard.WithLease(lease.token(), claimed.version()),
        Optional.of(claimed.state()),
        after,
        LeaseEffect.END,
        TransitionKind.STAGE_DONE);
  }

  static SealedOutput output(String prefix) {
    return new SealedOutput(
        new ContentPrefix(prefix), new ManifestSummary(Digest.ofUtf8(prefix), 3, 300));
  }

  /** Gives the entry every part that an entry can have. */
  static Transition verified(Entry stored) {
    Entry after =
        new Entry(
            stored.receipt(),
            new RawLocation(stored.raw().session(), List.of(0, 4, 4, 9)),
            position(stored, State.VERIFIED, Optional.empty()),
            stored.run(),
            Optional.of(new Publication(output("results/one"), 1, START)),
            new Standing(
                true,
                3,
                true,
                Optional.of(new Hold("someone", "a reason", START)),
                Optional.of(new Failure("STAGE_FAILED", Optional.of(STAGE), "it failed"))),
            stored.chain());
    return transition(
        new Guard.AtVersion(stored.version()),
        Optional.of(stored.state()),
        after,
        LeaseEffect.END,
        TransitionKind.VERIFIED);
  }

  /** Sets the overdue mark, with an alert, and lets the lease be. */
  static Transition overdue(Entry stored) {
    Entry after =
        new Entry(
            stored.receipt(),
            stored.raw(),
            position(stored, stored.state(), stored.position().lease()),
            stored.run(),
            stored.published(),
            stored.standing().withOverdue(true),
            stored.chain());
    return transition(
        new Guard.AtVersion(stored.version()),
        Optional.of(stored.state()),
        after,
        LeaseEffect.KEEP,
        TransitionKind.OVERDUE,
        alert("SEQUENCE_OVERDUE", stored.key()));
  }

  static AlertRow alert(String code, SequenceKey key) {
    return new AlertRow(
        new AlertRow.Group(code, "main", "convert@1", "v1"), START, Optional.of(key), "late");
  }

  static ClaimRequest claim(String node, int limit, WorkRef... work) {
    return new ClaimRequest(new NodeId(node), "v1", Set.of(work), limit, Duration.ofSeconds(30));
  }

  static Entry claimOne(LedgerStore store) {
    List<Claimed> claimed = store.work().claim(claim("node-1", 1, WORK, VERIFICATION));
    return claimed.get(0).entry();
  }

  static SessionItem item(int ordinal) {
    return new SessionItem(
        ordinal,
        new ManifestItem(new ItemName("item-" + ordinal), 10, Digest.ofUtf8("item-" + ordinal)));
  }

  static Entry find(LedgerStore store, SequenceKey key) {
    return store.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  static void commit(LedgerStore store, Transition transition) {
    List<Outcome> outcomes = store.ledger().commit(List.of(transition));
    if (!outcomes.equals(List.of(Outcome.APPLIED))) {
      throw new AssertionError(outcomes.toString());
    }
  }
}
