package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Aborts uploads that nobody will end, and deletes what probes left, both below our own prefix
 * only. Bounded: it looks at {@value #PAGES} pages of uploads and at one of probes.
 *
 * <p>The age is told by the server's time of the beginning and the clock of this process. If that
 * is wrong, an upload is aborted under a writer that lives: it then fails, and nothing is lost.
 */
final class Sweep {

  static final int PAGES = 100;

  private static final int PAGE = 1_000;

  private final Calls calls;
  private final MultipartRequests requests;
  private final Predicate<String> underWay;
  private final boolean versioned;

  Sweep(Calls calls, MultipartRequests requests, Predicate<String> underWay, boolean versioned) {
    this.calls = calls;
    this.requests = requests;
    this.underWay = underWay;
    this.versioned = versioned;
  }

  /** Sweeps what began before a time. */
  Swept before(Instant time) {
    int aborted = 0;
    int kept = 0;
    String key = null;
    String upload = null;
    boolean more = true;
    for (int i = 0; i < PAGES && more; i++) {
      ListMultipartUploadsResponse page = page(key, upload);
      for (MultipartUpload one : page.uploads()) {
        if (isAbandoned(one, time)) {
          calls.run(
              "abort the abandoned upload of " + one.key(),
              client -> requests.abort(client, one.key(), one.uploadId()));
          aborted++;
        } else {
          kept++;
        }
      }
      more = Boolean.TRUE.equals(page.isTruncated());
      key = page.nextKeyMarker();
      upload = page.nextUploadIdMarker();
    }
    return new Swept(aborted, kept, probes(time), more);
  }

  private boolean isAbandoned(MultipartUpload one, Instant time) {
    return one.key().startsWith(calls.place().root())
        && one.initiated() != null
        && one.initiated().isBefore(time)
        && !underWay.test(one.uploadId());
  }

  private ListMultipartUploadsResponse page(@Nullable String key, @Nullable String upload) {
    ListMultipartUploadsRequest request =
        ListMultipartUploadsRequest.builder()
            .bucket(calls.place().bucket())
            .prefix(calls.place().root())
            .keyMarker(key)
            .uploadIdMarker(upload)
            .maxUploads(PAGE)
            .overrideConfiguration(calls.bounded())
            .build();
    return calls.run("list unfinished uploads", client -> client.listMultipartUploads(request));
  }

  private int probes(Instant time) {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(calls.place().bucket())
            .prefix(calls.place().root() + Probe.AREA + "/")
            .maxKeys(PAGE)
            .overrideConfiguration(calls.bounded())
            .build();
    List<String> left =
        calls
            .run("list what probes left", client -> client.listObjectsV2(request))
            .contents()
            .stream()
            .filter(one -> one.lastModified() != null && one.lastModified().isBefore(time))
            .map(S3Object::key)
            .toList();
    if (!left.isEmpty()) {
      Map<String, ContentException> failed = delete("delete what probes left", new TreeSet<>(left));
      if (!failed.isEmpty()) {
        throw failed.values().iterator().next();
      }
    }
    return left.size();
  }

  private Map<String, ContentException> delete(String what, NavigableSet<String> keys) {
    Deletions deletions = new Deletions(calls);
    String scope = calls.place().root() + Probe.AREA;
    return versioned
        ? deletions.ofVersions(what, scope, keys)
        : deletions.ofKeys(what, scope, keys);
  }
}
