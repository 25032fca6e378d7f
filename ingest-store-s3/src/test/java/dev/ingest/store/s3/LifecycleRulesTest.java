package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.content.DeletionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Transition;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

class LifecycleRulesTest {

  private static final LifecycleRules RULES = new LifecycleRules("deployment/a/");

  private static LifecycleRule rule(Consumer<LifecycleRule.Builder> change) {
    LifecycleRule.Builder rule =
        LifecycleRule.builder()
            .id("r")
            .status(ExpirationStatus.ENABLED)
            .filter(filter -> filter.prefix(""));
    change.accept(rule);
    return rule.build();
  }

  private static LifecycleRule deleting(String prefix, int days) {
    return rule(
        rule ->
            rule.filter(filter -> filter.prefix(prefix))
                .expiration(LifecycleExpiration.builder().days(days).build()));
  }

  private static void assertFound(int count, LifecycleRule... rules) {
    List<DeletionRule> found = RULES.deletions(List.of(rules));
    assertEquals(count, found.size(), found::toString);
  }

  @Test
  void deletion_isToldByIdPrefixAndDays() {
    assertEquals(
        List.of(
            new DeletionRule(
                "the lifecycle rule \"r\" for the prefix \"deployment/\" deletes objects after 29"
                    + " days [LIFECYCLE_ENDS_EARLY]",
                "",
                Duration.ofDays(29))),
        RULES.deletions(List.of(deleting("deployment/", 29))));
  }

  @Test
  void everyRuleForThePlace_isToldWithTheKeysThatItTakes() {
    assertEquals(
        List.of("", "raw/"),
        RULES
            .deletions(
                List.of(deleting("", 1), deleting("deployment/a/raw/", 2), deleting("other/", 1)))
            .stream()
            .map(DeletionRule::keyPrefix)
            .toList());
  }

  @Test
  void prefixes_matchAsFarAsBothGo() {
    for (String prefix : List.of("", "d", "deployment/a", "deployment/a/", "deployment/a/raw/o1")) {
      assertFound(1, deleting(prefix, 1));
    }
    for (String prefix : List.of("deployment/b", "deployment/ab", "x", "deployment/a0")) {
      assertFound(0, deleting(prefix, 1));
    }
  }

  @Test
  void deletionAtADate_mayComeAtOnce() {
    LifecycleRule dated =
        rule(
            rule ->
                rule.expiration(
                    LifecycleExpiration.builder()
                        .date(Instant.parse("2099-01-01T00:00:00Z"))
                        .build()));
    assertEquals(Duration.ZERO, RULES.deletions(List.of(dated)).get(0).after());
  }

  @Test
  void ruleThatIsOff_isNoDanger() {
    assertFound(0, deleting("", 1).toBuilder().status(ExpirationStatus.DISABLED).build());
  }

  @Test
  void ruleThatAsksForATag_isNoDanger() {
    LifecycleExpiration day = LifecycleExpiration.builder().days(1).build();
    assertFound(
        0,
        rule(
            rule ->
                rule.filter(filter -> filter.tag(tag -> tag.key("k").value("v"))).expiration(day)),
        rule(
            rule ->
                rule.filter(
                        filter ->
                            filter.and(
                                and ->
                                    and.prefix("deployment/a/")
                                        .tags(Tag.builder().key("k").value("v").build())))
                    .expiration(day)));
  }

  @Test
  void ruleWithASizeOrWithoutAFilter_mayMatch() {
    LifecycleExpiration day = LifecycleExpiration.builder().days(1).build();
    assertFound(
        2,
        rule(
            rule ->
                rule.filter(
                        filter ->
                            filter.and(
                                and -> and.prefix("deployment/a/").objectSizeGreaterThan(10L)))
                    .expiration(day)),
        LifecycleRule.builder().status(ExpirationStatus.ENABLED).expiration(day).build());
  }

  @Test
  void moveOutOfReach_isFoundAndToACheaperClassWithinReachIsNot() {
    assertFound(1, moving(TransitionStorageClass.GLACIER));
    assertFound(1, moving(TransitionStorageClass.DEEP_ARCHIVE));
    assertFound(0, moving(TransitionStorageClass.GLACIER_IR));
    assertFound(0, moving(TransitionStorageClass.STANDARD_IA));
  }

  private static LifecycleRule moving(TransitionStorageClass storageClass) {
    return rule(
        rule -> rule.transitions(Transition.builder().days(1).storageClass(storageClass).build()));
  }

  @Test
  void oldVersionsAndUnfinishedUploads_mayGo() {
    assertFound(
        0,
        rule(
            rule ->
                rule.noncurrentVersionExpiration(old -> old.noncurrentDays(1))
                    .abortIncompleteMultipartUpload(abort -> abort.daysAfterInitiation(1))
                    .expiration(
                        LifecycleExpiration.builder().expiredObjectDeleteMarker(true).build())));
  }
}
