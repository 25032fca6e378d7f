package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3StoredUpload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;

/** A sweep that meets what it cannot sweep. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SweepTest {

  private static final S3Fault REFUSED = new S3Fault.ErrorBefore(403, "AccessDenied");
  private static final S3Fault BROKEN = new S3Fault.ErrorBefore(500, "InternalError");

  /** A place with abandoned uploads of these names, and with something left of a probe. */
  private static FaultyPlace abandoned(List<String> names) {
    FaultyPlace place = FaultyPlace.opened();
    String root = place.options().place().root();
    for (String name : names) {
      place.client().createMultipartUpload(to -> to.bucket(FaultyPlace.BUCKET).key(root + name));
    }
    String left = root + Probe.AREA + "/0-taken";
    place
        .client()
        .putObject(
            to -> to.bucket(FaultyPlace.BUCKET).key(left), RequestBody.fromBytes(new byte[1]));
    place.abandon();
    return place;
  }

  private static void failAborts(FaultyPlace place, List<String> names, S3Fault fault) {
    place
        .server()
        .rule(
            request ->
                request.operation() == S3Operation.ABORT_MULTIPART_UPLOAD
                        && names.stream().anyMatch(request.key()::endsWith)
                    ? Optional.of(fault)
                    : Optional.empty());
  }

  private static List<String> uploads(FaultyPlace place) {
    String root = place.options().place().root();
    return place.server().uploads(FaultyPlace.BUCKET).stream()
        .map(S3StoredUpload::key)
        .map(key -> key.substring(root.length()))
        .toList();
  }

  @Test
  void uploadsThatCannotBeAborted_keepNeitherOthersNorProbesFromBeingSwept() {
    List<String> kept = List.of("raw/a", "raw/c");
    try (FaultyPlace place = abandoned(List.of("raw/a", "raw/b", "raw/c", "raw/d"))) {
      failAborts(place, kept, REFUSED);
      ContentException told = assertThrows(ContentException.class, place::sweep);
      assertTrue(told.toString().contains("2 of 4"), told::toString);
      assertTrue(told.toString().contains("raw/a"), told::toString);
      assertEquals(kept, uploads(place));
      assertEquals(0, place.server().objects(FaultyPlace.BUCKET).size());
      place.calm();
      assertEquals(new Swept(2, 0, 0, false), place.sweep());
    }
  }

  @Test
  void serverThatFails_isNotAskedForEachUpload() {
    List<String> names = List.of("raw/a", "raw/b", "raw/c", "raw/d", "raw/e", "raw/f");
    try (FaultyPlace place = abandoned(names)) {
      failAborts(place, names, BROKEN);
      long before = place.server().requests(S3Operation.ABORT_MULTIPART_UPLOAD);
      ContentException told = assertThrows(ContentException.class, place::sweep);
      assertTrue(told.toString().contains("3 in a row"), told::toString);
      assertEquals(
          before + 3 * FaultyPlace.ATTEMPTS,
          place.server().requests(S3Operation.ABORT_MULTIPART_UPLOAD));
    }
  }

  /** Pages of two uploads each. */
  private static final class SmallPages extends DelegatingS3Client {

    SmallPages(S3Client client) {
      super(client);
    }

    @Override
    public ListMultipartUploadsResponse listMultipartUploads(ListMultipartUploadsRequest request) {
      return super.listMultipartUploads(request.toBuilder().maxUploads(2).build());
    }
  }

  @Test
  void uploadsOfOneKeyOverSeveralPages_areAllAborted() {
    try (FaultyPlace place = abandoned(List.of("raw/a", "raw/a", "raw/a", "raw/a", "raw/a"))) {
      Calls calls = new Calls(new SmallPages(place.client()), false, place.options());
      MultipartRequests requests = MultipartRequests.of(calls, place.options(), true);
      Sweep sweep = new Sweep(calls, requests, id -> false, false);
      assertEquals(5, sweep.before(Instant.parse("2027-01-01T00:00:00Z")).aborted());
      assertEquals(List.of(), uploads(place));
    }
  }
}
