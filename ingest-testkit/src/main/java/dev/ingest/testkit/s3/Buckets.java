package dev.ingest.testkit.s3;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The buckets of a server, and what is asked of them alone. Safe for use by several threads. */
final class Buckets {

  private static final int MAX_BUCKETS = 100;

  private final Settings settings;
  private final Capacity capacity;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  Buckets(S3ServerOptions options, Settings settings) {
    this.settings = settings;
    this.capacity = new Capacity(options.maxBytes());
  }

  Optional<Bucket> find(String name) {
    return Optional.ofNullable(buckets.get(name));
  }

  Bucket of(Call call) {
    return find(call.bucket())
        .orElseThrow(() -> new Refusal(404, "NoSuchBucket", "There is no bucket " + call.bucket()));
  }

  /** Creates a bucket; false if it is there. */
  synchronized boolean create(String name) {
    if (!name.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
      throw new Refusal(400, "InvalidBucketName", "A bucket is not named so: " + name);
    }
    if (buckets.size() >= MAX_BUCKETS) {
      throw new Refusal(400, "TooManyBuckets", "There are " + MAX_BUCKETS + " buckets");
    }
    ObjectTable objects = new ObjectTable(settings, capacity);
    UploadTable uploads = new UploadTable(settings, capacity, objects);
    return buckets.putIfAbsent(name, new Bucket(name, objects, uploads)) == null;
  }

  Reply create(Call call) {
    if (!create(call.bucket())) {
      throw new Refusal(409, "BucketAlreadyOwnedByYou", "The bucket is there: " + call.bucket());
    }
    return Reply.of(200).header("Location", "/" + call.bucket());
  }

  Reply head(Call call) {
    of(call);
    return Reply.of(200).header("x-amz-bucket-region", "us-east-1");
  }

  Reply lifecycle(Call call) {
    requireReadable(call);
    return settings
        .lifecycle()
        .map(Reply::xml)
        .orElseThrow(
            () ->
                new Refusal(
                    404,
                    "NoSuchLifecycleConfiguration",
                    "The lifecycle configuration does not exist"));
  }

  Reply versioning(Call call) {
    requireReadable(call);
    return Reply.xml(
        Xml.document(
            "VersioningConfiguration",
            xml -> {
              if (settings.keepsVersions()) {
                xml.element("Status", "Enabled");
              }
            }));
  }

  Reply objectLock(Call call) {
    requireReadable(call);
    int days =
        settings
            .lockDays()
            .orElseThrow(
                () ->
                    new Refusal(
                        404,
                        "ObjectLockConfigurationNotFoundError",
                        "Object Lock configuration does not exist for this bucket"));
    return Reply.xml(
        Xml.document(
            "ObjectLockConfiguration",
            xml -> {
              xml.element("ObjectLockEnabled", "Enabled");
              if (days > 0) {
                xml.group(
                    "Rule",
                    rule ->
                        rule.group(
                            "DefaultRetention",
                            retention ->
                                retention.element("Mode", "COMPLIANCE").element("Days", days)));
              }
            }));
  }

  private void requireReadable(Call call) {
    of(call);
    if (settings.is(S3Switch.CONFIGURATION_DENIED)) {
      throw new Refusal(403, "AccessDenied", "Access Denied");
    }
  }
}
