package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which bytes the invariants want to be there, and what allows that they go. */
final class KeptBytesTest extends Scene {

  @ParameterizedTest
  @EnumSource(value = State.class, mode = EnumSource.Mode.EXCLUDE, names = "PROCESSING")
  void bytesThatAStateNeeds_areThereOrKnownToBeDamaged(State state) {
    Entry entry = in(state);
    assertDoesNotThrow(() -> invariants.s3NoLoss(entry));
    ContentKey raw = KeyLayout.rawItem(KEY, entry.raw(), 0);
    ContentKey made = KeyLayout.item(entry.run().output().orElseThrow().prefix(), 0);
    boolean needsRaw =
        switch (state) {
          case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
          case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
        };
    boolean needsMade =
        switch (state) {
          case PROCESSED, VERIFIED, EXPIRING, EXPIRED -> true;
          case ACCEPTED, PROCESSING, FAILED, DISCARDING, DISCARDED, LOST -> false;
        };
    needs(needsRaw, entry, raw);
    needs(needsMade, entry, made);
  }

  private void needs(boolean isNeeded, Entry entry, ContentKey key) {
    byte[] bytes = stored.getOrDefault(key, new byte[0]);
    stored.remove(key);
    if (!isNeeded) {
      assertDoesNotThrow(() -> invariants.s3NoLoss(entry));
      return;
    }
    fires("S3 No loss", () -> invariants.s3NoLoss(entry));
    for (String wrong : List.of("ALPHA", "alpha more")) {
      put(key, other(wrong));
      fires("S3 No loss", () -> invariants.s3NoLoss(entry));
    }
    put(key, bytes);
    assertDoesNotThrow(() -> invariants.s3NoLoss(entry));
    stored.remove(key);
    witness.damaged(key, START);
    assertDoesNotThrow(() -> invariants.s3NoLoss(entry));
  }

  @Test
  void manifestThatIsNotTheReceipts_isALoss() {
    ContentKey key = KeyLayout.rawManifest(KEY, accepted.raw());
    Manifest others = Manifest.of(List.of(item("a", "alpha")));
    for (byte[] wrong : List.of(others.toBytes(), other("no manifest"))) {
      put(key, wrong);
      fires("S3 No loss", () -> invariants.s3NoLoss(accepted));
    }
    stored.remove(key);
    fires("S3 No loss", () -> invariants.s3NoLoss(accepted));
    // Text that is no manifest, and totals that it does not have, under the digest of a receipt.
    put(key, other("no manifest"));
    Digest root = Digest.ofUtf8("no manifest");
    fires("S3 No loss", () -> invariants.s3NoLoss(of(new ManifestSummary(root, 2, 9))));
    put(key, MANIFEST.toBytes());
    Digest own = MANIFEST.summary().root();
    fires("S3 No loss", () -> invariants.s3NoLoss(of(new ManifestSummary(own, 2, 10))));
    assertDoesNotThrow(() -> invariants.s3NoLoss(of(MANIFEST.summary())));
  }

  private Entry of(ManifestSummary manifest) {
    Receipt old = accepted.receipt();
    return new Entry(
        new Receipt(KEY, manifest, old.acceptedAt(), old.deadline(), old.expiresAt()),
        accepted.raw(),
        accepted.position(),
        accepted.run(),
        accepted.published(),
        accepted.standing(),
        accepted.chain());
  }

  @Test
  void resultsBesideThePublishedOne_areThere() {
    Entry entry = beside();
    assertDoesNotThrow(() -> invariants.s3NoLoss(entry));
    needs(true, entry, KeyLayout.item(output("e2").prefix(), 0));
    needs(true, entry, KeyLayout.item(output("e0").prefix(), 0));
  }

  private static Entry held(Entry entry, String actor) {
    return entry.withStanding(
        entry.standing().withHold(Optional.of(new Hold(actor, "why", START))));
  }

  private void keepsTo(Optional<Entry> before, Entry entry, HistoryRow... rows) {
    assertDoesNotThrow(() -> invariants.s4ExpiryGuard(before, entry, List.of(rows)));
  }

  private void breaks(Optional<Entry> before, Entry entry, HistoryRow... rows) {
    fires("S4 Expiry guard", () -> invariants.s4ExpiryGuard(before, entry, List.of(rows)));
  }

