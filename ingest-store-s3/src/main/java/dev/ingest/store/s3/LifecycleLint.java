package dev.ingest.store.s3;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.Transition;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

/**
 * Finds lifecycle rules that end objects of a place before that is allowed.
 *
 * <p>A rule may match if its prefix and the place's agree as far as both go. One that asks for a
 * tag does not match, since this adapter sets none; sizes are not looked at. A rule that deletes
 * current objects after too few days, or at a date, ends them; so does one that moves them to a
 * class from which they cannot be read without being restored. Rules for noncurrent versions and
 * delete markers concern what a purge left, and rules that abort uploads are no danger: such an
 * upload fails.
 */
final class LifecycleLint {

  private static final Set<TransitionStorageClass> OUT_OF_REACH =
      Set.of(TransitionStorageClass.GLACIER, TransitionStorageClass.DEEP_ARCHIVE);

  private final String root;
  private final Optional<Duration> lifetime;

  /** {@code lifetime} is empty if something must stay for ever. */
  LifecycleLint(String root, Optional<Duration> lifetime) {
    this.root = root;
    this.lifetime = lifetime;
  }

  /** Names each rule that is too early, its prefix and what it does. */
  List<String> findings(List<LifecycleRule> rules) {
    List<String> findings = new ArrayList<>();
    for (LifecycleRule rule : rules) {
      if (rule.status() != ExpirationStatus.DISABLED && mayMatch(rule)) {
        addExpiration(rule, findings);
        addTransitions(rule, findings);
      }
    }
    return findings;
  }

  private void addExpiration(LifecycleRule rule, List<String> findings) {
    LifecycleExpiration expiration = rule.expiration();
    if (expiration == null) {
      return;
    }
    if (expiration.date() != null) {
      findings.add(named(rule) + " deletes objects from " + expiration.date() + " on");
    } else if (expiration.days() != null && isEarly(expiration.days())) {
      findings.add(named(rule) + " deletes objects after " + days(expiration.days()));
    }
  }

  private void addTransitions(LifecycleRule rule, List<String> findings) {
    for (Transition transition : rule.transitions()) {
      boolean early =
          transition.days() == null || transition.date() != null || isEarly(transition.days());
      if (early && OUT_OF_REACH.contains(transition.storageClass())) {
        String when =
            transition.days() == null
                ? "from " + transition.date() + " on"
                : "after " + days(transition.days());
        findings.add(
            named(rule) + " moves objects to " + transition.storageClassAsString() + " " + when);
      }
    }
  }

  private boolean isEarly(int days) {
    return lifetime.isEmpty() || Duration.ofDays(days).compareTo(lifetime.get()) < 0;
  }

  private String days(int days) {
    return days
        + (days == 1 ? " day" : " days")
        + ", and bytes must stay "
        + lifetime.map(longest -> "for " + longest).orElse("for ever");
  }

  private static String named(LifecycleRule rule) {
    String id = rule.id() == null ? "without an id" : "\"" + rule.id() + "\"";
    String prefix = prefixOf(rule);
    return "the lifecycle rule "
        + id
        + (prefix.isEmpty() ? " for all objects" : " for the prefix \"" + prefix + "\"");
  }

  private boolean mayMatch(LifecycleRule rule) {
    String prefix = prefixOf(rule);
    return !asksForTag(rule.filter()) && (prefix.startsWith(root) || root.startsWith(prefix));
  }

  private static boolean asksForTag(@Nullable LifecycleRuleFilter filter) {
    return filter != null
        && (filter.tag() != null || (filter.and() != null && !filter.and().tags().isEmpty()));
  }

  /** Old rules have their prefix beside a filter that they do not have. */
  private static String prefixOf(LifecycleRule rule) {
    LifecycleRuleFilter filter = rule.filter();
    String prefix = null;
    if (filter != null && filter.and() != null) {
      prefix = filter.and().prefix();
    } else if (filter != null) {
      prefix = filter.prefix();
    } else {
      prefix = rule.getValueForField("Prefix", String.class).orElse(null);
    }
    return prefix == null ? "" : prefix;
  }
}
