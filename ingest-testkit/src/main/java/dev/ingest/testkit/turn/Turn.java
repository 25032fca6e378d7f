package dev.ingest.testkit.turn;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Which share of a programme a build takes: another one each day, so that all have their turn where
 * there is a build every day.
 */
public final class Turn {

  private Turn() {}

  /**
   * Returns the number of today's turn, or the one that a property names.
   *
   * @param clock says what day it is
   * @param property the property
   * @param what what has turns
   * @return days since 1970, or the value of the property
   */
  @SuppressWarnings("SystemOut") // says how to try the same again
  public static long of(InstantSource clock, String property, String what) {
    long today = Duration.ofMillis(clock.millis()).toDays();
    long turn = Long.getLong(property, today);
    System.out.println(what + " of turn " + turn + "; again with -D" + property + "=" + turn);
    return turn;
  }

  /**
   * Returns which of several shares has its turn.
   *
   * @param clock says what day it is
   * @param property the property that names another turn
   * @param what what has turns
   * @param shares how many shares there are, at least 1
   * @return 0 to {@code shares - 1}
   */
  public static int of(InstantSource clock, String property, String what, int shares) {
    return (int) Math.floorMod(of(clock, property, what), (long) shares);
  }
}
