package dev.ingest.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Which faults are tried at the calls of a {@link Passage}: each alone, each with each other, and
 * three at a time by chance. The calls are those of a passage without faults: of each call in each
 * leg the first, and of those that change something the first {@value #MAX_CHANGES}.
 */
final class CallFaultPlans {

  private static final int MAX_CHANGES = 3;

  /** A prime, so that it divides no number of pairs but its own multiples. */
  private static final long STRIDE = 1_000_003;

  private final List<CallPoint> points;
  private final List<PlannedFault> singles;
  private final int[] firsts;
  private final int[] seconds;

  private CallFaultPlans(List<CallPoint> points, List<PlannedFault> singles) {
    this.points = points;
    this.singles = singles;
    int most = singles.size() * (singles.size() - 1) / 2;
    int[] first = new int[most];
    int[] second = new int[most];
    int count = 0;
    for (int i = 0; i < singles.size(); i++) {
      for (int j = i + 1; j < singles.size(); j++) {
        if (!singles.get(i).point().equals(singles.get(j).point())) {
          first[count] = i;
          second[count] = j;
          count++;
        }
      }
    }
    if (count % STRIDE == 0) {
      throw new IllegalStateException("a stride of " + STRIDE + " does not reach each pair");
    }
    this.firsts = Arrays.copyOf(first, count);
    this.seconds = Arrays.copyOf(second, count);
  }

  /** Finds the calls by a passage in which nothing goes wrong. */
  static CallFaultPlans recorded() {
    List<CallPoint> calls = Passage.run(List.of(), Sabotage.NONE, null).calls();
    Set<CallPoint> points = new LinkedHashSet<>();
    List<PlannedFault> singles = new ArrayList<>();
    for (CallPoint point : calls) {
      CallShape shape = CallShape.of(point.call());
      if (point.leg() != Leg.END && point.nth() <= (shape.isChange() ? MAX_CHANGES : 1)) {
        points.add(point);
        shape.faults().stream()
            .filter(fault -> fault != CallFault.STALE_READ)
            .forEach(fault -> singles.add(new PlannedFault(point, fault)));
      }
    }
    calls.stream()
        .filter(point -> point.leg() != Leg.END)
        .map(point -> new PlannedFault(point, CallFault.STALE_READ))
        .filter(CallFaultPlans::isStale)
        .forEach(singles::add);
    return new CallFaultPlans(List.copyOf(points), List.copyOf(singles));
  }

  /** An answer is stale if it was another when the same was asked before; most never were. */
  private static boolean isStale(PlannedFault read) {
    return CallShape.of(read.point().call()).faults().contains(CallFault.STALE_READ)
        && Passage.strikes(read);
  }

  /** Returns the calls at which faults are tried, in the order in which they are made. */
  List<CallPoint> points() {
    return points;
  }

  /** Returns the calls of the interfaces that the passage does not make. */
  Set<CallName> uncalled() {
    Set<CallName> uncalled = new TreeSet<>(CallShape.calls());
    points.forEach(point -> uncalled.remove(point.call()));
    return uncalled;
  }

  /** Returns how many times a fault at a call would add nothing, as its {@link CallShape} says. */
  long pointless() {
    return (long) points.size() * CallFault.values().length - singles.size();
  }

  int singles() {
    return singles.size();
  }

  List<PlannedFault> single(long index) {
    return List.of(singles.get((int) index));
  }

  int pairs() {
    return firsts.length;
  }

  /**
   * Returns the pair of an index, of which each run of {@link #pairs} in a row names each pair
   * once; those near each other are of calls all over the passage.
   */
  List<PlannedFault> pair(long index) {
    int at = (int) Math.floorMod(index * STRIDE, (long) firsts.length);
    return List.of(singles.get(firsts[at]), singles.get(seconds[at]));
  }

  /** Draws three faults at three calls; the same ones for the same seed and index. */
  List<PlannedFault> triple(long seed, long index) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index);
    List<PlannedFault> drawn = new ArrayList<>();
    while (drawn.size() < 3) {
      PlannedFault next = singles.get(random.nextInt(singles.size()));
      if (drawn.stream().noneMatch(one -> one.point().equals(next.point()))) {
        drawn.add(next);
      }
    }
    return drawn;
  }
}
