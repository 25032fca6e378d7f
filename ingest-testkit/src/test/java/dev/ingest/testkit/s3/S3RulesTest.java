package dev.ingest.testkit.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3RulesTest {

  private static final S3Fault DROP = new S3Fault.DropBefore();
  private static final S3Fault LOST = new S3Fault.LostPart();

  private static S3Request request(long number, S3Operation operation) {
    return new S3Request(number, operation, number, "bucket", "key");
  }

  private static List<Boolean> strikes(S3Rule rule, S3Operation operation, int count) {
    List<Boolean> strikes = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      strikes.add(rule.judge(request(i, operation)).isPresent());
    }
    return strikes;
  }

  @Test
  void at_strikesOneRequestOfItsOperation() {
    S3Rule rule = S3Rule.at(S3Operation.GET_OBJECT, 2, DROP);
    assertEquals(List.of(false, false), strikes(rule, S3Operation.PUT_OBJECT, 2));
    assertEquals(List.of(false, true, false), strikes(rule, S3Operation.GET_OBJECT, 3));
  }

  @Test
  void next_strikesSoManyTimes() {
    S3Rule rule = S3Rule.next(S3Operation.GET_OBJECT, 2, DROP);
    assertEquals(List.of(true, true, false), strikes(rule, S3Operation.GET_OBJECT, 3));
  }

  @Test
  void or_bothCount() {
    S3Rule rule =
        S3Rule.at(S3Operation.GET_OBJECT, 1, DROP)
            .or(S3Rule.at(S3Operation.GET_OBJECT, 1, new S3Fault.Throttle()))
            .or(S3Rule.at(S3Operation.GET_OBJECT, 3, new S3Fault.Throttle()));
    assertEquals(Optional.of(DROP), rule.judge(request(1, S3Operation.GET_OBJECT)));
    assertEquals(List.of(false, true), strikes(rule, S3Operation.GET_OBJECT, 2));
  }

  @Test
  void random_isTheSameForTheSameSeedAndBounded() {
    List<Boolean> first = strikes(random(7, 1_000), S3Operation.UPLOAD_PART, 500);
    assertEquals(first, strikes(random(7, 1_000), S3Operation.UPLOAD_PART, 500));
    assertNotEquals(first, strikes(random(8, 1_000), S3Operation.UPLOAD_PART, 500));
    long struck = first.stream().filter(one -> one).count();
    assertTrue(struck > 100 && struck < 300, () -> struck + " of 500 at rates of 0.2 and 0.3");
    assertEquals(
        5, strikes(random(7, 5), S3Operation.UPLOAD_PART, 500).stream().filter(one -> one).count());
    assertEquals(
        List.of(false, false, false),
        strikes(new S3RandomFaults(1, 9).with(LOST, 1), S3Operation.GET_OBJECT, 3));
    assertThrows(
        IllegalArgumentException.class, () -> new S3RandomFaults(1, 9).with(LOST, Double.NaN));
  }

  private static S3RandomFaults random(long seed, long most) {
    return new S3RandomFaults(seed, most).with(LOST, 0.2).with(DROP, 0.3);
  }

  @Test
  void faultThatCannotHappen_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> S3Rule.at(S3Operation.PUT_OBJECT, 1, LOST));
    assertThrows(
        IllegalArgumentException.class, () -> S3Rule.next(S3Operation.GET_OBJECT, 1, LOST));
    assertThrows(IllegalArgumentException.class, () -> S3Rule.at(S3Operation.OTHER, 0, DROP));
    assertThrows(IllegalArgumentException.class, () -> new S3Fault.ErrorBefore(200, "OK"));
    assertThrows(IllegalArgumentException.class, () -> new S3Fault.ShortBody(-1));
    assertThrows(IllegalArgumentException.class, () -> new S3Fault.KeysRefused(0));
    assertThrows(IllegalArgumentException.class, () -> new S3Fault.StaleListing(0, 1_001));
  }

  @Test
  void ruleThatThrows_failsTheClosing() throws Exception {
    IllegalStateException mistake = new IllegalStateException("a mistake in a rule");
    S3FaultServer server = S3FaultServer.start();
    server.rule(
        request -> {
          throw mistake;
        });
    assertThrows(IOException.class, () -> new Wire(server).put("/bucket", Wire.NOTHING));
    assertSame(mistake, assertThrows(IllegalStateException.class, server::close).getCause());
  }

  @Test
  void ruleWithAFaultThatDoesNotFit_failsTheClosing() throws Exception {
    S3FaultServer server = S3FaultServer.start();
    server.rule(request -> Optional.of(LOST));
    assertThrows(IOException.class, () -> new Wire(server).put("/bucket", Wire.NOTHING));
    assertThrows(IllegalStateException.class, server::close);
  }

  @Test
  void options_areBounded() {
    S3ServerOptions options = S3ServerOptions.DEFAULT;
    assertThrows(
        IllegalArgumentException.class,
        () -> new S3ServerOptions(options.clock(), 0, 1, 1, Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> options.withMinPartBytes(0));
    assertThrows(IllegalArgumentException.class, () -> options.withMaxBytes(0));
    assertThrows(
        IllegalArgumentException.class, () -> options.withLongestHang(Duration.ofMinutes(11)));
  }

  @Test
  void absentBucket_isNoBucketOfTheJudge() throws Exception {
    try (S3FaultServer server = S3FaultServer.start()) {
      assertThrows(IllegalArgumentException.class, () -> server.objects("none"));
      assertThrows(IllegalArgumentException.class, () -> server.createBucket("No"));
    }
  }
}
