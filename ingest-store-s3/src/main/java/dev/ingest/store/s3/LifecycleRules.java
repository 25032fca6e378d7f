package dev.ingest.store.s3;

import dev.ingest.spi.content.DeletionRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.Transition;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

/**
 * What the lifecycle rules of a bucket do to the objects of a place.
 *
 * <p>A rule may match if its prefix and the place's agree as far as both go. One that asks for a
 * tag does not match, since this adapter sets none; sizes are not looked at. A rule that deletes
 * current objects after some days, or at a date, ends them; so does one that moves them to a class
 * from which they cannot be read without being restored. Rules for noncurrent versions and delete
 * markers concern what a purge left, and rules that abort uploads are no danger: such an upload
 * fails.
 */
final class LifecycleRules {

  private static final Set<TransitionStorageClass> OUT_OF_REACH =
      Set.of(TransitionStorageClass.GLACIER, TransitionStorageClass.DEEP_ARCHIVE);

  private final String root;

  LifecycleRules(String root) {
    this.root = root;
  }

  /** Tells each end of objects, by the rule's id, its prefix and what it does. */
  List<DeletionRule> deletions(List<LifecycleRule> rules) {
    List<DeletionRule> deletions = new ArrayList<>();
    for (LifecycleRule rule : rules) {
      if (rule.status() != ExpirationStatus.DISABLED && mayMatch(rule)) {
        addExpiration(rule, deletions);
        addTransitions(rule, deletions);
      }
    }
    return deletions;
  }

  private void addExpiration(LifecycleRule rule, List<DeletionRule> deletions) {
    LifecycleExpiration expiration = rule.expiration();
    if (expiration == null || (expiration.date() == null && expiration.days() == null)) {
      return;
    }
    if (expiration.date() != null) {
      deletions.add(told(rule, "deletes objects from " + expiration.date() + " on", Duration.ZERO));
    } else {
      deletions.add(told(rule, "deletes objects", expiration.days()));
    }
  }

  private void addTransitions(LifecycleRule rule, List<DeletionRule> deletions) {
    for (Transition transition : rule.transitions()) {
      if (OUT_OF_REACH.contains(transition.storageClass())) {
        String does = "moves objects to " + transition.storageClassAsString();
        deletions.add(
            transition.days() == null || transition.date() != null
                ? told(rule, does + " from " + transition.date() + " on", Duration.ZERO)
                : told(rule, does, transition.days()));
      }
    }
  }

  private DeletionRule told(LifecycleRule rule, String does, int days) {
    String after = does + " after " + days + (days == 1 ? " day" : " days");
    return told(rule, after, Duration.ofDays(days));
  }

  private DeletionRule told(LifecycleRule rule, String does, Duration after) {
    String prefix = prefixOf(rule);
    String keys = prefix.length() > root.length() ? prefix.substring(root.length()) : "";
    return new DeletionRule(
        named(rule) + " " + does + " [" + S3Risk.LIFECYCLE_ENDS_EARLY + "]", keys, after);
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
