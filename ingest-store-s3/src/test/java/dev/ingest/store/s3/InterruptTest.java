package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt ends a call with an error, after what it had under way has come to rest. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptTest {

  private static final byte[] LARGE = bytes(3 * FaultyPlace.PART, 1);

  /** The first put that goes on in the background, behind the one with which the look goes out. */
  private static final int BEHIND = S3ContentWriter.SINGLY + 1;

  private static S3Rule hang(S3Operation operation, long occurrence) {
    return S3Rule.at(operation, occurrence, new S3Fault.Hang());
  }

  /** Runs a task that hangs once, and interrupts it then; the client sends again by itself. */
  private static void interruptAtHang(FaultyPlace place, S3Rule rule, Runnable task)
      throws Exception {
    FutureTask<Boolean> interrupted =
        new FutureTask<>(
            () -> {
              task.run();
              return Thread.currentThread().isInterrupted();
            });
    Thread thread = new Thread(interrupted, "to-be-interrupted");
    place.server().rule(rule);
    thread.start();
    assertTrue(place.server().awaitHanging(1, Duration.ofSeconds(20)), "nothing hangs");
    thread.interrupt();
    assertTrue(interrupted.get(30, TimeUnit.SECONDS), "the interrupt was swallowed");
  }

  @Test
  void interruptWhilePartsAreSent_abortsTheUpload() throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      long before = place.server().requests(S3Operation.ABORT_MULTIPART_UPLOAD);
      interruptAtHang(
          place,
          hang(S3Operation.UPLOAD_PART, 1),
          () ->
              assertThrows(
                  ContentException.class, () -> store(place.store(), key("large"), LARGE)));
      assertEquals(before + 1, place.server().requests(S3Operation.ABORT_MULTIPART_UPLOAD));
      place.calm();
      BelowProtocol.of(place).requireNothing();
      store(place.store(), key("large"), LARGE);
      BelowProtocol.of(place).requireStored(key("large"), LARGE);
    }
  }

  @Test
  void interruptAtTheEndOfAnUpload_leavesTheObjectOrNoUpload() throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      interruptAtHang(
          place,
          hang(S3Operation.COMPLETE_MULTIPART_UPLOAD, 1),
          () ->
              assertThrows(
                  ContentException.class, () -> store(place.store(), key("large"), LARGE)));
      place.calm();
      BelowProtocol.of(place).requireNothing();
    }
  }

  @Test
  void interruptOfACommit_isToldAndTheClosingWaitsForWhatIsUnderWay() throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      interruptAtHang(
          place, hang(S3Operation.PUT_OBJECT, BEHIND + 1), () -> commitInterrupted(place));
      BelowProtocol.of(place).requireStored(key("k" + BEHIND), bytes(100, BEHIND));
    }
  }

  private static void commitInterrupted(FaultyPlace place) {
    ContentWriter writer = place.store().writer(PREFIX);
    try (writer) {
      for (int i = 0; i <= BEHIND; i++) {
        writer.put(key("k" + i), body(bytes(100, i)));
      }
      assertThrows(ContentException.class, writer::commit);
    }
  }
}
