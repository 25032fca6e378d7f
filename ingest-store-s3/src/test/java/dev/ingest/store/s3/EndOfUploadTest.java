package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an upload comes to whose end is not answered, or answered by an error. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndOfUploadTest {

  private static final S3Operation END = S3Operation.COMPLETE_MULTIPART_UPLOAD;
  private static final byte[] LARGE = bytes(2 * FaultyPlace.PART, 1);

  /** The first attempt lands when the object is looked for; the others were answered by then. */
  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "503, SlowDown",
    "404, NoSuchUpload",
    "409, ConditionalRequestConflict"
  })
  void firstAttemptWithoutAnAnswer_isWaitedForWhateverTheOthersAreTold(int status, String code)
      throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      S3Fault error = new S3Fault.ErrorBefore(status, code);
      place
          .server()
          .rule(
              S3Rule.at(END, 1, new S3Fault.Hang())
                  .or(S3Rule.at(END, 2, error))
                  .or(S3Rule.at(END, 3, error)));
      ExecutorService pool = Executors.newSingleThreadExecutor();
      try {
        long before = place.server().requests(S3Operation.HEAD_OBJECT);
        Future<?> put = pool.submit(() -> store(place.store(), key("a"), LARGE));
        while (!put.isDone() && place.server().requests(S3Operation.HEAD_OBJECT) == before) {
          Thread.onSpinWait();
        }
        place.server().release();
        put.get();
      } finally {
        pool.shutdown();
      }
      BelowProtocol.of(place).requireStored(key("a"), LARGE);
      place.calm();
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  /** R2 says so of an item of more than a thousand parts whose length was not told. */
  @Test
  void partsThatTheServerDoesNotPutTogether_areToldWithWhatToDo() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      place.server().rule(S3Rule.at(END, 1, new S3Fault.ErrorBefore(400, "InvalidPart")));
      ContentException refused =
          assertThrows(ContentException.class, () -> store(place.store(), key("a"), LARGE));
      String said = String.valueOf(refused.getMessage());
      assertTrue(said.contains("announce its length then, or raise partBytes"), said);
      BelowProtocol.of(place).requireNothing();
    }
  }

  @Test
  void refusalOfTheOnlyAttempt_isNotWaitedFor() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      long before = place.server().requests(S3Operation.HEAD_OBJECT);
      place.server().rule(S3Rule.at(END, 1, new S3Fault.ErrorBefore(403, "AccessDenied")));
      assertThrows(ContentException.class, () -> store(place.store(), key("a"), LARGE));
      assertEquals(before + 1, place.server().requests(S3Operation.HEAD_OBJECT));
      BelowProtocol.of(place).requireNothing();
    }
  }
}
