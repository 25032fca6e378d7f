package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that replaces objects at the end of an upload, and was accepted. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverwritesTest {

  private static final byte[] LARGE = bytes(2 * FaultyPlace.PART, 1);

  private static FaultyPlace committed() {
    FaultyPlace place = new FaultyPlace(false);
    place.server().set(S3Switch.IGNORES_IF_NONE_MATCH_OF_COMPLETION, true);
    place.open(place.options().withAccepted(Set.of(S3Risk.MULTIPART_OVERWRITES)));
    store(place.store(), key("a"), LARGE);
    return place;
  }

  @Test
  void otherBytesStoredBefore_stayAndAreAConflict() {
    try (FaultyPlace place = committed()) {
      assertThrows(
          ContentConflictException.class,
          () -> store(place.store(), key("a"), bytes(2 * FaultyPlace.PART, 2)));
      assertThrows(
          ContentConflictException.class,
          () -> store(place.store(), key("a"), bytes(3 * FaultyPlace.PART, 3)));
      BelowProtocol.of(place).requireStored(key("a"), LARGE);
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  @Test
  void sameBytesStoredBefore_areASuccessWithoutAnEnd() {
    try (FaultyPlace place = committed()) {
      place
          .server()
          .rule(
              S3Rule.next(
                  S3Operation.COMPLETE_MULTIPART_UPLOAD,
                  Long.MAX_VALUE,
                  new S3Fault.ErrorBefore(403, "AccessDenied")));
      store(place.store(), key("a"), LARGE);
      BelowProtocol.of(place).requireStored(key("a"), LARGE);
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  @Test
  void lookThatFails_leavesNoUploadAndNothingReplaced() {
    try (FaultyPlace place = committed()) {
      place
          .server()
          .rule(
              S3Rule.at(S3Operation.HEAD_OBJECT, 1, new S3Fault.ErrorBefore(403, "AccessDenied")));
      assertThrows(
          ContentException.class,
          () -> store(place.store(), key("a"), bytes(2 * FaultyPlace.PART, 2)));
      BelowProtocol.of(place).requireStored(key("a"), LARGE);
      BelowProtocol.of(place).requireNoUploads();
    }
  }
}
