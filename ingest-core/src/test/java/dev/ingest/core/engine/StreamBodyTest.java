package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StreamBodyTest {

  private static final int CHUNK = 1 << 18;

  private final AtomicInteger handedOver = new AtomicInteger();
  private final Executor counting =
      task -> {
        handedOver.incrementAndGet();
        task.run();
      };

  @Test
  void chunkThatDoesNotFillTheStoresBuffer_isDigestedWithoutAnotherThread() throws Exception {
    byte[] bytes = bytes(200_000);

    assertEquals(Digest.of(bytes), stored(bytes, counting));

    assertEquals(0, handedOver.get());
  }

  @Test
  void chunksThatFillTheStoresBuffer_areHandedOver() throws Exception {
    byte[] bytes = bytes(3 * CHUNK + 100_000);

    assertEquals(Digest.of(bytes), stored(bytes, counting));

    assertEquals(3, handedOver.get(), "all but the last");
  }

  @Test
  void bufferThatTheStoreUsesAgain_isNotWrittenBeforeItIsDigested() throws Exception {
    byte[] bytes = bytes(64 * CHUNK);
    ExecutorService digests = Executors.newSingleThreadExecutor();
    try {
      assertEquals(Digest.of(bytes), stored(bytes, digests));
    } finally {
      digests.shutdown();
    }
  }

  @Test
  void poolThatTakesNothing_delaysTheDigestAndLosesNothing() throws Exception {
    assertDigested(
        task -> {
          throw new RejectedExecutionException("full");
        });
  }

  @Test
  void poolThatCanMakeNoThread_delaysTheDigestAndLosesNothing() throws Exception {
    assertDigested(
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        });
  }

  private static void assertDigested(Executor digests) throws Exception {
    byte[] bytes = bytes(3 * CHUNK);

    assertEquals(Digest.of(bytes), stored(bytes, digests));
  }

  /** Reads as a store does, which asks for the next chunk with the buffer of the one before. */
  private static Digest stored(byte[] bytes, Executor digests) {
    StreamBody body =
        new StreamBody(new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), digests);
    byte[] buffer = new byte[CHUNK];
    long total = 0;
    int count = body.read(buffer, 0, CHUNK);
    while (count >= 0) {
      total += count;
      count = body.read(buffer, 0, CHUNK);
    }
    Arrays.fill(buffer, (byte) 0);
    assertEquals(bytes.length, total);
    return body.digest();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(count).nextBytes(bytes);
    return bytes;
  }
}
