package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.testkit.s3.S3FaultServer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A line that takes longer for what travels together than an attempt without a body may. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowLineTest {

  private static final int PART = 100_000;
  private static final int TOGETHER = 8;

  /** In bytes a second: what travels together takes twice as long as an attempt. */
  private static final int RATE = TOGETHER * PART / 2;

  private static final Duration ATTEMPT = Duration.ofSeconds(1);
  private static final S3Transfer TRANSFER =
      new S3Transfer(
          S3Transfer.MIN_PART,
          TOGETHER,
          S3Transfer.MIN_PART,
          ATTEMPT,
          ATTEMPT.multipliedBy(4),
          S3ReadRate.DEFAULT);

  @Test
  void partsThatTravelTogether_areStoredThoughNoneIsThroughInTheTimeOfAnAttempt() throws Exception {
    byte[] large = bytes(TOGETHER * PART, 1);
    try (FaultyPlace place = new FaultyPlace(false);
        S3Client client = new Near(place.server()).client(new Line());
        S3Content content =
            S3Content.open(
                client,
                place.options().withTransfer(TRANSFER),
                new PartSizes(PART),
                InstantSource.system())) {
      store(content.access().store(), key("a"), large);
      BelowProtocol.of(place).requireStored(key("a"), large);
    }
  }

  @Test
  void time_isThatOfALineThatCarriesWhatTravelsBeside() {
    S3Transfer transfer = S3Transfer.DEFAULT;
    assertEquals(transfer.attemptTime(), transfer.attemptTime(0));
    assertEquals(transfer.callTime(), transfer.callTime(0));
    Duration allMemory = Duration.ofSeconds(256);
    int part = transfer.partBytes();
    assertEquals(transfer.attemptTime().plus(allMemory), transfer.attemptTime(part));
    assertEquals(transfer.callTime().plus(allMemory.multipliedBy(4)), transfer.callTime(part));
    int small = 64 << 10;
    assertEquals(transfer.attemptTime().plusMillis(12_500), transfer.attemptTime(small));
    assertEquals(
        transfer.attemptTime().plusSeconds(8 * 256), transfer.attemptTime(S3Transfer.MAX_PART));
    assertEquals(Duration.ofSeconds(1 + 20), TRANSFER.attemptTime(S3Transfer.MIN_PART));
  }

  private record Near(S3FaultServer server) implements Server {

    @Override
    public URI endpoint() {
      return server.endpoint();
    }

    @Override
    public Set<S3Risk> lacks() {
      return Set.of();
    }
  }

  /** Bodies pass it in small pieces, those of all requests one after the other. */
  private static final class Line implements ExecutionInterceptor {

    private static final int PIECE = 2_000;

    private final CountDownLatch never = new CountDownLatch(1);
    private long freeAt = System.nanoTime();

    @Override
    public Optional<RequestBody> modifyHttpContent(
        Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
      return context
          .requestBody()
          .map(
              body ->
                  RequestBody.fromContentProvider(
                      () -> new Slow(body.contentStreamProvider().newStream()),
                      body.optionalContentLength().orElseThrow(),
                      body.contentType()));
    }

    private synchronized long turnOf(int count) {
      freeAt = Math.max(freeAt, System.nanoTime()) + TimeUnit.SECONDS.toNanos(count) / RATE;
      return freeAt - System.nanoTime();
    }

    private final class Slow extends FilterInputStream {

      Slow(InputStream body) {
        super(body);
      }

      @Override
      public int read() throws IOException {
        pass(1);
        return super.read();
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, Math.min(length, PIECE));
        pass(Math.max(0, count));
        return count;
      }

      private void pass(int count) throws IOException {
        try {
          never.await(turnOf(count), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("given up while it was sent");
        }
      }
    }
  }
}
