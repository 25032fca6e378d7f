package dev.ingest.testkit.net;

/**
 * Decides what becomes of each chunk. Asked for one chunk at a time, in the order in which they
 * came, so that it may count without locks; it returns quickly and waits for nothing.
 */
@FunctionalInterface
public interface Rule {

  /** Lets everything pass. */
  Rule PASS_ALL = chunk -> Verdict.PASS;

  /**
   * Judges a chunk. A rule that throws cuts the connection and fails {@link CuttingProxy#close()}.
   *
   * @param chunk the bytes and where they are
   * @return what becomes of them
   */
  Verdict judge(Chunk chunk);

  /** What becomes of a chunk and of its connection. */
  enum Verdict {
    /** It goes on. */
    PASS,
    /** The connection is cut and the chunk goes nowhere: the request, or the reply, is lost. */
    CUT_BEFORE,
    /** The chunk goes on and the connection is cut at once: nobody knows what came of it. */
    CUT_AFTER,
    /**
     * The chunk goes on, if it is the client's, but nothing of the server does any more. Once the
     * server has answered and nothing moves, it is told that the client is gone, and when it has
     * ended by itself, the connection is cut: whatever was asked has been done, and the client does
     * not know. Replies are still judged, so that a rule that knows the protocol may cut earlier.
     */
    LOSE_REPLY,
    /** The chunk, and all behind it in its direction, waits for {@link CuttingProxy#release()}. */
    HOLD
  }

  /**
   * Strikes a client's message.
   *
   * @param number which, 1 for the next one on whatever connection
   * @param verdict what becomes of its first chunk; everything else passes
   * @return the rule, which strikes once
   */
  static Rule atMessage(long number, Verdict verdict) {
    if (number < 1) {
      throw new IllegalArgumentException("messages are counted from 1, not " + number);
    }
    return new Rule() {
      private long seen;

      @Override
      public Verdict judge(Chunk chunk) {
        boolean begins = chunk.direction() == Direction.TO_SERVER && chunk.first();
        return begins && ++seen == number ? verdict : Verdict.PASS;
      }
    };
  }

  /**
   * Strikes where bytes pass from a client to the server.
   *
   * @param pattern 1 to 256 bytes, found also where the network split them
   * @param occurrence which, 1 for the next one on whatever connection
   * @param verdict what becomes of the chunk in which the pattern ends; everything else passes
   * @return the rule, which strikes once
   */
  static Rule onBytes(byte[] pattern, long occurrence, Verdict verdict) {
    byte[] wanted = pattern.clone();
    if (wanted.length < 1 || wanted.length > Chunk.MAX_BEFORE + 1 || occurrence < 1) {
      throw new IllegalArgumentException(
          "a pattern has 1 to 256 bytes, and occurrences are counted from 1: "
              + wanted.length
              + " bytes, occurrence "
              + occurrence);
    }
    return new Rule() {
      private long seen;

      @Override
      public Verdict judge(Chunk chunk) {
        if (chunk.direction() != Direction.TO_SERVER) {
          return Verdict.PASS;
        }
        long before = seen;
        seen += chunk.count(wanted);
        return before < occurrence && seen >= occurrence ? verdict : Verdict.PASS;
      }
    };
  }
}
