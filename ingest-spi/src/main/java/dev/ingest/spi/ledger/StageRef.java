package dev.ingest.spi.ledger;

/**
 * A stage by name and contract version, which is how progress is kept: inserting another stage into
 * a pipeline renumbers nothing.
 *
 * @param name 1 to 64 lower-case letters, digits or {@code . _ -}
 * @param contractVersion 1 or more; raised when the stage's output stops fitting its successor
 */
public record StageRef(String name, int contractVersion) {

  /**
   * Validates the form.
   *
   * @param name 1 to 64 lower-case letters, digits or {@code . _ -}
   * @param contractVersion 1 or more; raised when the stage's output stops fitting its successor
   */
  public StageRef {
    Names.name(name, "a stage name");
    Names.atLeast(contractVersion, 1, "a contract version");
  }

  @Override
  public String toString() {
    return name + "@" + contractVersion;
  }
}
