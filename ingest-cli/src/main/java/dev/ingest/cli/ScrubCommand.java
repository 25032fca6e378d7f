package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.ScrubListener;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.ScrubReport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads again what was proven least recently. */
@Command(
    name = "scrub",
    description = {
      "Reads stored bytes again, of what was proven least recently first, and records what it finds.",
      "Status 0 only if all that was due is proven; 1 with damage, 3 if something was not read."
    })
final class ScrubCommand extends EngineCommand {

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "What was proven longer ago is due (default: 30d, and 1d for raw bytes of what failed).")
  private @Nullable Duration olderThan;

  @Option(
      names = "--bytes-per-second",
      paramLabel = "N",
      description = "Reads N bytes in a second at most, 65536 or more (default: no bound).")
  private long bytesPerSecond = Long.MAX_VALUE;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Reads N sequences at most (default: all that are due).")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--backend-digests",
      description = "Asks the content store for digests that it computed, instead of reading.")
  private boolean backendDigests;

  ScrubCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (bytesPerSecond < 1 << 16 || limit < 1) {
      throw new UsageException("--bytes-per-second takes 65536 or more, --limit 1 or more");
    }
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      return options().json() ? scrubAsJson(engine) : scrubAsText(engine);
    }
  }

  private ScrubPolicy policy() {
    ScrubPolicy all =
        ScrubPolicy.DEFAULT
            .withOn(false)
            .withBytesPerSecond(bytesPerSecond)
            .withBackendDigests(backendDigests);
    return olderThan == null ? all : all.withAge(olderThan).withFailedAge(olderThan);
  }

  private int scrubAsText(Ingest engine) {
    ProgressBar bar = new ProgressBar(terminal(), interactive(), "sequences", 0);
    ScrubReport report =
        engine.scrub(
            policy(),
            limit,
            new ScrubListener() {
              @Override
              public void begun(long due) {
                bar.grow(due);
              }

              @Override
              public void read(ScrubReport.Sequence sequence) {
                if (sequence.outcome() != Outcome.PROVEN) {
                  bar.clear();
                  terminal().say(text(sequence));
                }
                bar.advance(1);
              }
            });
    bar.clear();
    terminal().say(summary(report));
    return ended(report);
  }

  /** What is not whole is written as it is found, so what is known of all follows it. */
  private int scrubAsJson(Ingest engine) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("sequences"));
      ScrubReport report =
          engine.scrub(
              policy(),
              limit,
              sequence -> {
                if (sequence.outcome() != Outcome.PROVEN) {
                  json.scrubbed(sequence);
                }
              });
      json.write(JsonGenerator::writeEndArray);
      json.scrubReport(report);
      return ended(report);
    }
  }

  private static String text(ScrubReport.Sequence sequence) {
    return Terminal.line(
        "%s %s %s, proven %s before: %s"
            .formatted(
                sequence.outcome() == Outcome.DAMAGED ? "DAMAGED" : "UNREAD",
                sequence.state(),
                sequence.key(),
                sequence.provenAt(),
                sequence.why()));
  }

  private static String summary(ScrubReport report) {
    return "scrub %s: %d proven, %d damaged, %d unread, %d left; %d bytes read"
        .formatted(
            report.isComplete() ? "complete" : "INCOMPLETE",
            report.proven(),
            report.damaged(),
            report.unread(),
            report.left(),
            report.bytes());
  }

  private int ended(ScrubReport report) {
    if (!report.isClean()) {
      terminal().warn(summary(report));
    }
    if (report.damaged() > 0) {
      return ExitCodes.NEEDS_PERSON;
    }
    return report.isComplete() ? ExitCodes.DONE : ExitCodes.UNKNOWN;
  }
}
