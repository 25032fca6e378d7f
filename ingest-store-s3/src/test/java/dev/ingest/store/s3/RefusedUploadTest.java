package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client sees of a bucket that answers and takes no bytes, and what it does then. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedUploadTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");
  private static final IntakeLimits LIMITS =
      new IntakeLimits(10, 1_000, 10_000, OwnerQuota.UNLIMITED, Duration.ofDays(1));
  private static final ItemName FIRST = ItemName.of("a");
  private static final ItemName SECOND = ItemName.of("b");

  @ParameterizedTest
  @CsvSource({"403, AccessDenied", "507, InsufficientStorage", "503, SlowDown"})
  void uploadThatIsRefused_saysWhyLeavesNothingAndGoesOn(int status, String code) {
    try (FaultyPlace place = FaultyPlace.opened();
        InMemoryLedger ledger =
            new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));
        Ingest ingest =
            Ingest.builder()
                .ledger(ledger)
                .content(new ContentAccess(place.store(), place.purger()))
                .pipeline(
                    Pipeline.named("copy")
                        .stage(Stage.copy())
                        .expect(Expectation.onePerItem())
                        .build())
                .limits(LIMITS)
                .withoutWatch()
                .allowVolatileStores()
                .build()) {
      try (Upload upload = ingest.upload(RIDE)) {
        upload.add(FIRST, new byte[100]);
        upload.record();
        place
            .server()
            .rule(
                S3Rule.next(
                    S3Operation.PUT_OBJECT, Long.MAX_VALUE, new S3Fault.ErrorBefore(status, code)));
        ContentException refused =
            assertThrows(
                ContentException.class,
                () -> {
                  upload.add(SECOND, new byte[200]);
                  upload.submit();
                });
        String said = String.valueOf(refused.getMessage());
        assertTrue(said.contains(code), said);
        assertThrows(RuntimeException.class, upload::submit, "this one takes nothing more");
      }
      assertEquals(1, stored(place).size(), "the first item, and nothing of the second");
      place.calm();
      try (Upload upload = ingest.upload(RIDE)) {
        assertTrue(upload.recorded(FIRST).isPresent());
        assertFalse(upload.recorded(SECOND).isPresent());
        upload.add(FIRST, new byte[100]).add(SECOND, new byte[200]);
        assertEquals(2, upload.submit().manifest().count());
      }
      assertEquals(3, stored(place).size());
      assertTrue(ingest.runUntilIdle());
      assertEquals(State.VERIFIED, ingest.find(RIDE).map(Entry::state).orElseThrow());
    }
  }

  private static List<ContentStat> stored(FaultyPlace place) {
    return place.store().list(new ContentPrefix("raw"), Optional.empty(), 100).entries();
  }
}
