package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One expiry policy counts for all engines over a ledger. */
final class KeptExpiryTest {

  private static final ExpiryPolicy OWN = ExpiryPolicy.DEFAULT.withGrace(Duration.ofDays(2));

  private final InMemoryLedger ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));
  private final InMemoryContent content = new InMemoryContent();

  private IngestBuilder builder() {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .limits(
            new IntakeLimits(1_000, 1 << 20, 1 << 24, OwnerQuota.UNLIMITED, Duration.ofHours(1)))
        .withoutWork()
        .allowVolatileStores();
  }

  private ExpiryPolicy effective(IngestBuilder builder) {
    try (Ingest ingest = builder.build()) {
      return ingest.outlook().policy();
    }
  }

  @Test
  void engineWithAnotherPolicy_isRefusedByTheOneErrorThatNamesBothAndEveryMismatch() {
    assertEquals(OWN, effective(builder().expiry(OWN)));
    ExpiryPolicy other = OWN.withUnproven(Unproven.DISCARD);
    IngestBuilder refused = builder().expiry(other).longestPoll(Duration.ZERO);
    String message =
        String.valueOf(assertThrows(ConfigurationException.class, refused::build).getMessage());
    assertTrue(message.contains("grace PT48H") && message.contains("HOLD"), message);
    assertTrue(message.contains("DISCARD"), message);
    assertTrue(message.contains("confirm policy"), message);
    assertTrue(message.contains("the longest poll"), message);
    assertEquals(OWN, effective(builder().expiry(OWN)));
  }

  @Test
  void everyPartThatDecides_isCompared() {
    effective(builder().expiry(OWN));
    for (ExpiryPolicy other :
        List.of(
            OWN.withGrace(Duration.ofDays(1)),
            OWN.withMaxProofAge(Duration.ofHours(1)),
            OWN.withLeads(List.of(Duration.ofHours(1))),
            OWN.withUnproven(Unproven.DISCARD_UNLESS_HELD))) {
      assertThrows(ConfigurationException.class, () -> effective(builder().expiry(other)));
    }
    assertEquals(OWN.withPerSecond(7), effective(builder().expiry(OWN.withPerSecond(7))));
  }

  @Test
  void engineWithoutAPolicyOfItsOwn_takesTheLedgersAndKeepsNone() {
    assertEquals(ExpiryPolicy.DEFAULT, effective(builder()));
    assertEquals(OWN, effective(builder().expiry(OWN)));
    assertEquals(OWN, effective(builder()));
  }

  @Test
  void refusedEngine_keepsNoPolicy() {
    IngestBuilder refused = builder().expiry(OWN).longestPoll(Duration.ZERO);
    assertThrows(ConfigurationException.class, refused::build);
    ExpiryPolicy other = OWN.withGrace(Duration.ofDays(1));
    assertEquals(other, effective(builder().expiry(other)));
  }

  @Test
  void policyIsChanged_onTheRecordForAllThatAreBuiltFromThenOn() {
    effective(builder().expiry(OWN));
    ExpiryPolicy next = OWN.withUnproven(Unproven.DISCARD);
    try (Ingest ingest = builder().build()) {
      Acts acts = ingest.acts("carol", "the law says so");
      acts.rehearsal().changeExpiry(next);
      assertEquals(OWN, effective(builder()));
      acts.changeExpiry(next);
      Confirmation kept = ingest.confirmations(1).get(0);
      assertEquals(Confirmation.Subject.EXPIRY_POLICY, kept.subject());
      assertEquals("carol", kept.actor());
      assertTrue(
          kept.confirmed().matches(".* DISCARD, .*; before: grace PT48H, .* HOLD, .*"),
          kept.confirmed());
    }
    assertEquals(next, effective(builder().expiry(next)));
    assertThrows(ConfigurationException.class, () -> effective(builder().expiry(OWN)));
  }
}
