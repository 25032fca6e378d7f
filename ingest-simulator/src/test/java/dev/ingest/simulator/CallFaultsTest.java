package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.simulator.CallFaultRuns.Tried;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.turn.Turn;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Faults at exact calls of one passage: each alone, a share of the pairs by the day, and some
 * triples. {@code -Dingest.calls.pairs=N} tries more pairs, or {@code all} of them; {@code
 * -Dingest.calls.triples=N} more triples; {@code -Dingest.calls.turn=N} those of another day.
 */
@Tag("programme")
class CallFaultsTest {

  private static final int PAIRS = 600;
  private static final int TRIPLES = 200;

  private static final CallFaultPlans PLANS = CallFaultPlans.recorded();

  @Test
  void withoutFaults_theSequencePassesItsWholeLife() {
    Passage.Report report = Passage.run(List.of(), Sabotage.NONE, null);
    assertEquals(State.EXPIRED, report.state());
    List<String> edges =
        List.of(
            "ACCEPTED - -> ACCEPTED",
            "STAGE_RETRIED PROCESSING -> ACCEPTED",
            "STAGE_DONE PROCESSING -> ACCEPTED",
            "STAGE_DONE PROCESSING -> PROCESSED",
            "OVERDUE PROCESSED -> PROCESSED",
            "VERIFIED PROCESSED -> VERIFIED",
            "LEFTOVERS_SWEPT VERIFIED -> VERIFIED",
            "PROOF_RENEWED VERIFIED -> VERIFIED",
            "EXPIRING VERIFIED -> EXPIRING",
            "EXPIRED EXPIRING -> EXPIRED");
    assertAll(
        edges.stream()
            .map(edge -> () -> assertEquals(1, report.tally().count("edge " + edge), edge)));
    Set<Leg> legs = report.calls().stream().map(CallPoint::leg).collect(Collectors.toSet());
    assertEquals(EnumSet.complementOf(EnumSet.of(Leg.END)), legs);
  }

  @Test
  void everySingleFault_keepsEveryPromise() throws Exception {
    Tried tried = run(PLANS::single, PLANS.singles());
    assertKept(tried, PLANS.singles());
    assertEquals(0, tried.missed(), "each single fault strikes");
    assertAll(
        Arrays.stream(CallFault.values())
            .map(
                fault ->
                    () ->
                        assertTrue(
                            tried.tally().count("fault " + fault) > 0,
                            () -> fault + " never struck")));
    assertAll(
        Stream.concat(
                Arrays.stream(Role.values()).map(Enum::name),
                Stream.of(CallShape.SEND.store(), CallShape.TELL.store()))
            .map(
                store ->
                    () ->
                        assertTrue(
                            tried.tally().count("fault " + CallFault.FAIL_BEFORE + " at " + store)
                                > 0,
                            () -> "nothing struck at " + store)));
  }

  @Test
  void shareOfThePairs_keepsEveryPromise() throws Exception {
    String wanted = System.getProperty("ingest.calls.pairs", "" + PAIRS);
    int count = wanted.equals("all") ? PLANS.pairs() : Integer.parseInt(wanted);
    long from = turn() * count;
    assertKept(run(index -> PLANS.pair(from + index), count), count);
  }

  @Test
  void someTriples_keepEveryPromise() throws Exception {
    int count = Integer.getInteger("ingest.calls.triples", TRIPLES);
    long seed = turn();
    assertKept(run(index -> PLANS.triple(seed, index), count), count);
  }

  /** Three nodes fail as sentinels in a row, and meanwhile the sequence is verified late. */
  @Test
  void deadlineThatNoSentinelToldOf_isToldByTheProof() {
    List<PlannedFault> faults =
        PlannedFault.parse(
            "DEADLINE:CONTROLS.write#1=CRASH_AFTER+DEADLINE:CONTROLS.write#2=CRASH_AFTER"
                + "+DEADLINE:LEDGER.due#1=DELAY");
    Passage.Report report = Passage.run(faults, Sabotage.NONE, null);
    assertEquals(State.EXPIRED, report.state());
    assertEquals(0, report.tally().count("edge OVERDUE PROCESSED -> PROCESSED"));
    assertEquals(1, report.tally().count("verified late"), report.tally()::toString);
  }

