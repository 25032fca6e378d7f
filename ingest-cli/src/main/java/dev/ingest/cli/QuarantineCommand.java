package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.SetAside;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentStat;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what repairs set aside, and takes it back. */
@Command(
    name = "quarantine",
    description = {
      "list     what repair set aside: exact keys, since when, by whom and why;",
      "release  takes it back, so that it is not deleted: of a sequence by its ID, or at a --place."
    })
final class QuarantineCommand extends EngineCommand {

  /** What is done. */
  enum Verb {
    /** Shows. */
    LIST,
    /** Takes back. */
    RELEASE
  }

  @Parameters(index = "0", paramLabel = "list|release", description = "What is done.")
  private Verb verb = Verb.LIST;

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "The sequence.")
  private @Nullable String id;

  @Option(names = "--owner", paramLabel = "NAME", description = "Whose sequence the ID is.")
  private @Nullable String owner;

  @Option(
      names = "--place",
      paramLabel = "PLACE",
      description = "Where the bytes lie, as list tells it, where no sequence is known.")
  private @Nullable String place;

  @Option(names = "--actor", paramLabel = "WHO", description = "Who takes back; recorded.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded.")
  private @Nullable String reason;

  @Option(names = "--dry-run", description = "Only tell what would be taken back.")
  private boolean dryRun;

  private long keys;
  private long bytes;

  QuarantineCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    boolean isRelease = verb == Verb.RELEASE;
    if (isRelease && ((id == null) == (place == null) || actor == null || reason == null)) {
      throw new UsageException(
          "quarantine release takes an ID or a --place, and --actor and --reason");
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      if (!options().json()) {
        show(stores, engine, null);
        terminal()
            .say(
                "%d keys, %d bytes %s"
                    .formatted(
                        keys,
                        bytes,
                        !isRelease ? "set aside" : dryRun ? "would be taken back" : "taken back"));
        return ExitCodes.DONE;
      }
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeArrayFieldStart(isRelease ? "released" : "setAside"));
        show(stores, engine, json);
        json.write(JsonGenerator::writeEndArray);
        json.write(out -> out.writeNumberField("keys", keys));
        json.write(out -> out.writeNumberField("bytes", bytes));
        if (isRelease) {
          json.write(out -> out.writeBooleanField("committed", !dryRun));
        }
      }
      return ExitCodes.DONE;
    }
  }

  private void show(Stores stores, Ingest engine, @Nullable JsonOutput json) {
    if (verb == Verb.LIST) {
      engine.quarantine(one -> show(one, json));
    } else {
      takeBack(stores, engine).forEach(one -> show(one, json));
    }
  }

  private List<SetAside> takeBack(Stores stores, Ingest engine) {
    Acts acts = engine.acts(String.valueOf(actor), String.valueOf(reason));
    String at = place;
    String sequence = id;
    SequencePlace where =
        at != null
            ? new SequencePlace(at)
            : SequencePlace.of(
                Lookup.find(stores.ledger().ledger(), String.valueOf(sequence), owner).key());
    return (dryRun ? acts.rehearsal() : acts).takeBack(where);
  }

  private void show(SetAside one, @Nullable JsonOutput json) {
    keys += one.keys().size();
    bytes += one.bytes();
    if (json != null) {
      json.write(out -> write(out, one));
      return;
    }
    terminal()
        .say(
            Terminal.line(
                "%s  at %s  %d keys, %d bytes  since %s  by %s  reason=%s"
                    .formatted(
                        one.sequence().map(SequenceKey::toString).orElse("unnamed"),
                        one.place(),
                        one.keys().size(),
                        one.bytes(),
                        one.at(),
                        one.actor(),
                        one.reason())));
    one.keys()
        .forEach(
            stat ->
                terminal()
                    .say(Terminal.line("  %s  %d bytes".formatted(stat.key(), stat.length()))));
  }

  private static void write(JsonGenerator out, SetAside one) throws IOException {
    out.writeStartObject();
    JsonOutput.optional(out, "sequence", one.sequence().map(key -> key.id().value()));
    JsonOutput.optional(out, "owner", one.sequence().map(SequenceKey::owner).map(OwnerId::value));
    out.writeStringField("place", one.place().value());
    out.writeStringField("at", one.at().toString());
    out.writeStringField("actor", one.actor());
    out.writeStringField("reason", one.reason());
    out.writeArrayFieldStart("keys");
    for (ContentStat stat : one.keys()) {
      out.writeStartObject();
      out.writeStringField("key", stat.key().value());
      out.writeNumberField("length", stat.length());
      JsonOutput.optional(
          out, "digest", stat.checksum().map(checksum -> checksum.digest().toString()));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
