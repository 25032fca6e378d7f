package dev.ingest.testkit.turn;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Which share of a programme a build takes: another one each day, so that all have their turn,
 * whether there is a build every day, every second or once a week.
 */
public final class Turn {

  /** 2<sup>64</sup> divided by the golden ratio: its multiples spread evenly, however many. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

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
   * Returns which of several shares has its turn: see {@link #share}.
   *
   * @param clock says what day it is
   * @param property the property that names another turn
   * @param what what has turns
   * @param shares how many shares there are, at least 1
   * @return 0 to {@code shares - 1}
   */
  public static int of(InstantSource clock, String property, String what, int shares) {
    return share(of(clock, property, what), shares);
  }

  /**
   * Returns the share of a turn. In each round of turns every share comes once. Each round begins
   * with another share, by Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4), since
   * otherwise a build on every second day would take every second share and no other. So daily
   * builds come to all shares within two rounds. Of up to 30 shares, builds on every second day
   * come to all within 6 times as many builds as there are shares, those on every seventh within
   * 16, and those between within 31; mostly it is three.
   *
   * @param turn the turn
   * @param shares how many shares there are, at least 1
   * @return 0 to {@code shares - 1}
   */
  public static int share(long turn, int shares) {
    long round = Math.floorDiv(turn, (long) shares);
    return (int) Math.floorMod(turn + ((round * GOLDEN) >>> 33), (long) shares);
  }
}
