package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Blockage;
import dev.ingest.core.Ingest;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Nodes;
import dev.ingest.core.WorkRate;
import dev.ingest.core.text.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows who lives, what they run, what is blocked, and how the work goes. */
@Command(
    name = "nodes",
    description = {
      "Lists the nodes that share the ledger: code versions, what they can run, whether they live;",
      "pipelines that they build differently; work that no live node can run.",
      "Status 1 if work is blocked, or a node is silent that did not end in order."
    })
final class NodesCommand extends EngineCommand {

  @Option(
      names = "--rates",
      description = "Also how the work went, per stage and code version, against the rest.")
  private boolean rates;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "With --rates: how far back, 1min to 2h (default: 1h).")
  private Duration within = Duration.ofHours(1);

  NodesCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (within.compareTo(Duration.ofMinutes(1)) < 0 || within.compareTo(Nodes.LONGEST_WINDOW) > 0) {
      throw new UsageException("--within takes 1min to 2h, not " + within);
    }
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      Instant now = stores.ledger().ledger().now();
      List<KnownNode> nodes = engine.nodes().all();
      List<Blockage> blocked = engine.outlook().blocked();
      List<WorkRate> found = rates ? engine.nodes().rates(within) : List.of();
      if (options().json()) {
        write(nodes, blocked, found);
      } else {
        print(nodes, blocked, found, now);
      }
      return stores.ended(
          blocked.isEmpty() && nodes.stream().allMatch(KnownNode::isLive)
              ? ExitCodes.DONE
              : ExitCodes.NEEDS_PERSON);
    }
  }

  private void print(
      List<KnownNode> nodes, List<Blockage> blocked, List<WorkRate> found, Instant now) {
    nodes.forEach(node -> terminal().say(Terminal.line(NodesText.node(node, now))));
    NodesText.plans(nodes).forEach(line -> terminal().say(Terminal.line(line)));
    blocked.forEach(one -> terminal().say(Terminal.line(NodesText.blocked(one, now))));
    found.forEach(rate -> terminal().say(Terminal.line(NodesText.rate(found, rate))));
    if (rates && found.isEmpty()) {
      terminal().say("no work within " + Times.span(within));
    }
    long live = nodes.stream().filter(KnownNode::isLive).count();
    terminal().say("%d live, %d silent".formatted(live, nodes.size() - live));
  }

  private void write(List<KnownNode> nodes, List<Blockage> blocked, List<WorkRate> found) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("nodes"));
      nodes.forEach(node -> json.write(out -> NodesJson.node(out, node)));
      json.write(JsonGenerator::writeEndArray);
      json.write(out -> NodesJson.blocked(out, blocked));
      if (rates) {
        json.write(out -> out.writeArrayFieldStart("rates"));
        found.forEach(rate -> json.write(out -> NodesJson.rate(out, found, rate)));
        json.write(JsonGenerator::writeEndArray);
      }
    }
  }
}
