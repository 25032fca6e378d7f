package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.assertRefused;
import static dev.ingest.core.lifecycle.Decisions.decided;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When raw bytes may go, guard by guard. */
final class ExpiryTest {

  private static final Digest ROOT = Entries.OUTPUT.manifest().root();
  private static final Clocks AGREEING = new Clocks(Duration.ZERO, Optional.empty());
  private static final Duration GRACE = Duration.ofDays(1);
  private static final Duration FRESH = Duration.ofHours(1);
  private static final Instant DUE = Entries.EXPIRES_AT.plus(GRACE);

  private static Event expiry(Proof proof, Clocks clocks) {
    return new Event.ExpiryStarted(proof, clocks, GRACE, FRESH);
  }

  @Test
  void expiry_waitsForTheGraceAndYieldsToAHold() {
    Event proven = expiry(new Proof.ReadBack(ROOT, DUE), AGREEING);
    Entry verified = Entries.in(State.VERIFIED);
    assertEquals(State.EXPIRING, decided(verified, proven, DUE).after().state());
    Instant early = DUE.minusMillis(1);
    assertRefused(verified, expiry(new Proof.ReadBack(ROOT, early), AGREEING), early);
    Standing held = Standing.CLEAR.withHold(Optional.of(new Hold("carol", "why", DUE)));
    assertRefused(Entries.in(State.VERIFIED, held), proven, DUE);
  }

  @Test
  void expiry_needsAFreshReadingThatCameToThePublishedRoot() {
    Entry verified = Entries.in(State.VERIFIED);
    assertRefused(verified, expiry(new Proof.ReadBack(Digest.ofUtf8("x"), DUE), AGREEING), DUE);
    Event proven = expiry(new Proof.ReadBack(ROOT, DUE), AGREEING);
    Entry expiring = decided(verified, proven, DUE.plus(FRESH)).after();
    assertEquals(DUE, expiring.published().orElseThrow().provenAt());
    assertRefused(verified, proven, DUE.plus(FRESH).plusMillis(1));
  }

  @Test
  void expiry_takesAListingOnlyIfItIsWholeAndThePublicationIsFresh() {
    Entry verified = Entries.in(State.VERIFIED);
    Publication shown = verified.published().orElseThrow();
    Entry fresh =
        Entries.published(new Publication(shown.result(), shown.epoch(), DUE.minus(FRESH)));
    long keys = shown.result().manifest().count() + 1L;
    long bytes = shown.result().manifest().bytes();
    Event listed = expiry(new Proof.Listed(keys, bytes), AGREEING);
    Entry expiring = decided(fresh, listed, DUE).after();
    assertEquals(DUE.minus(FRESH), expiring.published().orElseThrow().provenAt());
    assertRefused(fresh, listed, DUE.plusMillis(1));
    assertRefused(verified, listed, DUE);
    assertRefused(fresh, expiry(new Proof.Listed(keys - 1, bytes), AGREEING), DUE);
    assertRefused(fresh, expiry(new Proof.Listed(keys, bytes - 1), AGREEING), DUE);
  }

  @Test
  void expiry_needsAClockThatIsBelievedAndMeasuredUpToTheExpiry() {
    Entry verified = Entries.in(State.VERIFIED);
    Proof proof = new Proof.ReadBack(ROOT, DUE);
    Clocks doubted = new Clocks(Duration.ZERO, Optional.of("it stands still"));
    assertRefused(verified, expiry(proof, doubted), DUE);
    Clocks most = new Clocks(GRACE, Optional.empty());
    assertEquals(State.EXPIRING, decided(verified, expiry(proof, most), DUE).after().state());
    Clocks more = new Clocks(GRACE.plusMillis(1), Optional.empty());
    assertRefused(verified, expiry(proof, more), DUE);
  }
}
