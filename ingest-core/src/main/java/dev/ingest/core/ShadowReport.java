package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a comparison of a shadow run with the published result found.
 *
 * @param compared how many items were compared, 0 or more
 * @param differences how many of them differ, 0 or more
 * @param samples what differs, for people, each expected and actual; at most {@link #MAX_SAMPLES}
 */
public record ShadowReport(long compared, long differences, List<String> samples) {

  /** The most samples. */
  public static final int MAX_SAMPLES = 20;

  /**
   * Copies the list and checks the numbers.
   *
   * @param compared how many items were compared
   * @param differences how many of them differ
   * @param samples what differs
   */
  public ShadowReport {
    samples = List.copyOf(samples);
    if (compared < 0 || differences < 0 || samples.size() > Math.min(differences, MAX_SAMPLES)) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER,
          "compared=%d, differences=%d, samples=%d"
              .formatted(compared, differences, samples.size()),
          "a comparison has counts of 0 or more, and of its differences at most 20 samples");
    }
  }

  /**
   * Tells whether nothing differs.
   *
   * @return whether it found no difference
   */
  public boolean isEqual() {
    return differences == 0;
  }

  /**
   * Puts it into one line.
   *
   * @return the counts and the samples
   */
  public String text() {
    String counts = "%d items compared, %d differ".formatted(compared, differences);
    return samples.isEmpty()
        ? counts
        : counts + ": " + samples.stream().collect(Collectors.joining("; "));
  }
}
