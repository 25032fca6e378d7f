package dev.ingest.testkit.net;

import java.nio.ByteBuffer;

/**
 * Bytes on their way, as one read brought them: the network may split and join what was written.
 *
 * <p>What a client sends until the server answers is one message, in however many chunks, and what
 * the server sends until the client speaks again is its reply.
 *
 * @param direction which way they go
 * @param connection the connection's number, 1 for the first that the proxy accepted
 * @param message the message's number on its connection, 1 for the first; a reply has the number of
 *     the message before it, which is 0 if the server speaks first
 * @param first whether the message or reply begins with this chunk
 * @param before the bytes of the same message or reply just before, at most {@link #MAX_BEFORE},
 *     read-only
 * @param bytes the bytes, read-only, valid until the rule returns
 */
public record Chunk(
    Direction direction,
    int connection,
    long message,
    boolean first,
    ByteBuffer before,
    ByteBuffer bytes) {

  /** The most bytes that are kept of what has passed, and so the longest pattern plus one. */
  public static final int MAX_BEFORE = 255;

  /**
   * Counts where a pattern ends in this chunk, also if it began in the one before.
   *
   * @param pattern 1 to 256 bytes
   * @return how many times; occurrences may overlap
   */
  public int count(byte[] pattern) {
    if (pattern.length < 1 || pattern.length > MAX_BEFORE + 1) {
      throw new IllegalArgumentException("a pattern has 1 to 256 bytes, not " + pattern.length);
    }
    int found = 0;
    for (int end = 0; end < bytes.remaining(); end++) {
      if (endsAt(pattern, end)) {
        found++;
      }
    }
    return found;
  }

  private boolean endsAt(byte[] pattern, int end) {
    for (int back = 0; back < pattern.length; back++) {
      int at = end - back;
      int inBefore = before.remaining() + at;
      if (at < 0 && inBefore < 0) {
        return false;
      }
      byte found =
          at >= 0 ? bytes.get(bytes.position() + at) : before.get(before.position() + inBefore);
      if (found != pattern[pattern.length - 1 - back]) {
        return false;
      }
    }
    return true;
  }
}
