package dev.ingest.spring.boot;

import dev.ingest.core.ConfigurationException;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says at a failed start what is wrong with the engine, and what to do, in the place of a trace.
 */
final class IngestFailureAnalyzer extends AbstractFailureAnalyzer<IngestException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, IngestException cause) {
    return new FailureAnalysis(
        "The Ingest engine does not start: " + cause.getMessage(), remedy(cause), cause);
  }

  private static String remedy(IngestException cause) {
    if (cause instanceof SetupException setup) {
      return setup.remedy();
    } else if (cause instanceof ConfigurationException) {
      return "Change the properties ingest.* or the beans that are named above. Each part between"
          + " semicolons is one mismatch; nothing was started.";
    } else if (cause instanceof LedgerException) {
      return "See that the database can be reached and that its user may do what the message names."
          + " Where tables are absent or old, set ingest.ledger.schema=apply for one start by a"
          + " user who may create them. Without a PostgreSQL server, set"
          + " ingest.ledger.sqlite-file.";
    } else if (cause instanceof ContentException) {
      return "See that ingest.content.directory or the bucket in ingest.content.s3.bucket can be"
          + " used by this process, as the message says.";
    } else if (cause instanceof InvalidValueException) {
      return "Correct the value of the property ingest.* that the message names by its rule.";
    }
    return "Do what the message says, and start again.";
  }
}
