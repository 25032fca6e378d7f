package dev.ingest.simulator;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Expectation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.Blockages;
import dev.ingest.core.engine.Node;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.CallSite.Role;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole life of one sequence in a few steps, with faults at exact calls: upload by a session, a
 * failed attempt and another, a deadline that passes and is told, verification, publication,
 * expiry; beside it an upload that is given up. The nodes are real engines, the judges those of the
 * {@link Simulation}.
 *
 * <p>Each leg ticks the drivers that it is about until its goal is reached, as often as it takes a
 * node that died to lose what it held. What a leg does not reach, the end does, where all drivers
 * tick and no fault is left.
 */
final class Passage {

  static final Duration SWEEP_GRACE = Duration.ofSeconds(10);

  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration TARGET = Duration.ofMinutes(1);
  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(4);
  private static final Duration REPAIR_WINDOW = Duration.ofMinutes(1);
  private static final int MAX_ATTEMPTS = 6;

  static final ExpiryPolicy EXPIRY =
      new ExpiryPolicy(
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          List.of(REPAIR_WINDOW),
          ExpiryPolicy.Unproven.HOLD,
          1_000,
          Duration.ofMinutes(3));

  static final ScrubPolicy SCRUB = ScrubPolicy.DEFAULT.withAge(Duration.ofMinutes(2));

  static final Node.Policies POLICIES =
      new Node.Policies(
          new TimePolicy(TARGET, TIME_TO_LIVE, REPAIR_WINDOW),
          new IntakeLimits(100, 1 << 10, 1 << 12, OwnerQuota.UNLIMITED, IDLE),
          new WorkPolicy(LEASE, MAX_ATTEMPTS, Duration.ofSeconds(1), Duration.ofSeconds(4), 4),
          true);

  private static final SequenceKey KEY = SequenceKey.of("owner", "sequence");
  private static final SequenceKey LEFT = SequenceKey.of("owner", "left");
  private static final List<Content> ITEMS = List.of(content("a", "alpha"), content("b", "beta"));
  private static final Duration RESTART = Duration.ofSeconds(1);
  private static final Duration ROUND = Duration.ofSeconds(10);
  private static final int MAX_BEGINNINGS = 20;
  private static final int MAX_UPLOADS = 20;
  private static final int MAX_ROUNDS = 12;
  private static final int MAX_END_ROUNDS = 200;
  private static final int MAX_NESTED = 2;
  private static final Event.Act LOOKED =
      new Event.Act("operator", "compared the ledger's clock with another");

  private final World world;
  private final FaultSchedule schedule;
  private final boolean sentinelsMayFail;
  private PassageNode node;
  private final List<PassageNode> others = new ArrayList<>();
  private int lives;
  private int nested;
  private boolean isFailed;
  private boolean isAccepted;
  private long answered;

  /**
   * What a passage came to.
   *
   * @param calls all calls that were made, in order
   * @param struck the faults that struck
   * @param state where the sequence ended
   * @param tally what happened
   */
  record Report(
      List<CallPoint> calls, Map<CallPoint, CallFault> struck, State state, Tally tally) {}

  private Passage(World world, List<PlannedFault> faults) {
    this.world = world;
    this.schedule = new FaultSchedule(faults);
    this.sentinelsMayFail = faults.size() > 2;
    world.becomeQuiet();
    world.oracle().prepare(ITEMS);
    this.node = newNode();
  }

