package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Requests to one place, each bounded in time, with errors in our words. Whether a request that
 * failed took effect is unknown, unless its status says otherwise. Safe for several threads.
 */
final class Calls {

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final int REFUSAL = 400;
  private static final int SERVER_ERROR = 500;
  private static final String UNKNOWN = "whether it took effect is not known, do the same again";
  private static final Set<String> ENDED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken");
  private static final String CHECKSUM_MODE = "x-amz-checksum-mode";

  private final S3Client client;
  private final boolean owned;
  private final S3Place place;
  private final AwsRequestOverrideConfiguration bounded;
  private final AwsRequestOverrideConfiguration telling;
  private final S3Transfer transfer;
  private final int looks;
  private final S3ReadRate readRate;
  private final CountDownLatch closed = new CountDownLatch(1);

  Calls(S3Client client, boolean owned, S3ContentOptions options) {
    this.client = client;
    this.owned = owned;
    this.place = options.place();
    this.transfer = options.transfer();
    this.bounded = bounded(transfer, 0);
    this.looks = (int) Math.max(1, transfer.callTime().toMillis() / LONGEST_PAUSE_MILLIS);
    this.readRate = transfer.readRate();
    this.telling = bounded.toBuilder().putHeader(CHECKSUM_MODE, "ENABLED").build();
  }

  S3Place place() {
    return place;
  }

  String name() {
    return place.name();
  }

  /** What every request carries that sends no bytes of a body. */
  AwsRequestOverrideConfiguration bounded() {
    return bounded;
  }

  /** What a request carries that sends so many bytes, which travel among others. */
  AwsRequestOverrideConfiguration bounded(int bytes) {
    return bounded(transfer, bytes);
  }

  private static AwsRequestOverrideConfiguration bounded(S3Transfer transfer, int bytes) {
    return AwsRequestOverrideConfiguration.builder()
        .apiCallTimeout(transfer.callTime(bytes))
        .apiCallAttemptTimeout(transfer.attemptTime(bytes))
        .build();
  }

  /**
   * What a read carries that wants to be told the checksum. As a header, since the SDK would
   * compare it by itself otherwise, and only where a read is not continued.
   */
  AwsRequestOverrideConfiguration telling() {
    return telling;
  }

  /**
   * Runs a request; what the SDK throws becomes a {@link ContentException} that has it as cause.
   */
  <T> T run(String what, Function<S3Client, T> request) {
    requireOpen();
    try {
      return request.apply(client);
    } catch (SdkException e) {
      throw failed(what, e);
    } catch (UncheckedIOException e) {
      // An answer in XML that broke off before its first byte passes the SDK as it is.
      throw new ContentException(name() + ": could not " + what + ": " + unknown(e), e);
    } catch (IllegalStateException e) {
      // An HTTP client that was closed meanwhile.
      throw new ContentException(name() + ": could not " + what + ": " + e.getMessage(), e);
    }
  }

  ContentException failed(String what, SdkException e) {
    return new ContentException(name() + ": could not " + what + ": " + told(e), e);
  }

  private static String told(SdkException e) {
    String code = codeOf(e);
    String said = code.isEmpty() ? e.getMessage() : e.getMessage() + ": " + code;
    return said + "; " + advice(statusOf(e), code).orElse(UNKNOWN);
  }

  /** What to do about a refusal; an answer to HEAD has a status and no code. */
  private static Optional<String> advice(int status, String code) {
    if (ENDED.contains(code)) {
      return Optional.of(
          "these credentials have ended, see what renews them: nothing renews those that a process"
              + " was started with");
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return Optional.of("compare this machine's clock with the server's");
    }
    if (code.equals("InvalidPart")) {
      return Optional.of(
          "put it again; if it has more than 1,000 parts, see whether the server wants all but the"
              + " last of one size, as R2 does: announce its length then, or raise partBytes");
    }
    if (status == 401 || status == 403) {
      return Optional.of("check the credentials and what they may do");
    }
    if (status == 301 || status == 307 || code.equals("AuthorizationHeaderMalformed")) {
      return Optional.of("check the region and the endpoint");
    }
    if (status == REFUSAL && code.isEmpty()) {
      return Optional.of("see whether the credentials have ended, and check the region");
    }
    return Optional.empty();
  }

  private static String unknown(RuntimeException e) {
    return e.getMessage() + "; " + UNKNOWN;
  }

  S3ReadRate readRate() {
    return readRate;
  }

  /** How often something is looked for with pauses between, within the time of one request. */
  int looks() {
    return looks;
  }

  /**
   * Whether a request that failed, or an attempt of it before the last one, may still be under way:
   * unless it was one attempt alone, and refused. An answer to a later attempt says nothing of an
   * earlier one that was not answered.
   */
  static boolean mayBeUnderWay(ContentException failure) {
    if (!(failure.getCause() instanceof S3Exception answered)) {
      return true;
    }
    Integer attempts = answered.numAttempts();
    boolean once = attempts != null && attempts == 1;
    return !once || answered.statusCode() >= SERVER_ERROR || answered.statusCode() < REFUSAL;
  }

  /** The status of the answer; 0 if there was none. */
  static int statusOf(Throwable e) {
    return e instanceof S3Exception answered ? answered.statusCode() : 0;
  }

  /** The error code of the answer; empty if there was none. */
  static String codeOf(SdkException e) {
    if (e instanceof S3Exception answered && answered.awsErrorDetails() != null) {
      String code = answered.awsErrorDetails().errorCode();
      return code == null ? "" : code;
    }
    return "";
  }

  /** Waits longer from round to round, counted from 0; ends with an error when this is closed. */
  void pause(int round) {
    long millis = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(round, 10));
    try {
      if (closed.await(millis, TimeUnit.MILLISECONDS)) {
        requireOpen();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContentException(name() + ": interrupted; do the same again", e);
    }
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  void requireOpen() {
    if (isClosed()) {
      throw new ContentException(name() + ": closed; open the store again");
    }
  }

  /** Idempotent; a client that was handed in stays open. */
  void close() {
    if (!isClosed()) {
      closed.countDown();
      if (owned) {
        client.close();
      }
    }
  }
}
