package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.CensusReport;
import dev.ingest.core.CensusScope;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusRecount;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what became of everything that was accepted, hour by hour. */
@Command(
    name = "census",
    description = {
      "Prints how many sequences were accepted in each hour (UTC) for each pipeline, and their states.",
      "Status 0 if all that was accepted is in one state; 1 if counts differ, which are named."
    })
final class CensusCommand extends EngineCommand {

  private static final Duration LATELY = Duration.ofHours(24);

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = {
        "Only hours that begin then or later, such as 2026-03-01T10:00:00Z (default: 24 h ago;",
        "with --recount all)."
      })
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Only hours that begin before then.")
  private @Nullable String to;

  @Option(names = "--owner", paramLabel = "OWNER", description = "Only this owner's sequences.")
  private @Nullable String owner;

  @Option(
      names = "--route",
      paramLabel = "NAME",
      description = "Only sequences of this route: the name of their pipeline.")
  private @Nullable String route;

  @Option(
      names = "--recount",
      description = "Counts the entries, and compares the counts that are kept with them.")
  private boolean recount;

  @Option(
      names = "--correct",
      description = "With --recount: makes what is kept wrongly right; needs --actor and --reason.")
  private boolean correct;

  @Option(names = "--actor", paramLabel = "WHO", description = "Who corrects; recorded.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded.")
  private @Nullable String reason;

  CensusCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (correct && (!recount || actor == null || reason == null)) {
      throw new UsageException("--correct needs --recount, --actor and --reason");
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      CensusScope scope = scope(stores.ledger().ledger().now());
      Lookup.tellUnknown(terminal(), stores.ledger().ledger(), scope.owner());
      return options().json() ? asJson(engine, scope) : asText(engine, scope);
    }
  }

  private CensusScope scope(Instant now) {
    Instant earliest = recount ? Instant.MIN : now.minus(LATELY);
    return new CensusScope(
        from == null ? earliest : time("--from", from),
        to == null ? Instant.MAX : time("--to", to),
        Optional.ofNullable(route),
        Optional.ofNullable(owner).map(OwnerId::new));
  }

  private static Instant time(String option, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException(
          option + " takes a time such as 2026-03-01T10:00:00Z, not \"" + text + "\"");
    }
  }

  private CensusReport take(
      Ingest engine,
      CensusScope scope,
      Consumer<CensusCell> kept,
      Consumer<CensusRecount> recounted) {
    if (correct && actor != null && reason != null) {
      return engine.acts(actor, reason).correctCensus(scope, recounted);
    }
    return recount ? engine.census().recount(scope, recounted) : engine.census().read(scope, kept);
  }

  private int asText(Ingest engine, CensusScope scope) {
    CensusText text = new CensusText(terminal());
    CensusReport report = take(engine, scope, text::kept, text::recounted);
    text.end(report);
    if (!report.isConsistent()) {
      terminal().warn(CensusText.differing(report, recount, correct));
    }
    return ended(report);
  }

  private int asJson(Ingest engine, CensusScope scope) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("cells"));
      CensusReport report =
          take(
              engine,
              scope,
              cell -> json.write(out -> CensusJson.kept(out, cell)),
              cell -> json.write(out -> CensusJson.recounted(out, cell)));
      json.write(JsonGenerator::writeEndArray);
      json.write(out -> CensusJson.report(out, report, correct));
      return ended(report);
    }
  }

  /** What was corrected was wrong, but nothing is any more. */
  private int ended(CensusReport report) {
    return report.isConsistent() || correct ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON;
  }
}
