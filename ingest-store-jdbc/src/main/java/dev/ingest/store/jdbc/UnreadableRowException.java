package dev.ingest.store.jdbc;

import java.sql.SQLException;

/** A stored row that is none of what this release writes. */
final class UnreadableRowException extends SQLException {

  /** What to do about it. */
  static final String ADVICE =
      "run the release that wrote the row, or a newer one; if it was changed by hand, restore it";

  private static final long serialVersionUID = 1L;

  UnreadableRowException(RuntimeException cause) {
    this("a row that is stored", cause);
  }

  /**
   * Names the row.
   *
   * @param row which, such as that of a sequence
   * @param cause why
   */
  UnreadableRowException(String row, RuntimeException cause) {
    super("this release cannot read " + row + ": " + cause.getMessage(), cause);
  }
}
