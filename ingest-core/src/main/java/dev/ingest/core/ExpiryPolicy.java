package dev.ingest.core;

import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When raw bytes may go, and what happens to sequences that are not proven by then.
 *
 * @param grace how long after its expiry any sequence keeps its raw bytes, 0 to 366,000 days; also
 *     the most time, in total, by which the ledger's clock may have run ahead of what running nodes
 *     measured before deletion pauses, so that a wrong clock never expires anything early
 * @param maxProofAge how old the last reading of the published result may be when raw bytes go, 1
 *     ms to 366,000 days; one that is older is read again first
 * @param leads how long before its expiry an unverified sequence is told of as at risk, longest
 *     first; 1 to {@value #MAX_LEADS} different ones of 1 ms to 366,000 days
 * @param unproven what becomes of sequences that are not proven at their expiry
 * @param perSecond the most sequences whose raw bytes one ledger's nodes delete in a second, 1 to
 *     1,000,000
 * @param quarantine how long bytes that were set aside stay before they are deleted, 1 ms to
 *     366,000 days
 */
public record ExpiryPolicy(
    Duration grace,
    Duration maxProofAge,
    List<Duration> leads,
    Unproven unproven,
    int perSecond,
    Duration quarantine) {

  /** The most lead times. */
  public static final int MAX_LEADS = Standing.MAX_ESCALATIONS - 1;

  /**
   * Three days of grace, proofs of a day, told 72 h, 24 h, 6 h and 1 h ahead, unproven sequences
   * held, 500 sequences a second, seven days of quarantine.
   */
  public static final ExpiryPolicy DEFAULT =
      new ExpiryPolicy(
          Duration.ofDays(3),
          Duration.ofDays(1),
          List.of(
              Duration.ofHours(72), Duration.ofHours(24), Duration.ofHours(6), Duration.ofHours(1)),
          Unproven.HOLD,
          500,
          Duration.ofDays(7));

  /** What becomes of sequences that are not VERIFIED when their time to live ends. */
  public enum Unproven {
    /**
     * Their raw bytes stay, however long it takes; told at each lead and when expiry has passed.
     */
    HOLD,
    /** They are discarded, recorded and told, unless someone placed a hold. */
    DISCARD_UNLESS_HELD,
    /** They are discarded, recorded and told, even under a hold. */
    DISCARD
  }

  /**
   * Copies the list and validates the bounds.
   *
   * @param grace how long after its expiry any sequence keeps its raw bytes
   * @param maxProofAge how old the last reading of the published result may be
   * @param leads how long before its expiry an unverified sequence is told of
   * @param unproven what becomes of sequences that are not proven
   * @param perSecond the most sequences whose raw bytes are deleted in a second
   * @param quarantine how long bytes that were set aside stay
   */
  public ExpiryPolicy {
    leads = List.copyOf(leads);
    requireDuration("grace", grace, Duration.ZERO);
    requireDuration("quarantine", quarantine, Duration.ofMillis(1));
    requireDuration("maxProofAge", maxProofAge, Duration.ofMillis(1));
    leads.forEach(lead -> requireDuration("a lead", lead, Duration.ofMillis(1)));
    if (leads.isEmpty() || leads.size() > MAX_LEADS) {
      throw new ConfigurationException(
          "an expiry policy has 1 to %d leads, got %d".formatted(MAX_LEADS, leads.size()));
    }
    if (!leads.equals(
        leads.stream().sorted(Comparator.<Duration>reverseOrder()).distinct().toList())) {
      throw new ConfigurationException("leads come longest first and differ, got " + leads);
    }
    if (perSecond < 1 || perSecond > 1_000_000) {
      throw new ConfigurationException(
          "perSecond must be 1 to 1,000,000 sequences, got " + perSecond);
    }
  }

  /**
   * Fits the default to the times: drops the leads that are longer than the repair window, in which
   * no sequence that is in time could be told of.
   *
   * @param times the times
   * @return the default, or one whose leads are shorter
   */
  public static ExpiryPolicy defaultFor(TimePolicy times) {
    List<Duration> fitting =
        DEFAULT.leads.stream().filter(lead -> lead.compareTo(times.repairWindow()) <= 0).toList();
    return DEFAULT.withLeads(fitting.isEmpty() ? List.of(times.repairWindow()) : fitting);
  }

  /**
   * Compares the leads with the repair window.
   *
   * @param times the times
   * @return what is wrong: the longest lead would tell of sequences whose deadline has not passed
   */
  Optional<String> mismatch(TimePolicy times) {
    return leads.get(0).compareTo(times.repairWindow()) <= 0
        ? Optional.empty()
        : Optional.of(
            "the longest lead of %s is longer than the repair window of %s, so that sequences in"
                    .formatted(leads.get(0), times.repairWindow())
                + " time would be told of as at risk: shorten the lead or lengthen the window");
  }

  /**
   * Lists when an unverified sequence is told of as at risk: at each lead, and at last when its
   * expiry has passed, so that what stays unproven is not told of before its expiry alone.
   *
   * @return the leads, and zero; as many as there are levels of escalation
   */
  public List<Duration> levels() {
    List<Duration> levels = new ArrayList<>(leads);
    levels.add(Duration.ZERO);
    return List.copyOf(levels);
  }

  /**
   * Copies with another grace.
   *
   * @param changed how long after its expiry any sequence keeps its raw bytes
   * @return the copy
   */
  public ExpiryPolicy withGrace(Duration changed) {
    return new ExpiryPolicy(changed, maxProofAge, leads, unproven, perSecond, quarantine);
  }

  /**
   * Copies with another age of proofs.
   *
   * @param changed how old the last reading of the published result may be
   * @return the copy
   */
  public ExpiryPolicy withMaxProofAge(Duration changed) {
    return new ExpiryPolicy(grace, changed, leads, unproven, perSecond, quarantine);
  }

  /**
   * Copies with other leads.
   *
   * @param changed how long before its expiry an unverified sequence is told of, longest first
   * @return the copy
   */
  public ExpiryPolicy withLeads(List<Duration> changed) {
    return new ExpiryPolicy(grace, maxProofAge, changed, unproven, perSecond, quarantine);
  }

  /**
   * Copies with another fate of unproven sequences.
   *
   * @param changed what becomes of sequences that are not proven
   * @return the copy
   */
  public ExpiryPolicy withUnproven(Unproven changed) {
    return new ExpiryPolicy(grace, maxProofAge, leads, changed, perSecond, quarantine);
  }

  /**
   * Copies with another rate.
   *
   * @param changed the most sequences whose raw bytes are deleted in a second
   * @return the copy
   */
  public ExpiryPolicy withPerSecond(int changed) {
    return new ExpiryPolicy(grace, maxProofAge, leads, unproven, changed, quarantine);
  }

  /**
   * Copies with another time in quarantine.
   *
   * @param changed how long bytes that were set aside stay before they are deleted
   * @return the copy
   */
  public ExpiryPolicy withQuarantine(Duration changed) {
    return new ExpiryPolicy(grace, maxProofAge, leads, unproven, perSecond, changed);
  }

  private static void requireDuration(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(TimePolicy.LONGEST) > 0) {
      throw new ConfigurationException(
          "%s must be %s to 366,000 days, got %s".formatted(name, least, value));
    }
  }
}
