package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each invariant refuses, and what it lets pass, of receipts, counts and alerts. */
final class InvariantRulesTest extends Scene {

  @Test
  void receipt_resolvesToAnEntryWithItsManifestAndAnAcceptance() {
    Receipt receipt = accepted.receipt();
    fires("S1 Receipt", () -> invariants.received(receipt));
    entries.put(KEY, accepted);
    fires("S9 Idempotent accept", () -> invariants.received(receipt));
    history.add(row(TransitionKind.HELD));
    fires("S9 Idempotent accept", () -> invariants.received(receipt));
    history.add(row(TransitionKind.READMITTED));
    invariants.received(receipt);
    assertEquals(List.of(receipt), witness.receipts().get(KEY));
    history.set(1, row(TransitionKind.ACCEPTED));
    invariants.received(receipt);
    Receipt later =
        new Receipt(
            KEY, receipt.manifest(), START.plusSeconds(1), receipt.deadline(), receipt.expiresAt());
    fires("S9 Idempotent accept", () -> invariants.received(later));
    Receipt forged =
        new Receipt(
            KEY,
            new ManifestSummary(Digest.ofUtf8("other"), 2, 9),
            START,
            receipt.deadline(),
            receipt.expiresAt());
    fires("S1 Receipt", () -> invariants.received(forged));
    fires("S1 Receipt", () -> invariants.heldFromBefore(forged));
    fires("S9 Idempotent accept", () -> invariants.s9IdempotentAccept(forged, accepted));
  }

  @Test
  void receiptFromALostLife_isHeldWithoutAnAcceptance() {
    entries.put(KEY, accepted);
    invariants.heldFromBefore(accepted.receipt());
    assertEquals(List.of(accepted.receipt()), witness.receipts().get(KEY));
  }

  @Test
  void receivedReceipt_isOfBytesThatAreThere() {
    history.add(row(TransitionKind.ACCEPTED));
    entries.put(KEY, accepted);
    stored.remove(KeyLayout.rawItem(KEY, accepted.raw(), 1));
    fires("S1 Receipt", () -> invariants.received(accepted.receipt()));
    entries.put(KEY, in(State.DISCARDED));
    invariants.received(accepted.receipt());
  }

  @Test
  void sequenceThatWasSeen_neverVanishes() {
    assertDoesNotThrow(() -> invariants.check(List.of(KEY)));
    witness.see(accepted);
    fires("S1 Receipt", () -> invariants.check(List.of(KEY)));
  }

  @Test
  void everythingThatAnEntryRefersTo_isItsOwn() {
    assertDoesNotThrow(() -> invariants.s12Isolation(beside()));
    SealedOutput theirs = new SealedOutput(KeyLayout.runs(OTHER).child("e1"), MANIFEST.summary());
    Run run = accepted.run();
    isolated(accepted.withRun(run.movedTo(run.stage(), theirs)));
    isolated(showing(in(State.EXPIRED), theirs));
    Entry entry = beside();
    Superseded before = new Superseded(new Publication(theirs, 1, START), START);
    isolated(entry.withBeside(entry.beside().withSuperseded(Optional.of(before))));
    Run side = entry.beside().run().orElseThrow();
    isolated(entry.withBeside(entry.beside().withRun(side.movedTo(Optional.empty(), theirs))));
  }

  private void isolated(Entry entry) {
    fires("S12 Isolation", () -> invariants.s12Isolation(entry));
  }

  private static Census census(long failed) {
    return new Census(Map.of(State.FAILED, failed), 0, START);
  }

  private static CensusRecount cell(String pipeline, long kept, long counted) {
    CensusKey key = new CensusKey(START, pipeline, KEY.owner());
    return new CensusRecount(key, counts(kept, kept), counts(counted, counted));
  }

  private static CensusCounts counts(long accepted, long failed) {
    return new CensusCounts(Map.of(CensusCount.ACCEPTED, accepted, CensusCount.FAILED, failed));
  }

  private void unconserved(Map<State, Long> counted, Set<SequenceKey> found) {
    fires("S2 Conservation", () -> invariants.s2Conservation(counted, found));
  }

  @Test
  void whatWasAccepted_isCountedOnce() {
    Set<SequenceKey> found = Set.of(KEY, OTHER);
    Map<State, Long> counted = Map.of(State.FAILED, 2L);
    witness.see(accepted);
    witness.see(accepted(OTHER));
    censuses.put(Optional.empty(), census(2));
    censuses.put(Optional.of(KEY.owner()), census(1));
    censuses.put(Optional.of(OTHER.owner()), census(1));
    cells.addAll(List.of(cell("movies", 1, 1), cell("photos", 1, 1)));
    assertDoesNotThrow(() -> invariants.s2Conservation(counted, found));
    unconserved(Map.of(State.FAILED, 1L), found);
    unconserved(counted, Set.of(KEY));
    censuses.put(Optional.of(OTHER.owner()), census(2));
    unconserved(counted, found);
    censuses.put(Optional.of(OTHER.owner()), census(1));
    cells.set(1, cell("photos", 1, 2));
    unconserved(counted, found);
    cells.set(1, cell("photos", 2, 2));
    unconserved(counted, found);
    cells.set(1, new CensusRecount(cells.get(1).key(), counts(1, 0), counts(1, 0)));
    unconserved(counted, found);
  }

  @Test
  void failuresInTheHistory_areToldOnceNothingIsPending() {
    Map<TransitionKind, Long> rows = Map.of(TransitionKind.FAILED, 2L);
    fires("S10 Explicit failure", () -> invariants.s10AllTold(rows));
    pending = 1;
    assertDoesNotThrow(() -> invariants.s10AllTold(rows));
    pending = 0;
    witness.told(
        new AlertDigest(
            1,
            START,
            List.of(
                new AlertDigest.Line(
                    transitions.alert("SEQUENCE_FAILED", KEY).group(),
                    2,
                    START,
                    START,
                    List.of(KEY),
                    "look"))));
    assertDoesNotThrow(() -> invariants.s10AllTold(rows));
    fires("S10 Explicit failure", () -> invariants.s10AllTold(Map.of(TransitionKind.FAILED, 3L)));
    fires("S10 Explicit failure", () -> invariants.s10AllTold(Map.of(TransitionKind.LOST, 1L)));
  }
}
