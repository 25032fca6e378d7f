package dev.ingest.core.engine;

import dev.ingest.core.Beat;
import dev.ingest.core.LastWord;
import dev.ingest.spi.NodeId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait at the end of a run for whoever is to tell what it has raised: while alerts wait, or
 * watchers have not looked yet, and the pump's lease is with another process of which nothing was
 * seen since the run began, until that is seen to tell, or this node has taken over, which then
 * tells all as it ends. Bounded, whatever the ledger does but for the call that is under way. For
 * one thread.
 */
final class TellingWait {

  /** More than a lease of the pump, its period and a tick. */
  static final Duration LONGEST = Duration.ofSeconds(75);

  private static final Logger LOG = LoggerFactory.getLogger(TellingWait.class);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Node node;
  private final Supervisor supervisor;
  private final BooleanSupplier haveLooked;
  private @Nullable LastWord lastWord;

  /**
   * Creates a wait of which nothing is noted yet.
   *
   * @param node who waits
   * @param supervisor whom it tells
   * @param haveLooked whether each watcher of the node has looked once, and has raised by then what
   *     it found
   */
  TellingWait(Node node, Supervisor supervisor, BooleanSupplier haveLooked) {
    this.node = node;
    this.supervisor = supervisor;
    this.haveLooked = haveLooked;
  }

  /** Notes who tells, unless that is noted already, or cannot be read: before the work is done. */
  void note() {
    if (lastWord == null) {
      supervisor.supervise(
          "last word",
          () -> {
            lastWord = LastWord.of(node.ledger());
            return 0;
          });
    }
  }

  /** Waits, and says so; for {@link #LONGEST} at most, and not where the node stops. */
  void await() {
    long begun = node.seams().elapsed().getAsLong();
    boolean isSaid = false;
    boolean goesOn = true;
    while (goesOn && node.seams().elapsed().getAsLong() - begun < LONGEST.toNanos()) {
      Held held = look();
      if (held.by().isPresent() && !isSaid) {
        say(held.by().get());
        isSaid = true;
      }
      goesOn = held.mayBe() && node.seams().pause().await(LOOK);
    }
  }

  /** Who holds it up, and whether somebody may, as where that could not be read. */
  private record Held(Optional<Beat> by, boolean mayBe) {}

  private Held look() {
    note();
    LastWord noted = lastWord;
    if (noted == null) {
      return new Held(Optional.empty(), true);
    }
    Held[] held = {new Held(Optional.empty(), true)};
    supervisor.supervise(
        "last word",
        () -> {
          Optional<NodeId> self = Optional.of(node.identity().id());
          Optional<Beat> pump = noted.unseenPump().filter(beat -> !beat.holder().equals(self));
          boolean looked = haveLooked.getAsBoolean();
          Optional<Beat> by = pump.filter(beat -> LastWord.isAlertWaiting(node.ledger()));
          held[0] = new Held(by, by.isPresent() || (pump.isPresent() && !looked));
          return 0;
        });
    return held[0];
  }

  private void say(Beat pump) {
    LOG.warn(
        "alerts wait for {}, whose pump beat at {} and may have been killed; waiting for it, or for"
            + " its lease to be over, for {} at most",
        pump.holder().map(NodeId::value).orElse("nobody"),
        pump.last(),
        LONGEST);
    if (supervisor.isHeard()) {
      supervisor
          .news()
          .give(node.seams().tasks(), listener -> listener.alertsHeldUp(pump), () -> {});
    }
  }
}
