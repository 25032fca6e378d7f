package dev.ingest.cli;

import dev.ingest.cli.bag.BagException;
import dev.ingest.core.ActRefusedException;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.DamagedContentException;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.ledger.LedgerException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What an error means for the exit status, and how it is told: in a line, not in a stack trace. */
final class Problems {

  private final Terminal terminal;

  Problems(Terminal terminal) {
    this.terminal = terminal;
  }

  static int exitCode(Throwable error) {
    if (error instanceof UsageException
        || error instanceof InvalidValueException
        || error instanceof ConfigurationException) {
      return ExitCodes.USAGE;
    }
    if (error instanceof ActRefusedException
        || error instanceof ItemRefusedException
        || error instanceof SequenceConflictException
        || error instanceof QuotaExceededException
        || error instanceof UploadClosedException
        || error instanceof DamagedContentException
        || error instanceof ManifestException
        || error instanceof ContentMissingException
        || error instanceof SequenceFiles.RefusedException
        || error instanceof BagException) {
      return ExitCodes.NEEDS_PERSON;
    }
    // Stores that do not answer, lost answers, and whatever nobody thought of: nothing is known.
    return ExitCodes.UNKNOWN;
  }

  /** Names an error in a line. */
  static String describe(Throwable error) {
    String message = error.getMessage();
    boolean telling =
        message != null
            && (error instanceof UsageException
                || error instanceof IngestException
                || error instanceof MissingStoreException
                || error instanceof SequenceFiles.RefusedException
                || error instanceof BagException);
    String text = telling ? String.valueOf(message) : error.toString();
    Throwable cause = error.getCause();
    boolean hidesCause =
        error instanceof OutcomeUnknownException
            || error instanceof ContentException
            || error instanceof LedgerException;
    return StoreUri.masked(hidesCause && cause != null ? text + " (" + cause + ")" : text);
  }

  /** Tells of an error that ended a command. */
  int executionFailed(Exception error, CommandLine command, ParseResult parsed) {
    terminal.warn(command.getCommandSpec().qualifiedName() + ": " + describe(error));
    if (command.getCommandSpec().userObject() instanceof EngineCommand called
        && called.options().verbose()) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      terminal.warn(StoreUri.masked(trace.toString().replace("\t", "    ")));
    }
    return exitCode(error);
  }

  /** Tells of a command line that cannot be understood. */
  int usageWrong(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    terminal.warn(
        StoreUri.masked(String.valueOf(error.getMessage()))
            + "\nTry: "
            + command.getCommandSpec().qualifiedName()
            + " --help");
    return ExitCodes.USAGE;
  }
}
