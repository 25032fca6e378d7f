package dev.ingest.testkit.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class TurnTest {

  private static final int MOST_SHARES = 30;

  @Test
  void round_hasEachShareOnce() {
    for (int shares = 1; shares <= MOST_SHARES; shares++) {
      for (long round = -3; round < 700; round++) {
        BitSet had = new BitSet();
        for (int i = 0; i < shares; i++) {
          had.set(Turn.share(round * shares + i, shares));
        }
        assertEquals(shares, had.cardinality(), shares + " shares, round " + round);
      }
    }
  }

  @Test
  void buildsEverySoManyDays_giveEachShareItsTurn() {
    for (int shares = 1; shares <= MOST_SHARES; shares++) {
      for (int days = 1; days <= 7; days++) {
        BitSet had = new BitSet();
        int builds = 0;
        while (had.cardinality() < shares) {
          had.set(Turn.share(20_000 + (long) builds * days, shares));
          builds++;
          assertTrue(builds <= 31 * shares, shares + " shares, every " + days + " days: " + had);
        }
      }
    }
  }

  @Test
  void turn_isTheDay() {
    assertEquals(1, Turn.of(() -> Instant.parse("1970-01-02T23:59:59Z"), "not.set", "A test"));
  }
}
