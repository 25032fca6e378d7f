package dev.ingest.store.jdbc;

import dev.ingest.testkit.turn.Turn;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which of all strikes at a call a build takes. */
final class FaultShare {

  private static final int OF_A_CALL = 2;

  private final boolean all;
  private final long turn;

  private FaultShare(boolean all, long turn) {
    this.all = all;
    this.turn = turn;
  }

  static FaultShare ofTheBuild() {
    boolean all = System.getProperty("ingest.jdbc.faults", "").equals("all");
    long turn =
        all ? 0 : Turn.of(InstantSource.system(), "ingest.jdbc.faults.turn", "Faults of JDBC");
    return new FaultShare(all, turn);
  }

  boolean isAll() {
    return all;
  }

  long turn() {
    return turn;
  }

  /** Tells whether something of a list has its turn, where one of so many has. */
  boolean has(int place, int shares) {
    return place % shares == Turn.share(turn, shares);
  }

  List<Strike> of(String call, List<Strike> strikes) {
    if (all) {
      return strikes;
    }
    List<Strike> some = new ArrayList<>(strikes);
    Collections.shuffle(some, new Random(31 * turn + call.hashCode()));
    return some.subList(0, Math.min(OF_A_CALL, some.size()));
  }
}
