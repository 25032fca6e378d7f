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
 * clock, and counts no more, nor does one that is further ahead of that clock, which went back
 * since. Where all that saw it have died, nobody is left to tell its end: who sees it next tells of
 * another. Before a node tells, it writes by compare-and-set that it is about to, and afterwards
 * that it has: so one tells of those that see it at the same time. One that dies in between is made
 * good by another after {@value #LEFT_SECONDS} s; it may be told twice then, and is never lost.
 *
 * <p>Where only use shows that it is over, its end is told by a node that has used it since: one
 * that began after it has seen nothing. A record of another life of the ledger counts as none. For
 * one thread.
 */
final class SharedOutage {

  /** The kind of the control records. */
  static final String KIND = "outage";

  private static final Logger LOG = LoggerFactory.getLogger(SharedOutage.class);
  private static final int MOST_MARKS = 40;
  private static final int AGAIN_SECONDS = 30;
  private static final int FORGOTTEN_SECONDS = 120;
  private static final int LEFT_SECONDS = 60;
  private static final int MOST_SETTLES = 5;
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

  /**
   * What the record says; version 0 if there is none.
   *
   * @param needsUse whether only use shows that it is over
   */
  private record Known(
      long version,
      Stage stage,
      String teller,
      Instant since,
      Map<String, Instant> seen,
      boolean needsUse) {

    Known {
      seen = Map.copyOf(seen);
    }

    /** Tells whether another node than this is about to tell, and may still come to it. */
    boolean isUnderWay(String self, Instant now) {
      return !teller.equals(self) && isNear(since, now, LEFT_SECONDS);
    }

    /** Tells whether this node began to tell, and nobody has taken that over. */
    boolean isToldBy(String self) {
      return teller.equals(self) && (stage == Stage.TELLING || stage == Stage.ENDING);
    }

    /** Tells whether it is known to be over where no live node sees it. */
    boolean isShownOver(Optional<Instant> used, Instant now) {
      return stage == Stage.ENDING
          || !needsUse
          || used.filter(at -> at.isAfter(since) || since.isAfter(now)).isPresent();
    }

    Known seenBy(Map<String, Instant> marks, boolean moreNeedUse) {
      return new Known(version, stage, teller, since, marks, needsUse || moreNeedUse);
    }

    /** What is to be written once this has been. */
    Known next(Stage following) {
      return new Known(version + 1, following, teller, since, seen, needsUse);
    }

    /** Tells whether it was told, and one that saw it lives. */
    boolean isTold() {
      return stage == Stage.TOLD && !seen.isEmpty();
    }
  }

  /**
   * Notes that this node sees it, and tells of it unless that was told.
   *
   * @param message what it is and what to do
   * @param needsUse whether only use shows that it is over
   */
  void seen(String message, boolean needsUse) {
    boolean wasSeen = isSeen;
    isSeen = true;
    Instant now = now();
    Known known = read(node.ledger(), key, now);
    boolean isBeingTold = known.stage() == Stage.TELLING && known.isUnderWay(mark, now);
    // The marks of all have grown old where the ledger was out for longer than they last.
    boolean isTold = known.isTold() || (wasSeen && known.stage() == Stage.TOLD);
    if (isTold || isBeingTold) {
      keep(known, needsUse, now);
      return;
    }
    Known telling =
        new Known(known.version(), Stage.TELLING, mark, now, with(known.seen(), now), needsUse);
    if (write(telling)) {
      raise(begins, message, now);
      settle(telling.next(Stage.TOLD));
    }
  }

  /**
   * Notes that this node does not see it, and tells its end if none does. Where it did not see it
   * before, it looks only every {@value #AGAIN_SECONDS} s.
   *
   * @param message what is so now
   * @param usedAgo how long ago this node used with success what was out; empty if it never did
   */
  void over(String message, Optional<Duration> usedAgo) {
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
      isSeen = isMarked && !write(known.seenBy(left, false));
      return;
    }
    boolean isDue =
        known.stage() != Stage.NONE
            && (known.stage() != Stage.ENDING || !known.isUnderWay(mark, now))
            && known.isShownOver(usedAgo.map(now::minus), now);
    Known ending = new Known(known.version(), Stage.ENDING, mark, now, Map.of(), false);
    if (isDue && write(ending)) {
      raise(ends, message, now);
      settle(ending.next(Stage.NONE));
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

  private void keep(Known known, boolean needsUse, Instant now) {
    Instant last = known.seen().get(mark);
    boolean isKnown = last != null && last.plusSeconds(AGAIN_SECONDS).isAfter(now);
    if (!isKnown && (last != null || known.seen().size() < MOST_MARKS)) {
      if (!write(known.seenBy(with(known.seen(), now), needsUse))) {
        LOG.debug("{} is changed by another; the next look does it", key);
      }
    }
  }

  private Map<String, Instant> with(Map<String, Instant> seen, Instant now) {
    Map<String, Instant> all = new TreeMap<>(seen);
    all.put(mark, now);
    return all;
  }

  /** Others may have written meanwhile that they see it, too. */
  private void settle(Known told) {
    boolean isSettled = write(told);
    for (int i = 1; i < MOST_SETTLES && !isSettled; i++) {
      Known known = read(node.ledger(), key, now());
      if (!known.isToldBy(mark)) {
        return;
      }
      isSettled =
          write(
              new Known(
                  known.version(),
                  told.stage(),
                  told.teller(),
                  told.since(),
                  known.seen(),
                  told.needsUse() || known.needsUse()));
    }
    if (!isSettled) {
      LOG.warn("that {} was told of could not be written; it may be told twice", key);
    }
  }

  /** Writes it as the version after its own. */
  private boolean write(Known written) {
    StringBuilder marks = new StringBuilder();
    new TreeMap<>(written.seen())
        .forEach((one, at) -> marks.append(one).append(':').append(at.toEpochMilli()).append(' '));
    RecordBody body =
        RecordBody.of(key)
            .with("incarnation", node.ledger().incarnation().value())
            .with("stage", written.stage().name())
            .with("teller", written.teller())
            .with("since", written.since())
            .with("seen", marks.toString().strip())
            .with("needs-use", Boolean.toString(written.needsUse()));
    return node.ledger().controls().write(body.record(written.version() + 1)).isApplied();
  }

  private static Known read(LedgerStore ledger, ControlRecord.Key key, Instant now) {
    Optional<ControlRecord> record = ledger.controls().read(key);
    long version = record.map(ControlRecord::version).orElse(0L);
    Known none = new Known(version, Stage.NONE, "", now, Map.of(), false);
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
                    alive(body.text("seen"), now),
                    body.find("needs-use").filter("true"::equals).isPresent())
                : none);
  }

  private static Map<String, Instant> alive(String marks, Instant now) {
    Map<String, Instant> seen = new TreeMap<>();
    for (String one : marks.isEmpty() ? List.<String>of() : List.of(marks.split(" "))) {
      Instant at = Instant.ofEpochMilli(Long.parseLong(one.substring(MARK + 1)));
      if (isNear(at, now, FORGOTTEN_SECONDS)) {
        seen.put(one.substring(0, MARK), at);
      }
    }
    return seen;
  }

  /** What is further ahead than it counts was written while the ledger's clock was ahead. */
  private static boolean isNear(Instant at, Instant now, int seconds) {
    return Duration.between(at, now).abs().compareTo(Duration.ofSeconds(seconds)) < 0;
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
