package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
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
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Makes entries and transitions that are valid for a ledger, without an engine: versions and
 * ordinals that follow, and a hash chain of its own, since a ledger stores hashes and does not
 * compute them.
 *
 * <p>The same seed gives the same ids. Safe for use by several threads.
 */
public final class Transitions {

  /** The pipeline of every entry made here. */
  public static final PipelineRef PIPELINE = new PipelineRef("photos", Digest.ofUtf8("plan 1"));

  /** The stage at which every entry starts. */
  public static final StageRef FIRST_STAGE = new StageRef("resize", 1);

  /** The stage that follows. */
  public static final StageRef SECOND_STAGE = new StageRef("index", 2);

  private static final Duration TO_DEADLINE = Duration.ofHours(1);
  private static final Duration TO_EXPIRY = Duration.ofDays(1);

  private final SplittableRandom random;
  private final InstantSource clock;

  /**
   * Creates a maker.
   *
   * @param seed what the ids are drawn from
   * @param clock the time that new entries and rows carry
   */
  public Transitions(long seed, InstantSource clock) {
    this.random = new SplittableRandom(seed);
    this.clock = clock;
  }

  /**
   * Mints a session id.
   *
   * @return a fresh id
   */
  public synchronized SessionId sessionId() {
    return SessionId.ofBits(random.nextLong(), random.nextLong());
  }

  /**
   * Mints a transition id.
   *
   * @return a fresh id
   */
  public synchronized TransitionId transitionId() {
    return TransitionId.ofBits(random.nextLong(), random.nextLong());
  }

  /**
   * Makes the entry that an acceptance writes: ACCEPTED, due now for {@link #FIRST_STAGE}, with a
   * deadline in an hour and expiry in a day, of two items and 2,048 bytes.
   *
   * @param key the sequence
   * @param session the session that uploaded it, in its first part
   * @return the entry, still without history
   */
  public Entry entry(SequenceKey key, SessionId session) {
    Instant now = clock.instant();
    ManifestSummary manifest = new ManifestSummary(Digest.ofUtf8("manifest of " + key), 2, 2_048);
    return new Entry(
        new Receipt(key, manifest, now, now.plus(TO_DEADLINE), now.plus(TO_EXPIRY)),
        new RawLocation(session, List.of(0)),
        new Position(State.ACCEPTED, 1, now, 0, Optional.empty()),
        new Run(1, RunKind.PRIMARY, PIPELINE, Optional.of(FIRST_STAGE), 0, Optional.empty()),
        Optional.empty(),
        Standing.CLEAR,
        ChainHead.EMPTY);
  }

  /**
   * Accepts a sequence with its session's latest part.
   *
   * @param entry the entry to write, of version 1 and without history
   * @param alerts what to tell
   * @return the transition
   */
  public Transition accept(Entry entry, AlertRow... alerts) {
    RawLocation raw = entry.raw();
    Guard guard = new Guard.Accept(raw.session(), raw.latestPart());
    return link(guard, entry, Optional.empty(), LeaseEffect.END, TransitionKind.ACCEPTED, alerts);
  }

  /**
   * Accepts a re-upload of a sequence that has an entry, with the new session's latest part.
   *
   * @param read the entry as it was read
   * @param raw the new session
   * @return the transition to ACCEPTED, in the next epoch
   */
  public Transition readmit(Entry read, RawLocation raw) {
    Run old = read.run();
    Run run =
        new Run(
            old.epoch() + 1,
            RunKind.PRIMARY,
            PIPELINE,
            Optional.of(FIRST_STAGE),
            0,
            Optional.empty());
    Position due = positioned(read, State.ACCEPTED, clock.instant());
    Entry after =
        new Entry(
            read.receipt(),
            raw,
            due,
            run,
            Optional.empty(),
            read.standing(),
            read.chain(),
            read.beside());
    Guard guard = new Guard.Readmit(raw.session(), raw.latestPart(), read.version());
    return link(
        guard, after, Optional.of(read.state()), LeaseEffect.END, TransitionKind.READMITTED);
  }

  /**
   * Changes marks and leaves the lease alone.
   *
   * @param read the entry as it was read
   * @param mark the change
   * @param alerts what to tell
   * @return the transition, guarded by the version that was read
   */
  public Transition mark(Entry read, UnaryOperator<Standing> mark, AlertRow... alerts) {
    return link(
        new Guard.AtVersion(read.version()),
        read.withPosition(raised(read)).withStanding(mark.apply(read.standing())),
        Optional.of(read.state()),
        LeaseEffect.KEEP,
        TransitionKind.HELD,
        alerts);
  }

