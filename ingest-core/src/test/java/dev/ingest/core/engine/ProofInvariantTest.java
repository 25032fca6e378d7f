package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Publication;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** That the invariants see a proof that is none. */
final class ProofInvariantTest {

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @Test
  void aProofOverRottenBytes_isAViolation() {
    care.verified(RIDE);
    bench.checkInvariants();
    Publication shown = bench.entry(RIDE).published().orElseThrow();
    ContentKey item = KeyLayout.item(shown.result().prefix(), 0);
    bench.corrupt(item);
    bench.time.advance(Duration.ofDays(1));
    var renewed =
        new Event.ProofRenewed(
            shown.result().manifest().root(), bench.time.instant(), Optional.empty());
    care.engine.committer().apply(bench.entry(RIDE), renewed);
    InvariantViolation found = assertThrows(InvariantViolation.class, bench::checkInvariants);
    assertEquals("S3 No loss", found.invariant());
  }
}
