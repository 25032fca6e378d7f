package dev.ingest.core.report;

/**
 * Writes an incident report while it is made. What it cannot write is thrown as an {@link
 * java.io.UncheckedIOException}, which ends the report. For one thread.
 */
public interface ReportWriter extends IncidentListener {

  /** In which form a report is written. */
  enum Format {
    /** For people, and for an incident channel: a line per sequence, a line per owner, the sums. */
    TEXT,
    /** One JSON object in one line, its schema in {@code docs/cli.md}. */
    JSON,
    /**
     * A table by RFC 4180 in UTF-8, whose cells no spreadsheet takes for formulas; see {@code
     * docs/cli.md} on how to read them back.
     */
    CSV;

    /**
     * Begins to write.
     *
     * @param out where to; the caller's to close
     * @param title what is asked, for the head of a text
     * @return the writer
     */
    public ReportWriter open(Appendable out, String title) {
      return switch (this) {
        case TEXT -> new TextReport(out, title);
        case JSON -> new JsonReport(out);
        case CSV -> new CsvReport(out);
      };
    }
  }

  /**
   * Writes the sums; nothing follows. A report without them was cut off.
   *
   * @param report the sums
   */
  void end(IncidentReport report);
}
