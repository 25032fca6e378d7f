package dev.ingest.simulator;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.invariants.Invariants;
import dev.ingest.core.invariants.WatchedContent;
import dev.ingest.core.invariants.WatchedLedger;
import dev.ingest.core.invariants.Witness;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The simulated world: time, chance, the stores, and the one loop that makes everything happen.
 *
 * <p>A pause in the middle of a call does not block: it runs the loop again from inside until the
 * pause is over, so that whatever else is due happens while the paused line waits with its call
 * half done. The depth of such nesting is bounded; deeper pauses only let time pass.
 */
final class World {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MAX_DEPTH = 3;
  private static final long MAX_EVENTS = 20_000_000;

  private final Scenario scenario;
  private final SplittableRandom random;
  private final ManualTime time = new ManualTime(START);
  private final Agenda agenda = new Agenda();
  private final Tally tally = new Tally();
  private final Trace trace;
  private final Witness witness = new Witness();
  private final InMemoryLedger rawLedger;
  private final InMemoryContent rawContent = new InMemoryContent();
  private final WatchedLedger ledger;
  private final WatchedContent content;
  private final Invariants invariants;
  private final Sabotage sabotage;
  private final List<SimNode> nodes = new ArrayList<>();
  private final Oracle oracle = new Oracle(this);
  private final BackfillOracle backfills = new BackfillOracle(this);
  private final QuotaOracle quotas;
  private final Restoring restoration = new Restoring(this);
  private final SimSink sink = new SimSink(this);
  private final SimNotifier notifier = new SimNotifier(this);
  private final Farm farm = new Farm(this);
  private Duration ledgerAhead = Duration.ZERO;
  private int depth;
  private boolean quiet;
  private @Nullable Line acting;
  private @Nullable Error broken;

  World(Scenario scenario, Sabotage sabotage, @Nullable PrintStream story) {
    this.scenario = scenario;
    this.sabotage = sabotage;
    this.random = new SplittableRandom(scenario.seed());
    this.trace = new Trace(time, story);
    this.rawLedger =
        new InMemoryLedger(this::ledgerTime, IncarnationId.ofBits(scenario.seed(), 0x5EEDL));
    this.quotas = new QuotaOracle(this);
    this.ledger = new WatchedLedger(quotas.judged(sabotage.ledger(rawLedger)), witness);
    this.content = new WatchedContent(judged(sabotage.content(rawContent)), rawLedger);
    this.invariants = new Invariants(rawLedger, rawContent, witness);
  }

  /** Shows every deletion to the oracle, who knows the true time. */
  private ContentAccess judged(ContentAccess access) {
    return new ContentAccess(
        access.store(),
        permit -> {
          oracle.deleting(permit);
          return access.purger().delete(permit);
        });
  }

  Scenario scenario() {
    return scenario;
  }

  Tally tally() {
    return tally;
  }

  Trace trace() {
    return trace;
  }

  Witness witness() {
    return witness;
  }

  Invariants invariants() {
    return invariants;
  }

  Oracle oracle() {
    return oracle;
  }

  BackfillOracle backfills() {
    return backfills;
  }

  QuotaOracle quotas() {
    return quotas;
  }

  Restoring restoration() {
    return restoration;
  }

  SimNotifier notifier() {
    return notifier;
  }

  Farm farm() {
    return farm;
  }

