package dev.ingest.cli.incident;

import dev.ingest.cli.incident.Uploads.Sent;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.BackfillListener.Outcome.Kind;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The incident on the library as shipped. For one thread. */
public final class GuardsOn {

  private static final String FIRST = "six-hours";
  private static final String AGAIN = "six-hours-again";
  private static final BackfillPace PACE = new BackfillPace(1_000, 1_000);
  private static final Set<State> UNPROVEN =
      EnumSet.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.FAILED, State.LOST);

  private final Around around;
  private final Supplier<String> accounts;
  private final Telling telling;
  private final Engines engines;
  private final Services services;
  private final Waiting waiting;
  private final List<Sent> sent = new ArrayList<>();
  private final List<Sent> stalled = Uploads.of(Uploads.STALLED);
  private final List<String> mismatches = new ArrayList<>();
  private IncidentQuery.Window window = new IncidentQuery.Window(Instant.EPOCH, Instant.MAX, false);

  private GuardsOn(Around around, Supplier<String> accounts, Telling telling, Engines engines) {
    this.around = around;
    this.accounts = accounts;
    this.telling = telling;
    this.engines = engines;
    this.services = new Services(around.home(), around.command());
    this.waiting = new Waiting(services);
  }

  /**
   * Replays the incident.
   *
   * @param around what it has around it
   * @param stores the ledger and the content in its home, which the services open too
   * @param accounts the line by which the command accounts for every sequence
   * @return how it ended
   * @throws IOException if a file cannot be read or written, or a process not be started
   * @throws InterruptedException if this thread is interrupted
   */
  public static Outcome run(Around around, SharedStores stores, Supplier<String> accounts)
      throws IOException, InterruptedException {
    Telling telling = new Telling(around.out(), around.clock());
    try (Engines engines = Engines.of(stores, telling, around.home())) {
      return new GuardsOn(around, accounts, telling, engines).run();
    }
  }

  private Outcome run() throws IOException, InterruptedException {
    Instant begun = around.clock().instant();
    telling.line("GUARDS ON: the library as shipped");
    telling.line(
        String.format(
            Locale.ROOT,
            "  an hour is %.1f s; to be verified within %d hours, raw bytes live %d hours",
            Terms.HOUR.toMillis() / 1_000.0,
            Terms.TIMES.target().dividedBy(Terms.HOUR),
            Terms.TIMES.timeToLive().dividedBy(Terms.HOUR)));
    try (services) {
      stall();
      detect();
      backfill();
      report();
      repair();
      prove();
      for (Role role : Role.values()) {
        services.stop(role);
      }
    }
    SortedSet<SequenceKey> leftOut = Silence.in(around.home()).sequences();
    Duration took = Duration.between(begun, around.clock().instant());
    return new Outcome(
        true,
        sent.size(),
        stalled.size(),
        List.copyOf(leftOut),
        sent.stream().filter(one -> !engines.isPublished(one)).map(Sent::key).toList(),
        mismatches,
        took);
  }

  private void stall() throws IOException, InterruptedException {
    for (Role role : Role.values()) {
      services.deploy(role, Release.GOOD);
    }
    waiting.until(
        "the services live", () -> engines.front().nodes().all().size() >= Role.values().length);
    for (int hour : Uploads.BEFORE) {
      takeIn(hour, true);
    }
    waiting.until("the first hours are verified", () -> all(sent, GuardsOn::isProven));
    telling.did("%d sequences of two hours: all verified".formatted(sent.size()));
    services.stop(Role.ENRICH);
    telling.causeIsNow();
    Instant from = engines.now();
    services.deploy(Role.ENRICH, Release.OTHER_CONTRACT);
    telling.did(
        "enrich 1.1 is deployed: it has contract 2 alone; decode and index still go by contract 1");
    for (int hour : Uploads.STALLED) {
      takeIn(hour, false);
    }
    window = new IncidentQuery.Window(from, engines.now().plusMillis(1), false);
    telling.did("%d sequences of six hours are accepted".formatted(stalled.size()));
  }

  private void takeIn(int hour, boolean isEarlier) throws IOException, InterruptedException {
    for (Sent one : Uploads.of(hour)) {
      engines.submit(one, isEarlier);
      sent.add(one);
    }
    waiting.pass(Terms.HOUR);
  }

  private void detect() throws IOException, InterruptedException {
    waiting.until(
        "all that stalled is known to be blocked",
        () -> engines.watch().outlook().blockedSequences() == stalled.size());
    telling.guard("BLOCKED: %d sequences wait for enrich@1, one alert".formatted(stalled.size()));
    waiting.until(
        "all that stalled is overdue", () -> all(stalled, one -> one.standing().overdue()));
    waiting.until(
        "it was told", () -> engines.alarms().count(AlertCode.SEQUENCE_OVERDUE) >= stalled.size());
    telling.guard("OVERDUE: each of the %d, by itself".formatted(stalled.size()));
    require(
        engines.alarms().count(AlertCode.STAGE_BLOCKED) == 1,
        "one alert STAGE_BLOCKED, got " + engines.alarms().count(AlertCode.STAGE_BLOCKED));
  }

  private void backfill() throws IOException, InterruptedException {
    BackfillOrder order = order(Map.of(Platform.OLD, 3, Platform.NEW, 1));
    BackfillPlan would =
        engines
            .front()
            .backfills()
            .rehearse(FIRST, order, (key, state) -> mismatches.add(key + " is unrecoverable"));
    engines.oncall().backfills().plan(FIRST, order);
    engines.oncall().backfills().start(FIRST);
    telling.did(
        "on-call starts a backfill: %d on the old route, %d on the new"
            .formatted(
                would.pipelines().getOrDefault(Platform.OLD, 0L),
                would.pipelines().getOrDefault(Platform.NEW, 0L)));
    waiting.until("its runs have begun", () -> all(stalled, one -> one.run().epoch() > 1));
    services.deploy(Role.ENRICH, Release.SILENT);
    telling.did("on-call deploys the fix, enrich 1.2: it fits decode and index again");
    BackfillProgress end = await(FIRST);
    SortedSet<SequenceKey> leftOut = Silence.in(around.home()).sequences();
    telling.did("enrich 1.2 has reported success for %d sequences".formatted(leftOut.size()));
    telling.guard(
        "backfill %s: %d planned, %d proven by its own runs, %d not: %s"
            .formatted(
                end.phase(),
                end.counts().planned(),
                end.counts().done(),
                end.counts().failed(),
                end.causes()));
    require(end.phase() == BackfillPhase.INCOMPLETE, "an INCOMPLETE backfill, got " + end.phase());
    SortedSet<SequenceKey> named = new TreeSet<>();
    engines
        .front()
        .backfills()
        .report(FIRST, EnumSet.of(Kind.FAILED), (key, outcome, entry) -> named.add(key));
    requireSame("the backfill's report", named, leftOut);
    long held =
        engines.entries(named).stream().filter(one -> one.standing().hold().isPresent()).count();
    telling.guard("raw bytes of these %d are held, whatever the time".formatted(held));
    require(held == leftOut.size(), "all of them held, got " + held);
  }

  private BackfillOrder order(Map<String, Integer> shares) {
    return BackfillOrder.of(IncidentQuery.ALL.within(window).in(UNPROVEN)).split(shares).at(PACE);
  }

  private BackfillProgress await(String name) throws IOException, InterruptedException {
    BackfillProgress[] seen = new BackfillProgress[1];
    waiting.until(
        "backfill " + name + " is over",
        () -> {
          seen[0] = engines.front().backfills().progress(name).orElseThrow();
          return seen[0].phase().isOver();
        });
    return seen[0];
  }

  private void report() throws IOException {
    SortedSet<SequenceKey> touched = engines.report(IncidentQuery.ALL.within(window), "all");
    requireSame(
        "the report of the hours",
        touched,
        new TreeSet<>(stalled.stream().map(Sent::key).toList()));
    SortedSet<SequenceKey> affected =
        engines.report(IncidentQuery.ALL.within(window).in(UNPROVEN), "unproven");
    telling.guard(
        "incident report: %d of the %d sequences of these hours are not proven, and recoverable:"
            .formatted(affected.size(), touched.size()));
    Names.byOwner(affected).forEach(telling::line);
    requireSame("the incident report", affected, Silence.in(around.home()).sequences());
    long recoverable =
        stalled.stream()
            .filter(one -> affected.contains(one.key()))
            .filter(engines::isRawWhole)
            .count();
    require(recoverable == affected.size(), "all raw bytes whole, got " + recoverable);
  }

  private void repair() throws IOException, InterruptedException {
    services.deploy(Role.ENRICH, Release.REPAIRED);
    engines.oncall().backfills().plan(AGAIN, order(Map.of(Platform.NEW, 1)));
    engines.oncall().backfills().start(AGAIN);
    telling.did("on-call deploys enrich 1.3 and starts the backfill again, on the new route alone");
    takeIn(Uploads.AFTER, false);
    BackfillProgress end = await(AGAIN);
    telling.guard(
        "backfill %s: %d planned, %d proven by its own runs"
            .formatted(end.phase(), end.counts().planned(), end.counts().done()));
    require(end.phase() == BackfillPhase.COMPLETE, "a COMPLETE backfill, got " + end.phase());
    Instant first =
        engines.entries(stalled.stream().map(Sent::key).toList()).stream()
            .map(one -> one.receipt().expiresAt())
            .min(Instant::compareTo)
            .orElseThrow();
    require(engines.now().isBefore(first), "recovery before the first expiry at " + first);
    telling.did(
        "recovered %d s before the first of them would have expired"
            .formatted(Duration.between(engines.now(), first).toSeconds()));
  }

  private void prove() throws IOException, InterruptedException {
    waiting.until("all is verified", () -> all(sent, GuardsOn::isProven));
    List<Sent> earlier = Uploads.of(Uploads.BEFORE);
    waiting.until(
        "what was proven earlier has expired",
        () -> all(earlier, one -> one.state() == State.EXPIRED));
    telling.guard(
        "expiry: raw bytes of the %d sequences of before are gone, their results are proven; of no other"
            .formatted(earlier.size()));
    List<Sent> others = sent.stream().filter(one -> !earlier.contains(one)).toList();
    require(others.stream().allMatch(engines::isRawWhole), "the raw bytes of all others");
    require(
        engines.alarms().count(AlertCode.BACKFILL_INCOMPLETE) == 1,
        "one alert BACKFILL_INCOMPLETE");
    List<String> findings = new ArrayList<>();
    boolean isClean =
        engines
            .front()
            .audit(AuditOptions.DEFAULT.withHistory(true), found -> findings.add(found.toString()))
            .isClean();
    require(isClean, "a clean audit, got " + findings);
    String expected =
        "%d sequences accepted, %d verified, 0 unaccounted for".formatted(sent.size(), sent.size());
    String line = accounts.get();
    require(line.equals(expected), expected + ", got " + line);
    telling.line("guards on: " + line);
  }

  private boolean all(List<Sent> which, Predicate<Entry> condition) {
    List<Entry> found = engines.entries(which.stream().map(Sent::key).toList());
    return found.size() == which.size() && found.stream().allMatch(condition);
  }

  private static boolean isProven(Entry entry) {
    return entry.state().isSettled() && entry.state() != State.DISCARDED;
  }

  private void require(boolean holds, String expected) {
    if (!holds) {
      mismatches.add("expected " + expected);
      telling.line("  WRONG: expected " + expected);
    }
  }

  private void requireSame(
      String what, Collection<SequenceKey> named, SortedSet<SequenceKey> truth) {
    boolean isSame = !truth.isEmpty() && new ArrayList<>(named).equals(new ArrayList<>(truth));
    require(isSame, what + " to name " + truth + ", got " + named);
    if (isSame) {
      telling.did("%s names exactly the %d that it must".formatted(what, truth.size()));
    }
  }
}
