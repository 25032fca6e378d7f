package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.io.InputStream;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;

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

  /** Only the bytes tell: what another writer stored may be as long. */
  @Test
  void successOfAPutWithAnErrorAsItsBody_isNoneWhereOtherBytesOfItsLengthAre() {
    try (FaultyPlace place = opened()) {
      store(place.store(), key("a"), bytes(100, 1));
      strike(place, S3Operation.PUT_OBJECT, new S3Fault.ErrorIn200("InternalError", false));
      assertThrows(
          ContentConflictException.class, () -> store(place.store(), key("a"), bytes(100, 2)));
      strike(place, S3Operation.PUT_OBJECT, new S3Fault.ErrorIn200("InternalError", false));
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

  /** As from a server that failed after the headers of its answer. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void successOfAnEndWithNothingAsItsBody_isNoneUnlessTheObjectIsThere(boolean effect) {
    byte[] large = bytes(2 * FaultyPlace.PART, 1);
    try (FaultyPlace place = opened();
        S3Client client = new Emptied(place.server().endpoint()).client(new EmptyEnds());
        S3Content content = content(place, client)) {
      strikeEnd(place, effect);
      ContentStore store = content.access().store();
      if (effect) {
        store(store, key("a"), large);
      } else {
        ContentException told =
            assertThrows(ContentException.class, () -> store(store, key("a"), large));
        assertTrue(told.toString().contains("found nothing"), told::toString);
        BelowProtocol.of(place).requireNothing();
        store(store, key("a"), large);
      }
      BelowProtocol.of(place).requireStored(key("a"), large);
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  @Test
  void successOfAnEndWithNothingAsItsBody_isNoneWhereOtherBytesOfItsLengthAre() {
    byte[] large = bytes(2 * FaultyPlace.PART, 1);
    try (FaultyPlace place = opened();
        S3Client client = new Emptied(place.server().endpoint()).client(new EmptyEnds());
        S3Content content = content(place, client)) {
      ContentStore store = content.access().store();
      store(store, key("a"), large);
      strikeEnd(place, false);
      assertThrows(
          ContentConflictException.class,
          () -> store(store, key("a"), bytes(2 * FaultyPlace.PART, 2)));
      BelowProtocol.of(place).requireStored(key("a"), large);
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  private static S3Content content(FaultyPlace place, S3Client client) {
    return S3Content.open(
        client,
        place.options().withAccepted(Set.of(S3Risk.CHECKSUMS_UNVERIFIED)),
        new PartSizes(FaultyPlace.PART),
        InstantSource.system());
  }

  private static void strikeEnd(FaultyPlace place, boolean effect) {
    strike(
        place,
        S3Operation.COMPLETE_MULTIPART_UPLOAD,
        new S3Fault.ErrorIn200("InternalError", effect));
  }

  private record Emptied(URI endpoint) implements Server {

    @Override
    public Set<S3Risk> lacks() {
      return Set.of();
    }
  }

  /** The body of every successful end of an upload is lost. */
  private static final class EmptyEnds implements ExecutionInterceptor {

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return context.request() instanceof CompleteMultipartUploadRequest
              && context.httpResponse().isSuccessful()
          ? Optional.of(InputStream.nullInputStream())
          : context.responseBody();
    }
  }

  private static void strike(FaultyPlace place, S3Operation operation, S3Fault fault) {
    place.server().rule(S3Rule.at(operation, 1, fault));
  }
}
