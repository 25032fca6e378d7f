package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.DeletionRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * For how long the ledger may need stored bytes, compared with what a content store deletes by
 * itself.
 *
 * <p>Results have no expiry, so nothing but the ledger may ever delete below {@code run}. Raw bytes
 * of what is not proven are held for as long as it takes, unless the policy is to discard it: only
 * then, and without regard to holds, is there a longest time after which none is needed. A store
 * counts from the storing of an object, which comes before the acceptance by as long as an upload
 * may be idle, and grace and time to live follow. So a rule that is long enough for what is
 * VERIFIED, but not for what has failed and waits for a person, is one that comes too early.
 *
 * @param raw how long after they were stored raw bytes are needed at most; empty for as long as it
 *     takes
 */
public record Retention(Optional<Duration> raw) {

  /**
   * Derives it from the policies.
   *
   * @param times the time to live
   * @param expiry the grace, and what becomes of what is not proven
   * @param limits how long an upload may be idle
   * @return the retention
   */
  public static Retention of(TimePolicy times, ExpiryPolicy expiry, IntakeLimits limits) {
    return new Retention(
        expiry.unproven() == Unproven.DISCARD
            ? Optional.of(times.timeToLive().plus(expiry.grace()).plus(limits.idleTime()))
            : Optional.empty());
  }

  /**
   * Finds the rules that would delete before the ledger does.
   *
   * @param rules by which a store deletes by itself
   * @return for each, which it is and what it would take too early
   */
  public List<String> conflicts(List<DeletionRule> rules) {
    List<String> conflicts = new ArrayList<>();
    for (DeletionRule rule : rules) {
      if (mayTake(rule, KeyLayout.allRuns())) {
        conflicts.add(rule.description() + ", and results must stay for ever");
      } else if (mayTake(rule, KeyLayout.ledger())) {
        conflicts.add(
            rule.description() + ", and what tells whose content it is must stay for ever");
      } else if (mayTake(rule, KeyLayout.uploads())
          && raw.map(needed -> rule.after().compareTo(needed) < 0).orElse(true)) {
        conflicts.add(
            rule.description()
                + raw.map(
                        ", and raw bytes are needed for %s (time to live, grace and idle time)"
                            ::formatted)
                    .orElse(
                        ", and raw bytes that are not proven are held for as long as it takes"));
      }
    }
    return conflicts;
  }

  private static boolean mayTake(DeletionRule rule, ContentPrefix area) {
    String head = area.value() + "/";
    return rule.keyPrefix().startsWith(head) || head.startsWith(rule.keyPrefix());
  }
}
