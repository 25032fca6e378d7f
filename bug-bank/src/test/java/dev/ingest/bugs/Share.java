package dev.ingest.bugs;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which bugs one build tries. */
final class Share {

  private Share() {}

  /** Returns the bugs of one turn: a few in a row, so that each comes once in a round of turns. */
  static List<Bug> ofTurn(List<Bug> all, int size, long turn) {
    List<Bug> share = new ArrayList<>();
    for (int i = 0; i < Math.min(size, all.size()); i++) {
      share.add(all.get((int) Math.floorMod(turn * size + i, (long) all.size())));
    }
    return share;
  }

  /**
   * Returns the bugs whose names begin with one of some texts.
   *
   * @param texts the texts, separated by commas
   * @throws BugBankException if a text is the beginning of no name
   */
  static List<Bug> named(List<Bug> all, String texts) {
    Set<Bug> found = new LinkedHashSet<>();
    for (String text : texts.split(",", -1)) {
      List<Bug> some = all.stream().filter(bug -> bug.name().startsWith(text)).toList();
      if (some.isEmpty()) {
        throw new BugBankException("no bug is called " + text);
      }
      found.addAll(some);
    }
    return List.copyOf(found);
  }
}
