package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An outage that each node sees for itself: told once when the first sees it, and once when none
 * does any more, however many nodes there are.
 *
 * <p>One control record has a mark and the time of each node that sees it, {@value #MOST_MARKS} at
 * most, which is enough to know that it lasts. Who sees it says so again every {@value
 * #AGAIN_SECONDS} s; one that has not for {@value #FORGOTTEN_SECONDS} s has died, by the ledger's
 * clock, and counts no more. Before a node tells, it writes by compare-and-set that it is about to,
 * and afterwards that it has: so one tells of those that see it at the same time. One that dies in
 * between is made good by another after {@value #LEFT_SECONDS} s; it may be told twice then, and is
 * never lost. A record of another life of the ledger counts as none. For one thread.
 */
final class SharedOutage {

  /** The kind of the control records. */
  static final String KIND = "outage";

  private static final Logger LOG = LoggerFactory.getLogger(SharedOutage.class);
  private static final int MOST_MARKS = 40;
  private static final int AGAIN_SECONDS = 30;
  private static final int FORGOTTEN_SECONDS = 120;
  private static final int LEFT_SECONDS = 60;
  private static final int MARK = 8;

  private final Node node;
  private final ControlRecord.Key key;
  private final AlertCode begins;
  private final AlertCode ends;
  private final String mark;
  private boolean isSeen;
  private long lookedAt;

  /**
   * @param node who sees it
   * @param name of the record
   * @param begins the code that tells of it
   * @param ends the code that tells of its end
   */
  SharedOutage(Node node, String name, AlertCode begins, AlertCode ends) {
    this.node = node;
    this.key = new ControlRecord.Key(KIND, name);
    this.begins = begins;
    this.ends = ends;
    this.mark = Digest.ofUtf8(node.identity().id().value()).hex().substring(0, MARK);
    this.lookedAt = elapsed() - Duration.ofSeconds(AGAIN_SECONDS).toNanos();
  }

  private enum Stage {
    NONE,
    TELLING,
    TOLD,
    ENDING
  }

  /** What the record says; version 0 if there is none. */
  private record Known(
      long version, Stage stage, String teller, Instant since, Map<String, Instant> seen) {

    Known {
      seen = Map.copyOf(seen);
    }

    /** Tells whether another node than this is about to tell, and may still come to it. */
    boolean isUnderWay(String self, Instant now) {
      return !teller.equals(self) && since.plusSeconds(LEFT_SECONDS).isAfter(now);
    }
  }

  /**
   * Notes that this node sees it, and tells of it unless that was told.
   *
   * @param message what it is and what to do
   */
  void seen(String message) {
    isSeen = true;
    Instant now = now();
    Known known = read(node.ledger(), key, now);
    boolean isBeingTold = known.stage() == Stage.TELLING && known.isUnderWay(mark, now);
    if (known.stage() == Stage.TOLD || isBeingTold) {
      keep(known, now);
      return;
    }
    Map<String, Instant> seen = with(known.seen(), now);
    if (write(known.version(), Stage.TELLING, now, seen)) {
      raise(begins, message, now);
      settle(known.version() + 1, Stage.TOLD, now, seen);
    }
  }

  /**
   * Notes that this node does not see it, and tells its end if none does. Where it did not see it
   * before, it looks only every {@value #AGAIN_SECONDS} s.
   *
   * @param message what is so now
   */
  void over(String message) {
    long elapsed = elapsed();
    if (!isSeen && elapsed - lookedAt < Duration.ofSeconds(AGAIN_SECONDS).toNanos()) {
      return;
    }
    lookedAt = elapsed;
    Instant now = now();
    Known known = read(node.ledger(), key, now);
    Map<String, Instant> left = new TreeMap<>(known.seen());
    boolean isMarked = left.remove(mark) != null;
    if (!left.isEmpty() && known.stage() != Stage.ENDING) {
      // That it has not been told yet is for those to make good who see it still.
      isSeen =
          isMarked && !write(known.version(), known.stage(), known.since(), known.teller(), left);
      return;
    }
    boolean isDue =
        known.stage() != Stage.NONE
            && (known.stage() != Stage.ENDING || !known.isUnderWay(mark, now));
    if (isDue && write(known.version(), Stage.ENDING, now, Map.of())) {
      raise(ends, message, now);
      settle(known.version() + 1, Stage.NONE, now, Map.of());
    }
    isSeen = false;
  }

  /**
   * Tells since when an outage is told of that a live node sees.
   *
   * @param ledger where it is told
   * @param name of its record
   * @return the ledger's time; empty if none is
   */
  static Optional<Instant> since(LedgerStore ledger, String name) {
    Known known = read(ledger, new ControlRecord.Key(KIND, name), ledger.ledger().now());
    return Optional.of(known.since())
        .filter(since -> known.stage() != Stage.NONE && !known.seen().isEmpty());
  }

  private void keep(Known known, Instant now) {
    Instant last = known.seen().get(mark);
    boolean isKnown = last != null && last.plusSeconds(AGAIN_SECONDS).isAfter(now);
    if (!isKnown && (last != null || known.seen().size() < MOST_MARKS)) {
      Map<String, Instant> seen = with(known.seen(), now);
      if (!write(known.version(), known.stage(), known.since(), known.teller(), seen)) {
        LOG.debug("{} is changed by another; the next look does it", key);
      }
    }
  }

  private Map<String, Instant> with(Map<String, Instant> seen, Instant now) {
    Map<String, Instant> all = new TreeMap<>(seen);
    all.put(mark, now);
    return all;
  }

  private void settle(long version, Stage stage, Instant now, Map<String, Instant> seen) {
    if (!write(version, stage, now, seen)) {
      LOG.warn("that {} was told of could not be written; it may be told twice", key);
    }
  }

  private boolean write(long version, Stage stage, Instant since, Map<String, Instant> seen) {
    return write(version, stage, since, mark, seen);
  }

  private boolean write(
      long version, Stage stage, Instant since, String teller, Map<String, Instant> seen) {
    StringBuilder marks = new StringBuilder();
    seen.forEach((one, at) -> marks.append(one).append(':').append(at.toEpochMilli()).append(' '));
    RecordBody body =
        RecordBody.of(key)
            .with("incarnation", node.ledger().incarnation().value())
            .with("stage", stage.name())
            .with("teller", teller)
            .with("since", since)
            .with("seen", marks.toString().strip());
    return node.ledger().controls().write(body.record(version + 1)).isApplied();
  }

  private static Known read(LedgerStore ledger, ControlRecord.Key key, Instant now) {
    Optional<ControlRecord> record = ledger.controls().read(key);
    long version = record.map(ControlRecord::version).orElse(0L);
    Known none = new Known(version, Stage.NONE, "", now, Map.of());
    if (record.isEmpty()) {
      return none;
    }
    return RecordBody.read(
        record.get(),
        body ->
            body.text("incarnation").equals(ledger.incarnation().value())
                ? new Known(
                    version,
                    body.constant("stage", Stage.class),
                    body.text("teller"),
                    body.time("since"),
                    alive(body.text("seen"), now))
                : none);
  }

  private static Map<String, Instant> alive(String marks, Instant now) {
    Map<String, Instant> seen = new TreeMap<>();
    for (String one : marks.isEmpty() ? List.<String>of() : List.of(marks.split(" "))) {
      Instant at = Instant.ofEpochMilli(Long.parseLong(one.substring(MARK + 1)));
      if (at.plusSeconds(FORGOTTEN_SECONDS).isAfter(now)) {
        seen.put(one.substring(0, MARK), at);
      }
    }
    return seen;
  }

  private void raise(AlertCode code, String message, Instant now) {
    LOG.warn("{}: {}", code, message);
    node.ledger()
        .alerts()
        .raise(List.of(EngineAlert.of(code, "", message).row(node.identity(), now)));
  }

  private Instant now() {
    return node.ledger().ledger().now();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
