package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;

/**
 * How bytes are moved, and so how much memory that takes.
 *
 * <p>A body is read into memory one part at a time. One that ends within the first part is put as a
 * whole; a larger one is uploaded in parts, which travel in the background while the next one is
 * read. Memory in use is at most {@code memoryBytes} for what is under way, however many small
 * bodies or few large parts that are, plus one part for each body that is being read: {@code
 * memoryBytes + partBytes} with one writer. Parts are larger where 10,000 of them would not be
 * enough for the length that is announced, all alike; where none is, they grow from the 1,001st on,
 * to twice the size for each further thousand. They have 512 MiB at most; one is always under way,
 * if nothing else is.
 *
 * <p>An announcement alone takes {@code partBytes} at most. The first part of a body that has
 * larger ones, or tells no length, is read into an array that grows with what has come; while its
 * bytes are copied into the next one, both are in memory, less than twice the part.
 *
 * <p>A request that sends bytes has more time than others, by how many they are: as long as it
 * takes a line of {@value #LINE_RATE} bytes a second to carry all that may travel beside them. So a
 * slow line makes uploads slow, and not fail.
 *
 * @param partBytes the size of parts in bytes but for what large items take, {@value #MIN_PART} to
 *     {@value #MAX_PART}
 * @param concurrency how many transfers of one store are under way in the background at most, 1 to
 *     {@value #MAX_CONCURRENCY}; as many threads and connections
 * @param memoryBytes how many bytes of one store are under way in the background at most, one part
 *     to 128 GiB
 * @param attemptTime after which one attempt of a request that sends no bytes counts as failed, 1
 *     second or more
 * @param callTime after which such a request with all its attempts counts as failed; not less than
 *     that
 * @param readRate how slow the bytes of an object may come, which the two times do not bound: they
 *     end with the headers of the answer
 */
public record S3Transfer(
    int partBytes,
    int concurrency,
    long memoryBytes,
    Duration attemptTime,
    Duration callTime,
    S3ReadRate readRate) {

  /** The smallest part that S3 takes, 5 MiB. */
  public static final int MIN_PART = 5 << 20;

  /** The largest part, 512 MiB. */
  public static final int MAX_PART = 512 << 20;

  /** The most transfers at a time. */
  public static final int MAX_CONCURRENCY = 256;

  /** What the line to the server must carry of all transfers together, 256 KiB a second. */
  public static final long LINE_RATE = 256L << 10;

  /** The most memory, 128 GiB. */
  public static final long MAX_MEMORY = 1L << 37;

  /**
   * Parts of 8 MiB, 50 transfers at a time of 64 MiB in all, 1 minute for an attempt and 4 minutes
   * for a request, and 5 and 21 for one that sends a part of 8 MiB; reads as slow as {@link
   * S3ReadRate#DEFAULT}.
   */
  public static final S3Transfer DEFAULT =
      new S3Transfer(
          8 << 20, 50, 64L << 20, Duration.ofMinutes(1), Duration.ofMinutes(4), S3ReadRate.DEFAULT);

  /**
   * Validates the bounds.
   *
   * @param partBytes the size of the first thousand parts
   * @param concurrency how many transfers are under way in the background at most
   * @param memoryBytes how many bytes are under way in the background at most
   * @param attemptTime after which one attempt counts as failed
   * @param callTime after which a request counts as failed
   * @param readRate how slow the bytes of an object may come
   */
  public S3Transfer {
    require(
        partBytes >= MIN_PART && partBytes <= MAX_PART, partBytes, "a part has 5 MiB to 512 MiB");
    require(
        concurrency >= 1 && concurrency <= MAX_CONCURRENCY,
        concurrency,
        "1 to 256 transfers are under way at a time");
    require(
        memoryBytes >= partBytes && memoryBytes <= MAX_MEMORY,
        memoryBytes,
        "what is under way takes the memory of one part to 128 GiB");
    if (attemptTime.compareTo(Duration.ofSeconds(1)) < 0 || callTime.compareTo(attemptTime) < 0) {
      throw new InvalidValueException(
          Kind.TIME,
          attemptTime + " of " + callTime,
          "an attempt takes 1 second or more, and a request not less than that");
    }
  }

  /**
   * Changes how slow reads may be.
   *
   * @param rate how slow the bytes of an object may come
   * @return other bounds
   */
  public S3Transfer withReadRate(S3ReadRate rate) {
    return new S3Transfer(partBytes, concurrency, memoryBytes, attemptTime, callTime, rate);
  }

  /** The time of an attempt that sends so many bytes. */
  Duration attemptTime(int bytes) {
    return attemptTime.plus(onTheLine(bytes));
  }

  /** The time of all attempts, which are as many as without bytes. */
  Duration callTime(int bytes) {
    long attempts = callTime.dividedBy(attemptTime);
    return callTime.plus(onTheLine(bytes).multipliedBy(attempts));
  }

  /**
   * Each of the transfers that go on at a time may have as many bytes, but all of them no more than
   * the memory, and one that is larger than that is alone.
   */
  private Duration onTheLine(int bytes) {
    long together = Math.min((long) bytes * concurrency, Math.max(bytes, memoryBytes));
    return Duration.ofMillis(together * 1_000 / LINE_RATE);
  }

  private static void require(boolean valid, long found, String expected) {
    if (!valid) {
      throw new InvalidValueException(Kind.NUMBER, Long.toString(found), expected);
    }
  }
}
