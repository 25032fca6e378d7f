package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineMeter;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a batch whose outcome is unknown at first. */
final class SettlementTest {

  private static final List<Duration> PAUSES =
      Stream.of(20, 40, 80, 160, 320).map(Duration::ofMillis).toList();

  private final CommitBench bench = new CommitBench();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 17, 199, 200})
  void elementThatTheLedgerNeverTakes_failsAloneWhileTheOthersAreApplied(int size) {
    for (int place : new int[] {0, size / 2, size - 1}) {
      CommitBench one = new CommitBench();
      List<Transition> all = one.acceptances(size);
      poison(one, Set.of(all.get(place).id()));
      List<CompletableFuture<Outcome>> outcomes = one.submit(all);
      one.stepped.run();
      for (int i = 0; i < size; i++) {
        Outcome outcome = outcomes.get(i).getNow(Outcome.APPLIED);
        assertEquals(i != place, outcome.isApplied(), i + " of " + size + ": " + outcome);
      }
      Throwable cause = unknown(outcomes.get(place)).cause();
      assertTrue(cause.toString().contains("of 1 transitions"), cause::toString);
      int calls = one.ledger.commits.size();
      int most = 4 + 2 * (32 - Integer.numberOfLeadingZeros(size - 1));
      assertTrue(calls <= most, size + " cost " + calls + " calls");
      Duration held = one.pauses.stream().reduce(Duration.ZERO, Duration::plus);
      assertTrue(held.toMillis() <= 140, "held up for " + held);
    }
  }

  @Test
  void severalSuchElements_eachFailAlone() {
    List<Transition> all = bench.acceptances(200);
    Set<TransitionId> poison = new HashSet<>();
    for (int i : new int[] {0, 1, 2, 50, 99, 100, 101, 150, 198, 199}) {
      poison.add(all.get(i).id());
    }
    poison(bench, poison);
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    for (int i = 0; i < 200; i++) {
      boolean applied = outcomes.get(i).getNow(Outcome.APPLIED).isApplied();
      assertEquals(!poison.contains(all.get(i).id()), applied, "" + i);
    }
  }

  @Test
  void roundThatSettlesNothingAfterOthersDid_isHalvedWithoutAPause() {
    List<Transition> all = bench.acceptances(8);
    poison(bench, Set.of(all.get(0).id(), all.get(2).id()));
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    assertEquals(6, outcomes.stream().filter(SettlementTest::isApplied).count());
    assertEquals(List.of(8, 8, 4, 4, 2, 2, 1, 1, 1, 1), bench.commitSizes());
    assertEquals(PAUSES.subList(0, 2), bench.pauses, "only before anything had settled");
  }

  @Test
  void elementAnsweredUnknown_isSubmittedAgainAloneAndThenUnknown() {
    List<Transition> all = bench.acceptances(5);
    TransitionId poison = all.get(3).id();
    bench.ledger.onCommit =
        transitions -> {
          List<Outcome> answers = new ArrayList<>();
          for (Transition one : transitions) {
            answers.add(
                one.id().equals(poison)
                    ? new Outcome.Unknown(new LedgerException("no answer for this one"))
                    : bench.ledger.commitBelow(List.of(one)).get(0));
          }
          return answers;
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    assertEquals(List.of(5, 1, 1), bench.commitSizes());
    assertEquals(4, outcomes.stream().filter(SettlementTest::isApplied).count());
    assertEquals("no answer for this one", unknown(outcomes.get(3)).cause().getMessage());
  }

  @Test
  void lostReply_isSettledByTheSameTransitions() {
    List<Transition> all = bench.acceptances(30);
    AtomicInteger losses = new AtomicInteger(3);
    bench.ledger.onCommit =
        transitions -> {
          List<Outcome> applied = bench.ledger.commitBelow(transitions);
          if (losses.getAndDecrement() > 0) {
            throw new LedgerException("connection reset at COMMIT");
          }
          return applied;
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    assertEquals(30, outcomes.stream().filter(SettlementTest::isApplied).count());
    Set<TransitionId> ids = new HashSet<>();
    bench.ledger.commits.forEach(batch -> batch.forEach(one -> ids.add(one.id())));
    assertEquals(30, ids.size(), "no other transition was ever submitted");
    for (Transition one : all) {
      assertEquals(1, bench.ledger.ledger().history(one.key(), 0, 10).size());
    }
  }

  @Test
  void lostReplyOfWhatSomeoneElseOvertook_isAnsweredAsApplied() {
    Transition accepted = bench.acceptance();
    AtomicInteger losses = new AtomicInteger(1);
    bench.ledger.onCommit =
        transitions -> {
          List<Outcome> applied = bench.ledger.commitBelow(transitions);
          if (losses.getAndDecrement() > 0) {
            Transition mark = bench.made.mark(accepted.after(), standing -> standing);
            bench.ledger.commitBelow(List.of(mark));
            throw new LedgerException("connection reset at COMMIT");
          }
          return applied;
        };
    CompletableFuture<Outcome> outcome = bench.group.submit(accepted);
    bench.stepped.run();
    assertTrue(isApplied(outcome));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 200})
  void outage_costsSixCommitsWhateverTheSizeOfTheBatch(int size) {
    LedgerException down = new LedgerException("connection refused");
    bench.ledger.onCommit =
        transitions -> {
          throw down;
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(size));
    bench.ledger.onRead =
        () -> {
          throw down;
        };
    bench.stepped.run();
    outcomes.forEach(outcome -> assertSame(down, unknown(outcome).cause()));
    assertEquals(6, bench.ledger.commits.size());
    assertEquals(PAUSES, bench.pauses);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 1_000, 3_000, 60_000})
  void callsThatTakeLong_holdUpTheNextBatchForABoundedTime(int millis) {
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(200));
    Runnable slow =
        () -> {
          bench.elapsed.addAndGet(Duration.ofMillis(millis).toNanos());
          throw new LedgerException("timeout");
        };
    bench.ledger.onRead = slow;
    bench.ledger.onCommit =
        transitions -> {
          slow.run();
          return List.of();
        };
    bench.stepped.run();
    outcomes.forEach(SettlementTest::unknown);
    assertTrue(bench.ledger.commits.size() >= 2, "at least once again");
    long held = Duration.ofNanos(bench.elapsed.get()).toMillis();
    assertTrue(held <= Math.max(5_000 + millis, 2 * millis), "held up for " + held + " ms");
  }

  /** The second call ends so many nanoseconds before the five seconds of the batch are over. */
  @ParameterizedTest
  @CsvSource({"0, 2", "1, 3"})
  void fiveSecondsOfABatch_countFromItsBeginningAndEndToTheNanosecond(int before, int commits) {
    bench.elapsed.set(Duration.ofHours(1).toNanos());
    long half = Duration.ofMillis(2_500).toNanos();
    Iterator<Long> calls = List.of(half, half - before, half).iterator();
    bench.ledger.onCommit =
        transitions -> {
          bench.elapsed.addAndGet(calls.next());
          throw new LedgerException("timeout");
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(1));
    bench.stepped.run();
    outcomes.forEach(SettlementTest::unknown);
    assertEquals(commits, bench.ledger.commits.size());
  }

  @Test
  void meter_hearsHowLongEachCallTookAndWhetherItAnsweredAll() {
    List<String> heard = new ArrayList<>();
    CommitBench metered =
        new CommitBench(
            new EngineMeter() {
              @Override
              public void batchAnswered(int transitions, Duration took, boolean isAnswered) {
                heard.add(transitions + " in " + took.toMillis() + " ms: " + isAnswered);
              }
            });
    metered.elapsed.set(Duration.ofHours(1).toNanos());
    Iterator<Integer> calls = List.of(3, 2).iterator();
    metered.ledger.onCommit =
        transitions -> {
          metered.elapsed.addAndGet(Duration.ofMillis(calls.next()).toNanos());
          List<Outcome> answers = new ArrayList<>(metered.ledger.commitBelow(transitions));
          if (calls.hasNext()) {
            answers.set(1, new Outcome.Unknown(new LedgerException("no answer for this one")));
          }
          return answers;
        };
    List<CompletableFuture<Outcome>> outcomes = metered.submit(metered.acceptances(4));
    metered.stepped.run();
    outcomes.forEach(outcome -> assertTrue(isApplied(outcome)));
    assertEquals(List.of("4 in 3 ms: false", "1 in 2 ms: true"), heard);
  }

  @Test
  void errorOfTheMachineInACommit_isReportedAndTheBatchSettled() {
    OutOfMemoryError full = new OutOfMemoryError("planted");
    AtomicInteger calls = new AtomicInteger();
    bench.ledger.onCommit =
        transitions -> {
          if (calls.getAndIncrement() == 0) {
            throw full;
          }
          return bench.ledger.commitBelow(transitions);
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(3));
    bench.stepped.run();
    outcomes.forEach(outcome -> assertTrue(isApplied(outcome)));
    assertEquals(List.of(full), bench.reported);
    assertEquals(List.of(3, 3), bench.commitSizes());
  }

  @Test
  void outageThatEnds_losesNothing() {
    AtomicInteger calls = new AtomicInteger();
    bench.ledger.onCommit =
        transitions -> {
          if (calls.incrementAndGet() < 6) {
            throw new LedgerException("connection refused");
          }
          return bench.ledger.commitBelow(transitions);
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(40));
    bench.ledger.onRead =
        () -> {
          throw new LedgerException("connection refused");
        };
    bench.stepped.run();
    assertEquals(40, outcomes.stream().filter(SettlementTest::isApplied).count());
    assertEquals(6, bench.ledger.commits.size());
  }

  @Test
  void ledgerThatReadsButTakesNoCommit_costsABoundedNumberOfCalls() {
    bench.ledger.onCommit =
        transitions -> {
          throw new LedgerException("cannot execute in a read-only transaction");
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(200));
    bench.stepped.run();
    outcomes.forEach(SettlementTest::unknown);
    assertEquals(32, bench.ledger.commits.size());
    assertEquals(PAUSES, bench.pauses);
  }

  /** An outage costs one commit; a ledger that answers reads is asked with smaller parts, too. */
  @ParameterizedTest
  @CsvSource({"false, 1", "true, 31"})
  void keptWorkThatIsNotTaken_isSubmittedWithoutPauses(boolean answersReads, int commits) {
    bench.ledger.onCommit =
        transitions -> {
          throw new LedgerException("connection refused");
        };
    bench.ledger.onRead =
        () -> {
          if (!answersReads) {
            throw new LedgerException("connection refused");
          }
        };
    List<Outcome> told = new ArrayList<>();
    for (Transition one : bench.acceptances(20)) {
      bench.group.submit(one, Optional.of(bench.lease(one)), told::add);
    }
    bench.stepped.run();
    bench.ledger.commits.clear();
    bench.pauses.clear();
    bench.later();
    assertEquals(commits, bench.ledger.commits.size());
    assertEquals(List.of(), bench.pauses);
    assertEquals(List.of(), told, "it is kept on");
  }

  /** A stranger keeps a row, for which each commit waits that has it. */
  private void locked(Set<TransitionId> rows, Duration wait) {
    bench.ledger.onCommit =
        transitions -> {
          if (transitions.stream().map(Transition::id).anyMatch(rows::contains)) {
            bench.elapsed.addAndGet(wait.toNanos());
            throw new LedgerException("canceling statement due to lock timeout");
          }
          return bench.ledger.commitBelow(transitions);
        };
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "8, 0", "8, 19", "8, 39", "60, 7"})
  void finishedWorkBesideALockedRow_isCommittedAndWhatIsFreshWaitsForOneCall(int wait, int place) {
    bench.elapsed.set(Duration.ofHours(1).toNanos());
    List<Transition> all = bench.acceptances(40);
    locked(Set.of(all.get(place).id()), Duration.ofSeconds(wait));
    List<List<Outcome>> told = new ArrayList<>();
    for (Transition one : all) {
      List<Outcome> outcomes = new ArrayList<>();
      told.add(outcomes);
      bench.group.submit(one, Optional.of(bench.lease(one)), outcomes::add);
    }
    long began = bench.elapsed.get();
    bench.stepped.run();
    while (told.stream().filter(List::isEmpty).count() > 1) {
      freshWaits(Duration.ofSeconds(wait));
      assertTrue(
          bench.elapsed.get() - began <= Duration.ofSeconds(2L * wait + 2).toNanos(),
          () -> told + " after " + bench.commitSizes());
    }
    assertEquals(List.of(), told.get(place));
    int rounds = bench.commitSizes().size();
    long from = bench.elapsed.get();
    while (bench.elapsed.get() - from < Duration.ofMinutes(5).toNanos()
        && told.get(place).isEmpty()) {
      freshWaits(Duration.ofSeconds(wait));
    }
    long tries = bench.ledger.commits.stream().skip(rounds).filter(one -> one.size() == 1).count();
    assertTrue(tries > 3, "it is tried on, alone");
    assertEquals(
        39, told.stream().filter(one -> one.equals(List.of(Outcome.APPLIED))).count(), "once each");
  }

  /** Something fresh comes as kept work is due; it waits for no more than one call with the row. */
  private void freshWaits(Duration wait) {
    bench.elapsed.addAndGet(bench.stepped.laters.element().delay().toNanos());
    long came = bench.elapsed.get();
    CompletableFuture<Outcome> fresh = bench.group.submit(bench.acceptance());
    CompletableFuture<Long> told = fresh.thenApply(outcome -> bench.elapsed.get());
    bench.stepped.laters.remove().drain().run();
    bench.stepped.run();
    assertTrue(isApplied(fresh));
    Duration waited = Duration.ofNanos(told.getNow(Long.MAX_VALUE) - came);
    assertTrue(waited.compareTo(wait) <= 0, () -> "waited for " + waited);
  }

  /** As those whom a mark of the sentinel stands beside. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 199})
  void whoWaitsBesideALockedRow_isAnsweredWithinThreeCallsWithIt(int place) {
    bench.elapsed.set(Duration.ofHours(1).toNanos() + 17);
    List<Transition> all = bench.acceptances(200);
    locked(Set.of(all.get(place).id()), Duration.ofSeconds(8));
    long began = bench.elapsed.get();
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i != place, isApplied(outcomes.get(i)), "" + i);
    }
    unknown(outcomes.get(place));
    assertEquals(Duration.ofSeconds(24), Duration.ofNanos(bench.elapsed.get() - began));
    assertEquals(List.of(200, 1, 199), bench.commitSizes().subList(0, 3), "together once more");
    assertEquals(List.of(), bench.pauses);
  }

  /** Two rows are kept: who waits for another is answered before the second of them, or unknown. */
  @Test
  void whoWaitsBesideTwoLockedRows_isHeldUpForFourCallsAtMost() {
    bench.elapsed.set(Duration.ofHours(1).toNanos() + 17);
    List<Transition> all = bench.acceptances(200);
    locked(Set.of(all.get(100).id(), all.get(150).id()), Duration.ofSeconds(8));
    long began = bench.elapsed.get();
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    assertEquals(Duration.ofSeconds(32), Duration.ofNanos(bench.elapsed.get() - began));
    assertTrue(outcomes.stream().filter(SettlementTest::isApplied).count() > 100);
    unknown(outcomes.get(100));
    unknown(outcomes.get(150));
  }

  /** As a fail-over: one call hangs and is reset, and what comes next is sound. */
  @ParameterizedTest
  @CsvSource({"1500, 30, 0, 3", "1500, 60, 0, 3", "10000, 30, 0, 3", "10000, 60, 1, 4"})
  void whoWaitsWhileOneCallHangs_isAnsweredInFewCommits(
      int hangs, int each, int resets, int commits) {
    bench.elapsed.set(Duration.ofHours(1).toNanos() + 17);
    AtomicInteger calls = new AtomicInteger();
    bench.ledger.onCommit =
        transitions -> {
          int call = calls.getAndIncrement();
          bench.elapsed.addAndGet(Duration.ofMillis(call == 0 ? hangs : each).toNanos());
          if (call == 0 || (transitions.size() > 1 && call < 2 + resets)) {
            throw new LedgerException("connection reset by peer");
          }
          return bench.ledger.commitBelow(transitions);
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(200));
    bench.stepped.run();
    assertEquals(200, outcomes.stream().filter(SettlementTest::isApplied).count());
    assertEquals(commits, bench.ledger.commits.size(), () -> "" + bench.commitSizes());
  }

  /** Whom the ledger names has been waited for; the others of the call have their answers. */
  @Test
  void elementThatALongCallNames_isNotWaitedForAgainBeforeTheNextBatch() {
    List<Transition> all = bench.acceptances(5);
    TransitionId row = all.get(3).id();
    bench.ledger.onCommit =
        transitions -> {
          bench.elapsed.addAndGet(Duration.ofSeconds(4).toNanos());
          return transitions.stream()
              .map(
                  one ->
                      one.id().equals(row)
                          ? new Outcome.Unknown(new LedgerException("locked"))
                          : bench.ledger.commitBelow(List.of(one)).get(0))
              .toList();
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(all);
    bench.stepped.run();
    assertEquals(List.of(5), bench.commitSizes());
    assertEquals(4, outcomes.stream().filter(SettlementTest::isApplied).count());
    unknown(outcomes.get(3));
  }

  @Test
  void nodeThatStops_submitsOnceMoreAndGivesUp() {
    bench.stopping = true;
    bench.ledger.onCommit =
        transitions -> {
          throw new LedgerException("connection refused");
        };
    CompletableFuture<Outcome> outcome = bench.group.submit(bench.acceptance());
    bench.stepped.run();
    unknown(outcome);
    assertEquals(2, bench.ledger.commits.size());
  }

  @Test
  void answerOfTheWrongLength_isUnknownForAll() {
    bench.ledger.onCommit = transitions -> bench.ledger.commitBelow(transitions).subList(0, 1);
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(2));
    bench.stepped.run();
    assertEquals(2, outcomes.stream().filter(SettlementTest::isApplied).count());
    assertEquals(List.of(2, 2, 1, 1), bench.commitSizes(), "alone, each has the right length");
  }

  private static void poison(CommitBench bench, Set<TransitionId> ids) {
    bench.ledger.onCommit =
        transitions -> {
          if (transitions.stream().map(Transition::id).anyMatch(ids::contains)) {
            throw new LedgerException(
                "a value in a batch of " + transitions.size() + " transitions cannot be stored");
          }
          return bench.ledger.commitBelow(transitions);
        };
  }

  private static boolean isApplied(CompletableFuture<Outcome> outcome) {
    return outcome.getNow(Outcome.notApplied(Outcome.Reason.ABSENT, "not told yet")).isApplied();
  }

  private static Outcome.Unknown unknown(CompletableFuture<Outcome> outcome) {
    return assertInstanceOf(Outcome.Unknown.class, outcome.getNow(Outcome.APPLIED));
  }
}
