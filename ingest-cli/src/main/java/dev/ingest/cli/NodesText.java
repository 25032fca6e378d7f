package dev.ingest.cli;

import dev.ingest.core.Blockage;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Nodes;
import dev.ingest.core.RateComparison;
import dev.ingest.core.WorkCounts;
import dev.ingest.core.WorkRate;
import dev.ingest.core.text.Times;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Nodes, what is blocked, and rates, a line each. */
final class NodesText {

  private static final int PLAN = 12;

  private NodesText() {}

  static String node(KnownNode node, Instant now) {
    String work =
        node.work().isEmpty()
            ? "only watches"
            : node.work().stream().map(NodesText::part).collect(Collectors.joining("; "));
    return "%s  %s  %s  beat %s ago, since %s  %s"
        .formatted(
            node.id(),
            node.codeVersion(),
            !node.isLive() ? "SILENT" : node.isDraining() ? "drains" : "lives",
            Times.span(Duration.between(node.beat(), now)),
            node.started(),
            work);
  }

  private static String part(KnownNode.Part part) {
    List<String> names = new ArrayList<>();
    part.stages().forEach(stage -> names.add(stage.toString()));
    if (part.verifies()) {
      names.add("verification");
    }
    return part.pipeline().name() + ": " + (names.isEmpty() ? "no stage" : String.join(" ", names));
  }

  /**
   * Names pipelines that live nodes build differently, as during a deployment, or after half of
   * one.
   */
  static List<String> plans(List<KnownNode> nodes) {
    Map<String, Map<Digest, List<String>>> plans = new TreeMap<>();
    for (KnownNode node : nodes) {
      if (node.isLive()) {
        for (KnownNode.Part part : node.work()) {
          plans
              .computeIfAbsent(part.pipeline().name(), name -> new TreeMap<>(NodesText::byText))
              .computeIfAbsent(part.pipeline().plan(), plan -> new ArrayList<>())
              .add(node.id().value());
        }
      }
    }
    return plans.entrySet().stream()
        .filter(pipeline -> pipeline.getValue().size() > 1)
        .map(
            pipeline ->
                "pipeline %s has %d plans: %s"
                    .formatted(
                        pipeline.getKey(),
                        pipeline.getValue().size(),
                        pipeline.getValue().entrySet().stream()
                            .map(
                                plan ->
                                    plan.getKey().hex().substring(0, PLAN)
                                        + " on "
                                        + String.join(", ", plan.getValue()))
                            .collect(Collectors.joining("; "))))
        .toList();
  }

  private static int byText(Digest one, Digest other) {
    return one.toString().compareTo(other.toString());
  }

  static String blocked(Blockage blockage, Instant now) {
    return "BLOCKED  %s  %,d sequences wait, the oldest since %s; no live node can run it%s"
        .formatted(
            work(blockage.work()),
            blockage.sequences(),
            blockage.oldest(),
            seen(Duration.between(blockage.seen(), now)));
  }

  private static String seen(Duration ago) {
    return ago.compareTo(Duration.ofMinutes(1)) > 0
        ? ", as of " + Times.span(ago) + " ago; nobody has looked since"
        : "";
  }

  static String work(WorkRef work) {
    return "%s %s"
        .formatted(work.pipeline(), work.stage().map(StageRef::toString).orElse("verification"));
  }

  static String rate(List<WorkRate> all, WorkRate rate) {
    RateComparison comparison = Nodes.againstTheRest(all, rate);
    WorkCounts counts = rate.counts();
    String what =
        rate.work().stage().isPresent()
            ? "%,d done, %,d retried, %,d failed, %,d leases lost"
                .formatted(counts.done(), counts.retried(), counts.failed(), counts.leasesLost())
            : "%,d verified, %,d mismatched, %,d unknown, %,d leases lost"
                .formatted(
                    counts.verified(), counts.mismatched(), counts.unknown(), counts.leasesLost());
    return String.format(
        Locale.ROOT,
        "rate  %s  %s  %,d attempts: %s; %.2f %% bad%s",
        work(rate.work()),
        rate.codeVersion(),
        counts.attempts(),
        what,
        comparison.rate() * 100,
        comparison.test() == RateComparison.Test.NONE
            ? ""
            : String.format(
                Locale.ROOT,
                ", %+.2f %% against the rest (p %.2g, %s)",
                comparison.difference() * 100,
                comparison.probability(),
                comparison.test() == RateComparison.Test.FISHER_EXACT
                    ? "Fisher's exact test"
                    : "two proportions"));
  }
}
