package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.ActRefusedException;
import dev.ingest.core.Acts;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.Repair;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts right what an audit found, as far as a command can. */
@Command(
    name = "repair",
    description = {
      "Puts right what is wrong, as far as a command can: looks at each sequence again, byte for byte,",
      "and applies the one safe remedy of what is wrong now. Names IDs, --findings or --all.",
      "Status 0 if all is repaired or needs nothing; 1 if some need a person, 3 if something was not",
      "read."
    })
final class RepairCommand extends EngineCommand {

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Sequences to repair.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--owner", paramLabel = "NAME", description = "Whose sequences the IDs are.")
  private @Nullable String owner;

  @Option(
      names = "--findings",
      paramLabel = "FILE",
      description = "Repairs what a file of what audit --json printed names.")
  private @Nullable Path findings;

  @Option(names = "--all", description = "Audits everything, and repairs what that finds.")
  private boolean all;

  @Option(names = "--bytes", description = "With --all, also reads every stored byte back.")
  private boolean bytes;

  @Option(
      names = "--history",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "With --all, follows the hash chain of each history (default: yes).")
  private boolean history = true;

  @Mixin private Because because = new Because();

  @Mixin private TimeOptions times = new TimeOptions();

  @Option(names = "--dry-run", description = "Only tell what it would do.")
  private boolean dryRun;

  private @Nullable SequencePlace last;
  private int status = ExitCodes.DONE;

  RepairCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void configure(IngestBuilder builder) {
    builder.times(times.policy());
  }

