package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of an alert past the ledger, straight to the sinks: for what cannot go through the
 * outbox, since the ledger or the pump is out.
 *
 * <p>It touches no store. What it is to tell waits here, at most {@value #MAX_GROUPS} groups, each
 * as one message with a count, and is sent to the first sink that acknowledges; a group that was
 * sent is sent again after {@value #SPACING_SECONDS} s at the earliest. It does not survive the
 * process; every message also goes to the log at once.
 *
 * <p>It also notices when the ledger has not answered this node for {@value #UNREACHABLE_SECONDS}
 * s, counted from the first tick on, even while a call of the ledger hangs. So its tick needs a
 * thread of its own. Thread-safe, and ticked by one thread at a time.
 *
 * <p>A sink that does not return ({@link Recipient}) has failed, and the next is asked; the other
 * messages of the tick do not wait for it again.
 */
final class DirectAlerts {

  private static final Logger LOG = LoggerFactory.getLogger(DirectAlerts.class);
  private static final int MAX_GROUPS = 100;
  private static final int SPACING_SECONDS = 60;
  private static final int UNREACHABLE_SECONDS = 15;

  private final Node.Identity identity;
  private final IncarnationId incarnation;
  private final Seams seams;
  private final List<Way> ways;
  private final Object lock = new Object();
  private final Map<AlertRow.Group, Waiting> groups = new LinkedHashMap<>();
  private boolean isCounting;
  private long answeredAt;
  private boolean isUnreachableTold;

  /**
   * Creates an empty path.
   *
   * @param identity who tells
   * @param incarnation the ledger that it is about, as it was opened
   * @param seams time and randomness
   * @param sinks where to, in the order in which they are tried; closed by their owner
   */
  DirectAlerts(
      Node.Identity identity, IncarnationId incarnation, Seams seams, List<AlertSink> sinks) {
    this.identity = identity;
    this.incarnation = incarnation;
    this.seams = seams;
    this.ways = sinks.stream().map(sink -> new Way(sink, seams.questions())).toList();
  }

  /** A sink as this path sees it: one that the pump waits for is not out here, nor the reverse. */
  private static final class Way {
    private final AlertSink sink;
    private final String name;
    private final Recipient recipient;
    private boolean isSlow;

    private Way(AlertSink sink, Seams.Questions questions) {
      this.sink = sink;
      this.name = sink.name();
      this.recipient = new Recipient("alert sink " + name, questions);
    }
  }

  /** What is known of one group. Guarded by the lock. */
  private static final class Waiting {
    private AlertRow row;
    private long count;
    private boolean wasSent;
    private long sentAt;
    private AlertMessage.@Nullable Direct underWay;

    private Waiting(AlertRow row) {
      this.row = row;
    }
  }

  /**
   * Takes an alert, to be sent by the next tick.
   *
   * @param code what it is
   * @param part the part concerned, such as a watcher's name, or empty text; at most 80 characters
   * @param message what happened and what to do; cut to 2,000 characters
   */
  void raise(AlertCode code, String part, String message) {
    AlertRow row =
        EngineAlert.of(code, part, message)
            .row(identity, seams.clock().instant().truncatedTo(ChronoUnit.MILLIS));
    LOG.error("{} {} on {}: {}", code, part, identity.id(), message);
    synchronized (lock) {
      Waiting waiting = groups.get(row.group());
      if (waiting == null) {
        forgetQuiet();
        if (groups.size() == MAX_GROUPS) {
          LOG.error("{} {} is not sent: {} other groups wait already", code, part, MAX_GROUPS);
          return;
        }
        waiting = new Waiting(row);
        groups.put(row.group(), waiting);
      }
      waiting.row = row;
      waiting.count++;
    }
  }

  /**
   * Notes that the ledger has answered.
   *
   * @return whether it was told to be unreachable before, so that its return is to be told
   */
  boolean ledgerAnswered() {
    synchronized (lock) {
      isCounting = true;
      answeredAt = elapsed();
      boolean wasTold = isUnreachableTold;
      isUnreachableTold = false;
      return wasTold;
    }
  }

  /**
   * Sends what waits, if it is time. Each message goes to the first sink that acknowledges it.
   *
   * @return how many messages were acknowledged
   * @throws AlertSinkException if no sink acknowledged one; it and those behind it go on waiting
   */
  int tick() {
    noticeSilentLedger();
    ways.forEach(way -> way.isSlow = false);
    int done = 0;
    for (AlertRow.Group group : waiting()) {
      AlertMessage.Direct message = take(group);
      if (message != null) {
        try {
          send(message);
        } catch (AlertSinkException e) {
          moveBehind(group);
          throw e;
        }
        sent(group, message);
        done++;
      }
    }
    return done;
  }

  private void noticeSilentLedger() {
    Duration silence;
    synchronized (lock) {
      if (!isCounting) {
        isCounting = true;
        answeredAt = elapsed();
      }
      silence = Duration.ofNanos(elapsed() - answeredAt);
      if (isUnreachableTold || silence.compareTo(Duration.ofSeconds(UNREACHABLE_SECONDS)) < 0) {
        return;
      }
      isUnreachableTold = true;
    }
    raise(
        AlertCode.LEDGER_UNREACHABLE,
        "",
        "the ledger has not answered %s for %d s; see whether it runs and the node reaches it"
            .formatted(identity.id(), silence.toSeconds()));
  }

  private List<AlertRow.Group> waiting() {
    synchronized (lock) {
      return new ArrayList<>(groups.keySet());
    }
  }

  private AlertMessage.@Nullable Direct take(AlertRow.Group group) {
    synchronized (lock) {
      Waiting waiting = groups.get(group);
      if (waiting == null || waiting.count == 0 || !isQuiet(waiting)) {
        return null;
      }
      if (waiting.underWay == null) {
        String id =
            "%016x%016x".formatted(seams.randomBits().getAsLong(), seams.randomBits().getAsLong());
        waiting.underWay = new AlertMessage.Direct(incarnation, id, waiting.row, waiting.count);
      }
      return waiting.underWay;
    }
  }

  /** Lets the others come first at the next tick: it may be this message that no sink takes. */
  private void moveBehind(AlertRow.Group group) {
    synchronized (lock) {
      Waiting waiting = groups.remove(group);
      if (waiting != null) {
        groups.put(group, waiting);
      }
    }
  }

  private void sent(AlertRow.Group group, AlertMessage.Direct message) {
    synchronized (lock) {
      Waiting waiting = groups.get(group);
      if (waiting != null) {
        waiting.underWay = null;
        waiting.count -= message.count();
        waiting.wasSent = true;
        waiting.sentAt = elapsed();
      }
    }
  }

  private void send(AlertMessage.Direct message) {
    AlertSinkException none =
        new AlertSinkException(
            "%s (%s) was taken by none of %d sinks; it is tried again"
                .formatted(message.key(), message.row().group().code(), ways.size()));
    for (Way way : ways) {
      Throwable error =
          way.isSlow
              ? new TimeoutException(way.name + " was too slow with another message of this tick")
              : way.recipient.tell(() -> way.sink.send(message));
      if (error == null) {
        return;
      }
      way.isSlow |= error instanceof TimeoutException;
      LOG.warn("{} did not take {}: {}", way.name, message.key(), Failures.describe(error));
      none.addSuppressed(error);
    }
    throw none;
  }

  /** Forgets groups that were sent long enough ago and have nothing to tell. */
  private void forgetQuiet() {
    groups.values().removeIf(waiting -> waiting.count == 0 && isQuiet(waiting));
  }

  private boolean isQuiet(Waiting waiting) {
    return !waiting.wasSent
        || elapsed() - waiting.sentAt >= Duration.ofSeconds(SPACING_SECONDS).toNanos();
  }

  private long elapsed() {
    return seams.elapsed().getAsLong();
  }
}
