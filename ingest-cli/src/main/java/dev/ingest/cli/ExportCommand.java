package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.bag.BagWriter;
import dev.ingest.cli.bag.Label;
import dev.ingest.cli.bag.Part;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a sequence as a bag. */
@Command(
    name = "export",
    description = {
      "Writes a sequence as a BagIt bag (RFC 8493), which any BagIt tool verifies.",
      "submit --bag takes it in again, with the same root."
    })
final class ExportCommand extends EngineCommand {

  private static final int SHOWN_MOVES = 20;

  @Mixin private Lookup lookup = new Lookup();

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "Where the bag is to be; there must be nothing.")
  private Path directory = Path.of("");

  @Option(names = "--result", description = "Also export the published result.")
  private boolean withResult;

  ExportCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /** Items that lie under numbers: how many, and the first of them. */
  private static final class Moves {

    private final List<BagWriter.Moved> first = new ArrayList<>();
    private long count;

    void add(BagWriter.Moved moved) {
      count++;
      if (first.size() < SHOWN_MOVES) {
        first.add(moved);
      }
    }
  }

  @Override
  int perform() throws IOException {
    Place place = options().place();
    checkDirectory(place);
    try (Stores stores = place.open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Entry entry = lookup.find(stores.ledger().ledger());
      Optional<ManifestSummary> result =
          entry.published().map(published -> published.result().manifest());
      if (withResult && result.isEmpty()) {
        return unavailable(entry, "has no published result; run it first, or leave out --result");
      }
      Moves moves = new Moves();
      if (!write(engine, entry, withResult ? result : Optional.empty(), moves)) {
        return unavailable(
            entry, "its raw bytes are gone or going; see history " + entry.key().id());
      }
      if (options().json()) {
        printJson(entry, result, moves);
      } else {
        print(entry, result, moves);
      }
      return ExitCodes.DONE;
    }
  }

  private void checkDirectory(Place place) throws IOException {
    Path target = directory.toAbsolutePath().normalize();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) || target.getFileName() == null) {
      throw exists();
    }
    Path parent = target.resolveSibling("").normalize();
    if (!Files.isDirectory(parent)) {
      throw new UsageException("there is no folder " + Terminal.quoted(parent) + "; make it first");
    }
    if (place.holds(parent.toRealPath())) {
      throw new UsageException(
          "%s lies within the home %s, where only Ingest writes; name a folder elsewhere"
              .formatted(Terminal.quoted(directory), place.home()));
    }
  }

  private UsageException exists() {
    return new UsageException(
        "there is something at "
            + Terminal.quoted(directory)
            + " already; name a folder that is not there");
  }

  private int unavailable(Entry entry, String why) {
    terminal().warn("%s is %s: %s".formatted(entry.key(), entry.state(), why));
    return ExitCodes.NEEDS_PERSON;
  }

  /** Writes the bag; false, and nothing is left, if there are no raw bytes. */
  private boolean write(Ingest engine, Entry entry, Optional<ManifestSummary> result, Moves moves)
      throws IOException {
    ManifestSummary raw = entry.receipt().manifest();
    ProgressBar progress =
        new ProgressBar(
            terminal(),
            interactive(),
            "bytes",
            raw.bytes() + result.map(ManifestSummary::bytes).orElse(0L));
    try (BagWriter writer = BagWriter.begin(directory, surroundings().hex(10), moves::add)) {
      writer.write(
          Part.RAW,
          raw,
          sink -> engine.readRaw(entry.key(), sink).orElseThrow(GoneException::new),
          progress::advance);
      if (result.isPresent()) {
        writer.write(
            Part.RESULT,
            result.get(),
            sink -> engine.readResult(entry.key(), sink).orElseThrow(GoneException::new),
            progress::advance);
      }
      writer.finish(labels(entry));
      return true;
    } catch (GoneException e) {
      return false;
    } catch (FileAlreadyExistsException e) {
      throw exists();
    } finally {
      progress.clear();
    }
  }

  /** What was there when the entry was read is there no more. */
  private static final class GoneException extends IOException {

    private static final long serialVersionUID = 1L;
  }

  private List<Label> labels(Entry entry) {
    List<Label> labels = new ArrayList<>();
    labels.add(
        new Label(
            "Bagging-Date",
            LocalDate.ofInstant(surroundings().clock().instant(), ZoneOffset.UTC).toString()));
    labels.add(new Label("Bag-Software-Agent", "ingest " + codeVersion()));
    labels.add(new Label("External-Identifier", entry.key().toString()));
    labels.add(new Label("Ingest-Owner", entry.key().owner().value()));
    labels.add(new Label("Ingest-Id", entry.key().id().value()));
    labels.add(new Label("Ingest-Accepted-At", entry.receipt().acceptedAt().toString()));
    return labels;
  }

  private void print(Entry entry, Optional<ManifestSummary> result, Moves moves) {
    ManifestSummary raw = entry.receipt().manifest();
    StringBuilder text =
        new StringBuilder(
            """
            exported %s to %s
              items     %d
              bytes     %d
              root      %s"""
                .formatted(
                    entry.key(), Terminal.quoted(directory), raw.count(), raw.bytes(), raw.root()));
    if (withResult && result.isPresent()) {
      text.append(
          "\n  result    %d items, %d bytes, %s"
              .formatted(result.get().count(), result.get().bytes(), result.get().root()));
    }
    for (BagWriter.Moved moved : moves.first) {
      text.append("\n  renamed   %s is %s".formatted(Terminal.quoted(moved.name()), moved.path()));
    }
    if (moves.count > moves.first.size()) {
      text.append(
          "\n  renamed   %d in all, as ingest/renamed.txt in the bag says".formatted(moves.count));
    }
    terminal().say(text.toString());
  }

  private void printJson(Entry entry, Optional<ManifestSummary> result, Moves moves) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(
          out -> {
            out.writeStringField("sequence", entry.key().id().value());
            out.writeStringField("owner", entry.key().owner().value());
            out.writeStringField("bag", directory.toAbsolutePath().normalize().toString());
            totals(out, entry.receipt().manifest());
            if (withResult && result.isPresent()) {
              out.writeObjectFieldStart("result");
              totals(out, result.get());
              out.writeEndObject();
            }
            out.writeNumberField("renamedItems", moves.count);
            out.writeArrayFieldStart("renamed");
            for (BagWriter.Moved moved : moves.first) {
              out.writeStartObject();
              out.writeStringField("item", moved.name().value());
              out.writeStringField("path", moved.path());
              out.writeEndObject();
            }
            out.writeEndArray();
          });
    }
  }

  private static void totals(JsonGenerator out, ManifestSummary summary) throws IOException {
    out.writeNumberField("items", summary.count());
    out.writeNumberField("bytes", summary.bytes());
    out.writeStringField("root", summary.root().toString());
  }
}
