package dev.ingest.core.engine;

import dev.ingest.core.Beat;
import dev.ingest.core.LastWord;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.DueQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait at the end of a run for whoever is to tell what it has raised: while alerts wait, or
 * watchers have not taken a turn yet, and the pump's lease is with another process of which nothing
 * was seen since the run began, until that is seen to tell, or this node has taken over, which then
 * tells all as it ends. So it does while a deadline that has passed is not told, and the sentinel's
 * lease is with such a process: this node's sentinel is refused its turns until it has run out.
 *
 * <p>Bounded, whatever the ledger does but for the call that is under way. A node without a pump of
 * its own takes nothing over: it says once who holds alerts up, and does not wait. For one thread.
 */
final class TellingWait {

  /** More than a lease of the pump, its period and a tick; the sentinel's are shorter. */
  static final Duration LONGEST = Duration.ofSeconds(75);

  private static final Logger LOG = LoggerFactory.getLogger(TellingWait.class);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Node node;
  private final Supervisor supervisor;
  private final Own own;
  private final InVain inVain;
  private @Nullable Noted noted;

  /**
   * What this node has of its own.
   *
   * @param hasPump whether it tells, once it has the lease
   * @param haveLooked whether each of its watchers has taken a turn, and has raised by then what it
   *     found
   */
  record Own(boolean hasPump, BooleanSupplier haveLooked) {}

  /** For whom a node has waited in vain. Thread-safe. */
  static final class InVain {
    private volatile List<Beat> beats = List.of();
  }

  /** Who told and looked when the run began, if that was another process. */
  private record Noted(Optional<Beat> pump, Optional<Beat> sentinel) {}

  /**
   * Creates a wait of which nothing is noted yet.
   *
   * @param node who waits
   * @param supervisor whom it tells
   * @param own what the node has of its own
   * @param inVain of the waits of this node; it does not wait for the same again
   */
  TellingWait(Node node, Supervisor supervisor, Own own, InVain inVain) {
    this.node = node;
    this.supervisor = supervisor;
    this.own = own;
    this.inVain = inVain;
  }

  /** Notes who tells, unless that is noted already, or cannot be read: before the work is done. */
  void note() {
    if (noted == null) {
      supervise(
          () -> {
            List<Beat> beats = Beats.of(node.ledger());
            noted = new Noted(another(beats, Watcher.PUMP), another(beats, Watcher.SENTINEL));
          });
    }
  }

  private void supervise(Runnable read) {
    supervisor.supervise("last word", DriverThreads.ending(read));
  }

  private Optional<Beat> another(List<Beat> beats, Watcher watcher) {
    Optional<NodeId> self = Optional.of(node.identity().id());
    return of(beats, watcher)
        .filter(beat -> beat.holder().isPresent())
        .filter(beat -> !beat.holder().equals(self));
  }

  private static Optional<Beat> of(List<Beat> beats, Watcher watcher) {
    return beats.stream().filter(beat -> beat.watcher().equals(watcher.label())).findFirst();
  }

  /** Waits, and says so; for {@link #LONGEST} at most, and not where the node stops. */
  void await() {
    long begun = elapsed();
    Held held = look();
    boolean isSaid = false;
    while (own.hasPump() && held.mayBe() && elapsed() - begun < LONGEST.toNanos()) {
      if (held.by().isPresent() && !isSaid) {
        say(held.by().get());
        isSaid = true;
      }
      if (!node.seams().pause().await(LOOK)) {
        return;
      }
      held = look();
    }
    if (!own.hasPump()) {
      held.by().ifPresent(this::say);
    }
    if (!held.unseen().isEmpty()) {
      inVain.beats = held.unseen();
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  /**
   * What holds it up.
   *
   * @param by who keeps alerts from being told
   * @param unseen for whom it waits
   * @param mayBe whether anything does, as where that could not be read
   */
  private record Held(Optional<Beat> by, List<Beat> unseen, boolean mayBe) {}

  private Held look() {
    note();
    Noted before = noted;
    Held[] held = {new Held(Optional.empty(), List.of(), true)};
    if (before != null) {
      supervise(() -> held[0] = look(before));
    }
    return held[0];
  }

  private Held look(Noted before) {
    List<Beat> beats = Beats.of(node.ledger());
    List<Beat> given = inVain.beats;
    Optional<Beat> pump =
        before.pump().filter(beat -> beats.contains(beat) && !given.contains(beat));
    boolean looked = own.haveLooked().getAsBoolean();
    Optional<Beat> by = pump.filter(beat -> LastWord.isAlertWaiting(node.ledger()));
    Optional<Beat> sentinel =
        before
            .sentinel()
            .filter(beat -> !given.contains(beat) && !hasBeaten(beat, beats) && isDeadlineUntold());
    List<Beat> unseen = Stream.concat((looked ? by : pump).stream(), sentinel.stream()).toList();
    return new Held(by, unseen, !unseen.isEmpty());
  }

  /** Who takes a lease over has not looked yet: the beat comes after that. */
  private static boolean hasBeaten(Beat before, List<Beat> beats) {
    return of(beats, Watcher.SENTINEL).filter(beat -> beat.beats() == before.beats()).isEmpty();
  }

  private boolean isDeadlineUntold() {
    DueQuery passed = DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, 1);
    return !node.ledger().ledger().due(passed).isEmpty();
  }

  private void say(Beat pump) {
    LOG.warn(
        "alerts wait for {}, whose pump beat at {} and may have been killed; {}",
        pump.holder().map(NodeId::value).orElse("nobody"),
        pump.last(),
        own.hasPump()
            ? "waiting for it, or for its lease to be over, for " + LONGEST + " at most"
            : "this engine does not watch, and does not wait for it");
    if (supervisor.isHeard()) {
      supervisor
          .news()
          .give(node.seams().tasks(), listener -> listener.alertsHeldUp(pump), () -> {});
    }
  }
}