  /**
   * Renews the proof of a published result, and leaves everything else as it is.
   *
   * @param read the entry as it was read, with a published result
   * @param at when it was read back
   * @return the transition, guarded by the version that was read
   */
  public Transition proven(Entry read, Instant at) {
    Publication shown = read.published().orElseThrow();
    Entry after =
        new Entry(
            read.receipt(),
            read.raw(),
            raised(read),
            read.run(),
            Optional.of(new Publication(shown.result(), shown.epoch(), at)),
            read.standing(),
            read.chain(),
            read.beside());
    return link(
        new Guard.AtVersion(read.version()),
        after,
        Optional.of(read.state()),
        LeaseEffect.KEEP,
        TransitionKind.PROOF_RENEWED);
  }

  /**
   * Moves an entry to a state, by decision and not by work, due now, and ends its lease. What the
   * state needs (a publication, a failure, a sealed candidate) is made up where it is missing.
   *
   * @param read the entry as it was read
   * @param to any state but PROCESSING
   * @param alerts what to tell
   * @return the transition, guarded by the version that was read
   */
  public Transition move(Entry read, State to, AlertRow... alerts) {
    return change(read, new Guard.AtVersion(read.version()), kindOf(to), after(read, to), alerts);
  }

  /**
   * Completes the stage that an entry is leased for, and ends the lease.
   *
   * @param leased the entry as it was claimed
   * @param next the next stage; empty to seal the candidate
   * @return the transition, guarded by the lease and the version that was read
   */
  public Transition stageDone(Entry leased, Optional<StageRef> next) {
    LeaseToken token =
        leased
            .position()
            .lease()
            .orElseThrow(() -> new IllegalArgumentException("no lease on " + leased.key()))
            .token();
    State to =
        leased.beside().run().isPresent()
            ? leased.state()
            : next.isPresent() ? State.ACCEPTED : State.PROCESSED;
    Run run = leased.active().movedTo(next, output(leased, token.fence()));
    return change(
        leased,
        new Guard.WithLease(token, leased.version()),
        TransitionKind.STAGE_DONE,
        leased.with(positioned(leased, to, clock.instant()), run));
  }

  /**
   * Begins a run beside the published result of a VERIFIED entry, due now for its first stage. The
   * primary run is made to be at rest with what is published.
   *
   * @param read the entry as it was read, VERIFIED
   * @param side the run, of an epoch above the primary run's
   * @return the transition, guarded by the version that was read
   */
  public Transition sideRun(Entry read, Run side) {
    Run old = read.run();
    Run rest =
        new Run(
            old.epoch(),
            RunKind.PRIMARY,
            old.pipeline(),
            Optional.empty(),
            0,
            read.published().map(Publication::result),
            old.backfill());
    Entry after =
        new Entry(
            read.receipt(),
            read.raw(),
            positioned(read, State.VERIFIED, clock.instant()),
            rest,
            read.published(),
            read.standing().withLeftovers(true),
            read.chain(),
            read.beside().withRun(side));
    return change(
        read, new Guard.AtVersion(read.version()), TransitionKind.SIDE_RUN_STARTED, after);
  }

  /**
   * Publishes the candidate of the run beside a result, which becomes the primary one.
   *
   * @param leased the entry as it was claimed, with a run whose stages are all done
   * @param keptUntil until when the result before stays
   * @return the transition, guarded by the lease and the version that was read
   */
  public Transition replaced(Entry leased, Instant keptUntil) {
    Run side = leased.beside().run().orElseThrow();
    Publication before = leased.published().orElseThrow();
    Instant now = millis(clock.instant());
    Entry after =
        new Entry(
            leased.receipt(),
            leased.raw(),
            positioned(leased, State.VERIFIED, now),
            side.as(RunKind.PRIMARY).withAttempts(0),
            Optional.of(new Publication(side.output().orElseThrow(), side.epoch(), now)),
            leased.standing(),
            leased.chain(),
            leased
                .beside()
                .withoutRun()
                .withSuperseded(Optional.of(new Superseded(before, keptUntil))));
    return change(
        leased,
        new Guard.WithLease(leased.position().lease().orElseThrow().token(), leased.version()),
        TransitionKind.REPLACED,
        after);
  }

  /**
   * Ends the run beside a result, which stays as it is.
   *
   * @param read the entry as it was read, with such a run
   * @return the transition, guarded by the version that was read
   */
  public Transition cancelled(Entry read) {
    Entry after =
        read.withBeside(read.beside().withoutRun())
            .withPosition(positioned(read, State.VERIFIED, clock.instant()));
    return change(
        read, new Guard.AtVersion(read.version()), TransitionKind.SIDE_RUN_CANCELLED, after);
  }

  /**
   * Makes any change that ends the lease.
   *
   * @param read the entry as it was read
   * @param guard what must be true
   * @param kind what happened
   * @param after the entry as it shall be; its version and chain are made to follow {@code read}
   * @param alerts what to tell
   * @return the transition
   */
  public Transition change(
      Entry read, Guard guard, TransitionKind kind, Entry after, AlertRow... alerts) {
    Position asked = after.position();
    Position follows =
        new Position(
            asked.state(), read.version() + 1, asked.visibleAt(), asked.fence(), asked.lease());
    Entry linked = after.withPosition(follows).withChain(read.chain());
    return link(guard, linked, Optional.of(read.state()), LeaseEffect.END, kind, alerts);
  }

