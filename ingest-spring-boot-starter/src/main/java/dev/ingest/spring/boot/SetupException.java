package dev.ingest.spring.boot;

import dev.ingest.spi.IngestException;

/** What is configured does not make an engine; says what is wrong and what to do about it. */
final class SetupException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** What to do. */
  private final String remedy;

  SetupException(String problem, String remedy) {
    super(problem);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
