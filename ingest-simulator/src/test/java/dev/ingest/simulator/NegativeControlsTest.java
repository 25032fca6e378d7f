package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.fail;

import dev.ingest.core.invariants.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The simulation is not vacuous: with a guard removed it finds a broken promise within few seeds.
 */
@Tag("programme")
class NegativeControlsTest {

  private static final int MAX_SEEDS = 150;
  private static final int MOST_OTHERS = 5;

  @Test
  void tokensIgnored_isFoundAsFencing() {
    assertFound(BrokenStores.TOKENS_ARE_IGNORED, 1, "S7 Fencing");
  }

  @Test
  void alertsLost_isFoundAsSilentFailure() {
    assertFound(BrokenStores.ALERTS_ARE_LOST, 1, "S10 Explicit failure");
  }

  @Test
  void openSessionsSwept_isFoundAtTheDeletion() {
    assertFound(BrokenStores.OPEN_SESSIONS_COUNT_AS_ABANDONED, 33, "S4 Expiry guard");
  }

  @Test
  void permitsOverstepped_isFoundAsLoss() {
    assertFound(BrokenStores.PERMITS_COVER_THEIR_SCOPE, 1, "S3 No loss");
  }

  @Test
  void repeatedPutsOverwrite_isFoundAsLoss() {
    assertFound(BrokenStores.REPEATED_PUTS_OVERWRITE, 7, "S1 Receipt", "S3 No loss");
  }

  @Test
  void proofsFromACache_isFoundAsUnverifiedPublication() {
    assertFoundBy("expected at its proof", BrokenStores.PROOFS_COME_FROM_A_CACHE, 9, "S3 No loss");
  }

  @Test
  void unknownTakenForSuccess_isFoundAsAReceiptForNothing() {
    assertFound(BrokenStores.UNKNOWN_COUNTS_AS_SUCCESS, 14, "S1 Receipt", "S9 Idempotent accept");
  }

  @Test
  void anyTimeBelieved_isFoundAsEarlyExpiry() {
    assertFound(BlindStores.ANY_TIME_IS_BELIEVED, 19, "S4 Expiry guard");
  }

  @Test
  void holdsHidden_isFoundAsExpiryOfWhatIsHeld() {
    assertFound(BlindStores.HOLDS_ARE_HIDDEN, 35, "S4 Expiry guard");
  }

  @Test
  void deadlinesHidden_isFoundAsSilence() {
    assertFound(BlindStores.DEADLINES_ARE_NEVER_DUE, 1, "L2 Deadlines are told");
  }

  @Test
  void risksHidden_isFoundAsSilence() {
    assertFound(BlindStores.RISKS_ARE_NEVER_DUE, 5, "L3 Risks are told");
  }

  @Test
  void expiriesHidden_isFoundAsBytesThatStay() {
    assertFound(BlindStores.NOTHING_EXPIRES, 6, "L1 Every sequence ends, L6 expires");
  }

  @Test
  void oldProofsHidden_isFoundAsRotThatNobodyNotices() {
    assertFound(BlindStores.NOTHING_IS_READ_AGAIN, 4, "S3 Rot is found");
  }

  @Test
  void begunTakenForProven_isFoundAsDoneWithoutAProof() {
    assertFoundBy(
        "a proof by the run of", BrokenBackfills.BEGUN_COUNTS_AS_PROVEN, 5, BackfillOracle.S11);
  }

  @Test
  void oneForgotten_isFoundOnTheList() {
    assertFoundBy("a place on the list", BrokenBackfills.ONE_IS_FORGOTTEN, 43, BackfillOracle.S11);
  }

  @Test
  void endsOfBackfillsUntold_areFoundAtTheEnd() {
    assertFoundBy("an alert BACKFILL_", BrokenBackfills.ENDS_ARE_NOT_TOLD, 5, BackfillOracle.S11);
  }

  @Test
  void holdsOfBackfillsKept_isFoundAtTheEnd() {
    assertFoundBy("no hold of", BrokenBackfills.BACKFILLS_DO_NOT_LET_GO, 5, BackfillOracle.S11);
  }

