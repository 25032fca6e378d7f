package dev.ingest.core;

/**
 * The answer of a check. Unknown is not success: it blocks publication like a failure, but is asked
 * again.
 *
 * @param kind the answer
 * @param reason expected and actual, for people; at most 1,000 characters are kept
 */
public record Verdict(Kind kind, String reason) {

  /** The answers. */
  public enum Kind {
    /** Checked, and as it must be. */
    PASS,
    /** Checked, and not as it must be. */
    FAIL,
    /** Could not be checked. */
    UNKNOWN
  }

  /**
   * Makes a PASS.
   *
   * @return the verdict
   */
  public static Verdict pass() {
    return new Verdict(Kind.PASS, "");
  }

  /**
   * Makes a FAIL.
   *
   * @param reason expected and actual
   * @return the verdict
   */
  public static Verdict fail(String reason) {
    return new Verdict(Kind.FAIL, reason);
  }

  /**
   * Makes an UNKNOWN.
   *
   * @param reason what could not be found out
   * @return the verdict
   */
  public static Verdict unknown(String reason) {
    return new Verdict(Kind.UNKNOWN, reason);
  }
}