  /**
   * Makes an alert about a sequence.
   *
   * @param code the alert's code
   * @param key the sequence
   * @return the row
   */
  public AlertRow alert(String code, SequenceKey key) {
    AlertRow.Group group = new AlertRow.Group(code, PIPELINE.name(), FIRST_STAGE.toString(), "1.0");
    return new AlertRow(group, clock.instant(), Optional.of(key), code + ": look at " + key);
  }

  private Transition link(
      Guard guard,
      Entry after,
      Optional<State> from,
      LeaseEffect lease,
      TransitionKind kind,
      AlertRow... alerts) {
    HistoryRow.Step step = new HistoryRow.Step(transitionId(), kind, clock.instant());
    return chained(
        guard, after, from, lease, step, new HistoryRow.Note("testkit", ""), List.of(alerts));
  }

  /**
   * Puts a history row with any words at the end of an entry's chain.
   *
   * @param made a transition made here
   * @param note the words that its row shall carry
   * @return the transition with that note, under the same id
   */
  public static Transition noted(Transition made, HistoryRow.Note note) {
    HistoryRow row = made.row();
    ChainHead before = new ChainHead(row.link().ordinal() - 1, row.link().previous());
    return chained(
        made.guard(),
        made.after().withChain(before),
        row.from(),
        made.lease(),
        row.step(),
        note,
        made.alerts());
  }

  private static Transition chained(
      Guard guard,
      Entry after,
      Optional<State> from,
      LeaseEffect lease,
      HistoryRow.Step step,
      HistoryRow.Note note,
      List<AlertRow> alerts) {
    Digest previous = after.chain().head();
    long ordinal = after.chain().length() + 1;
    Digest hash = Digest.ofUtf8(previous + "\n" + ordinal + "\n" + step + "\n" + note);
    HistoryRow row =
        new HistoryRow(
            after.key(),
            step,
            from,
            after.state(),
            note,
            new HistoryRow.Link(ordinal, previous, hash));
    return new Transition(guard, after.withChain(new ChainHead(ordinal, hash)), lease, row, alerts);
  }

  private Entry after(Entry read, State to) {
    Run run = read.run();
    Standing standing = read.standing();
    Optional<Publication> published = read.published();
    SealedOutput output =
        run.output().orElseGet(() -> output(read, Math.max(1, read.position().fence())));
    if (to == State.PROCESSED) {
      run = run.movedTo(Optional.empty(), output);
    } else if (to == State.ACCEPTED && run.stage().isEmpty()) {
      run = run.movedTo(Optional.of(FIRST_STAGE), output);
    } else if (needsPublication(to) && published.isEmpty()) {
      published = Optional.of(new Publication(output, run.epoch(), millis(clock.instant())));
    } else if (to == State.FAILED || to == State.LOST) {
      Failure failure = new Failure("ATTEMPTS_EXHAUSTED", run.stage(), "made up for a test");
      standing = standing.withFailure(Optional.of(failure));
    }
    Position position = positioned(read, to, clock.instant());
    return new Entry(
        read.receipt(),
        read.raw(),
        position,
        run,
        published,
        standing,
        read.chain(),
        read.beside().withoutRun());
  }

  private static boolean needsPublication(State state) {
    return switch (state) {
      case VERIFIED, EXPIRING, EXPIRED -> true;
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private static SealedOutput output(Entry entry, long fence) {
    ContentPrefix prefix =
        new ContentPrefix(
            "run/" + entry.raw().session() + "/" + entry.active().epoch() + "-" + fence);
    return new SealedOutput(prefix, entry.receipt().manifest());
  }

  private static Position positioned(Entry read, State state, Instant visibleAt) {
    Position before = read.position();
    return new Position(
        state, before.version() + 1, millis(visibleAt), before.fence(), Optional.empty());
  }

  private static Position raised(Entry read) {
    Position before = read.position();
    return new Position(
        before.state(), before.version() + 1, before.visibleAt(), before.fence(), before.lease());
  }

  private static TransitionKind kindOf(State to) {
    return switch (to) {
      case ACCEPTED -> TransitionKind.REDRIVEN;
      case PROCESSED -> TransitionKind.STAGE_DONE;
      case VERIFIED -> TransitionKind.VERIFIED;
      case EXPIRING -> TransitionKind.EXPIRING;
      case EXPIRED -> TransitionKind.EXPIRED;
      case FAILED -> TransitionKind.FAILED;
      case DISCARDING -> TransitionKind.DISCARDING;
      case DISCARDED -> TransitionKind.DISCARDED;
      case LOST -> TransitionKind.LOST;
      case PROCESSING ->
          throw new IllegalArgumentException("only a claim makes an entry PROCESSING");
    };
  }

  private static Instant millis(Instant at) {
    return at.truncatedTo(ChronoUnit.MILLIS);
  }
}
