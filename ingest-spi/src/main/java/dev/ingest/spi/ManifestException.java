package dev.ingest.spi;

/** A manifest that is not in the canonical form, or breaks a limit. Nothing was stored. */
public final class ManifestException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with the manifest. */
  public enum Problem {
    /** The first bytes are not a manifest's. */
    NOT_A_MANIFEST,
    /** A version that this release cannot read. */
    UNKNOWN_VERSION,
    /** No items, where at least one is needed. Nothing in this release throws it. */
    EMPTY,
    /** More than 1,000,000 items. */
    TOO_MANY_ITEMS,
    /** Two items with the same name, or names that differ only in case or normalisation. */
    DUPLICATE_NAME,
    /** A name that {@link ItemName} refuses. */
    BAD_NAME,
    /** A digest that is not 64 lower-case hexadecimal digits. */
    BAD_DIGEST,
    /** A length or total that is negative, not canonical, or past 2<sup>63</sup>−1. */
    BAD_LENGTH,
    /** The items do not add up to the header's count or bytes. */
    TOTALS_DIFFER,
    /** The bytes end before the header's count of items is reached. */
    TRUNCATED,
    /** Bytes follow the last item. */
    TRAILING_DATA,
    /** Any other departure from the canonical form. */
    NOT_CANONICAL
  }

  /** What is wrong. */
  private final Problem problem;

  /**
   * Creates the error.
   *
   * @param problem what is wrong
   * @param line the line, counted from 1 for the header; 0 if no line applies
   * @param detail expected and actual
   */
  public ManifestException(Problem problem, long line, String detail) {
    super(message(problem, line, detail));
    this.problem = problem;
  }

  /**
   * Creates the error with its cause.
   *
   * @param problem what is wrong
   * @param line the line, counted from 1 for the header; 0 if no line applies
   * @param cause the refusal underneath
   */
  public ManifestException(Problem problem, long line, IngestException cause) {
    super(message(problem, line, String.valueOf(cause.getMessage())), cause);
    this.problem = problem;
  }

  /**
   * Tells what is wrong.
   *
   * @return the problem
   */
  public Problem problem() {
    return problem;
  }

  private static String message(Problem problem, long line, String detail) {
    return "manifest refused: " + problem + (line > 0 ? " at line " + line : "") + ": " + detail;
  }
}