  SimSink sink() {
    return sink;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  InMemoryLedger rawLedger() {
    return rawLedger;
  }

  InMemoryContent rawContent() {
    return rawContent;
  }

  WatchedLedger ledger() {
    return ledger;
  }

  WatchedContent content() {
    return content;
  }

  List<SimNode> nodes() {
    return nodes;
  }

  Instant now() {
    return time.instant();
  }

  /** The time by the ledger's clock, which trouble may have set. */
  Instant ledgerTime() {
    return now().plus(ledgerAhead);
  }

  /** Sets the ledger's clock: by how much it is ahead of the true time; negative for behind. */
  void setLedgerAhead(Duration ahead) {
    trace.say("ledger", "its clock is set to be ahead by " + ahead);
    ledgerAhead = ahead;
  }

  /** Tells whether the ledger's clock is right, as a person who compares it with others sees. */
  boolean isLedgerTimeRight() {
    return ledgerAhead.isZero();
  }

  /**
   * When something is damaged, by the ledger's clock, which dates proofs. Where that clock may
   * jump, a time after every proof that came before: which of the two was first cannot be told from
   * it.
   */
  Instant damagedAt() {
    boolean jumps = scenario.rate(FaultKind.LEDGER_CLOCK_JUMP) > 0;
    return jumps ? now().plus(Trouble.LONGEST_JUMP.multipliedBy(2)) : ledgerTime();
  }

  /** Finds sequences with a run beside their result. */
  List<Entry> sideRuns(int limit) {
    return rawLedger
        .ledger()
        .due(DueQuery.of(DueQuery.Kind.SIDE_RUN, Duration.ofDays(36_500), limit));
  }

  boolean isQuiet() {
    return quiet;
  }

  /** Ends all faults. */
  void becomeQuiet() {
    quiet = true;
    if (!isLedgerTimeRight()) {
      setLedgerAhead(Duration.ZERO);
    }
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  long bits() {
    return random.nextLong();
  }

  double unit() {
    return random.nextDouble();
  }

  Duration upTo(Duration longest) {
    return Duration.ofMillis((long) (longest.toMillis() * random.nextDouble()));
  }

  /** Draws whether a fault strikes, and counts it. */
  boolean strikes(FaultKind kind) {
    double rate = scenario.rate(kind);
    if (quiet || rate == 0.0 || random.nextDouble() >= rate) {
      return false;
    }
    tally.fault(kind);
    return true;
  }

  /** Tells whether what happens just now is done by a line, and not by others while it pauses. */
  boolean isActing(Line line) {
    return acting == line;
  }

  void in(Duration delay, Line line, Runnable step) {
    agenda.add(now().plus(delay).toEpochMilli(), line, step);
  }

  /** Lets time pass in the middle of something; whoever dies meanwhile does not come back. */
  void pause(Duration duration, SimNode node) {
    long until = now().plus(duration).toEpochMilli();
    if (depth < MAX_DEPTH) {
      depth++;
      try {
        runUntil(until);
      } finally {
        depth--;
      }
    }
    passTo(until);
    node.requireAlive();
  }

  void runUntil(long until) {
    Agenda.Event event = agenda.poll(until);
    while (event != null) {
      passTo(event.at());
      happen(event);
      event = agenda.poll(until);
    }
    passTo(until);
  }

  private void passTo(long millis) {
    if (millis > now().toEpochMilli()) {
      time.set(Instant.ofEpochMilli(millis));
    }
  }

  private void happen(Agenda.Event event) {
    Line line = event.line();
    SimNode node = line.node();
    if (node != null && !node.isAlive()) {
      return;
    }
    if (node != null && node.frozenUntil() > now().toEpochMilli()) {
      agenda.add(node.frozenUntil(), line, event.step());
    } else if (line.isBusy()) {
      line.waiting().add(event);
    } else {
      line.busy(true);
      Line outer = acting;
      acting = line;
      try {
        event.step().run();
      } catch (SimulatedCrash e) {
        if (node == null) {
          throw new IllegalStateException(line.name() + " is on no node that could die", e);
        }
        node.die(String.valueOf(e.getMessage()));
      } finally {
        acting = outer;
        line.busy(false);
        line.waiting().forEach(late -> agenda.add(late.at(), line, late.step()));
        line.waiting().clear();
      }
    }
    look();
  }

  /** Checks what changed, after every step. */
  void look() {
    if (broken != null) {
      throw broken;
    }
    if (trace.events() > MAX_EVENTS) {
      throw new IllegalStateException("the simulation does not come to an end");
    }
    Set<SequenceKey> changed = ledger.drainTouched();
    Set<SequenceKey> deleted = content.drainTouched();
    if (!changed.isEmpty() || !deleted.isEmpty()) {
      Set<SequenceKey> touched = new LinkedHashSet<>(changed);
      touched.addAll(deleted);
      try {
        invariants.check(touched);
      } catch (InvariantViolation e) {
        throw fail(e);
      }
      touched.forEach(this::tell);
    }
    backfills.look();
  }

  private void tell(SequenceKey key) {
    rawLedger
        .ledger()
        .find(List.of(key))
        .get(0)
        .ifPresent(
            entry -> {
              if (entry.version() != oracle.versionTold(key)) {
                count(entry, oracle.rowsTold(key));
                oracle.told(entry);
                backfills.told(entry);
                trace.say(
                    key.toString(),
                    entry.state()
                        + " version "
                        + entry.version()
                        + " fence "
                        + entry.position().fence()
                        + " epoch "
                        + entry.run().epoch()
                        + entry
                            .beside()
                            .run()
                            .map(side -> " beside it " + side.kind() + " epoch " + side.epoch())
                            .orElse("")
                        + entry.active().stage().map(stage -> " due " + stage).orElse("")
                        + entry
                            .standing()
                            .failure()
                            .map(failure -> " because of " + failure.code())
                            .orElse(""));
              }
            });
  }

  private void count(Entry entry, long after) {
    for (HistoryRow row : rawLedger.ledger().history(entry.key(), after, 1_000)) {
      tally.add("transitions");
      backfills.recorded(row);
      tally.edge(row.step().kind(), row.from().map(Enum::name).orElse("-"), row.to());
      if (row.step().kind() == TransitionKind.COMPARED
          && row.link().ordinal() == entry.chain().length()) {
        oracle.compared(entry, row);
      }
    }
    tally.add("state " + entry.state());
  }

  /** Notes a failure, so that nothing on the way up can hide it. */
  Error fail(Error failure) {
    if (broken == null) {
      broken = failure;
    }
    return broken;
  }
}
