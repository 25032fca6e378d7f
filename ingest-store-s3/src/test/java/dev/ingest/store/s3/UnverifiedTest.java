package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server without checksums that was accepted: a success is one for another reason then. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnverifiedTest {

  private static FaultyPlace opened() {
    FaultyPlace place = new FaultyPlace(false);
    place.server().set(S3Switch.IGNORES_CHECKSUMS, true);
    place.open(place.options().withAccepted(Set.of(S3Risk.CHECKSUMS_UNVERIFIED)));
    return place;
  }

  @Test
  void successOfAPutWithAnErrorAsItsBody_isNoneUnlessTheObjectIsThere() {
    try (FaultyPlace place = opened()) {
      strike(place, S3Operation.PUT_OBJECT, new S3Fault.ErrorIn200("InternalError", false));
      ContentException told =
          assertThrows(ContentException.class, () -> store(place.store(), key("a"), bytes(100, 1)));
      assertTrue(told.toString().contains("found nothing"), told::toString);
      strike(place, S3Operation.PUT_OBJECT, new S3Fault.ErrorIn200("InternalError", true));
      store(place.store(), key("a"), bytes(100, 1));
      BelowProtocol.of(place).requireStored(key("a"), bytes(100, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void successOfAPartWithAnErrorAsItsBody_failsTheUpload(boolean effect) {
    byte[] large = bytes(2 * FaultyPlace.PART, 1);
    try (FaultyPlace place = opened()) {
      strike(place, S3Operation.UPLOAD_PART, new S3Fault.ErrorIn200("InternalError", effect));
      ContentException told =
          assertThrows(ContentException.class, () -> store(place.store(), key("a"), large));
      assertTrue(told.toString().contains("no entity tag"), told::toString);
      BelowProtocol.of(place).requireNothing();
      store(place.store(), key("a"), large);
      BelowProtocol.of(place).requireStored(key("a"), large);
    }
  }

  private static void strike(FaultyPlace place, S3Operation operation, S3Fault fault) {
    place.server().rule(S3Rule.at(operation, 1, fault));
  }
}
