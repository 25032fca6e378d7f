package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says whether anything that was ever accepted is unaccounted for. */
@Command(
    name = "audit",
    description = {
      "Compares the ledger with everything that is stored, and names what does not fit.",
      "Status 0 only if all was read and all fits; 1 with findings, 3 if something was not read."
    })
final class AuditCommand extends EngineCommand {

  @Option(
      names = "--receipts",
      paramLabel = "FILE",
      description = "Also looks up the receipts in a file of what submit printed.")
  private @Nullable Path receipts;

  @Option(
      names = "--history",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Follows the hash chain of each history, as audits of nodes do (default: yes).")
  private boolean history = true;

  @Option(names = "--bytes", description = "Also reads every stored byte back.")
  private boolean bytes;

  @Option(
      names = "--stuck-after",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long work may be due before it is a finding (default: 1h).")
  private Duration stuckAfter = AuditOptions.DEFAULT.stuckAfter();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = {
        "Keeps its progress under this name: processes that run it at the same time share it, and",
        "one that was ended goes on where it was."
      })
  private @Nullable String name;

  @Option(names = "--anew", description = "Forgets the progress under --name first.")
  private boolean anew;

  @Option(
      names = "--per-second",
      paramLabel = "N",
      description = "Looks at N sequences in a second at most (default: no bound).")
  private int perSecond = AuditOptions.DEFAULT.perSecond();

  @Option(
      names = "--ranges",
      paramLabel = "N",
      description = "Reads N ranges of places at a time, 1 to 16 (default: 2).")
  private int ranges = AuditOptions.DEFAULT.ranges();

  AuditCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (perSecond < 1 || stuckAfter.isZero()) {
      throw new UsageException("--per-second takes 1 or more, --stuck-after more than 0s");
    }
    if (ranges < 1 || ranges > AuditOptions.MOST_RANGES) {
      throw new UsageException("--ranges takes 1 to " + AuditOptions.MOST_RANGES);
    }
    if (anew && name == null) {
      throw new UsageException("--anew needs --name");
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      return options().json() ? auditAsJson(engine) : auditAsText(engine);
    }
  }

  private AuditReport audit(Ingest engine, AuditListener listener) {
    AuditOptions wanted = new AuditOptions(history, bytes, stuckAfter, perSecond, ranges);
    Path file = receipts;
    if (file == null) {
      return audit(engine, wanted, Collections.emptyIterator(), listener);
    }
    try (ReceiptFile known = new ReceiptFile(file)) {
      return audit(engine, wanted, known, listener);
    }
  }

  private AuditReport audit(
      Ingest engine, AuditOptions wanted, Iterator<KnownReceipt> known, AuditListener listener) {
    String kept = name;
    if (kept == null) {
      return engine.audit(wanted, known, listener);
    }
    if (anew) {
      engine.forgetAudit(kept);
    }
    try {
      return engine.audit(kept, wanted, known, listener);
    } catch (ConfigurationException | InvalidValueException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private int auditAsText(Ingest engine) {
    AuditBar bar =
        new AuditBar(new ProgressBar(terminal(), interactive(), "‰ of all places", 1_000));
    AuditReport report =
        audit(
            engine,
            new AuditListener() {
              @Override
              public void found(AuditFinding finding) {
                bar.clear();
                terminal().say(AuditText.finding(finding));
              }

              @Override
              public void unread(AuditReport.Unread part) {
                bar.clear();
                terminal().say(Terminal.line("UNREAD " + part.part() + ": " + part.why()));
              }

              @Override
              public void reached(AuditReport.Looked looked, double share) {
                bar.reached(share);
              }
            });
    bar.clear();
    terminal().say(AuditText.summary(report));
    return ended(report);
  }

  /** Findings are written as they come, so what is known of the whole follows them. */
  private int auditAsJson(Ingest engine) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("findings"));
      AuditReport report = audit(engine, json::auditFinding);
      json.write(JsonGenerator::writeEndArray);
      json.auditReport(report);
      return ended(report);
    }
  }

  private int ended(AuditReport report) {
    if (!report.isClean()) {
      terminal().warn(AuditText.summary(report));
    }
    if (report.findingCount() > 0) {
      return ExitCodes.NEEDS_PERSON;
    }
    return report.isComplete() ? ExitCodes.DONE : ExitCodes.UNKNOWN;
  }
}
