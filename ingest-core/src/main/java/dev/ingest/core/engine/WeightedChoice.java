package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /** Tells the share of all texts for which a name is chosen. */
  double share(String name) {
    return weights.getOrDefault(name, 0) / (double) sum();
  }

  /**
   * Tells the share of all texts for which this and another choice are the same, between 0 and 1.
   *
   * <p>Where both draw the same numbers, name i is chosen twice if its E = -ln(u), which is
   * exponential, is E_i &le; E_j / max(w_j / w_i, v_j / v_i) for each other j, w and v being the
   * weights; that has the probability 1 / (1 + the sum over j of these maxima).
   *
   * @param other the other choice
   * @param isSameDraw whether a text and a name give both the same number
   * @return the share
   */
  double agreement(WeightedChoice other, boolean isSameDraw) {
    double share = 0;
    for (String name : weights.keySet()) {
      if (other.weights.containsKey(name)) {
        share += isSameDraw ? twice(other, name) : share(name) * other.share(name);
      }
    }
    return share;
  }

  private double twice(WeightedChoice other, String name) {
    SortedSet<String> names = new TreeSet<>(weights.keySet());
    names.addAll(other.weights.keySet());
    // The name itself is the 1 of the formula.
    double sum = 0;
    for (String rival : names) {
      sum += Math.max(relative(rival, name), other.relative(rival, name));
    }
    return 1 / sum;
  }

  private double relative(String name, String to) {
    return weights.getOrDefault(name, 0) / (double) weights.getOrDefault(to, 1);
  }

  private long sum() {
    return weights.values().stream().mapToLong(Integer::longValue).sum();
  }

  /** The middles of 2^53 equal parts of (0, 1), so that neither end is ever drawn. */
  private double draw(String text, String name) {
    // Lengths keep apart what would read the same when joined.
    Digest digest =
        Digest.ofUtf8(
            salt.length() + ":" + salt + text.length() + ":" + text + name.length() + ":" + name);
    long bits = ByteBuffer.wrap(digest.toBytes()).getLong() >>> 11;
    return (bits + 0.5) * 0x1.0p-53;
  }
}
