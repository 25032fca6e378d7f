package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.WatcherRecord.News;
import dev.ingest.core.engine.WatcherRecord.Stage;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the watchers beat, on every node.
 *
 * <p><b>When one is silent.</b> When its count of beats has not changed for seven quarters of its
 * period, by this node's monotonic time, so that with a look every 2 s it is noticed within two
 * periods, and no clock that jumps, stands still or is set back hides or invents a silence. Only at
 * the first look after a start does the age of the last beat count, by the ledger's clock; and not
 * for a watcher whose holder ended in order. Of one that somebody has taken over since, and is in
 * the midst of its first tick, the age of the lease counts. One that was never seen to beat is
 * expected from the first look of any node on.
 *
 * <p><b>Once.</b> Before a node raises a silence, or its end, it writes into the watcher's record
 * that it is about to, by compare-and-set, and afterwards that it has. So several nodes raise it
 * once. If the node dies in between, another raises it after one period; it may then be raised
 * twice and is never lost.
 *
 * <p><b>Past the ledger.</b> The silence of the pump is told on the direct path as well, and so is
 * every silence while the pump is silent, and every one that the ledger does not take: since the
 * other nodes do not hear of that one, each tells it, and its end. That a ledger which answers
 * takes no writes is told apart from that ({@link RefusedWrites}). For one thread.
 */
final class Watchdog {

  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final int MAX_ATTEMPTS = 4;
  private static final Duration MAX_CREDIT = Duration.ofDays(1);

  private final LedgerStore ledger;
  private final WatcherRecords records;
  private final Node.Identity identity;
  private final Seams seams;
  private final List<Watcher> expected;
  private final DirectAlerts direct;
  private final Supervisor supervisor;
  private final RefusedWrites refused;
  private final Set<Watcher> toldDirectly = EnumSet.noneOf(Watcher.class);
  private final Map<Watcher, Sight> sights = new EnumMap<>(Watcher.class);
  private final Map<Watcher, News> raised = new EnumMap<>(Watcher.class);
  private boolean isReturnToBeTold;
  private boolean isPumpSilent;

  /**
   * Creates a watchdog that has seen nothing yet. Does no I/O.
   *
   * @param ledger where the beats are
   * @param identity this node
   * @param seams time
   * @param expected the watchers that this deployment runs somewhere
   * @param direct the way past the outbox
   * @param supervisor who hears of a watcher that could not be looked at; the others are
   */
  Watchdog(
      LedgerStore ledger,
      Node.Identity identity,
      Seams seams,
      Set<Watcher> expected,
      DirectAlerts direct,
      Supervisor supervisor) {
    this.ledger = ledger;
    this.records = new WatcherRecords(ledger);
    this.identity = identity;
    this.seams = seams;
    // The pump first, since its silence decides how the others' are told.
    this.expected =
        expected.stream()
            .sorted(Comparator.comparing((Watcher watcher) -> watcher != Watcher.PUMP))
            .toList();
    this.direct = direct;
    this.supervisor = supervisor;
    this.refused = new RefusedWrites(identity.id(), seams, direct);
  }

  /**
   * What this node has seen of a watcher.
   *
   * @param beats its count of beats
   * @param unchangedSince since when it has been that, by the monotonic time
   * @param news what was told of it
   * @param newsSince since when that has been so, by the monotonic time
   * @param lookedAt when it was looked at last, by the monotonic time
   */
  private record Sight(long beats, long unchangedSince, News news, long newsSince, long lookedAt) {}

  /**
   * Looks at all watchers; to be called every 2 s.
   *
   * @return how many silences and returns this node has told
   * @throws RuntimeException if the ledger does not answer, which {@link DirectAlerts} tells if it
   *     lasts
   */
  int tick() {
    Instant now = ledger.ledger().now();
    Map<String, ControlRecord> stored = records.readAll();
    isReturnToBeTold |= direct.ledgerAnswered();
    int told = 0;
    for (Watcher watcher : expected) {
      Optional<ControlRecord> record = Optional.ofNullable(stored.get(watcher.label()));
      told += Math.max(0, supervisor.supervise("watchdog", () -> look(watcher, record, now)));
    }
    tellReturns(now);
    return told;
  }

