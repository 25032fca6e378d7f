package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.Reverification;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has a sequence read back on the record. */
@Command(
    name = "reverify",
    description = {
      "Reads everything back that must be stored of a VERIFIED, EXPIRED or FAILED sequence, and",
      "records what it finds: a new date of the proof, or damage. What cannot be read changes nothing.",
      "Status 0 if it is proven, 1 if something is damaged, 3 if something could not be read."
    })
final class ReverifyCommand extends EngineCommand {

  @Mixin private Lookup lookup = new Lookup();

  @Mixin private Because because = new Because();

  @Option(names = "--dry-run", description = "Only read, and record nothing.")
  private boolean dryRun;

  ReverifyCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Acts acts = because.acts(engine);
      SequenceKey key = lookup.find(stores.ledger().ledger()).key();
      Reverification found = (dryRun ? acts.rehearsal() : acts).reverify(key);
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.reverification(found);
        }
      } else {
        print(found);
      }
      return switch (found.outcome()) {
        case PROVEN -> ExitCodes.DONE;
        case DAMAGED -> warned(key + " is damaged", ExitCodes.NEEDS_PERSON);
        case UNKNOWN -> warned(key + " could not be read", ExitCodes.UNKNOWN);
      };
    }
  }

  private int warned(String why, int code) {
    terminal().warn(why);
    return code;
  }

  private void print(Reverification found) {
    Entry after = found.report().after();
    Optional<Instant> provenAt = after.published().map(Publication::provenAt);
    terminal()
        .say(
            Terminal.line(
                "%s%s %s: %s%s"
                    .formatted(
                        dryRun ? "would be recorded: " : "",
                        after.key(),
                        found.outcome(),
                        after.state(),
                        provenAt.map(time -> ", proven " + time).orElse(""))));
    found.findings().forEach(finding -> terminal().say(VerifyCommand.line(finding)));
  }
}
