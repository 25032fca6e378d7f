package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.assertRefused;
import static dev.ingest.core.lifecycle.Decisions.codes;
import static dev.ingest.core.lifecycle.Decisions.decided;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a sequence leaves a pipeline that was rolled back. */
final class ReroutingTest {

  private static final Act CAROL = new Act("carol", "deployment fixed");
  private static final PipelineRef OTHER = new PipelineRef("other", Digest.ofUtf8("other plan"));
  private static final Instant IN_TIME = Entries.DEADLINE.minusMillis(1);
  private static final Instant LATE = Entries.EXPIRES_AT.plus(Duration.ofDays(2));

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"ACCEPTED", "PROCESSING", "PROCESSED", "FAILED"})
  void reroute_beginsAnewInTheOtherPipelineByTheOldDeadline(State state) {
    Entry before = Entries.in(state, Standing.CLEAR.withOverdue(true).withEscalations(2));
    Decision.Change change = decided(before, reroute(), LATE);
    Entry after = change.after();
    assertEquals(State.ACCEPTED, after.state());
    assertEquals(OTHER, after.run().pipeline());
    assertEquals(Optional.of(Entries.SECOND), after.run().stage());
    assertEquals(before.run().epoch() + 1, after.run().epoch());
    assertEquals(0, after.run().attempts());
    assertEquals(Optional.empty(), after.run().output());
    assertEquals(before.receipt(), after.receipt());
    assertEquals(before.standing().withLeftovers(true), after.standing());
    assertEquals(LeaseEffect.END, change.lease());
    assertEquals(List.of(), codes(change));
    assertTrue(
        change.note().detail().endsWith("from=test; to=other; epoch=2; reason=deployment fixed"));
  }

  @Test
  void reroute_leadsToAnotherPipelineOnly() {
    Event same = new Event.Rerouted("test", Entries.PIPELINE, Entries.FIRST, CAROL);
    assertRefused(Entries.in(State.ACCEPTED), same, LATE);
    Event left = new Event.Rerouted("third", OTHER, Entries.FIRST, CAROL);
    assertRefused(Entries.in(State.ACCEPTED), left, LATE);
  }

  @Test
  void reroute_ofDamagedRawBytes_isRefused() {
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Event found = new Event.RawDamageFound(rotten, LATE, Optional.empty());
    assertRefused(decided(Entries.in(State.FAILED), found, LATE).after(), reroute(), LATE);
  }

  @Test
  void verifiedAfterAReroute_isToldIfItHadFailed() {
    Entry failed = decided(Entries.in(State.FAILED), reroute(), LATE).after();
    Entry stuck = decided(Entries.in(State.PROCESSING), reroute(), LATE).after();
    assertEquals(List.of("SEQUENCE_RECOVERED"), codes(verifiedAfter(failed)));
    assertTrue(verifiedAfter(failed).note().detail().endsWith("; repaired=true"));
    assertEquals(List.of(), codes(verifiedAfter(stuck)));
    assertFalse(verifiedAfter(stuck).note().detail().contains("repaired"));
  }

  private static Decision.Change verifiedAfter(Entry again) {
    Run run = Entries.in(State.PROCESSED).run();
    Entry processed =
        Entries.in(State.PROCESSED, again.standing())
            .withRun(new Run(again.run().epoch(), run.kind(), OTHER, run.stage(), 0, run.output()));
    return decided(
        processed, new Event.Verified(Entries.OUTPUT.manifest().root(), IN_TIME), IN_TIME);
  }

  private static Event reroute() {
    return new Event.Rerouted("test", OTHER, Entries.SECOND, CAROL);
  }
}
