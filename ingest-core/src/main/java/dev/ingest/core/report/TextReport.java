package dev.ingest.core.report;

import dev.ingest.core.Remedy;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A report for people. */
final class TextReport implements ReportWriter {

  private final Lines out;
  private final Map<State, Long> ofOwner = new EnumMap<>(State.class);

  TextReport(Appendable out, String title) {
    this.out = new Lines(out).add("Incident report: " + printed(title) + "\n");
  }

  @Override
  public void affected(Affected affected) {
    Entry entry = affected.entry();
    ofOwner.merge(entry.state(), 1L, Long::sum);
    out.add(
        "%s  %s since %s, deadline %s, raw bytes until %s%s%s\n"
            .formatted(
                entry.key(),
                entry.state(),
                affected.since(),
                entry.receipt().deadline(),
                affected.rescue().text(),
                entry.standing().failure().map(Failure::code).map(code -> ", " + code).orElse(""),
                affected.remedy().map(Remedy::text).map(text -> ": " + text).orElse("")));
  }

  @Override
  public void ownerEnded(OwnerId owner, long count) {
    out.add("  %s: %d affected: %s\n".formatted(owner, count, counts(ofOwner)));
    ofOwner.clear();
  }

  @Override
  public void unread(IncidentReport.Unread part) {
    out.add("NOT KNOWN %s: %s\n".formatted(printed(part.part()), printed(part.why())));
  }

  @Override
  public void end(IncidentReport report) {
    out.add(
        "%s: %d affected, of %d owners, among %d looked at, as of %s%s\n"
            .formatted(
                report.isComplete() ? "COMPLETE" : "INCOMPLETE",
                report.affected(),
                report.owners(),
                report.looked(),
                report.asOf(),
                report.states().isEmpty() ? "" : ": " + counts(report.states())));
    if (!report.isComplete()) {
      out.add(
          "Of %d parts nothing is known: others may be affected. Repeat the report.\n"
              .formatted(report.unread()));
    }
  }

  private static String counts(Map<State, Long> states) {
    return states.entrySet().stream()
        .map(one -> one.getKey() + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }

  /** One line without what would move a cursor. */
  private static String printed(String text) {
    return text.replaceAll("\\p{C}|\\p{Zl}|\\p{Zp}", " ");
  }
}
