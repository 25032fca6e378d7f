package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Confirmation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The expiry policy of a ledger: kept by the first, compared by all, changed by an act. */
final class KeptPolicyTest {

  private static final Act CAROL = new Act("carol", "the law says so");
  private static final ExpiryPolicy OWN =
      ExpiryPolicy.DEFAULT
          .withGrace(Duration.ofDays(2))
          .withMaxProofAge(Duration.ofHours(5))
          .withLeads(List.of(Duration.ofDays(3), Duration.ofHours(7)));
  private static final ExpiryPolicy OTHER = OWN.withUnproven(Unproven.DISCARD);

  private final InMemoryLedger ledger =
      new InMemoryLedger(new ManualTime(Bench.START), IncarnationId.ofBits(1, 1));
  private final KeptPolicy kept = new KeptPolicy(ledger);

  private KeptPolicy answering(Outcome outcome) {
    return new KeptPolicy(new ControlsOf(ledger, written -> outcome));
  }

  private long version() {
    return ledger.controls().read(KeptPolicy.RECORD).map(ControlRecord::version).orElse(0L);
  }

  @Test
  void firstPolicy_isKeptAndReadAsItIsButForTheRate() {
    assertEquals(Optional.empty(), kept.find());
    assertEquals(Optional.empty(), kept.mismatch(OWN));
    assertEquals(Optional.empty(), kept.settle(OWN.withPerSecond(7)));
    assertEquals(Optional.of(OWN.withPerSecond(ExpiryPolicy.DEFAULT.perSecond())), kept.find());
    assertEquals(Optional.empty(), kept.mismatch(OWN.withPerSecond(9)));
    assertEquals(Optional.empty(), kept.settle(OWN));
    assertEquals(1, version());
  }

  @Test
  void laterPolicy_isComparedAndNotKept() {
    kept.settle(OWN);
    String mismatch = kept.settle(OTHER).orElseThrow();
    assertEquals(Optional.of(mismatch), kept.mismatch(OTHER));
    assertTrue(
        mismatch.startsWith(
            "the expiry policy of this engine is grace PT48H, proofs of PT5H at most, leads [PT72H,"
                + " PT7H], DISCARD, quarantine "),
        mismatch);
    assertTrue(mismatch.contains("that of ledger memory:ledger is grace PT48H"), mismatch);
    assertEquals(1, version());
  }

  @Test
  void policyThatSomeoneElseKeptFirst_isComparedWith() {
    KeptPolicy overtaken =
        new KeptPolicy(
            new ControlsOf(
                ledger,
                written -> {
                  new KeptPolicy(ledger).settle(OTHER);
                  return Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v1");
                }));
    assertTrue(overtaken.settle(OWN).isPresent());
    assertEquals(Optional.of(OTHER), kept.find());
  }

  @Test
  void writeOfWhichNothingIsKnown_isSaidSo() {
    KeptPolicy unknown = answering(new Outcome.Unknown(new IllegalStateException("no answer")));
    assertThrows(OutcomeUnknownException.class, () -> unknown.settle(OWN));
    assertThrows(OutcomeUnknownException.class, () -> unknown.change(CAROL, OWN, 1));
  }

  @Test
  void change_isOnTheRecordWithWhatWasBefore() {
    kept.change(CAROL, OWN, 1);
    kept.change(CAROL, OTHER, 2);
    assertEquals(Optional.of(OTHER), kept.find());
    assertEquals(2, version());
    List<String> confirmed =
        new Confirmations(ledger).latest(9).stream().map(Confirmation::confirmed).toList();
    assertEquals(
        List.of(
            KeptPolicy.describe(OWN) + "; before: none",
            KeptPolicy.describe(OTHER) + "; before: " + KeptPolicy.describe(OWN)),
        confirmed);
  }

  @Test
  void changeThatIsOvertaken_isRefused() {
    kept.settle(OWN);
    KeptPolicy overtaken =
        new KeptPolicy(
            new ControlsOf(
                ledger,
                written ->
                    written.key().equals(KeptPolicy.RECORD)
                        ? Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v2")
                        : ledger.controls().write(written)));
    assertThrows(IllegalStateException.class, () -> overtaken.change(CAROL, OTHER, 1));
    assertEquals(Optional.of(OWN), kept.find());
  }
}
