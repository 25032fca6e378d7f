package dev.ingest.cli.incident;

import dev.ingest.spi.SequenceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the owners send, hour by hour, and what must come of it: the truth, which neither platform
 * is asked for. Nothing in it is drawn at random.
 */
final class Uploads {

  /** The hours before the deployment. */
  static final List<Integer> BEFORE = List.of(0, 1);

  /** The six hours whose batches stall. */
  static final List<Integer> STALLED = List.of(2, 3, 4, 5, 6, 7);

  /** The hour after the repair. */
  static final int AFTER = 8;

  private static final List<String> OWNERS =
      List.of("alice", "bob", "carol", "dora", "emil", "fay");

  /** One who uploads in the hours before and after alone, so that the incident spares someone. */
  private static final String SPARED = "fay";

  private static final int PER_OWNER = 2;
  private static final int ITEMS = 3;
  private static final int LINES = 20;

  private Uploads() {}

  /**
   * A sequence as its owner has it.
   *
   * @param key whose it is and which
   * @param items the text of each item, by its name, in order
   */
  record Sent(SequenceKey key, Map<String, String> items) {

    /** Returns the text of each item as it must be published. */
    Map<String, String> published() {
      Map<String, String> all = new LinkedHashMap<>();
      items.forEach(
          (name, text) -> {
            String done = text;
            for (Role role : Role.values()) {
              done = role.apply(done);
            }
            all.put(name, done);
          });
      return all;
    }
  }

  /** Lists the sequences of hours, in the order in which they are sent. */
  static List<Sent> of(List<Integer> hours) {
    return hours.stream().flatMap(hour -> of(hour).stream()).toList();
  }

  /** Lists the sequences of one hour; not every owner has some in each. */
  static List<Sent> of(int hour) {
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < OWNERS.size(); i++) {
      String owner = OWNERS.get(i);
      boolean isSpared = owner.equals(SPARED);
      if (isSpared ? !STALLED.contains(hour) : (hour + i) % 4 != 0) {
        for (int number = 1; number <= PER_OWNER; number++) {
          sent.add(sequence(SequenceKey.of(owner, "hour-%d-%d".formatted(hour, number))));
        }
      }
    }
    return sent;
  }

  private static Sent sequence(SequenceKey key) {
    Map<String, String> items = new LinkedHashMap<>();
    IntStream.rangeClosed(1, ITEMS)
        .forEach(
            item -> items.put(item + ".txt", "%s, item %d\n".formatted(key, item).repeat(LINES)));
    return new Sent(key, items);
  }
}
