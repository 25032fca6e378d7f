package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists content keys in order. What is not ours, or not in order, is an error: a listing that left
 * it out would let a sweep or an audit decide by something else than what is stored.
 */
final class Listing {

  /** Pages without an entry that a server may send before one with an entry, or the end. */
  private static final int EMPTY_PAGES = 100;

  private final Bucket bucket;

  Listing(Bucket bucket) {
    this.bucket = bucket;
  }

  ContentPage page(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    String root = bucket.calls().place().root();
    String below = root + prefix.value() + '/';
    String from = after.map(key -> root + key.value()).orElse("");
    String end = root + prefix.value() + (char) ('/' + 1);
    if (from.compareTo(end) >= 0) {
      return new ContentPage(List.of(), false);
    }
    String token = null;
    for (int i = 0; i < EMPTY_PAGES; i++) {
      ListObjectsV2Response answer = request(below, from, limit, token);
      List<ContentStat> entries = entries(answer, below, from);
      boolean more = Boolean.TRUE.equals(answer.isTruncated());
      if (!entries.isEmpty() || !more) {
        return new ContentPage(entries, more);
      }
      token = answer.nextContinuationToken();
    }
    throw new ContentException(
        bucket.calls().name()
            + ": listed "
            + EMPTY_PAGES
            + " pages without a key below "
            + prefix
            + ", and the server says that more follow; list again");
  }

  private ListObjectsV2Response request(
      String below, String from, int limit, @Nullable String token) {
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder()
            .bucket(bucket.calls().place().bucket())
            .prefix(below)
            .maxKeys(limit)
            .continuationToken(token)
            .overrideConfiguration(bucket.calls().bounded());
    if (from.compareTo(below) > 0) {
      request.startAfter(from);
    }
    return bucket
        .calls()
        .run("list what is below " + below, client -> client.listObjectsV2(request.build()));
  }

  private List<ContentStat> entries(ListObjectsV2Response answer, String below, String from) {
    int root = bucket.calls().place().root().length();
    List<ContentStat> entries = new ArrayList<>();
    String before = from;
    for (S3Object object : answer.contents()) {
      String found = object.key();
      if (!found.startsWith(below) || found.compareTo(before) <= 0) {
        throw new ContentException(
            bucket.calls().name()
                + ": listed "
                + found
                + " below "
                + below
                + " after "
                + before
                + "; the server does not list in order, which nothing can rely on");
      }
      entries.add(new ContentStat(key(found, root), object.size(), Optional.empty()));
      before = found;
    }
    return entries;
  }

  private ContentKey key(String objectKey, int root) {
    try {
      return new ContentKey(objectKey.substring(root));
    } catch (InvalidValueException e) {
      throw new ContentException(
          bucket.calls().name()
              + ": found the object "
              + objectKey
              + ", which is no content key; somebody else writes below this prefix, move it away",
          e);
    }
  }
}
