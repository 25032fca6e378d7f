package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.DeletionRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningRequest;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.GetObjectLockConfigurationRequest;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockRule;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads what a bucket does to objects by itself. What cannot be read is unknown, and a finding like
 * any other.
 */
final class BucketSettings {

  private static final Set<String> NO_RULES = Set.of("NoSuchLifecycleConfiguration");
  private static final Set<String> NO_LOCK =
      Set.of("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration");

  /** What a server that knows of locks, but says that a bucket has none, may answer instead. */
  private static final String MISSING = "missing object lock configuration";

  private final Calls calls;
  private final S3ContentOptions options;
  private final List<Finding> findings = new ArrayList<>();
  private boolean versioned = true;
  private List<DeletionRule> deletionRules = List.of();

  BucketSettings(Calls calls, S3ContentOptions options) {
    this.calls = calls;
    this.options = options;
  }

  List<Finding> read() {
    readLifecycle();
    readVersioning();
    readObjectLock();
    return List.copyOf(findings);
  }

  /** Whether the bucket keeps versions, or may. */
  boolean versioned() {
    return versioned;
  }

  /** By which rules the bucket ends objects, without those that were accepted. */
  List<DeletionRule> deletionRules() {
    return deletionRules;
  }

  /**
   * Reads the rules alone.
   *
   * @throws ContentException if they cannot be read, and that was not accepted
   */
  List<DeletionRule> readDeletionRules() {
    readLifecycle();
    for (Finding one : findings) {
      if (one.risk().map(risk -> !options.accepted().contains(risk)).orElse(true)) {
        throw new ContentException(calls.name() + ": " + one.told());
      }
    }
    return deletionRules;
  }

  private void readLifecycle() {
    GetBucketLifecycleConfigurationRequest request =
        GetBucketLifecycleConfigurationRequest.builder()
            .bucket(calls.place().bucket())
            .overrideConfiguration(calls.bounded())
            .build();
    Optional<List<LifecycleRule>> rules =
        ask(
            "its lifecycle rules",
            S3Risk.LIFECYCLE_UNKNOWN,
            client -> client.getBucketLifecycleConfiguration(request).rules(),
            e -> NO_RULES.contains(Calls.codeOf(e)) ? Optional.of(List.of()) : Optional.empty());
    deletionRules =
        options.accepted().contains(S3Risk.LIFECYCLE_ENDS_EARLY)
            ? List.of()
            : new LifecycleRules(options.place().root()).deletions(rules.orElse(List.of()));
  }

  private void readVersioning() {
    GetBucketVersioningRequest request =
        GetBucketVersioningRequest.builder()
            .bucket(calls.place().bucket())
            .overrideConfiguration(calls.bounded())
            .build();
    versioned =
        ask(
                "whether it keeps versions",
                S3Risk.VERSIONING_UNKNOWN,
                client -> isVersioned(client.getBucketVersioning(request)),
                e -> Optional.empty())
            .orElse(true);
  }

  /** A bucket whose versioning is suspended still has the versions of before. */
  private static boolean isVersioned(GetBucketVersioningResponse answer) {
    BucketVersioningStatus status = answer.status();
    if (status == BucketVersioningStatus.UNKNOWN_TO_SDK_VERSION) {
      throw new ContentException(
          "the server told a state that is none: " + answer.statusAsString());
    }
    return status != null;
  }

  private void readObjectLock() {
    GetObjectLockConfigurationRequest request =
        GetObjectLockConfigurationRequest.builder()
            .bucket(calls.place().bucket())
            .overrideConfiguration(calls.bounded())
            .build();
    Optional<String> retention =
        ask(
            "its object lock configuration",
            S3Risk.OBJECT_LOCK_UNKNOWN,
            client ->
                retention(client.getObjectLockConfiguration(request).objectLockConfiguration()),
            e -> hasNoLock(e) ? Optional.of("") : Optional.empty());
    retention
        .filter(found -> !found.isEmpty())
        .ifPresent(
            found ->
                findings.add(
                    Finding.of(
                        S3Risk.OBJECT_LOCK_RETAINS,
                        "the bucket retains objects by default: " + found)));
  }

  private static boolean hasNoLock(SdkException e) {
    return NO_LOCK.contains(Calls.codeOf(e))
        || (Calls.statusOf(e) == 400
            && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(MISSING));
  }

  private static String retention(ObjectLockConfiguration configuration) {
    ObjectLockRule rule = configuration == null ? null : configuration.rule();
    return rule == null || rule.defaultRetention() == null
        ? ""
        : rule.defaultRetention().toString();
  }

  /** Empty, with a finding, if there is no answer that says something. */
  private <T> Optional<T> ask(
      String what,
      S3Risk unknown,
      Function<S3Client, T> question,
      Function<S3Exception, Optional<T>> refusal) {
    try {
      return Optional.of(
          calls.run(
              "read " + what,
              client -> {
                try {
                  return question.apply(client);
                } catch (S3Exception e) {
                  return refusal.apply(e).orElseThrow(() -> e);
                }
              }));
    } catch (ContentException e) {
      findings.add(
          Finding.of(unknown, "of the bucket, " + what + " is unknown: " + e.getMessage()));
      return Optional.empty();
    }
  }
}
