package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What those see who look while others commit, and batches that meet each other. */
abstract class CommitRaceCases extends AuditCases {

  private static final int LEAST_CHANGES = 60;
  private static final int MOST_CHANGES = 900;
  private static final int LEAST_LOOKS = 100;

  /** Readers look this often at most, should a writer never come to its end. */
  private static final int MOST_LOOKS = 100_000;

  /** How many marks are tried against claims of the same sequence, and how many are granted. */
  private static final int LEAST_MARKS = 200;

  private static final int LEAST_GRANTS = 30;

  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger grants = new AtomicInteger();

  @Test
  @DisplayName("a reader never sees an entry without its history row, nor a row without its entry")
  final void readersDuringCommits_entryAndHistoryTogether() {
    accept("a");
    AtomicBoolean done = new AtomicBoolean();
    List<Integer> counts =
        Race.run(
            3, thread -> thread == 0 ? () -> change(done) : () -> look(done, this::lookAtHistory));
    assertTrue(counts.get(1) > 0 && counts.get(2) > 0, "the readers looked");
    assertEquals(counts.get(0) + 1, history(key("a")).size());
  }

  private void lookAtHistory() {
    int rowsBefore = history(key("a")).size();
    Entry entry = find(key("a"));
    assertTrue(entry.chain().length() >= rowsBefore, "a row came before its entry");
    List<HistoryRow> rows = history(key("a"));
    int length = (int) entry.chain().length();
    assertTrue(rows.size() >= length, () -> "entry " + length + " without its row: " + rows.size());
    assertEquals(entry.chain().head(), rows.get(length - 1).link().hash());
    assertEquals(entry.version(), entry.chain().length());
  }

  @Test
  @DisplayName("a reader never sees an effect without its alert, nor an alert without its effect")
  final void readersDuringCommits_entryAndAlertsTogether() {
    accept("a");
    AtomicBoolean done = new AtomicBoolean();
    List<Integer> counts =
        Race.run(
            3, thread -> thread == 0 ? () -> change(done) : () -> look(done, this::lookAtAlerts));
    assertTrue(counts.get(1) > 0 && counts.get(2) > 0, "the readers looked");
    assertEquals(counts.get(0).longValue(), store().alerts().pending());
  }

  private void lookAtAlerts() {
    long before = store().alerts().pending();
    long effects = find(key("a")).chain().length() - 1;
    assertTrue(effects >= before, () -> before + " alerts before " + effects + " effects");
    long after = store().alerts().pending();
    assertTrue(after >= effects, () -> effects + " effects with " + after + " alerts");
  }

  /** Marks one sequence until it was looked at often enough meanwhile, each time with an alert. */
  private int change(AtomicBoolean done) {
    try {
      int changes = 0;
      while (changes < LEAST_CHANGES || (looks.get() < LEAST_LOOKS && changes < MOST_CHANGES)) {
        boolean overdue = changes % 2 == 0;
        changes++;
        assertApplied(
            commit(
                transitions.mark(
                    find(key("a")),
                    marks -> marks.withOverdue(overdue),
                    transitions.alert("EFFECT", key("a")))));
      }
      return changes;
    } finally {
      done.set(true);
    }
  }

  private int look(AtomicBoolean done, Runnable at) {
    int mine = 0;
    boolean last = false;
    while (!last && mine < MOST_LOOKS) {
      last = done.get();
      at.run();
      looks.incrementAndGet();
      mine++;
    }
    return mine;
  }

  @Test
  @DisplayName("digests sealed while others commit hold every effect's alert exactly once")
  final void sealsDuringCommits_eachAlertOnce() {
    List<SequenceKey> keys = IntStream.range(0, 3).mapToObj(i -> key("k" + i)).toList();
    acceptAll(keys, entry -> entry);
    List<Long> counts =
        Race.run(4, thread -> thread == 3 ? this::sealSome : () -> raise(keys.get(thread)));
    long sealed = counts.get(3) + countOf(store().alerts().seal());
    assertEquals(counts.get(0) + counts.get(1) + counts.get(2), sealed);
    assertEquals(0, store().alerts().pending());
  }

  private long raise(SequenceKey key) {
    for (int i = 0; i < 30; i++) {
      assertApplied(
          commit(
              transitions.mark(
                  find(key),
                  marks -> marks.withEscalations(1),
                  transitions.alert("ONE", key),
                  transitions.alert("TWO", key))));
    }
    return 60;
  }

  private long sealSome() {
    long count = 0;
    for (int i = 0; i < 30; i++) {
      count += countOf(store().alerts().seal());
    }
    return count;
  }

