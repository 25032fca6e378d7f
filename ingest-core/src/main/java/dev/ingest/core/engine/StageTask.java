package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import java.io.IOError;
import java.time.Duration;
import java.util.ServiceConfigurationError;

/** Runs the stage that a claimed entry is due for, and says how it went. */
final class StageTask implements LeasedDriver.Task {

  private final Node node;
  private final Committer committer;

  StageTask(Node node, Committer committer) {
    this.node = node;
    this.committer = committer;
  }

  @Override
  public Event perform(Entry entry, HeldLeases.Grip grip) {
    StageRef ref = entry.active().stage().orElseThrow();
    Pipeline pipeline = node.pipeline(entry.active().pipeline().name()).orElseThrow();
    Stage stage = pipeline.stage(ref).orElseThrow();
    try {
      SealedOutput output = run(stage, entry, grip);
      return new Event.StageDone(output, pipeline.after(ref));
    } catch (StageCancelledException e) {
      if (!grip.isActive()) {
        throw e;
      }
      return failed(entry, grip, e, false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      grip.checkActive();
      return failed(entry, grip, e, false);
    } catch (PermanentStageException
        | DamagedContentException
        | ManifestException
        | InvalidValueException e) {
      return failed(entry, grip, e, true);
    } catch (Exception
        | VirtualMachineError
        | LinkageError
        | AssertionError
        | IOError
        | ServiceConfigurationError e) {
      // An error in user code is retried like any exception, and its attempts are bounded.
      grip.checkActive();
      return failed(entry, grip, e, false);
    }
  }

  private SealedOutput run(Stage stage, Entry entry, HeldLeases.Grip grip) throws Exception {
    try (StageRun run = new StageRun(node.content(), node.seams().beside(), entry, grip)) {
      stage.run(run);
      return run.seal();
    }
  }

  private Event failed(Entry entry, HeldLeases.Grip grip, Throwable cause, boolean permanent) {
    Duration backoff =
        node.policies().work().backoff(entry.active().attempts(), node.seams().unit());
    return new Event.StageFailed(
        Failures.of(
            permanent ? "STAGE_REFUSED" : "STAGE_ERROR",
            entry.active().stage(),
            Failures.describe(cause)),
        permanent,
        node.policies().work().maxAttempts(),
        committer.now(grip).plus(backoff));
  }
}
