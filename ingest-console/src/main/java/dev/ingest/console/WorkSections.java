package dev.ingest.console;

import static dev.ingest.console.Sections.badge;
import static dev.ingest.console.Sections.cell;
import static dev.ingest.console.Sections.number;
import static dev.ingest.console.Sections.section;
import static dev.ingest.console.Sections.table;

import dev.ingest.console.OverviewPage.At;
import dev.ingest.console.Snapshot.Listed;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Nodes;
import dev.ingest.core.RateComparison;
import dev.ingest.core.Route;
import dev.ingest.core.WorkRate;
import dev.ingest.core.text.Times;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Routes, rates, backfills and nodes, as the first page shows them. */
final class WorkSections {

  /** From what probability on a worse version is marked. */
  private static final double UNLIKELY = 0.01;

  private final Snapshot.Work work;
  private final Part<Instant> now;

  WorkSections(Snapshot.Work work, Part<Instant> now) {
    this.work = work;
    this.now = now;
  }

  void write(Html html) {
    section(html, "routes", "Routes", work.routes(), WorkSections::routes);
    section(html, "rates", "Work of the last hour, by version", work.rates(), WorkSections::rates);
    section(html, "backfills", "Backfills", work.backfills(), WorkSections::backfills);
    section(html, "nodes", "Nodes", Part.both(work.nodes(), now, At::new), WorkSections::nodes);
  }

  private static void routes(Html html, Listed<Route> routes) {
    table(
        html,
        "Routes",
        List.of("Route", "Pipelines", "Ramp plan", "Last change"),
        routes.all(),
        (row, route) -> {
          cell(row, in -> in.given(route.name()));
          cell(row, in -> in.tag("ul", list -> branches(list, route)));
          cell(row, in -> route.ramp().ifPresent(ramp -> in.text(ramp(ramp))));
          cell(row, in -> change(in, route.change()));
        });
    Sections.more(html, routes);
  }

  private static void branches(Html list, Route route) {
    int sum = route.split().branches().stream().mapToInt(Route.Branch::weight).sum();
    for (Route.Branch branch : route.split().branches()) {
      list.tag(
          "li",
          in -> {
            in.given(branch.name());
            in.text(String.format(Locale.ROOT, " %.1f %%", 100.0 * branch.weight() / sum));
            branch.stranded().ifPresent(since -> badge(in.text(" "), "ROLLED BACK", "bad"));
          });
    }
  }

  private static String ramp(Route.Ramp ramp) {
    return "%s to %s: step %d of %d, %d %%%s"
        .formatted(
            ramp.plan().base(),
            ramp.plan().candidate(),
            ramp.step() + 1,
            ramp.plan().percents().size(),
            ramp.plan().weight(ramp.step()),
            ramp.paused() ? ", paused" : "");
  }

  private static void change(Html html, Route.Change change) {
    html.text(change.act() + " " + change.at() + " by ").given(change.actor());
    html.text(": ").given(change.reason());
  }

  private static void rates(Html html, List<WorkRate> all) {
    Listed<WorkRate> rates = Listed.cut(all, SnapshotReader.LISTED);
    table(
        html,
        "Work by version",
        List.of("Work", "Version", "Attempts", "Ended", "Bad", "Share", "Against the rest"),
        rates.all(),
        (row, rate) -> {
          RateComparison compared = Nodes.againstTheRest(all, rate);
          cell(row, in -> in.given(OverviewPage.work(rate.work())));
          cell(row, in -> in.given(rate.codeVersion()));
          number(row, rate.counts().attempts());
          number(row, rate.counts().ended());
          number(row, rate.counts().bad());
          cell(row, rate.counts().ended() == 0 ? "–" : percent("%.2f %%", compared.rate()));
          cell(row, in -> compared(in, compared));
        });
    Sections.more(html, rates);
  }

  private static void compared(Html html, RateComparison compared) {
    if (compared.test() == RateComparison.Test.NONE) {
      html.text("–");
      return;
    }
    html.text(
        percent("%+.2f %%", compared.difference())
            + String.format(Locale.ROOT, " (p %.2g)", compared.probability()));
    if (compared.difference() > 0 && compared.probability() < UNLIKELY) {
      badge(html.text(" "), "WORSE", "bad");
    }
  }

  private static String percent(String form, double share) {
    return String.format(Locale.ROOT, form, share * 100);
  }

  private static void backfills(Html html, Listed<BackfillProgress> backfills) {
    table(
        html,
        "Backfills",
        List.of("Backfill", "Phase", "Done", "Failed", "Unrecoverable", "End", "Decided"),
        backfills.all(),
        (row, one) -> {
          BackfillProgress.Counts counts = one.counts();
          cell(row, in -> in.given(one.name()));
          cell(row, one.phase().name());
          cell(row, in -> progress(in, counts));
          number(row, counts.failed());
          number(row, counts.unrecoverable());
          cell(row, one.speed().estimatedEnd().map(Instant::toString).orElse("–"));
          cell(
              row,
              in -> in.text("by ").given(one.last().actor()).text(": ").given(one.last().reason()));
        });
    Sections.more(html, backfills);
  }

  private static void progress(Html html, BackfillProgress.Counts counts) {
    String text = "%,d of %,d".formatted(counts.done(), counts.planned());
    if (counts.planned() > 0) {
      html.text(
          "progress",
          text,
          "max",
          Long.toString(counts.planned()),
          "value",
          Long.toString(counts.done()));
    }
    html.text(" " + text);
  }

  private static void nodes(Html html, At<Listed<KnownNode>> nodes) {
    table(
        html,
        "Nodes",
        List.of("Node", "Version", "Beat", "Since"),
        nodes.value().all(),
        (row, node) -> {
          cell(row, in -> in.given(node.id().value()));
          cell(row, in -> in.given(node.codeVersion()));
          cell(
              row,
              in -> {
                in.text(Times.ago(nodes.now(), node.beat()) + " ");
                badge(
                    in,
                    node.isLive() ? node.isDraining() ? "drains" : "lives" : "SILENT",
                    node.isLive() ? "plain" : "bad");
              });
          cell(row, node.started().toString());
        });
    Sections.more(html, nodes.value());
  }
}
