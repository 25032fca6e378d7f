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
 * <p>An upload that cannot be aborted keeps nothing else from being swept, and is told at the end.
 * But {@link Unaborted#MOST_IN_A_ROW} failures in a row that are no refusals, or {@link
 * Unaborted#MOST_REFUSED} that are, are taken for a failure of the server, or of our rights, and
 * end it.
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
    Unaborted unaborted = new Unaborted();
    try {
      Swept swept = swept(time, unaborted);
      unaborted.requireNone(swept.aborted());
      return swept;
    } catch (ContentException e) {
      unaborted.addTo(e);
      throw e;
    }
  }

  private Swept swept(Instant time, Unaborted unaborted) {
    int aborted = 0;
    int kept = 0;
    String key = null;
    String upload = null;
    boolean more = true;
    for (int i = 0; i < PAGES && more; i++) {
      ListMultipartUploadsResponse page = page(key, upload);
      for (MultipartUpload one : page.uploads()) {
        if (!isAbandoned(one, time)) {
          kept++;
        } else if (isAborted(one, unaborted)) {
          aborted++;
        }
      }
      more = Boolean.TRUE.equals(page.isTruncated());
      key = page.nextKeyMarker();
      upload = page.nextUploadIdMarker();
    }
    return new Swept(aborted, kept, probes(time), more);
  }

  private boolean isAborted(MultipartUpload one, Unaborted unaborted) {
    try {
      calls.run(
          "abort the abandoned upload of " + one.key(),
          client -> requests.abort(client, one.key(), one.uploadId()));
    } catch (ContentException e) {
      unaborted.add(e);
      return false;
    }
    unaborted.endRow();
    return true;
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

  /** What could not be aborted: how much, and the first of it. */
  private final class Unaborted {

    static final int MOST_IN_A_ROW = 3;
    static final int MOST_REFUSED = 1_000;

    private @Nullable ContentException first;
    private int count;
    private int inARow;
    private int refusedInARow;

    void add(ContentException failure) {
      if (first == null) {
        first = failure;
      }
      count++;
      boolean refused = !Calls.mayBeUnderWay(failure);
      inARow = refused ? 0 : inARow + 1;
      refusedInARow = refused ? refusedInARow + 1 : 0;
      if (inARow == MOST_IN_A_ROW || refusedInARow == MOST_REFUSED) {
        throw told(Math.max(inARow, refusedInARow) + " in a row", failure);
      }
    }

    void endRow() {
      inARow = 0;
      refusedInARow = 0;
    }

    void requireNone(int aborted) {
      if (first != null) {
        throw told(count + " of " + (count + aborted), first);
      }
    }

    private ContentException told(String which, ContentException failure) {
      return new ContentException(
          calls.name()
              + ": "
              + which
              + " abandoned uploads could not be aborted, so their parts are stored and paid for: "
              + failure.getMessage(),
          failure);
    }

    /** Where something else failed behind it, or more in a row. */
    void addTo(ContentException failure) {
      if (first != null && failure.getCause() != first) {
        failure.addSuppressed(first);
      }
    }
  }
}
