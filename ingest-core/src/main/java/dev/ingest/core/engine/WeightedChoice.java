package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses one of several names by weight, always the same for the same text: on every node, after
 * every restart, on every virtual machine.
 *
 * <p>Weighted rendezvous hashing (Thaler and Ravishankar 1998; the weighted score after
 * Schindelhauer and Schomaker 2005): each name draws a number u in (0, 1) from a SHA-256 over salt,
 * text and itself, and the least {@code -ln(u) / weight} wins. The draws of a name do not depend on
 * the others, so when a weight grows, texts move to that name alone, and no more of them than its
 * share grows by. {@link StrictMath} gives the same bits everywhere.
 *
 * <p>Immutable and thread-safe.
 */
final class WeightedChoice {

  private final String salt;
  private final SortedMap<String, Integer> weights;

  /**
   * Creates a choice.
   *
   * @param salt sets the draws of one choice apart from those of others
   * @param weights 0 or more for each name, not all of them 0
   */
  WeightedChoice(String salt, Map<String, Integer> weights) {
    if (weights.values().stream().anyMatch(weight -> weight < 0)
        || weights.values().stream().allMatch(weight -> weight == 0)) {
      throw new IllegalArgumentException(
          "weights are 0 or more, and one of them is not 0; got " + weights);
    }
    this.salt = salt;
    this.weights = new TreeMap<>(weights);
    this.weights.values().removeIf(weight -> weight == 0);
  }

  /** Chooses for a text. */
  String of(String text) {
    return Collections.min(
            weights.entrySet(),
            Comparator.comparingDouble(
                one -> -StrictMath.log(draw(text, one.getKey())) / one.getValue()))
        .getKey();
  }

  /** The middles of 2^53 equal parts of (0, 1), so that neither end is ever drawn. */
  private double draw(String text, String name) {
    // Lengths keep apart what would read the same when joined.
    Digest digest =
        Digest.ofUtf8(
            salt.length() + ":" + salt + text.length() + ":" + text + name.length() + ":" + name);
    long bits = Long.parseUnsignedLong(digest.hex().substring(0, 16), 16) >>> 11;
    return (bits + 0.5) * 0x1.0p-53;
  }
}
