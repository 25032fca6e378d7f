package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
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
      "not know any more; with the ID and owner of a receipt accepts those bytes anew."
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

  @Mixin private Because because = new Because();

  AdoptCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Acts acts = because.acts(engine);
      return id == null ? list(acts) : adopt(acts, id);
    }
  }

  private int adopt(Acts acts, String chosen) {
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

  private int list(Acts acts) {
    List<UnknownAcceptance> unknown = acts.unknownAcceptances(LISTED);
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
