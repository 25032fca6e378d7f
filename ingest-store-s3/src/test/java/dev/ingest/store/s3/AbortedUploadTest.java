package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S3 may keep a part that arrives after the abort of its upload, and nobody would know of it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AbortedUploadTest {

  private final CountDownLatch sent = new CountDownLatch(1);

  /** A part and a half, and once the first part is under way the client is gone. */
  private final class Broken implements ContentBody {

    private int left = FaultyPlace.PART * 3 / 2;

    @Override
    public OptionalLong length() {
      return OptionalLong.empty();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        awaitSent();
        throw new IOException("the client is gone");
      }
      int count = Math.min(length, left);
      Arrays.fill(buffer, offset, offset + count, (byte) 7);
      left -= count;
      return count;
    }

    @Override
    public Digest digest() {
      throw new IllegalStateException("it has no end");
    }
  }

  private void awaitSent() throws IOException {
    try {
      sent.await();
    } catch (InterruptedException e) {
      throw new IOException("it took too long", e);
    }
  }

  @Test
  void uploadThatFails_isAbortedAfterItsLastPartHasComeToRest() {
    try (FaultyPlace place = FaultyPlace.opened();
        ContentWriter writer = place.store().writer(PREFIX)) {
      List<S3Operation> seen = new CopyOnWriteArrayList<>();
      S3Rule hanging = S3Rule.at(S3Operation.UPLOAD_PART, 1, new S3Fault.Hang());
      place
          .server()
          .rule(
              request -> {
                seen.add(request.operation());
                if (request.operation() == S3Operation.UPLOAD_PART) {
                  sent.countDown();
                }
                return hanging.judge(request);
              });
      ContentException told =
          assertThrows(ContentException.class, () -> writer.put(key("a"), new Broken()));
      assertTrue(told.toString().contains("the client is gone"), told::toString);
      assertEquals(
          List.of(
              S3Operation.CREATE_MULTIPART_UPLOAD,
              S3Operation.UPLOAD_PART,
              S3Operation.UPLOAD_PART,
              S3Operation.ABORT_MULTIPART_UPLOAD),
          seen,
          "the second attempt at the part that had no answer comes first");
      place.calm();
      BelowProtocol.of(place).requireNoUploads();
    }
  }
}