  private static Content content(String name, String text) {
    return new Content(new ItemName(name), text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Runs a passage; a broken promise is thrown.
   *
   * @param faults what goes wrong; none of it twice at one call
   * @param sabotage what is broken on purpose
   * @param story where everything is told, if anybody wants it
   */
  static Report run(List<PlannedFault> faults, Sabotage sabotage, @Nullable PrintStream story) {
    World world = new World(scenario(faults), sabotage, story);
    Passage passage = new Passage(world, faults);
    try {
      passage.run();
    } catch (Error | RuntimeException e) {
      throw new PassageFailure(faults, e);
    }
    return new Report(
        passage.schedule.calls(),
        passage.schedule.struck(),
        passage.entry().state(),
        world.tally());
  }

  /** Tells whether a fault strikes; what comes of it is for {@link #run} to say. */
  static boolean strikes(PlannedFault fault) {
    List<PlannedFault> faults = List.of(fault);
    Passage passage = new Passage(new World(scenario(faults), Sabotage.NONE, null), faults);
    try {
      passage.run();
    } catch (Error | RuntimeException e) {
      passage.world.trace().say("passage", "ends with " + e);
    }
    return !passage.schedule.struck().isEmpty();
  }

  /** Nothing happens by chance; the only rate says that this is no run in which all goes well. */
  private static Scenario scenario(List<PlannedFault> faults) {
    Map<FaultKind, Double> rates = faults.isEmpty() ? Map.of() : Map.of(FaultKind.FAIL_BEFORE, 1.0);
    return new Scenario(1, 1, 1, 1, LEASE, IDLE, TIME_TO_LIVE, SWEEP_GRACE, Role.LEDGER, rates);
  }

  FaultSchedule schedule() {
    return schedule;
  }

  Pipeline pipeline(PassageNode on) {
    Stage mask =
        Stage.perItem(
            "mask",
            1,
            (item, context) -> {
              if (!isFailed) {
                isFailed = true;
                throw new IllegalStateException("a mishap that another attempt mends");
              }
              UserCode.mask(item, context, UserCode.MAIN);
            });
    return Pipeline.named(UserCode.MAIN)
        .stage(mask)
        .stage(new Renewing(on))
        .expect(Expectation.onePerItem())
        .build();
  }

  /** Copies each item, and takes so long that its lease is renewed. */
  private record Renewing(PassageNode node) implements Stage {

    @Override
    public StageRef ref() {
      return new StageRef("copy", 1);
    }

    @Override
    public void run(StageContext context) throws IOException {
      node.engine().supervisor().supervise("lease-renewal", node.engine().leases()::tick);
      Iterator<StageItem> items = context.items();
      while (items.hasNext()) {
        StageItem item = items.next();
        context.emit(item.name(), item.open());
      }
    }
  }

  private void run() {
    schedule.begin(Leg.BEGINNING);
    beginNode();
    schedule.begin(Leg.UPLOAD);
    upload();
    leaveAnUpload();
    leaveAnUpload();
    leg(
        Leg.WATCH,
        List.of(
            "node-registry",
            "lookout",
            "router",
            "scrubber",
            "watchdog",
            "direct-alerts",
            "skew-watch",
            "rules-watch",
            "expirer"),
        () -> true);
    leg(Leg.FAILED_ATTEMPT, List.of("worker"), () -> isFailed);
    pass(Duration.ofSeconds(4));
    leg(Leg.WORK, List.of("worker"), () -> isPast(State.PROCESSED));
    passUntil(entry().receipt().deadline());
    leg(
        Leg.DEADLINE,
        List.of("sentinel"),
        () -> entry().standing().overdue() || isPast(State.VERIFIED));
    leg(Leg.VERIFICATION, List.of("verifier"), () -> isPast(State.VERIFIED));
    leg(Leg.TELLING, List.of("pump", "notifier"), this::isAllTold);
    passUntil(world.now().plus(IDLE));
    leg(Leg.SWEEP, List.of("sweeper"), this::isSwept);
    schedule.begin(Leg.AUDIT);
    node.act(this::audit);
    pass(SCRUB.age());
    leg(Leg.SCRUB, List.of("scrubber"), () -> true);
    passUntil(entry().receipt().expiresAt().plus(EXPIRY.grace()));
    leg(Leg.EXPIRY, List.of("expirer"), () -> isPast(State.EXPIRED));
    schedule.begin(Leg.END);
    end();
    judge();
  }

  private void leg(Leg leg, List<String> drivers, BooleanSupplier goal) {
    schedule.begin(leg);
    node.tick(drivers);
    for (int round = 0; round < MAX_ROUNDS && !(node.isAlive() && goal.getAsBoolean()); round++) {
      pass(ROUND);
      requireNode();
      node.tick(drivers);
    }
    requireNode();
  }

  private void upload() {
    for (int attempt = 0; attempt < MAX_UPLOADS && !isAccepted; attempt++) {
      requireNode();
      node.act(this::uploadOnce);
      pass(RESTART);
    }
    if (!isAccepted) {
      throw new InvariantViolation(
          "L0 Acceptance", KEY, "a receipt after " + MAX_UPLOADS + " attempts", "none");
    }
    requireNode();
  }

  private void uploadOnce() {
    try (Upload upload = node.engine().upload(KEY)) {
      ITEMS.forEach(item -> upload.add(item.name(), item.bytes()));
      world.oracle().submitted(KEY);
      Receipt receipt = upload.submit();
      isAccepted = true;
      world.oracle().received(receipt);
    } catch (OutcomeUnknownException
        | UploadClosedException
        | ContentException
        | LedgerException e) {
      world.trace().say("client", "tries again: " + e.getMessage());
    }
  }

  /** A client that goes away, or comes back and goes again; what came of it does not matter. */
  private void leaveAnUpload() {
    node.act(
        () -> {
          try (Upload upload = node.engine().upload(LEFT)) {
            ITEMS.forEach(item -> upload.add(item.name(), item.bytes()));
          } catch (OutcomeUnknownException
              | UploadClosedException
              | ContentException
              | LedgerException e) {
            world.trace().say("client", "goes away: " + e.getMessage());
          }
        });
    requireNode();
  }

  /** What cannot be read makes it incomplete; nothing makes it find what is not so. */
  private void audit() {
    node.engine()
        .supervisor()
        .supervise(
            "audit",
            () -> {
              node.engine()
                  .auditing()
                  .audit(
                      AuditOptions.DEFAULT.withHistory(true),
                      Collections.emptyIterator(),
                      finding -> FinalAudit.judge(world, finding));
              return 0;
            });
  }

  /** Another life, if there is none. */
  private void requireNode() {
    if (!node.isAlive()) {
      pass(RESTART);
      node = newNode();
      beginNode();
    }
  }

  private PassageNode newNode() {
    lives++;
    return new PassageNode(world, this, "node-" + lives);
  }

  private void beginNode() {
    boolean[] begun = new boolean[1];
    for (int attempt = 0; !begun[0]; attempt++) {
      if (attempt == MAX_BEGINNINGS) {
        throw new IllegalStateException("no node begins, though each fault strikes once");
      }
      PassageNode beginning = node;
      beginning.act(() -> begun[0] = beginning.begin());
      if (!beginning.isAlive()) {
        node = newNode();
      }
      if (!begun[0]) {
        pass(RESTART);
      }
    }
  }

  /** While a call of a node is under way, its lease runs out and another node does all it can. */
  void overtake(PassageNode slow) {
    pass(LEASE.plus(RESTART));
    if (nested < MAX_NESTED) {
      nested++;
      try {
        lives++;
        PassageNode other = new PassageNode(world, this, "other-" + lives);
        others.add(other);
        other.act(other::begin);
        other.tickAll();
        other.tickAll();
      } finally {
        nested--;
      }
    }
    world.trace().say(slow.name(), "goes on");
  }

  void pass(Duration time) {
    passUntil(world.now().plus(time));
  }

  private void passUntil(Instant time) {
    world.runUntil(time.toEpochMilli());
  }

  private Entry entry() {
    return world.oracle().entry(KEY);
  }

  /** Tells whether the sequence is where a leg leads, or can no longer get there by itself. */
  private boolean isPast(State goal) {
    return switch (entry().state()) {
      case ACCEPTED, PROCESSING, EXPIRING, DISCARDING -> false;
      case PROCESSED -> goal == State.PROCESSED;
      case VERIFIED -> goal == State.PROCESSED || goal == State.VERIFIED;
      case EXPIRED, FAILED, DISCARDED, LOST -> true;
    };
  }

  private boolean isAllTold() {
    AlertOutbox alerts = world.rawLedger().alerts();
    return alerts.pending() == 0 && alerts.unsent(1).isEmpty() && world.notifier().isDone();
  }

  private boolean isSwept() {
    return !entry().standing().leftovers()
        && sessions(SessionState.OPEN) + sessions(SessionState.ABANDONED) == 0
        && sessions(SessionState.ACCEPTED) == 0;
  }

  private int sessions(SessionState state) {
    return world
        .rawLedger()
        .sessions()
        .untouched(state, Duration.ZERO, Optional.empty(), 10)
        .size();
  }

  /** All nodes do all they do, until nothing is left to do. */
  private void end() {
    for (int round = 0; !isOver(); round++) {
      if (round == MAX_END_ROUNDS) {
        throw new InvariantViolation(
            "L1 Every sequence ends, L6 expires",
            KEY,
            "an end within " + ROUND.multipliedBy(MAX_END_ROUNDS),
            entry()
                + (isAllTold() ? "" : ", and not all was told")
                + (isSwept() ? "" : ", and not all was swept")
                + Blockages.kept(world.rawLedger()));
      }
      pass(ROUND);
      requireNode();
      confirmTime();
      node.tickAll();
      others.stream().filter(PassageNode::isAlive).forEach(PassageNode::tickAll);
    }
  }

  private boolean isOver() {
    return isPast(State.EXPIRED)
        && isAllTold()
        && isSwept()
        && Blockages.kept(world.rawLedger()).isEmpty();
  }

  /** Who is on call confirms a clock that is right, when told that it is doubted. */
  private void confirmTime() {
    long asked = world.witness().told(AlertCode.CLOCK_UNCERTAIN.name());
    if (asked > answered) {
      answered = asked;
      node.act(() -> node.engine().acting().confirmTime(LOOKED, false));
    }
  }

  private void judge() {
    world.oracle().verdict();
    world.notifier().verdict(world.oracle().accepted());
    l2DeadlineIsTold();
    FinalAudit.check(world);
    world.invariants().checkAll();
    world.tally().add("refused puts of other bytes", world.content().conflicts());
  }

  /** Where three faults strike, there may be no sentinel in time, and the proof tells of it. */
  private void l2DeadlineIsTold() {
    Instant latest = entry().receipt().deadline().plus(Untold.SLACK);
    List<HistoryRow> rows = world.rawLedger().ledger().history(KEY, 0, ScanQuery.MAX_LIMIT);
    boolean isLate = rows.stream().noneMatch(row -> is(row, TransitionKind.VERIFIED, latest));
    boolean isTold =
        sentinelsMayFail
            ? world.witness().alerted(KEY, AlertCode.SEQUENCE_OVERDUE.name())
            : rows.stream().anyMatch(row -> row.step().kind() == TransitionKind.OVERDUE);
    world.tally().add("verified late", isLate ? 1 : 0);
    if (isLate && !isTold) {
      throw new InvariantViolation(
          "L2 Deadlines are told", KEY, "an alert SEQUENCE_OVERDUE", "none: " + entry());
    }
  }

  private static boolean is(HistoryRow row, TransitionKind kind, Instant before) {
    return row.step().kind() == kind && row.step().at().isBefore(before);
  }
}
