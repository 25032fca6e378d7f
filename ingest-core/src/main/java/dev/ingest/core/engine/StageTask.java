package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs the stage that a claimed entry is due for, and says how it went. */
final class StageTask implements LeasedDriver.Task {

  private final Node node;
  private final Committer committer;
  private final StageRun.Later later;
  private final ContentDoubt doubt;

  StageTask(Node node, Committer committer, StageRun.Later later) {
    this.node = node;
    this.committer = committer;
    this.later = later;
    this.doubt = new ContentDoubt(node.content());
  }

  @Override
  public void requireReady() {
    doubt.requireSettled();
  }

  /** Each claim charges an attempt, so that the first has one. */
  @Override
  public void requireReadyFor(List<Entry> claimed) {
    if (claimed.stream().anyMatch(entry -> entry.active().attempts() > 1)) {
      doubt.requireSettledForAnother();
    }
  }

  @Override
  public Optional<Event> perform(Entry entry, HeldLeases.Grip grip) {
    StageRef ref = entry.active().stage().orElseThrow();
    Pipeline pipeline = node.pipeline(entry.active().pipeline().name()).orElseThrow();
    Stage stage = pipeline.stage(ref).orElseThrow();
    try {
      return run(stage, entry, grip)
          .map(output -> new Event.StageDone(output, pipeline.after(ref)));
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
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      // Of whatever kind: the attempt has failed now, and not when its lease runs out.
      doubt.note(e);
      grip.checkActive();
      return failed(entry, grip, e, false);
    }
  }

  private Optional<SealedOutput> run(Stage stage, Entry entry, HeldLeases.Grip grip)
      throws Exception {
    ContentPrefix prefix =
        KeyLayout.output(entry.key(), entry.active().epoch(), grip.held().token());
    try (StageRun run = new StageRun(node, entry, grip, prefix, later)) {
      stage.run(run);
      Interrupts.dropLeftBehind(grip::isActive);
      return run.isLeft() ? Optional.empty() : Optional.of(run.seal());
    }
  }

  private Optional<Event> failed(
      Entry entry, HeldLeases.Grip grip, Throwable cause, boolean permanent) {
    Duration backoff =
        node.policies().work().backoff(entry.active().attempts(), node.seams().unit());
    return Optional.of(
        new Event.StageFailed(
            failure(entry, permanent, Failures.describe(cause)),
            permanent,
            node.policies().work().maxAttempts(),
            committer.now(grip).plus(backoff)));
  }

  static Failure failure(Entry entry, boolean permanent, String message) {
    return Failures.of(
        permanent ? "STAGE_REFUSED" : "STAGE_ERROR", entry.active().stage(), message);
  }
}
