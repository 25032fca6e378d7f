package dev.ingest.spi.ledger;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import java.math.BigInteger;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OwnerUsageTest {

  private static final long MAX = Long.MAX_VALUE;

  static Stream<Arguments> cases() {
    return Stream.of(
        arguments("up to the quota", new OwnerUsage(0, 40, 50), new OwnerQuota(1, 100), 10, true),
        arguments("quota + 1", new OwnerUsage(0, 40, 50), new OwnerQuota(1, 100), 11, false),
        arguments("session too many", new OwnerUsage(1, 0, 0), new OwnerQuota(1, 100), 0, false),
        arguments(
            "quota lowered below", new OwnerUsage(0, 0, 101), new OwnerQuota(1, 100), 0, false),
        arguments("2^63-1 more", new OwnerUsage(0, 1, 0), new OwnerQuota(1, 100), MAX, false),
        arguments(
            "2^63-1 without a limit", new OwnerUsage(0, 0, 0), OwnerQuota.UNLIMITED, MAX, true),
        arguments(
            "2^63 without a limit", new OwnerUsage(0, 1, 0), OwnerQuota.UNLIMITED, MAX, false),
        arguments("sums past 2^63", new OwnerUsage(0, MAX, MAX), new OwnerQuota(1, 0), 0, false),
        arguments(
            "sums past 2^63 without a limit",
            new OwnerUsage(0, MAX, MAX),
            OwnerQuota.UNLIMITED,
            0,
            false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void quota_allows(String what, OwnerUsage usage, OwnerQuota quota, long bytes, boolean allowed) {
    assertEquals(allowed, usage.allows(quota, 1, bytes));
  }

  @Property(tries = 5_000)
  void quota_allowsWhatExactSumsAllow(
      @ForAll("amounts") long open,
      @ForAll("amounts") long reserved,
      @ForAll("amounts") long held,
      @ForAll("amounts") long sessions,
      @ForAll("amounts") long bytes,
      @ForAll("amounts") long mostSessions,
      @ForAll("amounts") long mostBytes) {
    OwnerQuota quota = new OwnerQuota(Math.max(1, mostSessions), mostBytes);
    boolean sessionsFit = sum(open, sessions).compareTo(sum(quota.openSessions())) <= 0;
    boolean bytesFit = sum(reserved, held, bytes).compareTo(sum(mostBytes)) <= 0;
    assertEquals(
        sessionsFit && bytesFit,
        new OwnerUsage(open, reserved, held).allows(quota, sessions, bytes));
  }

  @Test
  void negativeNumbers_areRefused() {
    assertRefused(Kind.NUMBER, () -> new OwnerUsage(-1, 0, 0));
    assertRefused(Kind.NUMBER, () -> new OwnerUsage(0, -1, 0));
    assertRefused(Kind.NUMBER, () -> new OwnerUsage(0, 0, -1));
    assertRefused(Kind.NUMBER, () -> new OwnerQuota(0, 0));
    assertRefused(Kind.NUMBER, () -> new OwnerQuota(1, -1));
    OwnerUsage none = new OwnerUsage(0, 0, 0);
    assertRefused(Kind.NUMBER, () -> none.allows(OwnerQuota.UNLIMITED, -1, 0));
    assertRefused(Kind.NUMBER, () -> none.allows(OwnerQuota.UNLIMITED, 0, -1));
  }

  @Provide
  Arbitrary<Long> amounts() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(0, 5),
        Arbitraries.longs().between(MAX / 2 - 3, MAX / 2 + 3),
        Arbitraries.longs().between(MAX - 5, MAX));
  }

  private static BigInteger sum(long... values) {
    BigInteger sum = BigInteger.ZERO;
    for (long value : values) {
      sum = sum.add(BigInteger.valueOf(value));
    }
    return sum;
  }
}
