package dev.ingest.benchmarks.ledger;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Threads that work as nodes do, without the work: accept a batch while there is one, claim a
 * batch, decide what becomes of it, commit that. A thread ends when it finds nothing more: whatever
 * another thread still holds, that one commits and then claims again.
 */
final class Workers {

  /** The most items of one claim and of one commit. */
  static final int BATCH = 200;

  private static final Duration LEASE = Duration.ofMinutes(5);

  private final LedgerStore store;
  private final Writer writer;
  private final Items items;
  private final int threads;
  private final InstantSource time;
  private final LongAdder claiming = new LongAdder();
  private final LongAdder deciding = new LongAdder();
  private final LongAdder committing = new LongAdder();
  private final LongAdder committed = new LongAdder();

  Workers(LedgerStore store, Writer writer, Items items, int threads) {
    this.store = store;
    this.writer = writer;
    this.items = items;
    this.threads = threads;
    time = new LedgerTime(store.ledger());
  }

  /** Accepts items, whose sessions are open unless they are to be opened here. */
  void accept(int count, boolean openFirst) throws Exception {
    AtomicInteger next = new AtomicInteger();
    everyThread(
        () -> {
          boolean more = true;
          while (more) {
            more = acceptBatch(next, count, openFirst);
          }
        });
  }

  /** Works on what is due; returns how many transitions were committed. */
  long drain(WorkRef... work) throws Exception {
    Set<WorkRef> wanted = Set.of(work);
    everyThread(
        () -> {
          boolean more = true;
          while (more) {
            more = workBatch(wanted);
          }
        });
    return committed.sum();
  }

  /** Accepts items and takes them to VERIFIED, all threads doing everything in turn. */
  void lifecycle(int count, boolean openFirst) throws Exception {
    AtomicInteger next = new AtomicInteger();
    Set<WorkRef> all = Set.of(Items.STAGE_WORK, Items.VERIFICATION);
    everyThread(
        () -> {
          boolean busy = true;
          while (busy) {
            boolean accepted = acceptBatch(next, count, openFirst);
            busy = workBatch(all) || accepted;
          }
        });
  }

  /** Tells in which parts the threads' time went. */
  String shares() {
    double sum = Math.max(1, claiming.sum() + deciding.sum() + committing.sum());
    return String.format(
        Locale.ROOT,
        "claim %.0f %%, decide and hash %.0f %%, commit %.0f %%",
        100 * claiming.sum() / sum,
        100 * deciding.sum() / sum,
        100 * committing.sum() / sum);
  }

  private boolean acceptBatch(AtomicInteger next, int count, boolean openFirst) {
    int from = next.getAndAdd(BATCH);
    if (from >= count) {
      return false;
    }
    List<Integer> numbers = IntStream.range(from, Math.min(count, from + BATCH)).boxed().toList();
    if (openFirst) {
      numbers.forEach(this::open);
    }
    long start = System.nanoTime();
    List<Transition> transitions =
        numbers.stream().map(number -> items.accept(number, time.instant())).toList();
    deciding.add(System.nanoTime() - start);
    commit(transitions);
    return true;
  }

  private void open(int number) {
    SequenceKey key = items.key(number);
    store.sessions().open(items.session(number), key, Reservation.NONE, OwnerQuota.UNLIMITED);
  }

  private boolean workBatch(Set<WorkRef> work) {
    long start = System.nanoTime();
    List<Claimed> claimed =
        store.work().claim(new ClaimRequest(new NodeId("node-1"), "v1", work, BATCH, LEASE));
    long decide = System.nanoTime();
    claiming.add(decide - start);
    if (claimed.isEmpty()) {
      return false;
    }
    List<Transition> transitions = new ArrayList<>(claimed.size());
    for (Claimed one : claimed) {
      transitions.add(items.finish(one.entry(), time.instant()));
    }
    deciding.add(System.nanoTime() - decide);
    commit(transitions);
    return true;
  }

  private void commit(List<Transition> transitions) {
    long start = System.nanoTime();
    List<Outcome> outcomes = writer.commit(transitions);
    committing.add(System.nanoTime() - start);
    committed.add(transitions.size());
    for (Outcome outcome : outcomes) {
      if (!outcome.isApplied()) {
        throw new IllegalStateException("a transition was not applied: " + outcome);
      }
    }
  }

  private void everyThread(Runnable body) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(pool.submit(body));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      pool.shutdown();
    }
  }
}
