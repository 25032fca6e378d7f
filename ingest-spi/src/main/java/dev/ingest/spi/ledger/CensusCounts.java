package dev.ingest.spi.ledger;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counts of a census. Also a difference of such counts, so that any of them may be negative.
 *
 * @param counts the counts; one that is zero is left out
 */
public record CensusCounts(Map<CensusCount, Long> counts) {

  /** Nothing. */
  public static final CensusCounts NONE = new CensusCounts(Map.of());

  /**
   * Copies the map in the order of the counts, without zeros.
   *
   * @param counts the counts
   */
  public CensusCounts {
    Map<CensusCount, Long> copy = new EnumMap<>(CensusCount.class);
    copy.putAll(counts);
    copy.values().removeIf(count -> count == 0);
    counts = Collections.unmodifiableMap(copy);
  }

  /**
   * Counts one sequence.
   *
   * @param entry its entry
   * @return one acceptance, one of its state, and one publication if a FAILED or LOST one has it
   */
  public static CensusCounts of(Entry entry) {
    Map<CensusCount, Long> one = new EnumMap<>(CensusCount.class);
    one.put(CensusCount.ACCEPTED, 1L);
    one.put(CensusCount.of(entry.state()), 1L);
    if (entry.published().isPresent() && entry.state() == State.FAILED) {
      one.put(CensusCount.FAILED_PUBLISHED, 1L);
    } else if (entry.published().isPresent() && entry.state() == State.LOST) {
      one.put(CensusCount.LOST_PUBLISHED, 1L);
    }
    return new CensusCounts(one);
  }

  /**
   * Returns one count.
   *
   * @param what which
   * @return the count
   */
  public long count(CensusCount what) {
    return counts.getOrDefault(what, 0L);
  }

  /**
   * Adds up the states.
   *
   * @return what must equal the count of acceptances
   */
  public long ofStates() {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().isOfState())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /**
   * Tells whether these can be the counts of sequences: the states add up to the acceptances, no
   * count is negative, and no more are published than there are.
   *
   * @return whether they are consistent in themselves; a recount says whether they are right
   */
  public boolean isConsistent() {
    return count(CensusCount.ACCEPTED) == ofStates()
        && counts.values().stream().allMatch(count -> count > 0)
        && count(CensusCount.FAILED_PUBLISHED) <= count(CensusCount.FAILED)
        && count(CensusCount.LOST_PUBLISHED) <= count(CensusCount.LOST);
  }

  /**
   * Adds.
   *
   * @param other other counts
   * @return the sums
   */
  public CensusCounts plus(CensusCounts other) {
    return plus(other, 1);
  }

  /**
   * Subtracts.
   *
   * @param other other counts
   * @return the differences
   */
  public CensusCounts minus(CensusCounts other) {
    return plus(other, -1);
  }

  private CensusCounts plus(CensusCounts other, long sign) {
    Map<CensusCount, Long> sums = new EnumMap<>(CensusCount.class);
    sums.putAll(counts);
    other.counts().forEach((what, count) -> sums.merge(what, sign * count, Long::sum));
    return new CensusCounts(sums);
  }
}
