package dev.ingest.simulator;

import dev.ingest.core.lifecycle.EventKind;
import dev.ingest.spi.ledger.State;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Every situation that two workers can get two sequences into, with three attempts: a breadth-first
 * search over canonical states, in which each decision is the real lifecycle's.
 *
 * <p>A state is an entry per sequence, what each worker holds (nothing, a current lease, a current
 * lease that it took over and must record, or a lease that someone else has taken since), and how
 * many acts of outsiders are still to come. Sequences are interchangeable, and so are workers, so
 * only one of each set of mirror images is visited.
 */
final class LifecycleExploration {

  private static final int IDLE = 0;
  private static final int STALE = 1;
  private static final int CURRENT = 2;
  private static final int TAKEN_OVER = 3;
  private static final int NO_LIMIT = 7;
  private static final int NO_ENTRY = (1 << 20) - 1;

  private final LifecycleModel model = new LifecycleModel();
  private long states;
  private long transitions;
  private long fenced;

  /** Explores all situations of one sequence, without a bound on the acts of outsiders. */
  void ofOneSequence() {
    states = explore(pack(model.start(), NO_ENTRY, 0, 0, NO_LIMIT));
  }

  /** Explores those of two sequences that so many acts of outsiders lead to, 0 to 6. */
  void ofTwoSequences(int acts) {
    int start = model.start();
    states = explore(pack(start, start, 0, 0, acts));
  }

  long states() {
    return states;
  }

  long transitions() {
    return transitions;
  }

  /** Returns how often a worker whose lease someone else has taken tried to commit. */
  long fenced() {
    return fenced;
  }

  LifecycleModel model() {
    return model;
  }

  /** Returns the states and edges of the table that were not reached, and what is not in it. */
  Set<String> differences() {
    Set<String> table = new HashSet<>();
    for (EventKind kind : EventKind.values()) {
      for (EventKind.Edge edge : kind.edges()) {
        edge.to().forEach(to -> table.add(kind + " " + edge.from() + " -> " + to));
      }
    }
    Set<String> differences = new TreeSet<>();
    table.stream()
        .filter(edge -> !model.edges().contains(edge))
        .forEach(edge -> differences.add("not reached: " + edge));
    model.edges().stream()
        .filter(edge -> !table.contains(edge))
        .forEach(edge -> differences.add("not in the table: " + edge));
    EnumSet.allOf(State.class).stream()
        .filter(state -> !model.states().contains(state))
        .forEach(state -> differences.add("not reached: " + state));
    return differences;
  }

  private long explore(long start) {
    LongSet seen = new LongSet();
    seen.add(start);
    for (int next = 0; next < seen.size(); next++) {
      expand(
          seen.get(next),
          state -> {
            transitions++;
            seen.add(state);
          });
    }
    return seen.size();
  }

  /** Visits everything that can happen next. */
  private void expand(long state, LongConsumer visit) {
    int acts = (int) (state & 7);
    for (int sequence = 0; sequence < 2; sequence++) {
      int entry = entry(state, sequence);
      if (entry != NO_ENTRY) {
        expandActs(state, sequence, acts, visit);
        for (int worker = 0; worker < 2; worker++) {
          expandWorker(state, sequence, worker, visit);
        }
      }
    }
  }

  private void expandActs(long state, int sequence, int acts, LongConsumer visit) {
    for (LifecycleModel.Step step : model.steps(entry(state, sequence))) {
      if (step.by() == LifecycleModel.By.ANYBODY && acts > 0) {
        long after = withEntry(state, sequence, step.to());
        visit.accept(normal(acts == NO_LIMIT ? after : after - 1));
      }
    }
  }

  private void expandWorker(long state, int sequence, int worker, LongConsumer visit) {
    int holds = holds(state, worker);
    if (holds == IDLE) {
      if (model.entry(entry(state, sequence)).isQueued()) {
        visit.accept(normal(claim(state, sequence, worker)));
      }
      return;
    }
    if (of(state, worker) != sequence) {
      return;
    }
    long idle = withWorker(state, worker, 0);
    // The worker dies, or commits in vain.
    visit.accept(normal(idle));
    if (holds == STALE) {
      fenced++;
      return;
    }
    visit.accept(normal(withEntry(idle, sequence, model.handedBack(entry(state, sequence)))));
    for (LifecycleModel.Step step : model.steps(entry(state, sequence))) {
      if (step.by() == LifecycleModel.By.HOLDER && step.takeover() == (holds == TAKEN_OVER)) {
        boolean goesOn = model.entry(step.to()).position().lease().isPresent();
        long after = withEntry(state, sequence, step.to());
        visit.accept(normal(withWorker(after, worker, goesOn ? code(sequence, CURRENT) : IDLE)));
      }
    }
  }

