package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A transition on its way to the ledger, and who waits for its outcome. */
final class Pending {

  private final Transition transition;
  private final Optional<HeldLeases.Grip> lease;
  private final Consumer<Outcome> then;

  /** When it was queued, in the nanoseconds of {@link Seams#elapsed()}. */
  final long queuedAt;

  /** How often it was submitted. Used by the thread that settles its batch alone. */
  int submissions;

  /** What hid the last answer. Used by the thread that settles its batch alone. */
  Throwable cause = new IllegalStateException("it was not submitted yet");

  /** How long the call took that failed last. Used by the thread that settles its batch alone. */
  private Duration took = Duration.ZERO;

  /** Whether a call that took long has failed with others in it. Used as that is. */
  private boolean isAlone;

  /** Whether it was this one that the last call failed for. Used as that is. */
  private boolean isNamed;

  /** What {@link Suspects} keeps of it. Guarded by the lock of its {@link GroupCommit}. */
  final Suspicion suspicion = new Suspicion();

  /** Creates one that is queued now, for work under a lease or for someone who waits. */
  Pending(
      Transition transition,
      Optional<HeldLeases.Grip> lease,
      long queuedAt,
      Consumer<Outcome> then) {
    this.transition = transition;
    this.lease = lease;
    this.queuedAt = queuedAt;
    this.then = then;
  }

  Transition transition() {
    return transition;
  }

  SequenceKey key() {
    return transition.key();
  }

  /** The lease under which its work was done; empty if someone waits for its outcome. */
  Optional<HeldLeases.Grip> lease() {
    return lease;
  }

  /**
   * Notes that a call has not told its outcome.
   *
   * @param time how long the call took
   * @param named whether the call was for it alone, or told the outcomes of others
   */
  void failed(Duration time, boolean named) {
    took = time;
    isNamed = named;
    isAlone |= !named && time.compareTo(Settlement.LONG) >= 0;
  }

  /** Tells whether it is to be submitted with no other. */
  boolean isAlone() {
    return isAlone;
  }

  /** For how long it holds up others whenever it is submitted; zero if that is not known. */
  Duration holdsUp() {
    return isNamed && took.compareTo(Settlement.LONG) >= 0 ? took : Duration.ZERO;
  }

  void answer(Outcome outcome) {
    then.accept(outcome);
  }

  /** How a transition whose outcome stayed unknown has fared. */
  static final class Suspicion {
    long againAt;
    Duration pause = Suspects.FIRST_PAUSE;
    boolean isUnderWay;
    boolean isLastTry;
    int refusals;
    long settledBefore;
    long renewedBefore;

    private Suspicion() {}
  }
}
