package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Exchange;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** That the tests with faults can fail: careless servers are refused, and planted losses found. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3FaultControlsTest {

  private static final byte[] BODY = bytes(1_000, 1);
  private static final byte[] LARGE = bytes(2 * FaultyPlace.PART, 2);

  @ParameterizedTest
  @CsvSource({
    "IGNORES_IF_NONE_MATCH, replaces what is there",
    "IGNORES_IF_NONE_MATCH_OF_COMPLETION, MULTIPART_OVERWRITES",
    "CHECKS_THEN_ACTS, so acknowledged bytes are replaced",
    "ABORT_DELETES_OBJECT, deletes what is stored under its key",
    "IGNORES_CHECKSUMS, CHECKSUMS_UNVERIFIED",
    "ECHOES_CHECKSUMS, CHECKSUMS_UNVERIFIED",
    "COMPOSITE_CHECKSUMS, CHECKSUMS_UNVERIFIED",
    "CONFIGURATION_DENIED, LIFECYCLE_UNKNOWN"
  })
  void carelessServer_isRefusedAndNothingOfTheProbeIsLeft(S3Switch careless, String told) {
    try (FaultyPlace place = new FaultyPlace(false)) {
      place.server().set(careless, true);
      ContentException refusal = assertThrows(ContentException.class, place::open);
      assertTrue(refusal.toString().contains(told), refusal::toString);
      BelowProtocol.of(place).requireNothing();
    }
  }

  /** The server changes its ways after the opening, as an update of it may. */
  @Test
  void abortThatDeletesTheSameBytes_isNoSuccess() {
    try (FaultyPlace place = committed()) {
      place.server().set(S3Switch.ABORT_DELETES_OBJECT, true);
      ContentException told =
          assertThrows(ContentException.class, () -> store(place.store(), key("large"), LARGE));
      assertTrue(told.toString().contains("put the same bytes again"), told::toString);
      store(place.store(), key("large"), LARGE);
      BelowProtocol.of(place).requireStored(key("large"), LARGE);
    }
  }

  @Test
  void damageBelowTheProtocol_isFound() {
    try (FaultyPlace place = committed()) {
      String objectKey = place.options().place().root() + key("small");
      place.server().damage(FaultyPlace.BUCKET, objectKey, 500);
      BelowProtocol below = BelowProtocol.of(place);
      AssertionError found =
          assertThrows(AssertionError.class, () -> below.requireStored(key("small"), BODY));
      assertTrue(found.toString().contains("the first difference is at 500"), found::toString);
      below.requireStored(key("large"), LARGE);
    }
  }

  @Test
  void lossBelowTheProtocol_isFound() {
    try (FaultyPlace place = committed()) {
      place.server().lose(FaultyPlace.BUCKET, place.options().place().root() + key("large"));
      AssertionError found =
          assertThrows(
              AssertionError.class,
              () -> BelowProtocol.of(place).requireStored(key("large"), LARGE));
      assertTrue(found.toString().contains("is lost"), found::toString);
    }
  }

  @Test
  void whatIsLeft_isFound() {
    try (FaultyPlace place = committed()) {
      BelowProtocol below = BelowProtocol.of(place);
      below.requireNoUploads();
      assertThrows(AssertionError.class, below::requireNothing);
      place.client().createMultipartUpload(to -> to.bucket(FaultyPlace.BUCKET).key("x"));
      assertThrows(AssertionError.class, below::requireNoUploads);
    }
  }

  private static FaultyPlace committed() {
    FaultyPlace place = FaultyPlace.opened();
    store(place.store(), key("large"), LARGE);
    store(place.store(), key("small"), BODY);
    return place;
  }

  @Test
  void ownPutWhoseReplyWasLost_isRefusedByTheServerAndSettled() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      int before = place.server().exchanges().size();
      place.server().rule(S3Rule.at(S3Operation.PUT_OBJECT, 1, new S3Fault.EffectThenDrop()));
      store(place.store(), key("small"), BODY);
      List<Integer> statuses =
          place.server().exchanges().stream().skip(before).map(S3Exchange::status).toList();
      assertEquals(List.of(0, 412, 200), statuses);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "large"})
  void otherBytes_areAConflictWhateverTheServerTells(String part) {
    try (FaultyPlace place = committed()) {
      byte[] other = bytes(part.equals("small") ? BODY.length : LARGE.length, 3);
      place
          .server()
          .rule(
              S3Rule.at(S3Operation.HEAD_OBJECT, 1, new S3Fault.WrongChecksum())
                  .or(S3Rule.at(S3Operation.GET_OBJECT, 1, new S3Fault.NoChecksum())));
      if (part.equals("small")) {
        ContentException unknown =
            assertThrows(ContentException.class, () -> store(place.store(), key(part), other));
        assertTrue(unknown.toString().contains("is not known"), unknown::toString);
      }
      assertThrows(ContentConflictException.class, () -> store(place.store(), key(part), other));
      BelowProtocol.of(place).requireStored(key("small"), BODY);
      BelowProtocol.of(place).requireStored(key("large"), LARGE);
    }
  }

  @Test
  void probesLeftInABucketWithVersions_areSweptWithAllVersions() {
    try (FaultyPlace place = new FaultyPlace(true)) {
      place.open();
      String left = place.options().place().root() + Probe.AREA + "/0-taken";
      for (int i = 0; i < 2; i++) {
        place
            .client()
            .putObject(to -> to.bucket(FaultyPlace.BUCKET).key(left), RequestBody.fromBytes(BODY));
      }
      place.abandon();
      assertEquals(new Swept(0, 0, 1, false), place.sweep());
      BelowProtocol.of(place).requireNothing();
    }
  }
}
