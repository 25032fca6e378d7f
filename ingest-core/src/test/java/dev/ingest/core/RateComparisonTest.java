package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The tests of a difference, against published values and against exact arithmetic. */
final class RateComparisonTest {

  @Test
  void fewEnds_areComparedByFishersExactTest() {
    // The lady tasting tea: Fisher, The Design of Experiments.
    assertTest(0.485714285714, RateComparison.Test.FISHER_EXACT, RateComparison.of(3, 4, 1, 4));
    // The examples of scipy.stats.fisher_exact.
    assertTest(0.034965034965, RateComparison.Test.FISHER_EXACT, RateComparison.of(8, 10, 1, 6));
    assertTest(0.102564102564, RateComparison.Test.FISHER_EXACT, RateComparison.of(6, 8, 1, 5));
    assertTest(2.5681032775e-7, RateComparison.Test.FISHER_EXACT, RateComparison.of(5, 50, 0, 950));
    assertTest(1, RateComparison.Test.FISHER_EXACT, RateComparison.of(0, 10, 0, 10));
    assertTest(1.0 / 1001, RateComparison.Test.FISHER_EXACT, RateComparison.of(1, 1, 0, 1000));
  }

  @Test
  void manyEnds_areComparedByTheTestOfTwoProportions() {
    assertTest(
        0.011085166381, RateComparison.Test.TWO_PROPORTIONS, RateComparison.of(15, 100, 30, 100));
    assertTest(
        0.003256269628,
        RateComparison.Test.TWO_PROPORTIONS,
        RateComparison.of(200, 1000, 150, 1000));
    assertTest(
        0.887531497808, RateComparison.Test.TWO_PROPORTIONS, RateComparison.of(51, 100, 50, 100));
    assertTest(
        5.73303143758e-7, RateComparison.Test.TWO_PROPORTIONS, RateComparison.of(20, 200, 60, 200));
    assertTest(
        7.71993459430e-85,
        RateComparison.Test.TWO_PROPORTIONS,
        RateComparison.of(500, 1000, 100, 1000));
  }

  @Test
  void smallTables_haveTheProbabilityOfExactArithmetic() {
    SplittableRandom random = new SplittableRandom(5);
    int compared = 0;
    for (int i = 0; i < 2_000; i++) {
      long ended = 1 + random.nextLong(40);
      long otherEnded = 1 + random.nextLong(40);
      long bad = random.nextLong(ended + 1);
      long otherBad = random.nextLong(otherEnded + 1);
      RateComparison found = RateComparison.of(bad, ended, otherBad, otherEnded);
      if (found.test() == RateComparison.Test.FISHER_EXACT) {
        assertEquals(exact(bad, ended, otherBad, otherEnded), found.probability(), 1e-9);
        compared++;
      }
    }
    assertTrue(compared > 500, compared + " tables");
  }

  @Test
  void hugeNumbers_comeToAnEndAndToAProbability() {
    for (RateComparison one :
        List.of(
            RateComparison.of(1_000_000_000, 1_000_000_000_000L, 0, 1_000_000_000_000L),
            RateComparison.of(4, 1_000_000_000_000L, 0, 1_000_000_000_000L),
            RateComparison.of(4, 4, 500_000_000_000L, 1_000_000_000_000L),
            RateComparison.of(1_000_000, 1_000_000, 0, 3),
            RateComparison.of(3_000, 3_000, 0, 300_000_000L))) {
      assertTrue(one.probability() >= 0 && one.probability() <= 1, one.toString());
    }
  }

  @Test
  void aSideWithoutEnds_saysNothing() {
    RateComparison none = RateComparison.of(0, 0, 5, 10);
    assertEquals(RateComparison.Test.NONE, none.test());
    assertEquals(1, none.probability());
    assertEquals(-0.5, none.difference());
  }

  @Test
  void numbersOutOfBounds_areRefused() {
    assertThrows(InvalidValueException.class, () -> RateComparison.of(3, 2, 0, 1));
    assertThrows(InvalidValueException.class, () -> RateComparison.of(0, 1, -1, 1));
    assertThrows(InvalidValueException.class, () -> RateComparison.of(0, 1L << 50, 0, 1));
  }

  private static void assertTest(double expected, RateComparison.Test test, RateComparison found) {
    assertEquals(test, found.test());
    assertEquals(expected, found.probability(), expected * 1e-9);
  }

  private static double exact(long bad, long ended, long otherBad, long otherEnded) {
    long all = bad + otherBad;
    BigInteger found = ways(ended, bad).multiply(ways(otherEnded, otherBad));
    BigInteger sum = BigInteger.ZERO;
    for (long k = Math.max(0, all - otherEnded); k <= Math.min(all, ended); k++) {
      BigInteger one = ways(ended, k).multiply(ways(otherEnded, all - k));
      sum = one.compareTo(found) <= 0 ? sum.add(one) : sum;
    }
    return new BigDecimal(sum)
        .divide(new BigDecimal(ways(ended + otherEnded, all)), MathContext.DECIMAL64)
        .doubleValue();
  }

  private static BigInteger ways(long of, long chosen) {
    BigInteger ways = BigInteger.ONE;
    for (long i = 1; i <= chosen; i++) {
      ways = ways.multiply(BigInteger.valueOf(of - chosen + i)).divide(BigInteger.valueOf(i));
    }
    return ways;
  }
}
