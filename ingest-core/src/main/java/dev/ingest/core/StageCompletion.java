package dev.ingest.core;

import java.io.IOException;

/** What another system brings at the end of a stage that was left to it. */
@FunctionalInterface
public interface StageCompletion {

  /**
   * Emits the output, all of it: returning normally means that. What was emitted counts only if the
   * token's right still holds at the end.
   *
   * @param context the stage's input and where the output goes, for this call and thread alone; the
   *     stage cannot be left to another system again
   * @throws IOException if the bytes cannot be read, such as those of a request that was cut off;
   *     nothing took effect, and the same token may be used again
   */
  void complete(StageContext context) throws IOException;
}
