package dev.ingest.cli;

import dev.ingest.core.report.ReportWriter;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which form a report is written, and where to. */
final class ReportOutput {

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: TEXT, with --json JSON).")
  private ReportWriter.@Nullable Format format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Writes it to this file, which is there whole or not at all.")
  private @Nullable Path file;

  /** Tells whether it goes to a file, so that the terminal is free. */
  boolean isFile() {
    return file != null;
  }

  ReportWriter.Format format(boolean json) {
    ReportWriter.Format named = format;
    if (named != null) {
      return named;
    }
    return json ? ReportWriter.Format.JSON : ReportWriter.Format.TEXT;
  }

  /** Has it written, and returns the status that the writing returned. */
  int write(Terminal terminal, Surroundings surroundings, ToIntFunction<Appendable> writing) {
    Path named = file;
    if (named == null) {
      return writing.applyAsInt(terminal.out());
    }
    try (WholeFile whole = new WholeFile(named, surroundings.hex(8))) {
      int status = writing.applyAsInt(whole.out());
      whole.finish();
      return status;
    }
  }
}
