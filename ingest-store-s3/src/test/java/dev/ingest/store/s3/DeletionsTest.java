package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/** Deletions in buckets that keep versions, or begin to, and by servers that list them badly. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeletionsTest {

  private static final List<Outcome> BOTH = List.of(Outcome.APPLIED, Outcome.APPLIED);

  @Test
  void purgeInABucketThatKeepsVersionsSinceTheOpening_leavesNothing() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      store(place.store(), key("a"), bytes(10, 1));
      place.server().set(S3Switch.VERSIONING, true);
      store(place.store(), key("b"), bytes(10, 2));
      assertEquals(BOTH, place.purger().delete(permit(key("a"), key("b"))));
      BelowProtocol.of(place).requireNothing();
    }
  }

  /** A server that deletes, and of one key says nothing. */
  private static final class Silent extends DelegatingS3Client {

    private final String unsaid;

    Silent(S3Client client, String unsaid) {
      super(client);
      this.unsaid = unsaid;
    }

    @Override
    public DeleteObjectsResponse deleteObjects(DeleteObjectsRequest request) {
      DeleteObjectsResponse answer = super.deleteObjects(request);
      List<DeletedObject> told =
          answer.deleted().stream().filter(one -> !one.key().equals(unsaid)).toList();
      return answer.toBuilder().deleted(told).build();
    }
  }

  @Test
  void keyOfWhichTheAnswerSaysNothing_isNotKnownToBeGone() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      String unsaid = objectKey(place, "a");
      Calls calls = new Calls(new Silent(place.client(), unsaid), false, place.options());
      Map<String, ContentException> failed =
          new Deletions(calls)
              .ofKeys(
                  "delete keys",
                  place.options().place().root() + PREFIX,
                  List.of(unsaid, objectKey(place, "b")));
      assertEquals(Set.of(unsaid), failed.keySet());
    }
  }

  /** Pages of two versions each, with what the server then tells of their end changed. */
  private static final class Listing extends DelegatingS3Client {

    private final UnaryOperator<ListObjectVersionsResponse> change;
    private int pages;

    Listing(S3Client client, UnaryOperator<ListObjectVersionsResponse> change) {
      super(client);
      this.change = change;
    }

    @Override
    public ListObjectVersionsResponse listObjectVersions(ListObjectVersionsRequest request) {
      pages++;
      return change.apply(super.listObjectVersions(request.toBuilder().maxKeys(2).build()));
    }
  }

  private static FaultyPlace withVersions() {
    FaultyPlace place = new FaultyPlace(true);
    for (String part : List.of("a", "b")) {
      for (int i = 0; i < 5; i++) {
        place
            .client()
            .putObject(
                to -> to.bucket(FaultyPlace.BUCKET).key(objectKey(place, part)),
                RequestBody.fromBytes(bytes(10, 1)));
      }
    }
    return place;
  }

  private static String objectKey(FaultyPlace place, String part) {
    return place.options().place().root() + key(part);
  }

  private static Map<String, ContentException> delete(FaultyPlace place, Listing listing) {
    Calls calls = new Calls(listing, false, place.options());
    TreeSet<String> keys = new TreeSet<>(List.of(objectKey(place, "a"), objectKey(place, "b")));
    String scope = place.options().place().root() + PREFIX;
    return new Deletions(calls).ofVersions("delete keys", scope, keys);
  }

  @Test
  void pagesThatEndWithinAKey_areGoneThroughWithoutAGap() {
    try (FaultyPlace place = withVersions()) {
      assertEquals(Map.of(), delete(place, new Listing(place.client(), page -> page)));
      BelowProtocol.of(place).requireNothing();
    }
  }

  @Test
  void pagesThatDoNotTellAtWhichVersionTheyEnd_areListedAgainFromTheKey() {
    try (FaultyPlace place = withVersions()) {
      Listing listing =
          new Listing(place.client(), page -> page.toBuilder().nextVersionIdMarker(null).build());
      assertEquals(Map.of(), delete(place, listing));
      BelowProtocol.of(place).requireNothing();
    }
  }

  @Test
  void pagesThatGoToAndFroWithinAKey_areAnErrorAfterABound() {
    try (FaultyPlace place = withVersions()) {
      AtomicInteger count = new AtomicInteger();
      Listing listing =
          new Listing(
              place.client(),
              page ->
                  page.toBuilder()
                      .isTruncated(true)
                      .nextKeyMarker(objectKey(place, "b"))
                      .nextVersionIdMarker(count.incrementAndGet() % 2 == 0 ? "v1" : "v2")
                      .build());
      ContentException told = assertThrows(ContentException.class, () -> delete(place, listing));
      assertTrue(told.toString().contains("does not advance"), told::toString);
      assertEquals(Deletions.PAGES_OF_A_KEY + 1, listing.pages);
    }
  }

  @Test
  void keyWhoseVersionsAreLocked_isToldAndTheOthersGo() {
    try (FaultyPlace place = withVersions()) {
      place.server().rule(S3Rule.next(S3Operation.DELETE_OBJECTS, 1, new S3Fault.KeysRefused(1)));
      Map<String, ContentException> failed =
          delete(place, new Listing(place.client(), page -> page));
      assertEquals(Set.of(objectKey(place, "a")), failed.keySet());
      BelowProtocol.of(place).requireAbsent(key("b"));
    }
  }

  @Test
  void pagesThatGoBack_areAnError() {
    try (FaultyPlace place = withVersions()) {
      Listing listing =
          new Listing(
              place.client(),
              page -> page.toBuilder().isTruncated(true).nextKeyMarker("a").build());
      assertThrows(ContentException.class, () -> delete(place, listing));
    }
  }
}
