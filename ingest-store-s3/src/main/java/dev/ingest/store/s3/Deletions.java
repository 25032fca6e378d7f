package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Deletes objects in batches of 1,000 at most, and tells of each key that is not surely gone. */
final class Deletions {

  static final int PAGES_OF_A_KEY = 100;

  private static final int BATCH = 1_000;
  private static final String NO_SUCH_KEY = "NoSuchKey";
  private static final String NO_SUCH_VERSION = "NoSuchVersion";

  private final Calls calls;

  Deletions(Calls calls) {
    this.calls = calls;
  }

  /**
   * Deletes keys of a bucket that kept no versions when that was read. If it keeps them by now, its
   * answer tells of a marker that hides the bytes, and their versions are deleted, too.
   *
   * @return why a key is not known to be gone, by key
   */
  Map<String, ContentException> ofKeys(String what, String scope, Collection<String> keys) {
    Judgement judgement = new Judgement(what);
    deleteAll(what, keys.stream().map(key -> identified(key, null)).toList(), judgement);
    if (judgement.hidden.isEmpty()) {
      return judgement.failed;
    }
    Map<String, ContentException> failed = ofVersions(what, scope, judgement.hidden);
    failed.putAll(judgement.failed);
    return failed;
  }

  /**
   * Deletes all versions of keys. The listing walks through what is below the scope, and jumps over
   * what is not to go. Where a page ends within a key, that is listed from its first version again,
   * since those that were listed are gone by then, the one at which the page ended among them:
   * where a server goes on behind a version that is not there is not known. Bounded to {@value
   * #PAGES_OF_A_KEY} pages that end within one key.
   *
   * @return why a key is not known to be gone, by key
   * @throws ContentException if the listing goes back, or stays at one key; what was deleted stays
   *     so
   */
  Map<String, ContentException> ofVersions(String what, String scope, NavigableSet<String> keys) {
    Judgement judgement = new Judgement(what);
    String from = before(keys.first());
    String within = null;
    int pages = 0;
    while (from != null) {
      ListObjectVersionsResponse page = versions(what, scope, from);
      deleteAll(what, wanted(page, keys), judgement);
      if (!Boolean.TRUE.equals(page.isTruncated())) {
        break;
      }
      String reached = page.nextKeyMarker();
      if (reached == null || reached.compareTo(from) < 0) {
        throw stays(what, reached);
      }
      pages = reached.equals(within) ? pages + 1 : 1;
      within = reached;
      if (pages > PAGES_OF_A_KEY) {
        throw stays(what, reached);
      }
      boolean goesOn = keys.contains(reached) && !judgement.failed.containsKey(reached);
      String next = goesOn ? reached : keys.higher(reached);
      from = next == null ? null : before(next);
    }
    judgement.hidden.forEach(judgement::failHidden);
    return judgement.failed;
  }

  private ContentException stays(String what, @Nullable String reached) {
    return new ContentException(
        calls.name()
            + ": could not "
            + what
            + ": the list of versions does not advance, it is at "
            + reached
            + "; delete them again");
  }

  /** A text behind every other content key and before this one. */
  private static String before(String key) {
    int last = key.length() - 1;
    return key.substring(0, last) + (char) (key.charAt(last) - 1) + '~';
  }

  private ListObjectVersionsResponse versions(String what, String scope, String from) {
    ListObjectVersionsRequest request =
        ListObjectVersionsRequest.builder()
            .bucket(calls.place().bucket())
            .prefix(scope + '/')
            .keyMarker(from)
            .maxKeys(BATCH)
            .overrideConfiguration(calls.bounded())
            .build();
    return calls.run(what + ": list their versions", client -> client.listObjectVersions(request));
  }

  private static List<ObjectIdentifier> wanted(ListObjectVersionsResponse page, Set<String> keys) {
    List<ObjectIdentifier> wanted = new ArrayList<>();
    for (ObjectVersion one : page.versions()) {
      if (keys.contains(one.key())) {
        wanted.add(identified(one.key(), one.versionId()));
      }
    }
    for (DeleteMarkerEntry one : page.deleteMarkers()) {
      if (keys.contains(one.key())) {
        wanted.add(identified(one.key(), one.versionId()));
      }
    }
    return wanted;
  }

  private static ObjectIdentifier identified(String key, @Nullable String version) {
    return ObjectIdentifier.builder().key(key).versionId(version).build();
  }

  private void deleteAll(String what, List<ObjectIdentifier> objects, Judgement judgement) {
    for (int i = 0; i < objects.size(); i += BATCH) {
      List<ObjectIdentifier> batch = objects.subList(i, Math.min(objects.size(), i + BATCH));
      DeleteObjectsRequest request =
          DeleteObjectsRequest.builder()
              .bucket(calls.place().bucket())
              .delete(delete -> delete.objects(batch).quiet(false))
              .overrideConfiguration(calls.bounded())
              .build();
      judgement.add(batch, calls.run(what, client -> client.deleteObjects(request)));
    }
  }

  /** What is known of keys by the answers so far. */
  private final class Judgement {

    private final String what;
    private final Map<String, ContentException> failed = new HashMap<>();

    /** Keys that were deleted without a version and have a marker now, behind which bytes stay. */
    private final TreeSet<String> hidden = new TreeSet<>();

    Judgement(String what) {
      this.what = what;
    }

    /** An object of which the answer says nothing is not known to be gone. */
    void add(List<ObjectIdentifier> batch, DeleteObjectsResponse answer) {
      Set<String> gone = new HashSet<>();
      Set<String> marked = new HashSet<>();
      for (DeletedObject one : answer.deleted()) {
        gone.add(id(one.key(), one.versionId()));
        if (Boolean.TRUE.equals(one.deleteMarker())) {
          marked.add(one.key());
        }
      }
      for (S3Error one : answer.errors()) {
        String id = id(one.key(), one.versionId());
        if (NO_SUCH_KEY.equals(one.code()) || NO_SUCH_VERSION.equals(one.code())) {
          gone.add(id);
        } else {
          gone.remove(id);
          failed.put(one.key(), failure(what, one.key(), one.code() + " " + one.message()));
        }
      }
      for (ObjectIdentifier one : batch) {
        if (!gone.contains(id(one.key(), one.versionId()))) {
          fail(one.key(), "the server did not say what became of it");
        } else if (one.versionId() == null && marked.contains(one.key())) {
          hidden.add(one.key());
        }
      }
    }

    void failHidden(String key) {
      fail(key, "the server left a delete marker, behind which the bytes stay");
    }

    private void fail(String objectKey, String why) {
      failed.computeIfAbsent(objectKey, key -> failure(what, key, why));
    }
  }

  private ContentException failure(String what, String key, String why) {
    return new ContentException(
        calls.name() + ": could not " + what + ": " + key + ": " + why + "; delete it again");
  }

  /** The version of an object that is older than the versioning of its bucket is "null". */
  private static String id(String key, @Nullable String version) {
    return version == null || version.equals("null") ? key : key + '?' + version;
  }
}