  @Test
  void pairs_areEachNamedOnce() {
    Set<Set<PlannedFault>> named =
        LongStream.range(0, PLANS.pairs())
            .mapToObj(index -> Set.copyOf(PLANS.pair(index)))
            .collect(Collectors.toSet());
    assertEquals(PLANS.pairs(), named.size());
  }

  @Test
  void sameFaults_sameCalls() {
    for (int index = 0; index < 10; index++) {
      List<PlannedFault> faults = PLANS.triple(3, index);
      Passage.Report first = Passage.run(faults, Sabotage.NONE, null);
      Passage.Report second = Passage.run(faults, Sabotage.NONE, null);
      assertEquals(first.calls(), second.calls(), faults::toString);
      assertEquals(first.tally().toString(), second.tally().toString(), faults::toString);
      assertEquals(faults, PlannedFault.parse(PlannedFault.text(faults)));
    }
  }

  @Test
  void unknownTakenForSuccess_isFoundWhereAnAcceptanceFails() {
    assertFound(
        BrokenStores.UNKNOWN_COUNTS_AS_SUCCESS, "UPLOAD:LEDGER.commit#1=FAIL_BEFORE", "S1 Receipt");
  }

  @Test
  void repeatedPutsOverwrite_isFoundWhereAPutIsDeliveredTwice() {
    assertFound(
        BrokenStores.REPEATED_PUTS_OVERWRITE,
        "UPLOAD:WRITER.put#1=DUPLICATE",
        "S1 Receipt",
        "S3 No loss",
        "S14 Keys");
  }

  @Test
  void unknownTakenForSuccess_isFoundWhereAnExpiryFails() {
    assertFound(
        BrokenStores.UNKNOWN_COUNTS_AS_SUCCESS,
        "EXPIRY:LEDGER.commit#1=FAIL_BEFORE",
        "S4 Expiry guard");
  }

  @Test
  void permitsOverstepped_isFoundWithoutAFault() {
    assertBroken(BrokenStores.PERMITS_COVER_THEIR_SCOPE, List.of(), "S3 No loss");
  }

  @Test
  void deadlinesHidden_isFoundWithoutAFault() {
    assertBroken(BlindStores.DEADLINES_ARE_NEVER_DUE, List.of(), "L2 Deadlines are told");
  }

  @Test
  void alertsLost_isFoundWithoutAFault() {
    assertBroken(BrokenStores.ALERTS_ARE_LOST, List.of(), "S10 Explicit failure");
  }

  @Test
  void expiriesHidden_isFoundWithoutAFault() {
    assertBroken(BlindStores.NOTHING_EXPIRES, List.of(), "L1 Every sequence ends, L6 expires");
  }

  private static Tried run(LongFunction<List<PlannedFault>> plan, long count)
      throws InterruptedException {
    return new CallFaultRuns(Sabotage.NONE, Workers.number(), () -> false).run(plan, count);
  }

  @SuppressWarnings("SystemOut") // the counts are what the programme reports
  private static void assertKept(Tried tried, long count) {
    System.out.println(tried.tally());
    assertEquals(List.of(), tried.failures().stream().map(PassageFailure::getMessage).toList());
    assertEquals(count, tried.runs());
  }

  /** The fault is what finds it: without one nothing is wrong. */
  private static void assertFound(Sabotage sabotage, String faults, String... invariants) {
    Passage.run(List.of(), sabotage, null);
    assertBroken(sabotage, PlannedFault.parse(faults), invariants);
  }

  private static void assertBroken(
      Sabotage sabotage, List<PlannedFault> faults, String... invariants) {
    PassageFailure failure =
        assertThrows(PassageFailure.class, () -> Passage.run(faults, sabotage, null));
    assertTrue(
        failure.getCause() instanceof InvariantViolation violation
            && Set.of(invariants).contains(violation.invariant()),
        failure::toString);
    assertTrue(failure.toString().contains(PlannedFault.text(faults)), failure::toString);
  }

  private static long turn() {
    return Turn.of(InstantSource.system(), "ingest.calls.turn", "Faults");
  }
}
