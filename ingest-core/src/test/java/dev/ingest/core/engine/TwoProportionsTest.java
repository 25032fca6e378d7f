package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The test of two proportions, against values that are known otherwise. */
final class TwoProportionsTest {

  @Test
  void fishersTea_isAsHeComputedIt() {
    // "The Design of Experiments" (1935): all four cups by chance in 1 of 70, three of them in 16.
    assertEquals(1 / 70.0, TwoProportions.higher(4, 4, 0, 4), 1e-15);
    assertEquals(17 / 70.0, TwoProportions.higher(3, 4, 1, 4), 1e-15);
  }

  @Test
  void smallTables_areThoseOfWholeNumbers() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2_000; i++) {
      int of = 1 + random.nextInt(60);
      int otherOf = 1 + random.nextInt(60);
      int hits = random.nextInt(of + 1);
      int otherHits = random.nextInt(otherOf + 1);
      if (hits * otherOf > otherHits * of) {
        double exact = exact(hits, of, otherHits, otherOf);
        assertEquals(exact, TwoProportions.higher(hits, of, otherHits, otherOf), 1e-11 * exact);
      }
    }
  }

  @Test
  void aRateThatIsNotHigher_isNoEvidence() {
    assertEquals(1, TwoProportions.higher(0, 100, 50, 100));
    assertEquals(1, TwoProportions.higher(5, 10, 500, 1_000));
    assertEquals(1, TwoProportions.higher(0, 0, 5, 10));
    assertEquals(1, TwoProportions.higher(5, 10, 0, 0));
  }

  @Test
  void theNormalTail_isThatOfTheTables() {
    assertEquals(0.5, TwoProportions.upperTail(0), 1e-15);
    assertEquals(0.05, TwoProportions.upperTail(1.6448536269514722), 1e-14);
    assertEquals(0.001349898031630095, TwoProportions.upperTail(3), 1e-15);
    assertEquals(0.001349898031630095, TwoProportions.upperTail(Math.nextUp(3.0)), 1e-15);
    assertEquals(9.865876450376946e-10, TwoProportions.upperTail(6), 1e-22);
    assertEquals(7.619853024160527e-24, TwoProportions.upperTail(10), 1e-35);
  }

  @Test
  void largeCounts_agreeWithTheExactSum() {
    // 9,999 terms are summed up; one more sequence, and the approximation takes over.
    double exact = TwoProportions.higher(10_400, 100_000, 9_999, 100_000);
    double near = TwoProportions.approximate(10_400, 100_000, 9_999, 100_000);
    assertEquals(1, near / exact, 0.02);
    double beyond = TwoProportions.higher(10_400, 100_000, 10_000, 100_000);
    assertTrue(beyond > exact && beyond < 1.1 * exact, () -> exact + " and " + beyond);
  }

  @Test
  void hugeDifferences_areZeroAndNotMore() {
    double value = TwoProportions.higher(1_000_000, 1_000_000, 0, 1_000_000);
    assertTrue(value >= 0 && value < 1e-300);
  }

  @Test
  void noProportions_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> TwoProportions.higher(5, 4, 0, 4));
    assertThrows(IllegalArgumentException.class, () -> TwoProportions.higher(1, 4, -1, 4));
  }

  private static double exact(int hits, int of, int otherHits, int otherOf) {
    int all = hits + otherHits;
    BigInteger sum = BigInteger.ZERO;
    for (int x = hits; x <= Math.min(of, all); x++) {
      sum = sum.add(choose(of, x).multiply(choose(otherOf, all - x)));
    }
    return new BigDecimal(sum)
        .divide(new BigDecimal(choose(of + otherOf, all)), MathContext.DECIMAL64)
        .doubleValue();
  }

  private static BigInteger choose(int of, int chosen) {
    BigInteger ways = BigInteger.ONE;
    for (int i = 1; i <= chosen; i++) {
      ways = ways.multiply(BigInteger.valueOf(of - chosen + i)).divide(BigInteger.valueOf(i));
    }
    return ways;
  }
}
