package dev.ingest.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/** Makes passages, one for each plan of faults, on several threads. */
final class CallFaultRuns {

  /** So many broken promises are enough to see that something is wrong. */
  private static final int MAX_FAILURES = 50;

  private final Sabotage sabotage;
  private final int threads;
  private final BooleanSupplier timeIsUp;

  /**
   * What passages came to.
   *
   * @param runs how many were made
   * @param tally which faults struck how often, and where the sequences ended
   * @param failures in which a promise was broken
   */
  record Tried(long runs, Tally tally, List<PassageFailure> failures) {

    /** Returns how often a planned fault did not strike, since an earlier one changed the way. */
    long missed() {
      return tally.count("missed");
    }
  }

  CallFaultRuns(Sabotage sabotage, int threads, BooleanSupplier timeIsUp) {
    this.sabotage = sabotage;
    this.threads = threads;
    this.timeIsUp = timeIsUp;
  }

  /**
   * Makes passages until all are made, the time is up, or too many promises are broken.
   *
   * @param plan gives the faults of each index from 0
   * @param count how many
   */
  Tried run(LongFunction<List<PlannedFault>> plan, long count) throws InterruptedException {
    AtomicLong next = new AtomicLong();
    Tally tally = new Tally();
    List<PassageFailure> failures = new ArrayList<>();
    Workers.run(
        threads,
        () -> {
          Tally own = new Tally();
          List<PassageFailure> broken = new ArrayList<>();
          for (long index = next.getAndIncrement();
              index < count && broken.size() < MAX_FAILURES && !timeIsUp.getAsBoolean();
              index = next.getAndIncrement()) {
            one(plan.apply(index), own, broken);
          }
          synchronized (tally) {
            tally.addAll(own);
            failures.addAll(broken);
          }
        });
    return new Tried(tally.count("runs"), tally, failures);
  }

  private void one(List<PlannedFault> faults, Tally tally, List<PassageFailure> failures) {
    tally.add("runs");
    try {
      Passage.Report report = Passage.run(faults, sabotage, null);
      report
          .struck()
          .forEach(
              (point, fault) -> {
                tally.add("fault " + fault);
                tally.add("fault " + fault + " at " + point.call().store());
              });
      tally.add("missed", faults.size() - report.struck().size());
      tally.add("end " + report.state());
    } catch (PassageFailure e) {
      failures.add(e);
    }
  }
}
