package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.AuditPolicy;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.LastWord;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.spi.ledger.Census;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Works: runs stages, verifies, publishes. */
@Command(
    name = "run",
    description = {
      "Runs stages, verifies and publishes, until it is told to stop (Ctrl-C, SIGTERM).",
      "Stopping hands unfinished work back; nothing is lost if the process is killed instead."
    })
final class RunCommand extends EngineCommand {

  @Option(names = "--until-idle", description = "Stop when nothing is left that can be done.")
  private boolean untilIdle;

  @Option(
      names = "--watch-only",
      description = "Run no stages: only tell of deadlines, let expire, and send alerts.")
  private boolean watchOnly;

  @Option(
      names = "--no-scrub",
      description = "Do not read again what was proven long ago; others have to.")
  private boolean noScrub;

  @Mixin private SchemaOption schema = new SchemaOption();

  @Mixin private TimeOptions times = new TimeOptions();

  @Mixin private ExpiryOptions expiry = new ExpiryOptions();

  @Option(
      names = "--audit-every",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "How long after the beginning of an audit the next one begins (default: 1d); 0s for never.")
  private Duration auditEvery = Duration.ofDays(1);

  @Mixin private AlertOptions alerts = new AlertOptions();

  RunCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void configure(IngestBuilder builder) {
    builder.times(times.policy()).scrub(ScrubPolicy.DEFAULT.withOn(!noScrub)).audits(audits());
    if (expiry.isGiven()) {
      builder.expiry(expiry.policy(times.policy()));
    }
  }

  @Override
  int perform() throws InterruptedException {
    if (watchOnly && untilIdle) {
      throw new UsageException("--watch-only has nothing to become idle of; stop it by Ctrl-C");
    }
    expiry.check(times.policy());
    audits();
    ProgressBar progress = new ProgressBar(terminal(), interactive(), "sequences", 0);
    try (AlertOptions.Opened sinks =
            alerts.open(new TerminalSink(terminal(), progress::clear), surroundings().clock());
        Stores stores = schema.in(options().place()).create(surroundings().clock())) {
      Census census = stores.ledger().ledger().census(Optional.empty());
      progress.grow(census.inFlight());
      RunListener listener =
          new RunListener(terminal(), !options().json() && !interactive(), progress);
      LastWord lastWord = LastWord.of(stores.ledger());
      boolean idle = work(stores, listener, sinks);
      progress.clear();
      int code = report(stores, listener, idle, lastWord);
      if (!idle) {
        terminal().warn("stopped before everything was done; run again");
        return ExitCodes.worse(code, ExitCodes.UNKNOWN);
      }
      return code;
    }
  }

  private AuditPolicy audits() {
    return auditEvery.isZero() ? AuditPolicy.NEVER : AuditPolicy.DEFAULT.withEvery(auditEvery);
  }

  private boolean work(Stores stores, RunListener listener, AlertOptions.Opened sinks)
      throws InterruptedException {
    try (Ingest engine = told(stores, listener, sinks).build()) {
      // The engine ends in order also where the process is told to stop meanwhile.
      Thread stop = new Thread(engine::close, "ingest-stop");
      Runtime.getRuntime().addShutdownHook(stop);
      try {
        if (!untilIdle) {
          engine.start();
          new CountDownLatch(1).await();
        }
        boolean idle = engine.runUntilIdle();
        if (!idle && Thread.interrupted()) {
          throw new InterruptedException("interrupted before the engine was idle");
        }
        return idle;
      } finally {
        forget(stop);
      }
    }
  }

  /** Begins an engine and tells it all that the options say. */
  IngestBuilder told(Stores stores, EngineListener listener, AlertOptions.Opened sinks) {
    IngestBuilder builder = watchOnly ? watcher(stores, listener) : builder(stores, listener);
    sinks.addTo(builder);
    return builder;
  }

  AlertOptions alerts() {
    return alerts;
  }

  private static void forget(Thread stop) throws InterruptedException {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // The process is going down. The stores must stay open until that thread has stopped the
      // engine, which hands back through them.
      stop.join();
    }
  }

  private int report(Stores stores, RunListener listener, boolean idle, LastWord lastWord) {
    Attention attention = new Attention(stores.ledger().ledger().now());
    Accounts accounts =
        Accounts.of(
            stores.ledger().ledger(),
            Optional.empty(),
            idle ? attention::examineAfterWork : attention::examine);
    attention.print(terminal());
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeNumberField("published", listener.published()));
        json.write(out -> out.writeNumberField("failed", listener.failed()));
        json.accounts(accounts);
      }
    } else {
      terminal().say(accounts.line());
    }
    boolean isUntold = lastWord.isUntold();
    if (isUntold) {
      // This process ends, and may be the only one that tells.
      terminal().warn("alerts wait that no sink has taken; `ingest alerts` shows them");
    }
    return attention.isNeeded() || accounts.unaccountedFor() > 0 || isUntold
        ? ExitCodes.NEEDS_PERSON
        : ExitCodes.DONE;
  }
}
