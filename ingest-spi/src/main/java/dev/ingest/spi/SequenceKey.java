package dev.ingest.spi;

/**
 * The full identity of a sequence: its owner and its id in that owner's scope. Ordered by owner,
 * then id.
 *
 * @param owner who uploaded it
 * @param id its name in the owner's scope
 */
public record SequenceKey(OwnerId owner, SequenceId id) implements Comparable<SequenceKey> {

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
    int byOwner = owner.compareTo(other.owner);
    return byOwner != 0 ? byOwner : id.compareTo(other.id);
  }

  @Override
  public String toString() {
    return owner + "/" + id;
  }
}
