package dev.ingest.simulator;

import java.time.Duration;
import java.time.InstantSource;

/** Which share of a programme a build takes: another one each day, so that all have their turn. */
final class Turn {

  private Turn() {}

  /**
   * Returns the number of today's turn, or the one that a property names.
   *
   * @param property the property
   * @param what what has turns
   */
  @SuppressWarnings("SystemOut") // says how to try the same again
  static long of(String property, String what) {
    long today = Duration.ofMillis(InstantSource.system().millis()).toDays();
    long turn = Long.getLong(property, today);
    System.out.println(what + " of turn " + turn + "; again with -D" + property + "=" + turn);
    return turn;
  }
}
