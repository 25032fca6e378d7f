package dev.ingest.benchmarks.targets;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints the targets as Markdown, each row as soon as it is known, and counts what became of them.
 */
final class Table {

  private static final double WHOLE = 100;

  private final PrintStream out;
  private int reached;
  private int missed;
  private int smallerSizes;
  private int notRun;
  private int broken;
  private final List<String> remarks = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  /**
   * A row as it was printed.
   *
   * @param figure what was measured; empty for nothing
   * @param verdict what that says of the limit, or why there is no figure
   */
  record Row(Target target, Optional<Figure> figure, String verdict) {}

  Table(PrintStream out) {
    this.out = out;
  }

  /** Tells a number with as many digits as anyone believes. */
  static String number(double value) {
    if (value >= WHOLE || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, value >= 1 ? "%.2f" : "%.3f", value);
  }

  void head() {
    out.println("| target | limit | figure | beside it | ratio | of the limit | |");
    out.println("|---|---|---|---|---|---|---|");
  }

  void row(Target target, Outcome outcome) {
    if (outcome instanceof Figure figure) {
      boolean isReached = target.limit().isReached(figure);
      reached += isReached ? 1 : 0;
      missed += isReached ? 0 : 1;
      figure(target, figure, isReached ? "reached" : "MISSED");
    } else if (outcome instanceof Outcome.Smaller smaller) {
      smallerSizes++;
      boolean isWithin = target.limit().isReached(smaller.figure());
      figure(
          target,
          smaller.figure(),
          (isWithin ? "within it" : "NOT within it") + " at only " + smaller.size());
    } else if (outcome instanceof Outcome.NotRun absent) {
      notRun++;
      without(target, "did not run: " + absent.reason());
    } else if (outcome instanceof Outcome.Broken failure) {
      broken++;
      without(target, "BROKEN: " + failure.cause());
    }
    out.flush();
  }

  private void figure(Target target, Figure figure, String verdict) {
    rows.add(new Row(target, Optional.of(figure), verdict));
    line(
        target.text(),
        target.limit().text(figure.unit()),
        number(figure.value()) + " " + figure.unit(),
        figure.isCompared() ? figure.beside() + ": " + number(figure.other()) : "",
        figure.isCompared() ? String.format(Locale.ROOT, "%.2f", figure.ratio()) : "",
        target.limit().share(figure),
        verdict);
    if (!figure.remark().isEmpty()) {
      remarks.add(target.text() + ": " + figure.remark());
    }
  }

  private void without(Target target, String why) {
    rows.add(new Row(target, Optional.empty(), why));
    line(target.text(), target.limit().text(""), "", "", "", "", why);
  }

  private void line(String... cells) {
    List<String> safe = new ArrayList<>();
    for (String cell : cells) {
      safe.add(cell.replaceAll("\\R", " ").replace("|", "\\|"));
    }
    out.println("| " + String.join(" | ", safe) + " |");
  }

  /** Tells how each figure came about, and how many targets were reached. */
  void end() {
    out.println();
    remarks.forEach(remark -> out.println("- " + remark));
    out.printf(
        "%n%d reached, %d missed, %d at a smaller size, %d did not run, %d broken.%n",
        reached, missed, smallerSizes, notRun, broken);
    out.flush();
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  boolean isWhole() {
    return broken == 0;
  }
}