  @Test
  void holdsAndRunsBeside_keepRawBytesFromExpiry() {
    Entry expiring = in(State.EXPIRING);
    Optional<Entry> free = Optional.of(verified());
    HistoryRow expiry = row(TransitionKind.EXPIRING);
    keepsTo(free, expiring, expiry);
    breaks(Optional.of(held(verified(), "carol")), held(expiring, "carol"), expiry);
    breaks(free, held(expiring, "carol"), row(TransitionKind.HELD), expiry);
    keepsTo(free, expiring, row(TransitionKind.HELD), row(TransitionKind.RELEASED), expiry);
    breaks(Optional.of(beside()), expiring, expiry);
    breaks(free, expiring, row(TransitionKind.SIDE_RUN_STARTED), expiry);
    for (TransitionKind end :
        List.of(
            TransitionKind.REPLACED,
            TransitionKind.COMPARED,
            TransitionKind.SIDE_RUN_FAILED,
            TransitionKind.SIDE_RUN_CANCELLED,
            TransitionKind.FAILED,
            TransitionKind.DISCARDING)) {
      keepsTo(Optional.of(beside()), expiring, row(end), expiry);
    }
  }

  @Test
  void expiry_needsAResultThatIsWholeButForLaterDamage() {
    Entry expiring = in(State.EXPIRING);
    ContentKey key = KeyLayout.item(expiring.published().orElseThrow().result().prefix(), 0);
    stored.remove(key);
    HistoryRow expiry = row(TransitionKind.EXPIRING);
    breaks(Optional.of(asVerified(expiring)), expiring, expiry);
    stored.remove(key);
    witness.damaged(key, START);
    keepsTo(Optional.of(asVerified(expiring)), expiring, expiry);
    witness.damaged(key, START.minusMillis(1));
    breaks(Optional.of(asVerified(expiring)), expiring, expiry);
  }

  /** The same as a VERIFIED entry, without any bytes written anew. */
  private static Entry asVerified(Entry entry) {
    return entry.withPosition(
        new Position(State.VERIFIED, 1, START, entry.position().fence(), Optional.empty()));
  }

  @Test
  void holder_isWhomTheRowsName() {
    Optional<Entry> free = Optional.of(verified());
    keepsTo(free, held(verified(), "carol"), row(TransitionKind.HELD));
    breaks(free, held(verified(), "dave"), row(TransitionKind.HELD));
    breaks(free, verified(), row(TransitionKind.HELD));
    breaks(free, held(verified(), "carol"));
    keepsTo(Optional.of(held(verified(), "carol")), held(verified(), "carol"));
    keepsTo(Optional.of(held(verified(), "carol")), verified(), row(TransitionKind.RELEASED));
    // One that a discard of an earlier release has left keeps bytes.
    keepsTo(free, held(verified(), "backfill/may"));
  }

  @Test
  void discard_endsTheHoldOfABackfillAndNoOther() {
    Entry going = in(State.DISCARDING);
    HistoryRow discarding = row(TransitionKind.DISCARDING);
    keepsTo(Optional.of(held(verified(), "backfill/may")), going, discarding);
    keepsTo(Optional.of(held(verified(), "carol")), held(going, "carol"), discarding);
    breaks(Optional.of(held(verified(), "carol")), going, discarding);
  }

  @Test
  void readmission_keepsTheHoldOfABackfillOnlyWhereBytesWereHeld() {
    Entry again = in(State.ACCEPTED);
    Optional<Entry> before = Optional.of(held(in(State.FAILED), "backfill/may"));
    HistoryRow failed = row(TransitionKind.READMITTED, State.FAILED, State.ACCEPTED, "alice");
    keepsTo(before, held(again, "backfill/may"), failed);
    breaks(before, again, failed);
    HistoryRow discarded = row(TransitionKind.READMITTED, State.DISCARDED, State.ACCEPTED, "alice");
    keepsTo(before, again, discarded);
    keepsTo(Optional.of(held(in(State.LOST), "carol")), held(again, "carol"), discarded);
  }

