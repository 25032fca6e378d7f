package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SessionId;
import java.util.List;

/**
 * Where a sequence's raw bytes are: an upload session, and which of its parts wrote which items.
 *
 * <p>A part is what one uploader wrote before another resumed its session. Each part has keys of
 * its own, so bytes that a stopped uploader left unrecorded can never be taken for, or stand in the
 * way of, those that the next one writes.
 *
 * @param session the upload session
 * @param partStarts for each part the first ordinal that it may record; the first is 0, none is
 *     less than the one before; 1 to {@link #MAX_PARTS}
 */
public record RawLocation(SessionId session, List<Integer> partStarts) {

  /** The most parts of one session: a session can be resumed this often less one. */
  public static final int MAX_PARTS = 1_000;

  /**
   * Copies the list and checks its order.
   *
   * @param session the upload session
   * @param partStarts for each part the first ordinal that it may record
   */
  public RawLocation {
    partStarts = List.copyOf(partStarts);
    boolean ordered = !partStarts.isEmpty() && partStarts.get(0) == 0;
    for (int i = 1; ordered && i < partStarts.size(); i++) {
      ordered = partStarts.get(i) >= partStarts.get(i - 1);
    }
    if (!ordered || partStarts.size() > MAX_PARTS) {
      throw new InvalidValueException(
          Kind.NUMBER, partStarts.toString(), "1 to 1,000 part starts, from 0, in order");
    }
  }

  /**
   * Returns the number of the latest part, the only one that may still record items.
   *
   * @return 0 or more
   */
  public int latestPart() {
    return partStarts.size() - 1;
  }

  /**
   * Finds the part that recorded an item.
   *
   * @param ordinal the item's ordinal, 0 or more
   * @return the last part that starts at or before it
   */
  public int partOf(int ordinal) {
    Names.atLeast(ordinal, 0, "an item's ordinal");
    int part = latestPart();
    while (partStarts.get(part) > ordinal) {
      part--;
    }
    return part;
  }
}
