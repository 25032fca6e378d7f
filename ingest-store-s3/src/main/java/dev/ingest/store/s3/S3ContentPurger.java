package dev.ingest.store.s3;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Deletes under permits, in batches, and judges each key by what the server said of it. Where the
 * bucket keeps versions, also if only since the opening, all versions and delete markers of a key
 * go, by their ids.
 */
final class S3ContentPurger implements ContentPurger {

  private final Bucket bucket;
  private final Deletions deletions;
  private final boolean versioned;

  S3ContentPurger(Bucket bucket, boolean versioned) {
    this.bucket = bucket;
    this.deletions = new Deletions(bucket.calls());
    this.versioned = versioned;
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    TreeSet<String> keys = new TreeSet<>();
    permit.keys().forEach(key -> keys.add(bucket.objectKey(key)));
    String what = "delete " + keys.size() + " keys below " + permit.scope();
    String scope = bucket.objectKey(permit.scope());
    Map<String, ContentException> failed =
        versioned ? deletions.ofVersions(what, scope, keys) : deletions.ofKeys(what, scope, keys);
    return permit.keys().stream().map(key -> outcome(key, failed)).toList();
  }

  private Outcome outcome(ContentKey key, Map<String, ContentException> failed) {
    ContentException failure = failed.get(bucket.objectKey(key));
    return failure == null ? Outcome.APPLIED : new Outcome.Unknown(failure);
  }
}
