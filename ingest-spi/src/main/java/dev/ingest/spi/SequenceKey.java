package dev.ingest.spi;

import java.util.Comparator;

/**
 * The full identity of a sequence: its owner and its id in that owner's scope. Ordered by owner,
 * then id.
 *
 * @param owner who uploaded it
 * @param id its name in the owner's scope
 */
public record SequenceKey(OwnerId owner, SequenceId id) implements Comparable<SequenceKey> {

  private static final Comparator<SequenceKey> ORDER =
      Comparator.comparing(SequenceKey::owner).thenComparing(SequenceKey::id);

  /**
   * Names a sequence of an owner.
   *
   * @param owner the owner's name
   * @param id the sequence's name
   * @return the key
   */
  public static SequenceKey of(String owner, String id) {
    return new SequenceKey(new OwnerId(owner), new SequenceId(id));
  }

  @Override
  public int compareTo(SequenceKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return owner + "/" + id;
  }
}
