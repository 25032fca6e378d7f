package dev.ingest.spi.ledger;

/**
 * A small versioned record of the engine's own: a node, a beat, a route, a backfill, a watcher's
 * lease.
 *
 * @param key its name
 * @param version 1 after the first write, then raised by one each time
 * @param body text of at most {@link #MAX_BODY} characters
 */
public record ControlRecord(Key key, long version, String body) {

  /** The longest body, in characters. */
  public static final int MAX_BODY = 65_536;

  /**
   * Validates the bounds.
   *
   * @param key its name
   * @param version 1 after the first write, then raised by one each time
   * @param body text of at most {@link #MAX_BODY} characters
   */
  public ControlRecord {
    Names.atLeast(version, 1, "a record version");
    Names.bounded(body, MAX_BODY, "a record body");
  }

  /**
   * The name of a record or of a set.
   *
   * @param kind 1 to 64 lower-case letters, digits or {@code . _ -}, starting with a letter or
   *     digit
   * @param name 1 to 64 of the same
   */
  public record Key(String kind, String name) implements Comparable<Key> {

    /**
     * Validates the forms.
     *
     * @param kind 1 to 64 lower-case letters, digits or {@code . _ -}, starting with a letter or
     *     digit
     * @param name 1 to 64 of the same
     */
    public Key {
      Names.name(kind, "a record kind");
      Names.name(name, "a record name");
    }

    @Override
    public int compareTo(Key other) {
      int byKind = kind.compareTo(other.kind);
      return byKind != 0 ? byKind : name.compareTo(other.name);
    }
  }
}
