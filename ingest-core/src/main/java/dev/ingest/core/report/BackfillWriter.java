package dev.ingest.core.report;

import dev.ingest.core.BackfillListener;
import dev.ingest.core.BackfillProgress;

/**
 * Writes what became of the sequences of a backfill, as it is told; nothing of it is kept. What it
 * cannot write is thrown as an {@link java.io.UncheckedIOException}, which ends the report. For one
 * thread.
 */
public interface BackfillWriter extends BackfillListener {

  /**
   * Writes the counts; nothing follows. A report without them was cut off.
   *
   * @param progress how far it is
   */
  void end(BackfillProgress progress);

  /**
   * Begins to write.
   *
   * @param format in which form
   * @param out where to; the caller's to close
   * @return the writer
   */
  static BackfillWriter open(ReportWriter.Format format, Appendable out) {
    return switch (format) {
      case TEXT -> new BackfillText(out);
      case JSON -> new BackfillJson(out);
      case CSV -> new BackfillCsv(out);
    };
  }
}
