package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that always sends one more byte before the client's read time-out. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowReadsTest {

  private static final byte[] BODY = bytes(1_500, 1);
  private static final S3Fault DRIP = new S3Fault.Drip(FaultyPlace.PATIENCE.dividedBy(2));

  @Test
  void readThatDrips_goesOnBehindTheLastByte() throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      store(place.store(), key("a"), BODY);
      place.server().rule(S3Rule.at(S3Operation.GET_OBJECT, 1, DRIP));
      assertArrayEquals(BODY, read(place.store(), key("a")));
      assertEquals(1, place.server().struck(S3Fault.Kind.DRIP));
    }
  }

  @Test
  void readThatAlwaysDrips_isATypedErrorThatNamesTheKeyAndBothRates() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      store(place.store(), key("a"), BODY);
      place.server().rule(S3Rule.next(S3Operation.GET_OBJECT, Long.MAX_VALUE, DRIP));
      S3SlowReadException told =
          assertThrows(S3SlowReadException.class, () -> read(place.store(), key("a")));
      String message = told.toString();
      assertTrue(message.contains(key("a").value()), message);
      assertTrue(message.contains("expected at least 1000 bytes in PT0.5S"), message);
      assertTrue(message.contains("got "), message);
      assertEquals(
          1 + ObjectInput.CONTINUATIONS, place.server().struck(S3Fault.Kind.DRIP), message);
    }
  }

  @Test
  void readerThatIsSlowItself_isLeftAlone() throws Exception {
    S3ReadRate strict = new S3ReadRate(1, Duration.ofMillis(10));
    ReadPace pace = new ReadPace(strict);
    for (int i = 0; i < 100; i++) {
      pace.add(Duration.ofMillis(9).toNanos(), 1);
      assertFalse(pace.isSlow());
    }
    try (FaultyPlace place = FaultyPlace.opened()) {
      store(place.store(), key("a"), BODY);
      place.open(place.options().withTransfer(place.options().transfer().withReadRate(strict)));
      long before = place.server().requests(S3Operation.GET_OBJECT);
      try (InputStream in = place.store().open(key("a"), ByteRange.ALL, ReadPurpose.USE)) {
        long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
        int first = in.read();
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        assertEquals(BODY[0], (byte) first);
        assertEquals(BODY.length - 1, in.readAllBytes().length);
      }
      assertEquals(before + 1, place.server().requests(S3Operation.GET_OBJECT));
    }
  }

  @Test
  void silenceLongerThanAWindow_owesForAllOfIt() {
    ReadPace pace = new ReadPace(new S3ReadRate(100, Duration.ofSeconds(1)));
    pace.add(Duration.ofSeconds(3).toNanos(), 299);
    assertTrue(pace.isSlow());
    pace.restart();
    pace.add(Duration.ofSeconds(3).toNanos(), 300);
    assertFalse(pace.isSlow());
  }
}
