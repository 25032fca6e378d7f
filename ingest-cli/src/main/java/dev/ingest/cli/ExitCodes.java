package dev.ingest.cli;

/** What the program's exit status says. Documented; scripts rely on it. */
final class ExitCodes {

  /** Done, and nothing needs attention. */
  static final int DONE = 0;

  /** Something needs a person; the ids are on the error stream. */
  static final int NEEDS_PERSON = 1;

  /** Wrong usage: options, a path or an id that does not exist. */
  static final int USAGE = 2;

  /** Could not find out: a store did not answer, or its answer was lost. */
  static final int UNKNOWN = 3;

  private ExitCodes() {}

  /** A person is needed whatever else is unknown; unknown is never done. */
  static int worse(int one, int other) {
    return rank(one) >= rank(other) ? one : other;
  }

  private static int rank(int code) {
    return switch (code) {
      case DONE -> 0;
      case UNKNOWN -> 1;
      case NEEDS_PERSON -> 2;
      default -> 3;
    };
  }
}
