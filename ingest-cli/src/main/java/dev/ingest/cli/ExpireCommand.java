package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.Outlook;
import dev.ingest.core.Outlook.Fate;
import dev.ingest.core.Outlook.Prospect;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what the expirer would do. */
@Command(
    name = "expire",
    description = {
      "Tells which raw bytes would be deleted now, and why, and which would stay.",
      "Deleting them is what run does."
    })
final class ExpireCommand extends EngineCommand {

  @Option(names = "--dry-run", required = true, description = "Needed: this deletes nothing.")
  private boolean dryRun;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The most sequences of each kind, 1 to 10000 (default: ${DEFAULT-VALUE}).")
  private int limit = 1_000;

  @Mixin private ExpiryOptions expiry = new ExpiryOptions();

  ExpireCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (!dryRun) {
      throw new UsageException("deleting is what run does; expire only tells, with --dry-run");
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      List<Prospect> prospects = prospects(engine.outlook());
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeArrayFieldStart("prospects"));
          prospects.forEach(json::prospect);
          json.write(JsonGenerator::writeEndArray);
          json.write(out -> out.writeBooleanField("orMore", isCut(prospects)));
        }
      } else {
        prospects.forEach(prospect -> terminal().say(Terminal.line(line(prospect))));
        terminal().say(summary(prospects));
      }
      if (isCut(prospects)) {
        terminal().warn(more());
      }
      return ExitCodes.DONE;
    }
  }

  /** By the ledger's policy, changed by what was asked for: nothing is kept of that. */
  private List<Prospect> prospects(Outlook outlook) {
    return outlook.by(expiry.changed(outlook.policy())).prospects(limit);
  }

  /** By the kinds of {@link Outlook#prospects}, each of which is cut by itself. */
  private boolean isCut(List<Prospect> prospects) {
    long begun = count(prospects, Fate.FINISH);
    long proven = count(prospects, Fate.EXPIRE);
    return Math.max(Math.max(begun, proven), prospects.size() - begun - proven) >= limit;
  }

  private static long count(List<Prospect> prospects, Fate fate) {
    return prospects.stream().filter(prospect -> prospect.fate() == fate).count();
  }

  private String more() {
    return "only the first %d of a kind are told of, and there may be more; ".formatted(limit)
        + (limit < Outlook.MAX_LIMIT
            ? "--limit takes up to %d".formatted(Outlook.MAX_LIMIT)
            : "no more are listed at once, and census counts all");
  }

  private String summary(List<Prospect> prospects) {
    long kept = count(prospects, Fate.KEEP);
    return "%d would go, %d would stay%s; nothing was deleted"
        .formatted(prospects.size() - kept, kept, isCut(prospects) ? ", or more" : "");
  }

  private static String line(Prospect prospect) {
    return "%-8s %s  %d items  %d bytes  expired %s: %s"
        .formatted(
            prospect.fate(),
            prospect.entry().key(),
            prospect.entry().receipt().manifest().count(),
            prospect.entry().receipt().manifest().bytes(),
            prospect.entry().receipt().expiresAt(),
            prospect.because());
  }
}
