package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stage whose attempts are observed. */
record ObservedStage(String pipeline, Stage code, StageObserver observer) implements Stage {

  private static final Logger LOG = LoggerFactory.getLogger(ObservedStage.class);

  /** Has a stage observed that is here; one whose code is elsewhere stays as it is. */
  static Stage of(String pipeline, Stage stage, StageObserver observer) {
    return DeclaredStage.isHere(stage)
        ? new DeclaredStage(
            new ObservedStage(pipeline, stage, observer), stage.accepts(), stage.alsoRuns())
        : stage;
  }

  @Override
  public StageRef ref() {
    return code.ref();
  }

  @Override
  public void run(StageContext context) throws Exception {
    Observed attempt = new Observed(code, context);
    try {
      observer.observe(pipeline, ref(), context.sequence(), attempt);
    } catch (Throwable e) {
      if (e != attempt.thrown) {
        LOG.warn("the observer of {} failed on {}", ref(), context.sequence(), e);
        restoreInterrupt(e);
      }
    }
    attempt.end();
  }

  private static void restoreInterrupt(Throwable thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * One attempt, which runs once, and on the thread of its stage alone: so it has ended when the
   * observer has returned, and the stage does not end before its code.
   */
  private static final class Observed implements StageObserver.Attempt {

    private final Stage code;
    private final StageContext context;
    private final Thread caller = Thread.currentThread();
    private boolean hasRun;
    private @Nullable Throwable thrown;

    Observed(Stage code, StageContext context) {
      this.code = code;
      this.context = context;
    }

    @Override
    public void run() throws Exception {
      if (!Thread.currentThread().equals(caller)) {
        throw new IllegalStateException(
            "an attempt at %s is run by %s, which called the observer, not by %s"
                .formatted(code.ref(), caller.getName(), Thread.currentThread().getName()));
      }
      if (hasRun) {
        throw new IllegalStateException(
            "an attempt at %s was run before; an observer runs it once".formatted(code.ref()));
      }
      hasRun = true;
      try {
        code.run(context);
      } catch (Throwable e) {
        thrown = e;
        throw e;
      }
    }

    /** Ends as the stage did, whatever the observer made of it. */
    void end() throws Exception {
      if (!hasRun) {
        run();
      } else if (thrown instanceof Exception exception) {
        throw exception;
      } else if (thrown instanceof Error error) {
        throw error;
      }
    }
  }
}