  /** A claim fences whoever held the lease before. */
  private long claim(long state, int sequence, int worker) {
    boolean takeover = model.entry(entry(state, sequence)).position().lease().isPresent();
    long after = withEntry(state, sequence, model.claimed(entry(state, sequence)));
    int other = 1 - worker;
    if (holds(state, other) != IDLE && of(state, other) == sequence) {
      after = withWorker(after, other, code(sequence, STALE));
    }
    return withWorker(after, worker, code(sequence, takeover ? TAKEN_OVER : CURRENT));
  }

  // Bits, from below: 3 acts, 3 and 3 workers, 20 and 20 entries.

  private long pack(int first, int second, int worker, int other, int acts) {
    return normal(
        ((long) second << 29) | ((long) first << 9) | ((long) other << 6) | (worker << 3) | acts);
  }

  private static int entry(long state, int sequence) {
    return (int) (state >> (9 + 20 * sequence)) & NO_ENTRY;
  }

  private static int worker(long state, int worker) {
    return (int) (state >> (3 + 3 * worker)) & 7;
  }

  private static int holds(long state, int worker) {
    int code = worker(state, worker);
    return code == 0 ? IDLE : 1 + (code - 1) % 3;
  }

  private static int of(long state, int worker) {
    return (worker(state, worker) - 1) / 3;
  }

  private static int code(int sequence, int holds) {
    return sequence * 3 + holds;
  }

  private static long withEntry(long state, int sequence, int entry) {
    int shift = 9 + 20 * sequence;
    return (state & ~((long) NO_ENTRY << shift)) | ((long) entry << shift);
  }

  private static long withWorker(long state, int worker, int code) {
    int shift = 3 + 3 * worker;
    return (state & ~(7L << shift)) | ((long) code << shift);
  }

  /** Makes leases that are no longer the entry's stale, and chooses among the mirror images. */
  private long normal(long state) {
    long fresh = state;
    for (int worker = 0; worker < 2; worker++) {
      int holds = holds(state, worker);
      if (holds > STALE) {
        int sequence = of(state, worker);
        boolean leased = model.entry(entry(state, sequence)).position().lease().isPresent();
        if (!leased) {
          fresh = withWorker(fresh, worker, code(sequence, STALE));
        }
      }
    }
    return Math.min(sorted(fresh), sorted(mirrored(fresh)));
  }

  private static long sorted(long state) {
    int first = worker(state, 0);
    int second = worker(state, 1);
    return first <= second ? state : withWorker(withWorker(state, 0, second), 1, first);
  }

  private static long mirrored(long state) {
    long swapped = withEntry(withEntry(state, 0, entry(state, 1)), 1, entry(state, 0));
    for (int worker = 0; worker < 2; worker++) {
      int holds = holds(state, worker);
      if (holds != IDLE) {
        swapped = withWorker(swapped, worker, code(1 - of(state, worker), holds));
      }
    }
    return swapped;
  }

  /** A set of longs in the order of their arrival. */
  private static final class LongSet {

    private long[] table = new long[1 << 16];
    private long[] order = new long[1 << 15];
    private int size;

    LongSet() {
      Arrays.fill(table, -1);
    }

    int size() {
      return size;
    }

    long get(int index) {
      return order[index];
    }

    void add(long value) {
      if (insert(table, value)) {
        if (size == order.length) {
          order = Arrays.copyOf(order, size * 2);
        }
        order[size] = value;
        size++;
        if (size * 2 > table.length) {
          grow();
        }
      }
    }

    private void grow() {
      long[] larger = new long[table.length * 2];
      Arrays.fill(larger, -1);
      for (int i = 0; i < size; i++) {
        insert(larger, order[i]);
      }
      table = larger;
    }

    private static boolean insert(long[] into, long value) {
      long mixed = value * 0x9E3779B97F4A7C15L;
      int at = (int) (mixed >>> 32) & (into.length - 1);
      while (into[at] != -1) {
        if (into[at] == value) {
          return false;
        }
        at = (at + 1) & (into.length - 1);
      }
      into[at] = value;
      return true;
    }
  }
}
