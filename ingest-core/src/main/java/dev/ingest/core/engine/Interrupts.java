package dev.ingest.core.engine;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.function.BooleanSupplier;

/**
 * What becomes of an interrupt that code of others leaves behind. On a thread of the embedding
 * service it stays set, for whoever waits there next. On a thread of the engine, which nobody
 * interrupts, it is let go of, as it would strike what the thread does next for others.
 */
final class Interrupts {

  private Interrupts() {}

  /** Keeps what an interrupt told, where it comes as an error that nobody had to declare. */
  static void keep(Throwable thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets go of an interrupt that came in between.
   *
   * @param wasInterrupted whether there was one before
   */
  @SuppressWarnings("ResultOfMethodCallIgnored")
  static void restore(boolean wasInterrupted) {
    if (!wasInterrupted) {
      Thread.interrupted();
    }
  }

  /**
   * Lets go of an interrupt that a stage left on its thread, unless the engine ends the work: it
   * says first that it does, and interrupts then, so what is asked after the interrupt was taken
   * knows of each that was the engine's.
   *
   * @param isGoingOn whether nobody ends the work
   */
  static void dropLeftBehind(BooleanSupplier isGoingOn) {
    if (Thread.interrupted() && !isGoingOn.getAsBoolean()) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Tells whether an error says no more than that the thread of the call was interrupted: whoever
   * was asked has refused nothing.
   */
  static boolean caused(Throwable thrown) {
    return Failures.isCausedBy(thrown, Interrupts::isOfInterrupt);
  }

  private static boolean isOfInterrupt(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || thrown instanceof FileLockInterruptionException
        || (thrown instanceof InterruptedIOException && Thread.currentThread().isInterrupted());
  }
}
