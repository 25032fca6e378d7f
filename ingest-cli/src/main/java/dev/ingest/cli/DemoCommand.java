package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.photo.SamplePhotos;
import dev.ingest.core.Ingest;
import dev.ingest.core.PublishedResult;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The whole way of one sequence, on photographs that the project draws itself. */
@Command(
    name = "demo",
    description = {
      "Draws sample photographs in a fresh directory, submits them, runs, and shows the result.",
      "Without --home or --ledger it keeps everything in a new temporary directory."
    })
final class DemoCommand extends EngineCommand {

  private static final String OWNER = "local";

  @Mixin private SchemaOption schema = new SchemaOption();

  DemoCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() throws IOException, SequenceFiles.RefusedException {
    Place place =
        options().namesPlace()
            ? schema.in(options().place())
            : Place.home(Files.createTempDirectory("ingest-demo-"));
    Path photos = fresh(place);
    SamplePhotos.writeTo(photos);
    say("%d sample photographs in %s".formatted(SamplePhotos.COUNT, photos));
    ProgressBar progress = new ProgressBar(terminal(), interactive(), "sequences", 1);
    RunListener listener =
        new RunListener(terminal(), !options().json() && !interactive(), progress);
    try (Stores stores = place.create(surroundings().clock());
        Ingest engine = engine(stores, listener)) {
      SequenceKey key =
          SequenceKey.of(OWNER, Submission.idFor(Path.of("street"), surroundings().hex(10)));
      Receipt receipt =
          new Submission(
                  stores,
                  engine,
                  surroundings().random(),
                  new ProgressBar(terminal(), false, "bytes", 0),
                  options().lease())
              .sendNew(key, SequenceFiles.of(photos));
      say(EntryText.receipt(receipt));
      engine.runUntilIdle();
      progress.clear();
      return show(stores, engine, key, place);
    }
  }

  private Path fresh(Place place) throws IOException {
    if (place.home() == null) {
      return Files.createTempDirectory("ingest-demo-");
    }
    return Files.createDirectories(place.home().resolve("sample-photos-" + surroundings().hex(10)));
  }

  private int show(Stores stores, Ingest engine, SequenceKey key, Place place) {
    Attention attention = new Attention(stores.ledger().ledger().now());
    Optional<PublishedResult> result = engine.result(key);
    if (result.isPresent()) {
      say("published " + key);
      Iterator<ManifestItem> items = result.get().items();
      while (items.hasNext()) {
        ManifestItem item = items.next();
        say("  %s  %7d  %s".formatted(item.digest().hex(), item.length(), item.name()));
      }
      if (place.home() != null) {
        say("look closer: verify %s --home %s".formatted(key.id(), place.home()));
      }
    }
    Accounts accounts = Accounts.of(stores.ledger().ledger(), Optional.empty(), attention::examine);
    attention.print(terminal());
    if (options().json()) {
      printJson(stores.ledger().ledger().find(List.of(key)).get(0), accounts, stores);
    } else {
      terminal().say(accounts.line());
    }
    return result.isEmpty() || attention.isNeeded() || accounts.unaccountedFor() > 0
        ? ExitCodes.NEEDS_PERSON
        : ExitCodes.DONE;
  }

  private void printJson(Optional<Entry> entry, Accounts accounts, Stores stores) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("sequences"));
      entry.ifPresent(found -> json.entry(found, stores.ledger().ledger().now()));
      json.write(JsonGenerator::writeEndArray);
      json.accounts(accounts);
    }
  }

  private void say(String lines) {
    if (!options().json()) {
      terminal().say(lines);
    }
  }
}
