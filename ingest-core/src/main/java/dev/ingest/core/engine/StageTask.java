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
import java.time.Duration;
import java.util.Optional;

/** Runs the stage that a claimed entry is due for, and says how it went. */
final class StageTask implements LeasedDriver.Task {

  private final Node node;

  StageTask(Node node) {
    this.node = node;
  }

  @Override
  public Event perform(Entry entry, HeldLeases.Grip grip) {
    StageRef ref = entry.run().stage().orElseThrow();
    Pipeline pipeline = node.pipeline(entry.run().pipeline().name()).orElseThrow();
    Stage stage = pipeline.stage(ref).orElseThrow();
    try {
      SealedOutput output = run(stage, entry, grip);
      return new Event.StageDone(output, pipeline.after(ref));
    } catch (StageCancelledException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StageCancelledException("stage " + ref + " of " + entry.key() + " was interrupted");
    } catch (PermanentStageException
        | DamagedContentException
        | ManifestException
        | InvalidValueException e) {
      return failed(entry, ref, e, true);
    } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
      // What a stage throws is its own affair as long as the virtual machine can still report it;
      // an
      // OutOfMemoryError in user code is retried like any other error, and its attempts are
      // bounded.
      grip.checkActive();
      return failed(entry, ref, e, false);
    }
  }

  private SealedOutput run(Stage stage, Entry entry, HeldLeases.Grip grip) throws Exception {
    try (StageRun run = new StageRun(node.content(), node.seams().digests(), entry, grip)) {
      stage.run(run);
      return run.seal();
    }
  }

  private Event failed(Entry entry, StageRef stage, Throwable cause, boolean permanent) {
    Duration backoff = node.policies().work().backoff(entry.run().attempts(), node.seams().unit());
    return new Event.StageFailed(
        Failures.of(
            permanent ? "STAGE_REFUSED" : "STAGE_ERROR",
            Optional.of(stage),
            Failures.describe(cause)),
        permanent,
        node.policies().work().maxAttempts(),
        node.ledger().ledger().now().plus(backoff));
  }
}
