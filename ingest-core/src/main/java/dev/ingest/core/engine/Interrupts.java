package dev.ingest.core.engine;

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
}
