package dev.ingest.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How what is stored is read again, so that what rots is found while it can still be repaired: the
 * published results of VERIFIED and EXPIRED sequences, with the raw bytes of the VERIFIED ones, and
 * the raw bytes of FAILED ones.
 *
 * @param on whether this engine does it; one of those that share a ledger does it at a time
 * @param bytesPerSecond how much is read in a second on average, 65,536 or more; each item counts
 *     for 16,384 bytes more than it has
 * @param age how old the proof of a published result becomes before it is renewed, 1 min to 366,000
 *     days; 0 or more where this is a request to read once
 * @param failedAge the same of the raw bytes of FAILED sequences, of which nothing else is left
 * @param backendDigests whether a digest that the content store itself computed over what it stores
 *     is as good as reading; it is asked for instead where there is one. Mostly it was computed
 *     when the bytes were stored, and says nothing of what became of them since
 */
public record ScrubPolicy(
    boolean on, long bytesPerSecond, Duration age, Duration failedAge, boolean backendDigests) {

  private static final long LEAST_BYTES = 1 << 16;
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /**
   * Reads everything once in 30 days and the raw bytes of what failed each day, 8 MiB in a second
   * at most.
   */
  public static final ScrubPolicy DEFAULT =
      new ScrubPolicy(true, 8L << 20, Duration.ofDays(30), Duration.ofDays(1), false);

  /**
   * Validates the rate and the ages.
   *
   * @param on whether this engine does it
   * @param bytesPerSecond how much is read in a second on average
   * @param age how old the proof of a published result becomes
   * @param failedAge the same of the raw bytes of FAILED sequences
   * @param backendDigests whether a digest of the content store is as good as reading
   */
  public ScrubPolicy {
    if (bytesPerSecond < LEAST_BYTES) {
      throw new ConfigurationException(
          "a scrub reads %,d bytes in a second or more, got %,d"
              .formatted(LEAST_BYTES, bytesPerSecond));
    }
    requireAge("the age of a proof", age);
    requireAge("the age of a proof of raw bytes", failedAge);
  }

  private static void requireAge(String what, Duration age) {
    if (age.isNegative() || age.compareTo(TimePolicy.LONGEST) > 0) {
      throw new ConfigurationException("%s is 0 to 366,000 days, got %s".formatted(what, age));
    }
  }

  /** Tells why an engine cannot go on doing this by itself, if so. */
  Optional<String> mismatch() {
    boolean isEndless = age.compareTo(SHORTEST) < 0 || failedAge.compareTo(SHORTEST) < 0;
    return on && isEndless
        ? Optional.of(
            "a scrub that goes on by itself renews proofs after %s or more, not after %s and %s"
                .formatted(SHORTEST, age, failedAge))
        : Optional.empty();
  }

  /**
   * Copies with it on or off.
   *
   * @param changed whether this engine does it
   * @return the copy
   */
  public ScrubPolicy withOn(boolean changed) {
    return new ScrubPolicy(changed, bytesPerSecond, age, failedAge, backendDigests);
  }

  /**
   * Copies with another rate.
   *
   * @param changed how much is read in a second on average
   * @return the copy
   */
  public ScrubPolicy withBytesPerSecond(long changed) {
    return new ScrubPolicy(on, changed, age, failedAge, backendDigests);
  }

  /**
   * Copies with another age of proofs.
   *
   * @param changed how old the proof of a published result becomes
   * @return the copy
   */
  public ScrubPolicy withAge(Duration changed) {
    return new ScrubPolicy(on, bytesPerSecond, changed, failedAge, backendDigests);
  }

  /**
   * Copies with another age of proofs of what failed.
   *
   * @param changed how old the proof of the raw bytes of a FAILED sequence becomes
   * @return the copy
   */
  public ScrubPolicy withFailedAge(Duration changed) {
    return new ScrubPolicy(on, bytesPerSecond, age, changed, backendDigests);
  }

  /**
   * Copies with or without digests of the content store.
   *
   * @param changed whether they are as good as reading
   * @return the copy
   */
  public ScrubPolicy withBackendDigests(boolean changed) {
    return new ScrubPolicy(on, bytesPerSecond, age, failedAge, changed);
  }
}
