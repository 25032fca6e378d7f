package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged where it is stored is no error to who proves, and to everybody else one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RottenReadsTest {

  private static final int SMALL = FaultyPlace.PART / 2;
  private static final int LARGE = 2 * FaultyPlace.PART + 500;
  private static final int ROTTEN = 7;

  private static FaultyPlace stored(byte[] bytes) {
    FaultyPlace place = FaultyPlace.opened();
    store(place.store(), key("a"), bytes);
    return place;
  }

  private static void damage(FaultyPlace place) {
    place.server().damage(FaultyPlace.BUCKET, place.options().place().root() + key("a"), ROTTEN);
  }

  private static byte[] read(FaultyPlace place, ReadPurpose purpose) throws IOException {
    try (InputStream in = place.store().open(key("a"), ByteRange.ALL, purpose)) {
      byte[] found = in.readAllBytes();
      assertEquals(-1, in.read());
      return found;
    }
  }

  private static IOException refusal(FaultyPlace place, ReadPurpose purpose) {
    IOException told = assertThrows(IOException.class, () -> read(place, purpose));
    assertTrue(told.toString().contains("read them again"), told::toString);
    return told;
  }

  private static void strike(FaultyPlace place, S3Fault fault) {
    place.server().rule(S3Rule.at(S3Operation.GET_OBJECT, 1, fault));
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALL, LARGE})
  void rot_isGivenToWhoProvesAndToNobodyElse(int length) throws Exception {
    byte[] bytes = bytes(length, 1);
    try (FaultyPlace place = stored(bytes)) {
      damage(place);
      byte[] rotten = BelowProtocol.of(place).bytes(key("a")).orElseThrow();
      assertTrue(bytes[ROTTEN] != rotten[ROTTEN]);
      assertArrayEquals(rotten, read(place, ReadPurpose.PROVE));
      refusal(place, ReadPurpose.USE);
    }
  }

  /** It is read twice, not once for each call behind the end. */
  @Test
  void rotOfAnUploadedItem_isReadOnceMore() throws Exception {
    try (FaultyPlace place = stored(bytes(LARGE, 1))) {
      damage(place);
      long before = place.server().requests(S3Operation.GET_OBJECT);
      read(place, ReadPurpose.PROVE);
      assertEquals(before + 2, place.server().requests(S3Operation.GET_OBJECT));
    }
  }

  @Test
  void uploadedItemDamagedOnTheWay_isReadAgainByWhoProves() throws Exception {
    byte[] bytes = bytes(LARGE, 1);
    try (FaultyPlace place = stored(bytes)) {
      strike(place, new S3Fault.CorruptBody(ROTTEN));
      refusal(place, ReadPurpose.PROVE);
      assertArrayEquals(bytes, read(place, ReadPurpose.PROVE));
    }
  }

  @Test
  void secondReadingThatFails_leavesItUnknown() throws Exception {
    byte[] bytes = bytes(LARGE, 1);
    try (FaultyPlace place = stored(bytes)) {
      damage(place);
      place
          .server()
          .rule(S3Rule.at(S3Operation.GET_OBJECT, 2, new S3Fault.ErrorBefore(412, "Changed")));
      refusal(place, ReadPurpose.PROVE);
    }
  }

  @Test
  void wrongChecksumOfRightBytes_keepsNobodyFromProving() throws Exception {
    byte[] bytes = bytes(LARGE, 1);
    try (FaultyPlace place = stored(bytes)) {
      strike(place, new S3Fault.WrongChecksum());
      assertArrayEquals(bytes, read(place, ReadPurpose.PROVE));
    }
  }

  @Test
  void rangeThatIsRefusedThoughTheObjectHasIt_isNoEnd() throws Exception {
    try (FaultyPlace place = stored(bytes(LARGE, 1))) {
      place
          .server()
          .rule(
              request ->
                  request.operation() == S3Operation.GET_OBJECT
                      ? Optional.of(new S3Fault.ErrorBefore(416, "InvalidRange"))
                      : Optional.empty());
      ByteRange within = new ByteRange(5, 5);
      assertThrows(
          ContentException.class,
          () -> place.store().open(key("a"), within, ReadPurpose.USE).close());
    }
  }
}
