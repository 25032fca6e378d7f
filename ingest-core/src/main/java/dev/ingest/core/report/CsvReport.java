package dev.ingest.core.report;

import dev.ingest.core.Remedy;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A report as a table by RFC 4180. The first column says what a row is: {@code affected}, {@code
 * owner} with a count, {@code unread}, and one {@code end} at last, without which it was cut off.
 *
 * <p>A spreadsheet takes a cell for a formula by its first character, quoted or not, and owners
 * choose their sequences' names. So a cell that begins with one of those characters, or with an
 * apostrophe, gets an apostrophe before it: whoever reads the table back takes one apostrophe from
 * the beginning of each cell that has one, and has exactly what was written.
 */
final class CsvReport implements ReportWriter {

  static final List<String> HEADER =
      List.of(
          "row",
          "owner",
          "sequence",
          "state",
          "pipeline",
          "stage",
          "accepted_at",
          "since",
          "deadline",
          "expires_at",
          "recoverable_until",
          "code",
          "remedy",
          "count",
          "detail");

  /** The characters that begin formulas, in their full-width forms too, and the escape itself. */
  private static final String UNSAFE = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'";

  private final Lines out;

  CsvReport(Appendable out) {
    this.out = new Lines(out);
    row(HEADER.toArray(new String[0]));
  }

  @Override
  public void affected(Affected affected) {
    Entry entry = affected.entry();
    row(
        "affected",
        entry.key().owner().value(),
        entry.key().id().value(),
        entry.state().name(),
        entry.run().pipeline().name(),
        entry.run().stage().map(StageRef::name).orElse(""),
        entry.receipt().acceptedAt().toString(),
        affected.since().toString(),
        entry.receipt().deadline().toString(),
        entry.receipt().expiresAt().toString(),
        affected.rescue().text(),
        entry.standing().failure().map(Failure::code).orElse(""),
        affected.remedy().map(Remedy::name).orElse(""),
        "",
        "");
  }

  @Override
  public void ownerEnded(OwnerId owner, long count) {
    summed("owner", owner.value(), count, "");
  }

  @Override
  public void unread(IncidentReport.Unread part) {
    summed("unread", "", 1, part.part() + ": " + part.why());
  }

  @Override
  public void end(IncidentReport report) {
    summed("end", "", report.affected(), report.isComplete() ? "COMPLETE" : "INCOMPLETE");
  }

  private void summed(String kind, String owner, long count, String detail) {
    String[] cells = new String[HEADER.size()];
    Arrays.fill(cells, "");
    cells[0] = kind;
    cells[1] = owner;
    cells[cells.length - 2] = Long.toString(count);
    cells[cells.length - 1] = detail;
    row(cells);
  }

  private void row(String... cells) {
    out.add(Arrays.stream(cells).map(CsvReport::cell).collect(Collectors.joining(",", "", "\r\n")));
  }

  static String cell(String text) {
    boolean isUnsafe = !text.isEmpty() && UNSAFE.indexOf(text.charAt(0)) >= 0;
    return '"' + (isUnsafe ? "'" : "") + text.replace("\"", "\"\"") + '"';
  }
}
