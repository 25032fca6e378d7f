package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes back what a restored ledger does not know. */
@Command(
    name = "adopt",
    description = {
      "After the ledger was restored or failed over: without an ID lists what was accepted and it does",
      "not know any more; with the ID and owner of a receipt accepts those bytes anew, into a pipeline",
      "and by times that are named, and on the record."
    })
final class AdoptCommand extends EngineCommand {

  private static final int LISTED = 1_000;

  @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "The sequence.")
  private @Nullable String id;

  @Option(names = "--owner", paramLabel = "NAME", description = "Whose (default: local).")
  private String owner = "local";

  @Option(
      names = "--session",
      paramLabel = "SESSION",
      description = "Which upload, where several are stored.")
  private @Nullable String session;

  @Option(names = "--actor", paramLabel = "WHO", description = "Who adopts; recorded. For an ID.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded. For an ID.")
  private @Nullable String reason;

  @Mixin private TimeOptions times = new TimeOptions();

  AdoptCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void configure(IngestBuilder builder) {
    builder.times(times.policy());
  }

  @Override
  int perform() {
    times.check();
    if (id != null) {
      requireNamed();
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      return id == null ? list(engine) : adopt(engine, id);
    }
  }

  /** A default here would put a service's sequence into a pipeline and under times of this one. */
  private void requireNamed() {
    List<String> left = new ArrayList<>(times.left());
    if (!options().namesPipeline()) {
      left.add("--pipeline");
    }
    if (actor == null) {
      left.add("--actor");
    }
    if (reason == null) {
      left.add("--reason");
    }
    if (!left.isEmpty()) {
      throw new UsageException(
          "to adopt a sequence, say who and why, and pipeline and times as those who took it in have"
              + " them; missing: "
              + String.join(", ", left));
    }
  }

  private int adopt(Ingest engine, String chosen) {
    Acts acts = engine.acts(String.valueOf(actor), String.valueOf(reason));
    SequenceKey key = new SequenceKey(new OwnerId(owner), new SequenceId(chosen));
    Receipt receipt = acts.adopt(key, Optional.ofNullable(session).map(SessionId::new));
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeFieldName("adopted"));
        json.receipt(receipt);
      }
    } else {
      terminal().say(EntryText.receipt(receipt));
    }
    return ExitCodes.DONE;
  }

  private int list(Ingest engine) {
    List<UnknownAcceptance> unknown = engine.unknownAcceptances(LISTED);
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeArrayFieldStart("unknown"));
        for (UnknownAcceptance found : unknown) {
          json.write(
              out -> {
                out.writeStartObject();
                out.writeStringField("session", found.session().value());
                out.writeStringField("manifest", found.manifest().value());
                out.writeEndObject();
              });
        }
        json.write(JsonGenerator::writeEndArray);
      }
    } else {
      unknown.forEach(
          found -> terminal().say("%s  %s".formatted(found.session(), found.manifest())));
      terminal()
          .say(
              "%d%s accepted and not known to the ledger"
                  .formatted(unknown.size(), unknown.size() == LISTED ? " or more" : ""));
    }
    return unknown.isEmpty() ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON;
  }
}
