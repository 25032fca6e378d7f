package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shares are met, choices never change by themselves, and a new weight moves its share alone. */
final class WeightedChoiceTest {

  private static final int MILLION = 1_000_000;
  private static final int MANY = 100_000;

  /**
   * Six standard deviations of a count, among so many, of that probability: one false alarm in 500
   * million.
   */
  private static double bound(int count, double share) {
    return 6 * Math.sqrt(count * share * (1 - share));
  }

  @Test
  void ofAMillion_eachNameGetsItsShare() {
    WeightedChoice choice = new WeightedChoice("s", Map.of("old", 75, "new", 24, "tiny", 1));
    Map<String, Integer> counts = new HashMap<>();
    IntStream.range(0, MILLION)
        .forEach(i -> counts.merge(choice.of("owner-" + i), 1, Integer::sum));
    Map.of("old", 0.75, "new", 0.24, "tiny", 0.01)
        .forEach(
            (name, share) ->
                assertEquals(
                    share * MILLION,
                    counts.getOrDefault(name, 0),
                    bound(MILLION, share),
                    counts::toString));
  }

  @Test
  void weightThatGrows_drawsItsShareFromTheOthersAndMovesNothingElse() {
    WeightedChoice before = new WeightedChoice("s", Map.of("a", 50, "b", 40, "c", 10));
    WeightedChoice after = new WeightedChoice("s", Map.of("a", 50, "b", 40, "c", 20));
    int moved = 0;
    for (int i = 0; i < MANY; i++) {
      String text = "owner-" + i;
      String was = before.of(text);
      String is = after.of(text);
      if (!was.equals(is)) {
        moved++;
        assertEquals("c", is, text);
      }
    }
    double share = 20.0 / 110 - 10.0 / 100;
    assertEquals(share * MANY, moved, bound(MANY, share));
  }

  @Test
  void equalRatios_chooseEqually() {
    WeightedChoice small = new WeightedChoice("s", Map.of("a", 1, "b", 3));
    WeightedChoice large = new WeightedChoice("s", Map.of("a", 100, "b", 300));
    IntStream.range(0, 10_000)
        .mapToObj(Integer::toString)
        .forEach(text -> assertEquals(small.of(text), large.of(text)));
  }

  /** Written down once: another machine, or a later version, must choose the same. */
  @Test
  void choices_areTheSameEverywhere() {
    WeightedChoice choice = new WeightedChoice("photos", Map.of("old", 1, "new", 1, "next", 1));
    assertEquals(
        List.of("next", "old", "next", "old", "old", "new"),
        List.of(
            choice.of("alice"),
            choice.of("bob"),
            choice.of("carol"),
            choice.of("dave"),
            choice.of(""),
            choice.of("ä\n")));
  }

  @Test
  void nameWithoutWeight_isNeverChosen() {
    WeightedChoice choice = new WeightedChoice("s", Map.of("off", 0, "on", 1));
    assertTrue(IntStream.range(0, 10_000).allMatch(i -> choice.of("x" + i).equals("on")));
  }

  @Test
  void otherSalt_choosesIndependently() {
    WeightedChoice one = new WeightedChoice("one", Map.of("a", 1, "b", 1));
    WeightedChoice other = new WeightedChoice("other", Map.of("a", 1, "b", 1));
    long equal =
        IntStream.range(0, MANY).filter(i -> one.of("x" + i).equals(other.of("x" + i))).count();
    assertEquals(0.5 * MANY, (double) equal, bound(MANY, 0.5));
  }

  @ParameterizedTest
  @CsvSource({"1,1,0, 1,1,0", "9,1,0, 8,2,0", "3,2,5, 5,3,1", "1,0,0, 0,1,0", "7,3,0, 0,3,7"})
  void agreement_isTheShareThatIsCounted(int a, int b, int c, int d, int e, int f) {
    WeightedChoice one = new WeightedChoice("s", Map.of("a", a, "b", b, "c", c));
    WeightedChoice other = new WeightedChoice("s", Map.of("a", d, "b", e, "c", f));
    WeightedChoice salted = new WeightedChoice("t", Map.of("a", d, "b", e, "c", f));
    int same = 0;
    int sameByChance = 0;
    for (int i = 0; i < MANY; i++) {
      String chosen = one.of("x" + i);
      same += chosen.equals(other.of("x" + i)) ? 1 : 0;
      sameByChance += chosen.equals(salted.of("x" + i)) ? 1 : 0;
    }
    double expected = one.agreement(other, true);
    assertEquals(expected, other.agreement(one, true), 1e-12);
    assertEquals(expected * MANY, same, bound(MANY, 0.5));
    assertEquals(one.agreement(salted, false) * MANY, sameByChance, bound(MANY, 0.5));
    assertEquals(one.share("a"), one.agreement(new WeightedChoice("s", Map.of("a", 1)), false));
  }

  @Test
  void weightsWithoutSense_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new WeightedChoice("s", Map.of()));
    assertThrows(IllegalArgumentException.class, () -> new WeightedChoice("s", Map.of("a", 0)));
    assertThrows(
        IllegalArgumentException.class, () -> new WeightedChoice("s", Map.of("a", -1, "b", 2)));
  }
}