  private static long countOf(AlertDigest digest) {
    return digest.lines().stream().mapToLong(AlertDigest.Line::count).sum();
  }

  @Test
  @DisplayName(
      "commits, claims, renewals and hand-backs of the same sequences in any order all come to an"
          + " end, and each effect raises a version by one")
  final void overlappingBatches_noDeadlock() {
    int count = Math.min(20, store().capabilities().maxBatch());
    List<SequenceKey> keys = IntStream.range(0, count).mapToObj(i -> key("k" + i)).toList();
    acceptAll(keys, entry -> entry);
    AtomicLongArray effects = new AtomicLongArray(count);
    List<Callable<Integer>> workers =
        List.of(
            () -> markAll(keys, effects, new SplittableRandom(1)),
            () -> markAll(keys, effects, new SplittableRandom(2)),
            () -> claimAndReturn(keys, effects, new SplittableRandom(3)),
            () -> claimAndReturn(keys, effects, new SplittableRandom(4)));
    Race.run(workers.size(), workers::get);
    for (int i = 0; i < count; i++) {
      assertEquals(1 + effects.get(i), find(keys.get(i)).version(), "version of " + keys.get(i));
    }
  }

  @Test
  @DisplayName("what a claim hands out has every mark that was set before it, whoever sets it")
  final void claimsDuringMarks_recordOfTheClaimedVersion() {
    accept("a");
    AtomicBoolean done = new AtomicBoolean();
    List<Integer> counts =
        Race.run(4, thread -> thread < 2 ? () -> markByParity(done) : () -> claimAndCompare(done));
    assertTrue(counts.get(0) + counts.get(1) > 0, "marks were set");
    assertTrue(counts.get(2) + counts.get(3) >= LEAST_GRANTS, "claims were granted meanwhile");
  }

  /** Sets a mark that tells whether the history has an even number of rows. */
  private int markByParity(AtomicBoolean done) {
    int applied = 0;
    try {
      for (int i = 0; i < LEAST_MARKS || (grants.get() < LEAST_GRANTS && i < MOST_LOOKS); i++) {
        Entry found = find(key("a"));
        boolean even = (found.chain().length() + 1) % 2 == 0;
        if (commit(transitions.mark(found, marks -> marks.withOverdue(even))).isApplied()) {
          applied++;
        }
      }
    } finally {
      done.set(true);
    }
    return applied;
  }

  private int claimAndCompare(AtomicBoolean done) {
    int granted = 0;
    for (int look = 0; !done.get() && look < MOST_LOOKS; look++) {
      for (Claimed claimed : claim(1, FIRST_WORK)) {
        Entry entry = claimed.entry();
        granted++;
        grants.incrementAndGet();
        long rows = entry.chain().length();
        assertEquals(
            rows > 1 && rows % 2 == 0,
            entry.standing().overdue(),
            () -> "a claim after " + rows + " history rows handed out another record: " + entry);
        work().handBack(List.of(held(entry)));
      }
    }
    return granted;
  }

  private int markAll(List<SequenceKey> keys, AtomicLongArray effects, SplittableRandom random) {
    for (int round = 0; round < 12; round++) {
      List<Transition> batch =
          ledger().find(shuffled(keys, random)).stream()
              .map(found -> transitions.mark(found.orElseThrow(), marks -> marks))
              .toList();
      count(keys, batch.stream().map(Transition::key).toList(), ledger().commit(batch), effects);
    }
    return 12;
  }

  private int claimAndReturn(
      List<SequenceKey> keys, AtomicLongArray effects, SplittableRandom random) {
    for (int round = 0; round < 12; round++) {
      List<Claimed> claimed = claim(keys.size(), FIRST_WORK);
      claimed.forEach(one -> effects.incrementAndGet(keys.indexOf(one.entry().key())));
      List<Held> held = new ArrayList<>(claimed.stream().map(one -> held(one.entry())).toList());
      work().renew(shuffled(held, random), LEASE);
      List<Held> back = shuffled(held, random);
      count(keys, back.stream().map(Held::key).toList(), work().handBack(back), effects);
      time.advance(Duration.ofMillis(1));
    }
    return 12;
  }

  private static void count(
      List<SequenceKey> keys,
      List<SequenceKey> batch,
      List<Outcome> outcomes,
      AtomicLongArray effects) {
    assertEquals(batch.size(), outcomes.size());
    for (int i = 0; i < batch.size(); i++) {
      if (outcomes.get(i).isApplied()) {
        effects.incrementAndGet(keys.indexOf(batch.get(i)));
      }
    }
  }
}