  @Test
  void holdsOfBackfillsLeftOnWhatIsDiscarded_areFoundAtOnce() {
    assertFoundBy("no hold of", BrokenBackfills.DISCARDS_LEAVE_HOLDS, 128, BackfillOracle.S11);
  }

  @Test
  void quotasIgnored_isFoundAsTooMuch() {
    assertFoundBy("no more for its owner", BrokenQuotas.QUOTAS_ARE_IGNORED, 5, QuotaOracle.QUOTA);
  }

  @Test
  void roomThatIsNotGivenBack_isFoundAtTheEnd() {
    assertFound(BrokenQuotas.WHAT_IS_GIVEN_UP_STAYS_OPEN, 5, QuotaOracle.QUOTA, "L0 Acceptance");
  }

  @Test
  void roomThatIsRefused_isFoundAsTooLittle() {
    assertFoundBy("a session, since its", BrokenQuotas.ONE_SESSION_IS_ENOUGH, 5, QuotaOracle.QUOTA);
  }

  @Test
  void adoptionsWithinTheQuota_areFoundAtTheCall() {
    Sabotage sabotage = BrokenQuotas.ADOPTIONS_ARE_WITHIN_THE_QUOTA;
    assertFoundBy("a call within", sabotage, 3, QuotaOracle.QUOTA);
  }

  @Test
  void anyIncarnationKnown_isFoundAsADeletionInDoubt() {
    assertFoundBy("no deletion before", BlindStores.ANY_INCARNATION_IS_KNOWN, 1, Restoring.T10B);
  }

  @Test
  void anAcceptanceUnlisted_isFoundAsOneThatIsNotNamed() {
    assertFoundBy("to be named by", BrokenRestorations.ONE_IS_NOT_LISTED, 1, Restoring.T10B);
  }

  @Test
  void adoptionsForgotten_areFoundAsReceiptsForNothing() {
    assertFoundBy("an entry with", BrokenRestorations.ADOPTIONS_DO_NOTHING, 1, Restoring.T10B);
  }

  @Test
  void sweepsThatSeeNoManifest_areFoundAsBytesOfAReceiptThatGo() {
    assertFoundBy(
        "until it is known again", BrokenRestorations.SWEEPS_SEE_NO_MANIFEST, 33, Restoring.T10B);
  }

  @Test
  void resumptionsThatSeeNoManifest_areFoundAsAcceptancesThatAreHidden() {
    assertFoundBy(
        "to be named by", BrokenRestorations.RESUMPTIONS_SEE_NO_MANIFEST, 97, Restoring.T10B);
  }

  @Test
  void adoptedBytesThatGoWithTheirFirstCopy_areFoundAtTheDeletion() {
    assertFound(BrokenRestorations.WHAT_IS_ADOPTED_GOES_WITH_ITS_FIRST_COPY, 1, "S4 Expiry guard");
  }

  /**
   * Begins at a seed that was seen to be near one that finds it, since those before were seen not
   * to; what changes the runs may need more of them again.
   */
  private static void assertFound(Sabotage sabotage, int near, String... invariants) {
    assertFoundBy("", sabotage, near, invariants);
  }

  /**
   * Several checks of an oracle have one name; what was expected tells which of them it was. A seed
   * in which another check comes first says nothing of this one, so that the next is tried.
   */
  @SuppressWarnings("SystemOut") // how soon it is found says how sharp the simulation is
  private static void assertFoundBy(
      String check, Sabotage sabotage, int near, String... invariants) {
    List<String> others = new ArrayList<>();
    for (int seed = near; seed < near + MAX_SEEDS && others.size() < MOST_OTHERS; seed++) {
      try {
        Simulation.run(Scenario.of(seed, Simulate.SEQUENCES), sabotage, null);
      } catch (SimulationFailure e) {
        Throwable cause = e.getCause();
        String found =
            cause instanceof InvariantViolation violation
                ? violation.invariant()
                : String.valueOf(cause);
        System.out.printf("found by seed %d, from %d: %s%n", seed, near, cause);
        if (Set.of(invariants).contains(found) && String.valueOf(cause).contains(check)) {
          return;
        }
        others.add("seed %d found as %s by %s".formatted(seed, found, cause));
      }
    }
    fail("not found within " + MAX_SEEDS + " seeds from " + near + ", but " + others);
  }
}
