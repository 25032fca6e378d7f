package dev.ingest.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Runs the rows of the programme that are code of this module, one after the other. */
final class ProgrammeRows {

  /** The rows by number, in the order in which they run. */
  static final List<String> ALL = List.of("T1", "T2", "T3");

  private static final int MAX_VIOLATIONS = 50;
  private static final String BROKEN = "seeds that broke a promise";

  /** By which share of the budget a row ends that can be cut. */
  private static final double SIMULATION_ENDS = 0.4;

  private static final double PAIRS_END = 0.75;

  private final ProgrammeSize size;
  private final List<String> wanted;
  private final long seed;
  private final int threads;
  private final Sabotage sabotage;
  private final LongSupplier nanos;
  private final long begun;

  /**
   * Prepares the rows.
   *
   * @param size how much of each
   * @param wanted which, of {@link #ALL}; the others are left out and take no share of the budget
   * @param seed the first seed of the simulation; also which pairs come first, and draws the
   *     triples
   * @param threads how many
   * @param sabotage what is broken on purpose
   * @param nanos measures the time
   */
  ProgrammeRows(
      ProgrammeSize size,
      List<String> wanted,
      long seed,
      int threads,
      Sabotage sabotage,
      LongSupplier nanos) {
    this.size = size;
    this.wanted = wanted;
    this.seed = seed;
    this.threads = threads;
    this.sabotage = sabotage;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  List<ProgrammeRow> run() throws InterruptedException {
    List<ProgrammeRow> rows = new ArrayList<>();
    if (wanted.contains("T1")) {
      rows.add(explorationOfOne());
      rows.add(explorationOfTwo());
    }
    if (wanted.contains("T2")) {
      rows.add(simulation());
    }
    if (wanted.contains("T3")) {
      addFaultsAtCalls(rows);
    }
    return rows;
  }

  private void addFaultsAtCalls(List<ProgrammeRow> rows) throws InterruptedException {
    CallFaultPlans plans = CallFaultPlans.recorded();
    rows.add(singles(plans));
    rows.add(
        faults(
            "T3 pairs of faults",
            index -> plans.pair(seed + index),
            Math.min(size.pairs(), plans.pairs()),
            plans.pairs(),
            PAIRS_END));
    rows.add(
        faults(
            "T3 triples of faults",
            index -> plans.triple(seed, index),
            size.triples(),
            size.triples(),
            1.0));
  }

  Duration took() {
    return Duration.ofNanos(nanos.getAsLong() - begun);
  }

  private boolean isOver(double share) {
    return size.budget()
        .filter(budget -> took().toMillis() > share * budget.toMillis())
        .isPresent();
  }

  private ProgrammeRow explorationOfOne() {
    LifecycleExploration exploration = new LifecycleExploration();
    List<String> violations = new ArrayList<>();
    try {
      exploration.ofOneSequence();
      violations.addAll(exploration.differences());
    } catch (AssertionError e) {
      violations.add(e.toString());
    }
    return row("T1 exploration", "1 sequence, any number of acts", exploration, violations);
  }

  /** Of fewer than three acts not every edge is expected. */
  private ProgrammeRow explorationOfTwo() {
    LifecycleExploration exploration = new LifecycleExploration();
    List<String> violations = new ArrayList<>();
    try {
      exploration.ofTwoSequences(size.acts());
    } catch (AssertionError e) {
      violations.add(e.toString());
    }
    String what = "2 sequences, up to %d acts".formatted(size.acts());
    return row("T1 exploration", what, exploration, violations);
  }

  private static ProgrammeRow row(
      String name, String what, LifecycleExploration exploration, List<String> violations) {
    String ran =
        "%s: %,d states, %,d transitions, %d edges"
            .formatted(
                what,
                exploration.states(),
                exploration.transitions(),
                exploration.model().edges().size());
    long runs = Math.max(exploration.states(), violations.size());
    return new ProgrammeRow(name, ran, runs, Map.of(), violations);
  }

  private ProgrammeRow simulation() throws InterruptedException {
    AtomicLong next = new AtomicLong(seed);
    Tally tally = new Tally();
    List<String> violations = new ArrayList<>();
    NavigableSet<Long> seeds = new TreeSet<>();
    Workers.run(
        threads,
        () -> {
          for (long one = next.getAndIncrement(); isWanted(one); one = next.getAndIncrement()) {
            simulate(one, tally, violations, seeds);
          }
        });
    String ran =
        "%,d seeds from %d, %,d sequences, %,d transitions, %,d deaths of nodes"
            .formatted(
                tally.count("seeds"),
                seed,
                tally.count("sequences"),
                tally.count("transitions"),
                tally.count("deaths"));
    return new ProgrammeRow(
        "T2 simulation, with T9",
        ran,
        tally.count("seeds"),
        tally.faults(),
        violations,
        tally.count(BROKEN),
        List.copyOf(seeds));
  }

  private boolean isWanted(long one) {
    double share = wanted.contains("T3") ? SIMULATION_ENDS : 1.0;
    return one - seed < size.seeds() && !isOver(share);
  }

  private void simulate(long one, Tally tally, List<String> violations, NavigableSet<Long> seeds) {
    Tally own = new Tally();
    List<String> broken = new ArrayList<>();
    try {
      own = Simulation.run(Scenario.of(one, Simulate.sequences(one)), sabotage, null).tally();
    } catch (SimulationFailure e) {
      broken.add(e.getMessage());
    }
    synchronized (tally) {
      tally.addAll(own);
      tally.add("seeds");
      if (violations.size() < MAX_VIOLATIONS) {
        violations.addAll(broken);
      }
      if (!broken.isEmpty()) {
        tally.add(BROKEN);
        seeds.add(one);
        if (seeds.size() > ProgrammeRow.MAX_SEEDS) {
          seeds.pollLast();
        }
      }
    }
  }

  private ProgrammeRow singles(CallFaultPlans plans) throws InterruptedException {
    ProgrammeRow row =
        faults(
            "T3 single faults",
            plans::single,
            Math.min(size.singles(), plans.singles()),
            plans.singles(),
            1.0);
    String ran =
        "%s; at %d calls; %d faults would add nothing; not called: %s"
            .formatted(row.ran(), plans.points().size(), plans.pointless(), plans.uncalled());
    return new ProgrammeRow(row.name(), ran, row.runs(), row.faults(), row.violations());
  }

  private ProgrammeRow faults(
      String name, LongFunction<List<PlannedFault>> plan, long count, long all, double share)
      throws InterruptedException {
    CallFaultRuns.Tried tried =
        new CallFaultRuns(sabotage, threads, () -> isOver(share)).run(plan, count);
    String ran =
        "%,d of %,d; %,d planned faults were not reached after another"
            .formatted(tried.runs(), all, tried.missed());
    return new ProgrammeRow(
        name,
        ran,
        tried.runs(),
        tried.tally().faults(),
        tried.failures().stream().map(PassageFailure::getMessage).toList());
  }
}