  /** After all looks, since a ledger that is back and takes no writes is to hide no silence. */
  private void tellReturns(Instant now) {
    boolean takesWrites = refused.endTick();
    if (isReturnToBeTold) {
      raise(AlertCode.LEDGER_BACK, "", now, "the ledger answers " + self() + " again");
      isReturnToBeTold = false;
    }
    if (takesWrites) {
      raise(
          AlertCode.LEDGER_TAKES_WRITES,
          "",
          now,
          "the ledger takes writes of " + self() + " again");
      refused.endTold();
    }
  }

  private int look(Watcher watcher, Optional<ControlRecord> found, Instant now) {
    WatcherRecords.Stored stored = records.stored(found);
    if (stored.record().isEmpty()) {
      noteIfUnwritten(
          records.replace(watcher, stored, WatcherRecord.expectedFrom(now, watcher.period())));
      return 0;
    }
    WatcherRecord record = stored.record().get();
    Sight sight = see(watcher, record, now);
    if (watcher == Watcher.PUMP) {
      isPumpSilent = isSilent(record, sight);
    }
    return switch (record.news().stage()) {
      case NONE ->
          isSilent(record, sight)
              ? claim(watcher, stored, Stage.TELLING_SILENT, now)
              : backIfToldDirectly(watcher, record, now);
      case SILENT -> {
        toldDirectly.remove(watcher);
        yield record.beats() > record.news().beats()
            ? claim(watcher, stored, Stage.TELLING_BACK, now)
            : 0;
      }
      case TELLING_SILENT, TELLING_BACK ->
          isLeftOver(record, sight) ? claim(watcher, stored, record.news().stage(), now) : 0;
    };
  }

  private Sight see(Watcher watcher, WatcherRecord record, Instant now) {
    long elapsed = seams.elapsed().getAsLong();
    Sight before = sights.get(watcher);
    long age = limited(Duration.between(record.beat(), now)).toNanos();
    long since;
    if (before == null) {
      since = elapsed - silentFor(watcher, record, now);
    } else if (before.beats() == record.beats()) {
      since = before.unchangedSince();
    } else {
      since = elapsed - Math.min(age, elapsed - before.lookedAt());
    }
    boolean isOldNews = before != null && before.news().equals(record.news());
    Sight sight =
        new Sight(
            record.beats(),
            since,
            record.news(),
            before != null && isOldNews ? before.newsSince() : elapsed,
            elapsed);
    sights.put(watcher, sight);
    return sight;
  }

  /**
   * How long a watcher has not beaten when it is seen first: since its last beat, or since its
   * holder took over, which writes no beat before its first tick has returned.
   */
  private static long silentFor(Watcher watcher, WatcherRecord record, Instant now) {
    if (record.holder().isEmpty()) {
      return 0;
    }
    Instant since =
        watcher
            .lease()
            .filter(lease -> record.until().isAfter(now))
            .map(lease -> record.until().minus(lease))
            .filter(taken -> taken.isAfter(record.beat()))
            .orElse(record.beat());
    return limited(Duration.between(since, now)).toNanos();
  }

  private static Duration limited(Duration age) {
    if (age.isNegative()) {
      return Duration.ZERO;
    }
    return age.compareTo(MAX_CREDIT) < 0 ? age : MAX_CREDIT;
  }

  private static boolean isSilent(WatcherRecord record, Sight sight) {
    // A duration divides by way of decimals of any length, which each look would pay for.
    long limit = Math.multiplyExact(record.period().toNanos() / 4, 7L);
    return sight.lookedAt() - sight.unchangedSince() >= limit;
  }

  /** Tells whether the node that is about to tell is this one, or has not come to it in time. */
  private boolean isLeftOver(WatcherRecord record, Sight sight) {
    return record.news().teller().equals(Optional.of(self()))
        || sight.lookedAt() - sight.newsSince() >= record.period().toNanos();
  }

