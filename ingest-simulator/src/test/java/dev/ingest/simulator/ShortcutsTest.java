package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.Upload;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.testkit.fault.FaultPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the invariants do quickly finds what a slow look would find. */
class ShortcutsTest {

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine("node", new FaultPlan());

  @BeforeEach
  void oneVerifiedSequence_thatWasLookedAt() {
    bench.submit(engine);
    bench.work(engine);
    bench.look();
  }

  private ContentPrefix result() {
    return bench.entry().published().orElseThrow().result().prefix();
  }

  @Test
  void manifestThatRotsAfterALook_isFoundByTheNext() {
    bench.rawContent.corrupt(KeyLayout.manifest(result()), 40);
    assertLoss();
  }

  @Test
  void manifestThatIsCutAfterALook_isFoundByTheNext() {
    ContentKey key = KeyLayout.manifest(result());
    bench.rawContent.truncate(key, bench.rawContent.bytes(key).length - 1);
    assertLoss();
  }

  @Test
  void itemThatRotsAfterALook_isFoundThoughItsManifestIsKnown() {
    bench.rawContent.corrupt(KeyLayout.item(result(), 1), 0);
    assertLoss();
  }

  @Test
  void itemThatIsLostAfterALook_isFoundThoughItsManifestIsKnown() {
    bench.rawContent.remove(KeyLayout.rawItem(Bench.KEY, bench.entry().raw(), 0));
    assertLoss();
  }

  private void assertLoss() {
    InvariantViolation violation =
        assertThrows(InvariantViolation.class, () -> bench.invariants.check(List.of(Bench.KEY)));
    assertEquals("S3 No loss", violation.invariant());
  }

  @Test
  void openSessionBehindThousandsOfOthers_isProtected() {
    for (int i = 0; i < 2_500; i++) {
      SequenceKey other = SequenceKey.of("owner", "s" + i);
      bench
          .rawLedger
          .sessions()
          .open(SessionId.ofBits(9, i), other, Reservation.NONE, OwnerQuota.UNLIMITED);
    }
    bench.time.advance(Duration.ofSeconds(1));
    SequenceKey last = SequenceKey.of("owner", "t");
    try (Upload upload = engine.upload(last)) {
      upload.add(new ItemName("a"), new byte[1]);
      assertRefused(last, sessionOf(last));
    }
  }

  private UploadSession sessionOf(SequenceKey key) {
    Optional<UploadSession> last = Optional.empty();
    List<UploadSession> page;
    do {
      page = bench.rawLedger.sessions().untouched(SessionState.OPEN, Duration.ZERO, last, 1_000);
      last = Optional.of(page.get(page.size() - 1));
    } while (page.size() == 1_000);
    assertEquals(key, last.get().key());
    return last.get();
  }

  private void assertRefused(SequenceKey key, UploadSession session) {
    ContentPrefix scope = KeyLayout.session(key, session.raw());
    ContentKey item = KeyLayout.rawItem(key, session.raw(), 0);
    Permit permit = new Permit(Permit.Reason.LOSER, key, "planted", scope, List.of(item));
    InvariantViolation violation =
        assertThrows(InvariantViolation.class, () -> bench.content.delete(permit));
    assertEquals("S4 Expiry guard", violation.invariant());
  }
}
