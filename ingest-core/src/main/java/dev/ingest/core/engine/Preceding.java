package dev.ingest.core.engine;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import java.util.Optional;

/**
 * Names a place right before a key, for reading what is ordered from that key on where only what
 * comes after a key can be asked for. Nothing that is in use lies between, but for names of the
 * greatest length.
 */
final class Preceding {

  private static final int LONGEST = 128;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String FIRST = "0123456789" + CAPITALS + LETTERS;
  private static final String IN_IDS = "-.0123456789" + CAPITALS + "_" + LETTERS;
  private static final String IN_OWNERS = "+-.0123456789:@" + CAPITALS + "_" + LETTERS;
  private static final char GREATEST = 'z';

  private Preceding() {}

  /**
   * Finds a key before another one.
   *
   * @param key the other one
   * @return a key less than it; empty if it is the least there can be
   */
  static Optional<SequenceKey> of(SequenceKey key) {
    return before(key.id().value(), IN_IDS)
        .map(id -> new SequenceKey(key.owner(), new SequenceId(id)))
        .or(
            () ->
                before(key.owner().value(), IN_OWNERS)
                    .map(
                        owner ->
                            new SequenceKey(
                                new OwnerId(owner), new SequenceId(filled("", GREATEST)))));
  }

  /** The text less by one in its last place, filled up; or without that place if it is least. */
  private static Optional<String> before(String text, String characters) {
    int last = text.length() - 1;
    String head = text.substring(0, last);
    String allowed = last == 0 ? FIRST : characters;
    int place = allowed.indexOf(text.charAt(last));
    if (place > 0) {
      return Optional.of(filled(head, allowed.charAt(place - 1)));
    }
    return Optional.of(head).filter(shorter -> !shorter.isEmpty());
  }

  private static String filled(String head, char next) {
    return head + next + String.valueOf(GREATEST).repeat(LONGEST - head.length() - 1);
  }
}
