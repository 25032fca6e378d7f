package dev.ingest.bugs;

/**
 * One change of a source file.
 *
 * @param file its path from the root of the repository
 * @param before the text that it has exactly once
 * @param after what takes its place
 */
record Edit(String file, String before, String after) {

  /**
   * Changes a source.
   *
   * @throws BugBankException if the text is not there exactly once
   */
  String applyTo(String source, String bug) {
    int at = source.indexOf(before);
    if (at < 0 || source.indexOf(before, at + 1) >= 0) {
      throw new BugBankException(
          "%s: %s has this %s, expected it exactly once; the bug has to follow the code:%n%s"
              .formatted(bug, file, at < 0 ? "nowhere" : "more than once", before));
    }
    return source.substring(0, at) + after + source.substring(at + before.length());
  }
}