  @Test
  void newPublication_isWholeAndNotEmpty() {
    Entry shown = verified();
    assertDoesNotThrow(() -> invariants.s5Verified(Optional.of(accepted), shown));
    assertDoesNotThrow(() -> invariants.s5Verified(Optional.empty(), accepted));
    ContentKey key = KeyLayout.item(shown.published().orElseThrow().result().prefix(), 1);
    stored.remove(key);
    fires("S5 Verified", () -> invariants.s5Verified(Optional.of(accepted), shown));
    fires("S5 Verified", () -> invariants.s5Verified(Optional.empty(), shown));
    // What was published before was looked at then.
    assertDoesNotThrow(() -> invariants.s5Verified(Optional.of(shown), shown));
    Entry elsewhere = showing(shown, new SealedOutput(prefix("e9"), MANIFEST.summary()));
    fires("S5 Verified", () -> invariants.s5Verified(Optional.of(elsewhere), shown));
    Manifest none = Manifest.of(List.of());
    put(KeyLayout.manifest(prefix("e8")), none.toBytes());
    Entry empty = showing(shown, new SealedOutput(prefix("e8"), none.summary()));
    fires("S5 Verified", () -> invariants.s5Verified(Optional.of(shown), empty));
  }

  @Test
  void renewedProof_isOfResultsThatWereWholeThen() {
    Entry shown = verified();
    List<HistoryRow> renewed = List.of(row(TransitionKind.PROOF_RENEWED));
    ContentKey key = KeyLayout.item(shown.published().orElseThrow().result().prefix(), 0);
    renewal(shown, key, renewed);
    Entry elsewhere = showing(shown, new SealedOutput(prefix("e9"), MANIFEST.summary()));
    assertDoesNotThrow(() -> invariants.s3Proven(Optional.of(elsewhere), shown, renewed));
  }

  @Test
  void renewedProof_isOfRawBytesThatWereWholeThen() {
    Entry failed = in(State.FAILED);
    List<HistoryRow> renewed = List.of(row(TransitionKind.PROOF_RENEWED));
    renewal(failed, KeyLayout.rawItem(KEY, failed.raw(), 0), renewed);
    // The reading was of an earlier failure, whose bytes others may have replaced since.
    assertDoesNotThrow(() -> invariants.s3Proven(Optional.of(accepted), failed, renewed));
  }

  private void renewal(Entry entry, ContentKey key, List<HistoryRow> renewed) {
    Optional<Entry> before = Optional.of(entry);
    assertDoesNotThrow(() -> invariants.s3Proven(before, entry, renewed));
    stored.remove(key);
    fires("S3 No loss", () -> invariants.s3Proven(before, entry, renewed));
    assertDoesNotThrow(() -> invariants.s3Proven(before, entry, List.of()));
    assertDoesNotThrow(() -> invariants.s3Proven(Optional.empty(), entry, renewed));
    HistoryRow held = row(TransitionKind.HELD);
    assertDoesNotThrow(() -> invariants.s3Proven(before, entry, List.of(renewed.get(0), held)));
    fires("S3 No loss", () -> invariants.s3Proven(before, entry, List.of(held, renewed.get(0))));
    witness.damaged(key, START);
    assertDoesNotThrow(() -> invariants.s3Proven(before, entry, renewed));
    witness.damaged(key, START.minusMillis(1));
    fires("S3 No loss", () -> invariants.s3Proven(before, entry, renewed));
  }

  @Test
  void rotOfWhichNothingTells_isFound() {
    Entry shown = verified();
    Entry expired = in(State.EXPIRED);
    Entry failed = in(State.FAILED);
    Failure damage = new Failure("RAW_DAMAGED", Optional.empty(), "made up");
    Entry told = failed.withStanding(failed.standing().withFailure(Optional.of(damage)));
    List<Entry> all = List.of(shown, expired, failed, told, accepted, in(State.LOST));
    all.forEach(entry -> assertFalse(invariants.hasUnnoticedRot(entry)));
    stored.clear();
    List.of(shown, expired, failed).forEach(entry -> assertTrue(invariants.hasUnnoticedRot(entry)));
    List.of(told, accepted, in(State.LOST))
        .forEach(entry -> assertFalse(invariants.hasUnnoticedRot(entry)));
  }
}
