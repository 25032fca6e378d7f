package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.core.Outlook;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.text.Times;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what is not proven and runs out of time. */
@Command(
    name = "at-risk",
    description = "Lists sequences that are not proven and whose time to live ends soon.")
final class AtRiskCommand extends EngineCommand {

  private static final Duration LEAST = Duration.ofDays(3);

  @Option(
      names = "--within",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = {
        "How soon, at most 366000d; 0s for what is past its expiry (default: the longest lead of the",
        "ledger's expiry policy, 72h at least)."
      })
  private @Nullable Duration within;

  AtRiskCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (within != null && within.compareTo(TimePolicy.LONGEST) > 0) {
      throw new UsageException(
          "--within takes 366000d at most, not %dd".formatted(within.toDays()));
    }
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      Instant now = stores.ledger().ledger().now();
      Duration soon = within == null ? usual(engine.outlook()) : within;
      List<Entry> entries = engine.outlook().unproven(soon, Outlook.MAX_LIMIT);
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeArrayFieldStart("sequences"));
          entries.forEach(entry -> json.entry(entry, now));
          json.write(JsonGenerator::writeEndArray);
          json.write(out -> out.writeBooleanField("orMore", isCut(entries)));
        }
      } else {
        entries.forEach(entry -> terminal().say(Terminal.line(line(entry, now))));
        terminal().say("%d at risk%s".formatted(entries.size(), isCut(entries) ? " or more" : ""));
      }
      return stores.ended(entries.isEmpty() ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON);
    }
  }

  /** As soon as what alerts tell of, so that none of it is missing. */
  private static Duration usual(Outlook outlook) {
    Duration lead = outlook.policy().leads().get(0);
    return lead.compareTo(LEAST) > 0 ? lead : LEAST;
  }

  private static boolean isCut(List<Entry> entries) {
    return entries.size() == Outlook.MAX_LIMIT;
  }

  private static String line(Entry entry, Instant now) {
    return "%s  %s until %s%s  %s%s"
        .formatted(
            Times.left(now, entry.receipt().expiresAt()),
            entry.key(),
            entry.receipt().expiresAt(),
            entry.standing().hold().map(hold -> ", held by " + hold.actor()).orElse(""),
            entry.state(),
            entry.standing().failure().map(Attention::why).orElse(""));
  }
}
