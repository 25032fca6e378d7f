package dev.ingest.cli;

import dev.ingest.core.CensusReport;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import org.jspecify.annotations.Nullable;

/**
 * A census as a table: a line per hour and pipeline, the sum over the owners, and a line for each
 * owner whose counts differ. Holds one line. For one thread.
 */
final class CensusText {

  private final Terminal terminal;
  private boolean begun;
  private @Nullable CensusKey last;
  private CensusCounts sum = CensusCounts.NONE;
  private long owners;

  CensusText(Terminal terminal) {
    this.terminal = terminal;
  }

  void kept(CensusCell cell) {
    add(cell.key(), cell.counts());
    if (!cell.counts().isConsistent()) {
      terminal.say(
          Terminal.line(
              "DIFFERS %s: %d accepted, %d in the states: %s"
                  .formatted(
                      name(cell.key()),
                      cell.counts().count(CensusCount.ACCEPTED),
                      cell.counts().ofStates(),
                      cell.counts().counts())));
    }
  }

  void recounted(CensusRecount cell) {
    add(cell.key(), cell.counted());
    if (!cell.agrees()) {
      terminal.say(
          Terminal.line(
              "DIFFERS %s: kept %s, the entries are %s"
                  .formatted(name(cell.key()), cell.kept().counts(), cell.counted().counts())));
    }
  }

  void end(CensusReport report) {
    line();
    head();
    say("all", "", report.totals(), "");
  }

  static String differing(CensusReport report, boolean recounted, boolean corrected) {
    String cells = report.differing() == 1 ? "1 cell" : report.differing() + " cells";
    if (corrected) {
      return "census: " + cells + " corrected; each was told as an alert";
    }
    return "census: "
        + cells
        + (recounted
            ? " kept wrongly; --correct makes them right"
            : " not adding up; --recount compares them with the entries");
  }

  private void add(CensusKey key, CensusCounts counts) {
    CensusKey before = last;
    if (before != null
        && (!before.hour().equals(key.hour()) || !before.pipeline().equals(key.pipeline()))) {
      line();
    }
    last = key;
    sum = sum.plus(counts);
    owners++;
  }

  private void line() {
    CensusKey key = last;
    if (key != null) {
      head();
      String hour = key.hour().toString();
      say(hour.replace(":00:00Z", ":00Z"), key.pipeline(), sum, Long.toString(owners));
    }
    last = null;
    sum = CensusCounts.NONE;
    owners = 0;
  }

  private void head() {
    if (!begun) {
      begun = true;
      row(
          "hour",
          "pipeline",
          "owners",
          "accepted",
          "in-flight",
          "verified",
          "expired",
          "failed",
          "published",
          "lost",
          "discarded");
    }
  }

  /** The states on the way to another stand with it; published are FAILED and LOST ones. */
  private void say(String hour, String pipeline, CensusCounts counts, String ofOwners) {
    row(
        hour,
        pipeline,
        ofOwners,
        counts.count(CensusCount.ACCEPTED),
        counts.count(CensusCount.IN_FLIGHT),
        counts.count(CensusCount.VERIFIED),
        counts.count(CensusCount.EXPIRING) + counts.count(CensusCount.EXPIRED),
        counts.count(CensusCount.FAILED),
        counts.count(CensusCount.FAILED_PUBLISHED) + counts.count(CensusCount.LOST_PUBLISHED),
        counts.count(CensusCount.LOST),
        counts.count(CensusCount.DISCARDING) + counts.count(CensusCount.DISCARDED));
  }

  private void row(Object... cells) {
    String line = "%-17s %-16s %8s %9s %9s %9s %9s %8s %9s %6s %9s".formatted(cells);
    terminal.say(Terminal.line(line.stripTrailing()));
  }

  private static String name(CensusKey key) {
    return key.hour() + " " + key.pipeline() + " " + key.owner();
  }
}
