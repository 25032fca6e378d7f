package dev.ingest.testkit.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a server is set to. Safe for use by several threads. */
final class Settings {

  private final S3ServerOptions options;
  private volatile Set<S3Switch> on = Set.of();
  private volatile Optional<byte[]> lifecycle = Optional.empty();
  private volatile OptionalInt lockDays = OptionalInt.empty();

  Settings(S3ServerOptions options) {
    this.options = options;
  }

  Instant now() {
    return options.clock().instant();
  }

  long minPartBytes() {
    return options.minPartBytes();
  }

  boolean is(S3Switch one) {
    return on.contains(one);
  }

  synchronized void set(S3Switch one, boolean to) {
    Set<S3Switch> changed = EnumSet.noneOf(S3Switch.class);
    changed.addAll(on);
    if (to) {
      changed.add(one);
    } else {
      changed.remove(one);
    }
    on = Set.copyOf(changed);
  }

  boolean checksBodies() {
    return !is(S3Switch.IGNORES_CHECKSUMS) && !is(S3Switch.ECHOES_CHECKSUMS);
  }

  boolean keepsVersions() {
    return is(S3Switch.VERSIONING) || lockDays.isPresent();
  }

  void lifecycle(Optional<byte[]> xml) {
    lifecycle = xml;
  }

  Optional<byte[]> lifecycle() {
    return lifecycle;
  }

  void lockDays(OptionalInt days) {
    lockDays = days;
  }

  OptionalInt lockDays() {
    return lockDays;
  }

  boolean locks(Instant modified) {
    OptionalInt days = lockDays;
    return days.isPresent() && now().isBefore(modified.plus(Duration.ofDays(days.getAsInt())));
  }

  static byte[] lifecycleXml(List<S3LifecycleRule> rules) {
    return Xml.document(
        "LifecycleConfiguration", xml -> rules.forEach(rule -> writeRule(xml, rule)));
  }

  private static void writeRule(Xml xml, S3LifecycleRule rule) {
    xml.group(
        "Rule",
        one -> {
          one.element("ID", rule.id());
          one.group("Filter", filter -> filter.element("Prefix", rule.prefix()));
          one.element("Status", rule.enabled() ? "Enabled" : "Disabled");
          rule.expirationDays()
              .ifPresent(days -> one.group("Expiration", in -> in.element("Days", days)));
          rule.noncurrentDays()
              .ifPresent(
                  days ->
                      one.group(
                          "NoncurrentVersionExpiration", in -> in.element("NoncurrentDays", days)));
          rule.abortUploadDays()
              .ifPresent(
                  days ->
                      one.group(
                          "AbortIncompleteMultipartUpload",
                          in -> in.element("DaysAfterInitiation", days)));
        });
  }
}
