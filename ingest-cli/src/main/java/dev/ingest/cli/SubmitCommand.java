package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.bag.BagException;
import dev.ingest.cli.bag.BagReader;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes files in: each path becomes one sequence, and each sequence gets a receipt. */
@Command(
    name = "submit",
    description = {
      "Takes files in. Each PATH is one sequence: a file, or a directory with all files below it.",
      "An id with an open upload is resumed; an id accepted with the same bytes gives the same receipt."
    })
final class SubmitCommand extends EngineCommand {

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files or directories.")
  private List<Path> paths = List.of();

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      defaultValue = "local",
      description = "Whose sequences they are (default: local).")
  private String owner = "local";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The sequence's id, for one PATH (default: made from the path's name).")
  private @Nullable String id;

  @Option(
      names = "--bag",
      description = {
        "Each PATH is a BagIt bag (RFC 8493): all its checksums are compared, and the items of",
        "its payload are sent. One that an export made becomes a sequence with the same root."
      })
  private boolean bags;

  @Mixin private SchemaOption schema = new SchemaOption();

  @Mixin private TimeOptions times = new TimeOptions();

  /** A sequence of which there is no receipt, and why. */
  private record Failed(SequenceKey key, String problem, int exitCode) {

    String line() {
      return problem.startsWith(key + " ") || problem.startsWith(key + ":")
          ? problem
          : key + ": " + problem;
    }
  }

  /** Prints a receipt. */
  @FunctionalInterface
  private interface Sink {

    /** Returns what is wrong with the sequence nevertheless. */
    Optional<Failed> accept(Receipt receipt);
  }

  SubmitCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void configure(IngestBuilder builder) {
    builder.times(times.policy());
  }

  @Override
  int perform() throws IOException {
    times.check();
    List<SequenceKey> keys = keys();
    Place place = schema.in(options().place());
    for (Path path : paths) {
      check(path, place);
    }
    try (Stores stores = place.create(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      return options().json() ? sendAsJson(stores, engine, keys) : send(stores, engine, keys);
    }
  }

  private static void check(Path path, Place place) throws IOException {
    if (!Files.exists(path)) {
      throw new UsageException("there is nothing at " + Terminal.quoted(path));
    }
    if (place.isWithin(path.toRealPath())) {
      throw new UsageException(
          "the home %s lies within %s and would be submitted with it; name another with --home"
              .formatted(place.home(), Terminal.quoted(path)));
    }
  }

  private List<SequenceKey> keys() {
    if (id != null && paths.size() > 1) {
      throw new UsageException(
          "--id names one sequence, and %d paths are %d sequences; submit them one by one"
              .formatted(paths.size(), paths.size()));
    }
    List<SequenceKey> keys = new ArrayList<>();
    for (Path path : paths) {
      keys.add(
          SequenceKey.of(owner, id == null ? Submission.idFor(path, surroundings().hex(10)) : id));
    }
    return keys;
  }

  private int send(Stores stores, Ingest engine, List<SequenceKey> keys) {
    List<Failed> failed =
        sendAll(
            stores,
            engine,
            keys,
            receipt -> {
              terminal().say(EntryText.receipt(receipt));
              return Optional.empty();
            });
    return exitCode(failed);
  }

  private static int exitCode(List<Failed> failed) {
    return failed.stream().mapToInt(Failed::exitCode).reduce(ExitCodes.DONE, ExitCodes::worse);
  }

  private int sendAsJson(Stores stores, Ingest engine, List<SequenceKey> keys) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("sequences"));
      List<Failed> failed =
          sendAll(
              stores,
              engine,
              keys,
              receipt -> {
                Optional<Failed> problem = print(json, stores.ledger().ledger(), receipt);
                json.flush();
                return problem;
              });
      json.write(JsonGenerator::writeEndArray);
      json.write(out -> writeFailed(out, failed));
      return exitCode(failed);
    }
  }

  /** A receipt is printed whatever the ledger tells afterwards: it was given. */
  private static Optional<Failed> print(JsonOutput json, Ledger ledger, Receipt receipt) {
    Optional<Entry> entry;
    try {
      entry = ledger.find(List.of(receipt.key())).get(0);
    } catch (LedgerException e) {
      json.receipt(receipt);
      return Optional.of(
          new Failed(
              receipt.key(),
              "accepted, but its entry could not be read: " + Problems.describe(e),
              ExitCodes.UNKNOWN));
    }
    if (entry.isEmpty()) {
      json.receipt(receipt);
      return Optional.of(
          new Failed(
              receipt.key(),
              "accepted, but the ledger has no entry of it; verify the ledger's backup",
              ExitCodes.NEEDS_PERSON));
    }
    json.entry(entry.get(), receipt.acceptedAt());
    return Optional.empty();
  }

  private static void writeFailed(JsonGenerator out, List<Failed> failed) throws IOException {
    out.writeArrayFieldStart("failed");
    for (Failed one : failed) {
      out.writeStartObject();
      out.writeStringField("id", one.key().id().value());
      out.writeStringField("owner", one.key().owner().value());
      out.writeStringField("problem", one.problem());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Sends one path after the other; once the stores do not answer, the rest is not tried. */
  private List<Failed> sendAll(Stores stores, Ingest engine, List<SequenceKey> keys, Sink sink) {
    List<Failed> failed = new ArrayList<>();
    List<SequenceKey> accepted = new ArrayList<>();
    boolean answered = true;
    for (int i = 0; i < keys.size(); i++) {
      Optional<Failed> failure =
          answered
              ? sendOne(
                  stores,
                  engine,
                  keys.get(i),
                  paths.get(i),
                  receipt -> {
                    accepted.add(receipt.key());
                    return sink.accept(receipt);
                  })
              : Optional.of(new Failed(keys.get(i), "not tried", ExitCodes.UNKNOWN));
      if (failure.isPresent()) {
        failed.add(failure.get());
        answered = failure.get().exitCode() != ExitCodes.UNKNOWN;
        terminal().warn(failure.get().line());
      }
    }
    if (terminal().out().checkError()) {
      accepted.forEach(
          key -> terminal().warn(key + ": accepted, but its receipt could not be printed"));
    }
    return failed;
  }

  private Optional<Failed> sendOne(
      Stores stores, Ingest engine, SequenceKey key, Path path, Sink sink) {
    ProgressBar progress = new ProgressBar(terminal(), interactive(), "bytes", 0);
    try {
      SequenceFiles files = bags ? readBag(path, progress) : SequenceFiles.of(path);
      progress.grow(files.bytes());
      Submission submission =
          new Submission(stores, engine, surroundings().random(), progress, options().lease());
      Receipt receipt = id == null ? submission.sendNew(key, files) : submission.send(key, files);
      progress.clear();
      return sink.accept(receipt);
    } catch (BagException | SequenceFiles.RefusedException | IOException | UncheckedIOException e) {
      progress.clear();
      return Optional.of(new Failed(key, Problems.describe(e), ExitCodes.NEEDS_PERSON));
    } catch (IngestException e) {
      progress.clear();
      int code = Problems.exitCode(e);
      if (code == ExitCodes.USAGE) {
        // The command line was right, or nothing would have been sent: one sequence is refused.
        code = ExitCodes.NEEDS_PERSON;
      }
      String advice =
          code == ExitCodes.UNKNOWN
              ? "; to go on, submit %s%s with --id %s"
                  .formatted(bags ? "--bag " : "", Terminal.quoted(path), key.id())
              : "";
      return Optional.of(new Failed(key, Problems.describe(e) + advice, code));
    }
  }

  /** Checks a whole bag before anything of it is sent. */
  private static SequenceFiles readBag(Path path, ProgressBar progress)
      throws IOException, BagException {
    BagReader reader = BagReader.open(path);
    progress.grow(reader.bytes());
    return SequenceFiles.of(path, reader.verify(progress::advance));
  }
}