  private int claim(Watcher watcher, WatcherRecords.Stored stored, Stage telling, Instant now) {
    WatcherRecord record = stored.record().orElseThrow();
    boolean isOld = record.news().stage() == telling;
    if (isOld && record.news().equals(raised.get(watcher))) {
      settle(watcher, telling);
      return 0;
    }
    News news =
        new News(telling, now, isOld ? record.news().beats() : record.beats(), Optional.of(self()));
    WatcherRecords.Replaced replaced = records.replace(watcher, stored, record.withNews(news));
    if (replaced instanceof WatcherRecords.Replaced.Unwritten && telling == Stage.TELLING_SILENT) {
      tellDirectly(watcher, record);
    }
    noteIfUnwritten(replaced);
    if (!replaced.isDone()) {
      return 0;
    }
    tell(watcher, record, telling, now);
    toldDirectly.remove(watcher);
    raised.put(watcher, news);
    settle(watcher, telling);
    return 1;
  }

  private void tell(Watcher watcher, WatcherRecord record, Stage telling, Instant now) {
    if (telling == Stage.TELLING_BACK) {
      raiseBack(watcher, record, now);
      return;
    }
    if (watcher == Watcher.PUMP || isPumpSilent) {
      tellDirectly(watcher, record);
    }
    try {
      raise(AlertCode.WATCHER_SILENT, watcher.label(), now, silence(watcher, record));
    } catch (RuntimeException e) {
      tellDirectly(watcher, record);
      throw e;
    }
  }

  private void tellDirectly(Watcher watcher, WatcherRecord record) {
    if (toldDirectly.add(watcher)) {
      direct.raise(AlertCode.WATCHER_SILENT, watcher.label(), silence(watcher, record));
    }
  }

  private String silence(Watcher watcher, WatcherRecord record) {
    return "the %s has not done its work since %s, held by %s; its period is %s, seen by %s: see whether"
            .formatted(watcher.label(), record.beat(), holder(record), record.period(), self())
        + " its processes run and what they log";
  }

  /** Tells the end of a silence of which the ledger has never heard. */
  private int backIfToldDirectly(Watcher watcher, WatcherRecord record, Instant now) {
    if (!toldDirectly.contains(watcher)) {
      return 0;
    }
    raiseBack(watcher, record, now);
    toldDirectly.remove(watcher);
    return 1;
  }

  private void raiseBack(Watcher watcher, WatcherRecord record, Instant now) {
    raise(
        AlertCode.WATCHER_BACK,
        watcher.label(),
        now,
        "the %s beats again, last on %s at %s"
            .formatted(watcher.label(), holder(record), record.beat()));
  }

  private void noteIfUnwritten(WatcherRecords.Replaced replaced) {
    if (replaced instanceof WatcherRecords.Replaced.Unwritten unwritten) {
      refused.failed(unwritten.cause());
    }
  }

  /** Writes that it was told, over whatever beats came in between. */
  private void settle(Watcher watcher, Stage telling) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      WatcherRecords.Stored stored = records.read(watcher);
      Optional<WatcherRecord> mine =
          stored
              .record()
              .filter(record -> record.news().stage() == telling)
              .filter(record -> record.news().teller().equals(Optional.of(self())));
      if (mine.isEmpty()) {
        return;
      }
      News news = mine.get().news();
      News told =
          telling == Stage.TELLING_BACK
              ? News.NONE
              : new News(Stage.SILENT, news.since(), news.beats(), news.teller());
      WatcherRecords.Replaced replaced =
          records.replace(watcher, stored, mine.get().withNews(told));
      noteIfUnwritten(replaced);
      if (replaced.isDone()) {
        return;
      }
    }
    LOG.warn("that the {} was told of could not be written; it may be told twice", watcher.label());
  }

  private void raise(AlertCode code, String part, Instant now, String message) {
    try {
      ledger.alerts().raise(List.of(EngineAlert.of(code, part, message).row(identity, now)));
    } catch (RuntimeException e) {
      refused.failed(e);
      throw e;
    }
    LOG.warn("{} {}: {}", code, part, message);
  }

  private static String holder(WatcherRecord record) {
    return record.holder().map(NodeId::value).orElse("no node");
  }

  private NodeId self() {
    return identity.id();
  }
}
