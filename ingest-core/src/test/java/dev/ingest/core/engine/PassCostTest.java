package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a pass cost is what its steps took, without the time in which its node stood still. */
final class PassCostTest {

  private long now;

  private PassCost pass(PassCost before, int... seconds) {
    PassCost pass = before.next(now);
    for (int took : seconds) {
      now += Duration.ofSeconds(took).toNanos();
      pass.stepEnds(now);
    }
    return pass;
  }

  private static void assertCost(int seconds, PassCost pass) {
    assertEquals(Duration.ofSeconds(seconds), Duration.ofNanos(pass.nanos()));
  }

  @Test
  void stepsThatTakeLong_countAsTheyAre() {
    assertCost(0, pass(PassCost.first(0)));
    assertCost(7, pass(PassCost.first(0), 1, 2, 1, 2, 1));
    assertCost(50, pass(PassCost.first(0), 10, 15, 10, 15));
  }

  @Test
  void oneStepThatTookMuchLongerThanTheOthers_countsAsTheNextLongest() {
    assertCost(3, pass(PassCost.first(0), 0, 1, 3_600, 0));
    assertCost(10, pass(PassCost.first(0), 5, 3_600));
    assertCost(10, pass(PassCost.first(0), 3_600, 5));
  }

  @Test
  void oneStepThatTookLongInThePassBeforeToo_counts() {
    PassCost first = pass(PassCost.first(0), 0, 20, 0);
    assertCost(2, first);
    PassCost second = pass(first, 0, 25, 0);
    assertCost(20, second);
    assertCost(25, pass(second, 0, 25, 0));
    PassCost quick = pass(second, 1, 1);
    assertCost(2, quick);
    assertCost(2, pass(quick, 20, 0));
  }

  @Test
  void noStep_countsMoreThanTheLongest() {
    PassCost first = pass(PassCost.first(0), 3_600, 3_600);
    assertCost(60, first);
    assertCost(30, pass(first, 3_600, 0));
  }
}
