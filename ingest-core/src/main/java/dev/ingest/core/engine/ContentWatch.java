package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks on each node whether the content store answers it, and takes what it writes, and has it
 * told once for all nodes when it has not for {@value #LONG_SECONDS} s ({@link SharedOutage}).
 *
 * <p>Where nothing was heard of it for {@value #QUIET_SECONDS} s it is asked by a read, on a thread
 * apart so that one which hangs is told like one that fails; of its writes this sees what becomes
 * of those that return ({@link ContentHealth}). Its end is told when nothing was wrong for as long,
 * and, where bytes were refused, some were taken since, whichever node they were refused on. For
 * one thread.
 */
public final class ContentWatch {

  /** How often it looks. */
  static final Duration PERIOD = Duration.ofSeconds(5);

  private static final String NAME = "content";
  private static final int LONG_SECONDS = 30;
  private static final int QUIET_SECONDS = 10;

  private final Node node;
  private final ContentHealth health;
  private final Recipient store;
  private final SharedOutage outage;
  private int failures;
  private OptionalLong fineSince = OptionalLong.empty();

  ContentWatch(Node node, ContentHealth health) {
    this.node = node;
    this.health = health;
    this.store = new Recipient("content store " + node.content().name(), node.seams().questions());
    this.outage =
        new SharedOutage(node, NAME, AlertCode.CONTENT_UNREACHABLE, AlertCode.CONTENT_BACK);
  }

  /**
   * Tells since when the content store is told to be out.
   *
   * @param ledger where it is told
   * @return the ledger's time; empty if no live node sees it out, or none has told
   */
  public static Optional<Instant> outSince(LedgerStore ledger) {
    return SharedOutage.since(ledger, NAME);
  }

  /**
   * Looks.
   *
   * @return 0
   */
  int tick() {
    long heardAt = health.heardAt();
    Throwable error = isLong(heardAt, QUIET_SECONDS) ? ask() : null;
    if (error == null) {
      failures = 0;
      lookAtRefusals();
      return 0;
    }
    failures++;
    fineSince = OptionalLong.empty();
    // A node that stood still has not heard for long of a store that fails for a moment.
    if (failures > 1) {
      seen(heardAt, "has not answered", error, false);
    }
    return 0;
  }

  private @Nullable Throwable ask() {
    return store.tell(() -> node.content().stat(Binding.key(1)));
  }

  private void lookAtRefusals() {
    Optional<ContentHealth.Refusing> refusing = health.refusing();
    if (refusing.isPresent()) {
      fineSince = OptionalLong.empty();
      if (seen(
          refusing.get().since(),
          "answers, and has not taken bytes of",
          refusing.get().cause(),
          true)) {
        health.keep();
      }
    } else {
      noteFine();
    }
  }

  /** A store that comes and goes is not back before it has stayed. */
  private void noteFine() {
    if (fineSince.isEmpty()) {
      fineSince = OptionalLong.of(elapsed());
    } else if (isLong(fineSince.getAsLong(), LONG_SECONDS)) {
      outage.over(
          "content store %s answers %s, and has refused none of its bytes for %d s"
              .formatted(node.content().name(), node.identity().id(), LONG_SECONDS),
          health.takenAgo());
    }
  }

  private boolean seen(long since, String what, Throwable cause, boolean needsUse) {
    boolean isLong = isLong(since, LONG_SECONDS);
    if (isLong) {
      outage.seen(
          "content store %s %s %s for %d s, last with: %s; see whether it runs and the node reaches it, and"
                  .formatted(
                      node.content().name(),
                      what,
                      node.identity().id(),
                      Duration.ofNanos(elapsed() - since).toSeconds(),
                      Failures.describe(cause))
              + " whether its disk or quota is full or the right to write was taken away",
          needsUse);
    }
    return isLong;
  }

  private boolean isLong(long since, int seconds) {
    return elapsed() - since >= Duration.ofSeconds(seconds).toNanos();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
