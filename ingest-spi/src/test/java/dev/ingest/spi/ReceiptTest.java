package dev.ingest.spi;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReceiptTest {

  private static final SequenceKey KEY = SequenceKey.of("anna", "holiday");
  private static final ManifestSummary ONE_ITEM = new ManifestSummary(Digest.ofUtf8("root"), 1, 10);
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  static Stream<Arguments> impossibleTimes() {
    return Stream.of(
        arguments("deadline after expiry", NOON, NOON.plusSeconds(61), NOON.plusSeconds(60)),
        arguments("deadline before acceptance", NOON, NOON.minusSeconds(1), NOON.plusSeconds(60)),
        arguments("time to live in the past", NOON, NOON, NOON.minusSeconds(1)),
        arguments("negative time to live", NOON, NOON.minusSeconds(2), NOON.minusSeconds(1)),
        arguments("expiry in year 10000", NOON, NOON, Instant.parse("+10000-01-01T00:00:00Z")),
        arguments("expiry never", NOON, NOON, Instant.MAX),
        arguments("acceptance before year 0", Instant.parse("-0001-12-31T23:59:59Z"), NOON, NOON),
        arguments("acceptance at the beginning of time", Instant.MIN, NOON, NOON));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossibleTimes")
  void impossibleTimes_areRefused(String what, Instant accepted, Instant deadline, Instant expiry) {
    assertRefused(Kind.TIME, () -> new Receipt(KEY, ONE_ITEM, accepted, deadline, expiry));
  }

  static Stream<Arguments> possibleTimes() {
    return Stream.of(
        arguments("zero time to live", NOON, NOON, NOON),
        arguments("deadline at expiry", NOON, NOON.plusSeconds(1), NOON.plusSeconds(1)),
        arguments("expiry in year 9999", NOON, NOON, Instant.parse("9999-12-31T23:59:59.999Z")),
        arguments(
            "clock before 1970", Instant.parse("1969-12-31T23:59:59.999Z"), Instant.EPOCH, NOON));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("possibleTimes")
  void possibleTimes_areKept(String what, Instant accepted, Instant deadline, Instant expiry) {
    Receipt receipt = new Receipt(KEY, ONE_ITEM, accepted, deadline, expiry);
    assertEquals(accepted, receipt.acceptedAt());
    assertEquals(deadline, receipt.deadline());
    assertEquals(expiry, receipt.expiresAt());
  }

  @Test
  void times_areCutToMilliseconds() {
    Instant fine = Instant.parse("2026-05-01T12:00:00.123999999Z");
    Instant cut = Instant.parse("2026-05-01T12:00:00.123Z");
    Receipt receipt = new Receipt(KEY, ONE_ITEM, fine, fine, fine);
    assertEquals(new Receipt(KEY, ONE_ITEM, cut, cut, cut), receipt);
    assertEquals(receipt.expiresAt(), Instant.ofEpochMilli(receipt.expiresAt().toEpochMilli()));
  }

  @Test
  void timesBefore1970_areCutTowardsThePast() {
    Instant fine = Instant.parse("1969-12-31T23:59:59.999999999Z");
    Receipt receipt = new Receipt(KEY, ONE_ITEM, fine, NOON, NOON);
    assertEquals(Instant.ofEpochMilli(-1), receipt.acceptedAt());
  }

  @Test
  void order_isJudgedAfterTheCut() {
    Instant late = NOON.plusNanos(999_999);
    assertEquals(NOON, new Receipt(KEY, ONE_ITEM, late, NOON, NOON).acceptedAt());
  }

  @Test
  void noItems_areRefused() {
    ManifestSummary none = Manifest.of(List.of()).summary();
    assertRefused(Kind.NUMBER, () -> new Receipt(KEY, none, NOON, NOON, NOON));
  }
}