  @Override
  int perform() {
    int named = (ids.isEmpty() ? 0 : 1) + (findings == null ? 0 : 1) + (all ? 1 : 0);
    if (named != 1) {
      throw new UsageException("repair takes IDs, or --findings FILE, or --all");
    }
    if (bytes && !all) {
      throw new UsageException("--bytes needs --all: what is named is read back anyway");
    }
    if (!history && !all) {
      throw new UsageException("--no-history needs --all");
    }
    if (findings != null) {
      requireWhole(findings);
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Acts acts = because.acts(engine);
      Acts chosen = dryRun ? acts.rehearsal() : acts;
      if (!options().json()) {
        repair(stores, engine, chosen, null);
        return status;
      }
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeBooleanField("committed", !dryRun));
        json.write(out -> out.writeArrayFieldStart("repairs"));
        repair(stores, engine, chosen, json);
        json.write(JsonGenerator::writeEndArray);
      }
      return status;
    }
  }

  private void repair(Stores stores, Ingest engine, Acts acts, @Nullable JsonOutput json) {
    Path file = findings;
    if (file != null) {
      try (FindingsFile known = new FindingsFile(file)) {
        repairFile(known, acts, json);
      }
    } else if (all) {
      repairAll(engine, acts, json);
    } else {
      repairIds(stores, acts, json);
    }
  }

  /** A file that is cut off is wrong usage, of which nothing is done. */
  private static void requireWhole(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UsageException(file + " is no regular file, and findings are read twice");
    }
    try (FindingsFile known = new FindingsFile(file)) {
      while (known.hasNext()) {
        known.next();
      }
    }
  }

  private void repairIds(Stores stores, Acts acts, @Nullable JsonOutput json) {
    List<SequenceKey> keys = new ArrayList<>();
    ids.forEach(id -> keys.add(Lookup.find(stores.ledger().ledger(), id, owner).key()));
    ProgressBar bar = new ProgressBar(terminal(), interactive(), "sequences", keys.size());
    for (SequenceKey key : keys) {
      Asked asked = new Asked(key.toString(), SequencePlace.of(key));
      tell(asked, () -> acts.repair(key), bar::clear, json);
      bar.advance(1);
    }
    bar.clear();
  }

  private void repairFile(FindingsFile file, Acts acts, @Nullable JsonOutput json) {
    ProgressBar bar = new ProgressBar(terminal(), interactive(), "bytes", file.size());
    long done = 0;
    while (file.hasNext()) {
      repair(file.next(), acts, bar::clear, json);
      bar.advance(file.bytesRead() - done);
      done = file.bytesRead();
    }
    bar.clear();
    if (!file.isComplete()) {
      status = ExitCodes.worse(status, ExitCodes.UNKNOWN);
      terminal().warn("the audit of " + findings + " had not read everything: audit again");
    }
  }

  private void repairAll(Ingest engine, Acts acts, @Nullable JsonOutput json) {
    AuditBar bar =
        new AuditBar(new ProgressBar(terminal(), interactive(), "‰ of all places", 1_000));
    AuditReport report =
        engine.audit(
            AuditOptions.DEFAULT.withHistory(history).withBytes(bytes),
            new AuditListener() {
              @Override
              public void found(AuditFinding finding) {
                repair(finding, acts, bar::clear, json);
              }

              @Override
              public void reached(AuditReport.Looked looked, double share) {
                bar.reached(share);
              }
            });
    bar.clear();
    if (!report.isComplete()) {
      status = ExitCodes.worse(status, ExitCodes.UNKNOWN);
      for (AuditReport.Unread part : report.unread()) {
        terminal().warn("UNREAD " + part.part() + ": " + part.why());
        list(Optional.empty(), "UNREAD", part.part() + ": " + part.why(), json);
      }
    }
  }

  /** All that is wrong at one place, whose findings follow each other, is repaired together. */
  private void repair(AuditFinding finding, Acts acts, Runnable clear, @Nullable JsonOutput json) {
    SequencePlace place = finding.subject().place();
    boolean isDone = place.equals(last) && !place.equals(SequencePlace.LAST);
    last = place;
    if (!isDone) {
      Asked asked = new Asked(AuditText.subject(finding.subject()), place);
      tell(asked, () -> acts.repair(finding), clear, json);
    }
  }

  /** What is repaired: its name, and where it lies. */
  private record Asked(String name, SequencePlace place) {}

  /** What cannot be repaired does not keep the rest from it. */
  private void tell(
      Asked asked, Supplier<List<Repair>> repair, Runnable clear, @Nullable JsonOutput json) {
    try {
      for (Repair one : repair.get()) {
        boolean needsPerson = one.outcome() == Repair.Outcome.NEEDS_PERSON;
        status = ExitCodes.worse(status, needsPerson ? ExitCodes.NEEDS_PERSON : ExitCodes.DONE);
        clear.run();
        say(asked.name(), one, json);
      }
    } catch (ActRefusedException e) {
      status = ExitCodes.worse(status, ExitCodes.NEEDS_PERSON);
      failed(asked, e, "REFUSED", clear, json);
    } catch (IngestException | UncheckedIOException | IllegalStateException e) {
      status = ExitCodes.worse(status, ExitCodes.UNKNOWN);
      failed(asked, e, "UNREAD", clear, json);
    }
  }

  private void failed(
      Asked asked,
      RuntimeException error,
      String outcome,
      Runnable clear,
      @Nullable JsonOutput json) {
    clear.run();
    String what = asked.name() + ": " + Problems.describe(error);
    terminal().warn(Terminal.line(what));
    list(Optional.of(asked.place()), outcome, what, json);
  }

  /** Lists what came to nothing, so that who reads the repairs alone does not miss it. */
  private static void list(
      Optional<SequencePlace> place, String outcome, String what, @Nullable JsonOutput json) {
    if (json == null) {
      return;
    }
    json.write(
        out -> {
          out.writeStartObject();
          for (String field : List.of("kind", "sequence", "owner")) {
            out.writeNullField(field);
          }
          JsonOutput.optional(out, "place", place.map(SequencePlace::value));
          out.writeNullField("remedy");
          out.writeStringField("outcome", outcome);
          out.writeStringField("what", what);
          out.writeEndObject();
        });
    json.flush();
  }

  private void say(String subject, Repair repair, @Nullable JsonOutput json) {
    if (json != null) {
      json.write(out -> write(out, repair));
      json.flush();
      return;
    }
    String line =
        "%s %s (%s): %s, %s"
            .formatted(
                repair.finding().map(found -> found.kind().name()).orElse("nothing wrong"),
                subject,
                repair.finding().map(found -> found.remedy().name()).orElse("no remedy"),
                repair.outcome(),
                repair.what());
    terminal().say(Terminal.line(line));
    if (repair.outcome() == Repair.Outcome.NEEDS_PERSON) {
      terminal().warn(Terminal.line(subject + " needs a person: " + repair.what()));
    }
  }

  private static void write(JsonGenerator out, Repair repair) throws IOException {
    Optional<AuditFinding> finding = repair.finding();
    Optional<SequenceKey> sequence = finding.flatMap(found -> found.subject().sequence());
    out.writeStartObject();
    JsonOutput.optional(out, "kind", finding.map(found -> found.kind().name()));
    JsonOutput.optional(out, "sequence", sequence.map(key -> key.id().value()));
    JsonOutput.optional(out, "owner", sequence.map(SequenceKey::owner).map(OwnerId::value));
    out.writeStringField("place", repair.place().value());
    JsonOutput.optional(out, "remedy", finding.map(found -> found.remedy().name()));
    out.writeStringField("outcome", repair.outcome().name());
    out.writeStringField("what", repair.what());
    out.writeEndObject();
  }
}
