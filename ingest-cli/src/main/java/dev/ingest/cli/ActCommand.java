package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.ActReport;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A decision about one sequence, recorded with who and why. */
abstract class ActCommand extends EngineCommand {

  private final Decision decision;
  private final boolean choosesPipeline;

  @Mixin private Lookup lookup = new Lookup();

  @Mixin private Because because = new Because();

  @Option(names = "--dry-run", description = "Only tell what it would do.")
  private boolean dryRun;

  ActCommand(Surroundings surroundings, BiFunction<Acts, SequenceKey, ActReport> act) {
    this(surroundings, (acts, key, pipeline) -> act.apply(acts, key), false);
  }

  ActCommand(Surroundings surroundings, Decision decision) {
    this(surroundings, decision, true);
  }

  private ActCommand(Surroundings surroundings, Decision decision, boolean choosesPipeline) {
    super(surroundings);
    this.decision = decision;
    this.choosesPipeline = choosesPipeline;
  }

  /** What is decided about a sequence, with the pipeline that the command line names. */
  @FunctionalInterface
  interface Decision {

    ActReport about(Acts acts, SequenceKey key, String pipeline);
  }

  /** Places a hold. */
  @Command(
      name = "hold",
      description = {
        "Keeps a sequence's raw bytes, whatever the time, until it is released.",
        "It must be in flight, VERIFIED or FAILED; a second hold replaces the first."
      })
  static final class Hold extends ActCommand {
    Hold(Surroundings surroundings) {
      super(surroundings, Acts::hold);
    }

    @Override
    boolean needsContent() {
      return false;
    }
  }

  /** Releases a hold. */
  @Command(name = "release", description = "Takes a hold back.")
  static final class Release extends ActCommand {
    Release(Surroundings surroundings) {
      super(surroundings, Acts::release);
    }

    @Override
    boolean needsContent() {
      return false;
    }
  }

  /** Sends a sequence through its pipeline again. */
  @Command(
      name = "redrive",
      description = "Sends a FAILED sequence through its pipeline again, with a new deadline.")
  static final class Redrive extends ActCommand {

    @Mixin private TimeOptions times = new TimeOptions();

    Redrive(Surroundings surroundings) {
      super(surroundings, Acts::redrive);
    }

    @Override
    void configure(IngestBuilder builder) {
      builder.times(times.policy());
    }
  }

  /** Sends a sequence through another pipeline. */
  @Command(
      name = "reroute",
      description = {
        "Sends a sequence that is in flight or FAILED through another pipeline, by the deadline",
        "that it has: for one whose pipeline no node runs any more."
      })
  static final class Reroute extends ActCommand {

    @Option(
        names = "--to",
        required = true,
        paramLabel = "PIPELINE",
        description = "Which: photos, copy, or one that a route names.")
    private String to = "";

    Reroute(Surroundings surroundings) {
      super(surroundings, Acts::reroute, false);
    }

    @Override
    String pipeline() {
      return to;
    }
  }

  /** Gives a sequence up. */
  @Command(
      name = "discard",
      description = "Gives a FAILED or LOST sequence up: its bytes go, its history stays.")
  static final class Discard extends ActCommand {
    Discard(Surroundings surroundings) {
      super(surroundings, Acts::discard);
    }
  }

  /** Has a result made again beside the published one, to take its place. */
  @Command(
      name = "replace",
      description = {
        "Has a VERIFIED sequence's raw bytes pass through --pipeline beside its published result.",
        "What is made takes the result's place once it is verified; until then, and if it fails,"
            + " nothing changes. `run` does the work."
      })
  static final class Replace extends ActCommand {
    Replace(Surroundings surroundings) {
      super(surroundings, (Decision) Acts::replace);
    }
  }

  /** Has a result made again beside the published one, to be compared. */
  @Command(
      name = "shadow",
      description = {
        "Has a VERIFIED sequence's raw bytes pass through --pipeline beside its published result.",
        "What is made is verified and compared with the result, item by item, and never published;"
            + " `history` tells what differs. `run` does the work."
      })
  static final class Shadow extends ActCommand {
    Shadow(Surroundings surroundings) {
      super(surroundings, (Decision) Acts::shadow);
    }
  }

  /** Ends a replacement or shadow run. */
  @Command(
      name = "cancel-run",
      description = "Ends the replacement or shadow run of a sequence; its published result stays.")
  static final class CancelRun extends ActCommand {
    CancelRun(Surroundings surroundings) {
      super(surroundings, Acts::cancelRun);
    }
  }

  /** Tells whether it is decided by the ledger alone, so that it can be while content is away. */
  boolean needsContent() {
    return true;
  }

  /** The pipeline that the decision is about, if it is about one. */
  String pipeline() {
    return options().pipeline();
  }

  private Stores stores() {
    Place place = options().place();
    return needsContent()
        ? place.open(surroundings().clock())
        : place.openLedger(surroundings().clock(), terminal());
  }

  /** What runs beside a result is chosen by whoever starts it; all else keeps its pipeline. */
  private void checkPipeline() {
    if (choosesPipeline && !options().namesPipeline()) {
      throw new UsageException("name the pipeline to run it through with --pipeline");
    }
    if (!choosesPipeline && options().namesPipeline()) {
      throw new UsageException(
          "a sequence keeps its pipeline here; leave --pipeline out, or use `reroute --to`,"
              + " `replace` or `shadow`");
    }
  }

  @Override
  int perform() {
    checkPipeline();
    try (Stores stores = stores();
        Ingest engine =
            needsContent() ? engine(stores, EngineListener.NONE) : ledgerEngine(stores)) {
      Acts acts = because.acts(engine);
      SequenceKey key = lookup.find(stores.ledger().ledger()).key();
      ActReport report = decision.about(dryRun ? acts.rehearsal() : acts, key, pipeline());
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.act(report, stores.ledger().ledger().now());
        }
      } else {
        print(report);
      }
      return ExitCodes.DONE;
    }
  }

  private void print(ActReport report) {
    boolean committed = report.committed();
    terminal().say(Terminal.line((committed ? "" : "would be done: ") + line(report)));
    for (AlertRow alert : report.alerts()) {
      terminal()
          .say(
              Terminal.line(
                  "%s %s: %s"
                      .formatted(
                          committed ? "alert" : "would be told:",
                          alert.group().code(),
                          alert.message())));
    }
  }

  private static String line(ActReport report) {
    State before = report.before().state();
    Entry after = report.after();
    String change = before == after.state() ? "" : before + " -> ";
    return "%s %s%s%s, %s, deadline %s, expires %s"
        .formatted(
            after.key(),
            change,
            after.state(),
            after.beside().run().map(run -> ", with a " + EntryText.run(run)).orElse(""),
            after
                .standing()
                .hold()
                .map(hold -> "held by %s (%s)".formatted(hold.actor(), hold.reason()))
                .orElse("not held"),
            after.receipt().deadline(),
            after.receipt().expiresAt());
  }
}
