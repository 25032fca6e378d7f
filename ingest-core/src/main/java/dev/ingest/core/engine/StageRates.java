package dev.ingest.core.engine;

import dev.ingest.core.WorkCounts;
import dev.ingest.core.WorkEnd;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what becomes of the work of one node, per kind of work, code version and minute, for the
 * last {@value #MINUTES} minutes.
 *
 * <p>A node counts where it learns that an outcome is committed. A lost lease is counted by who
 * takes the work over, under the code version of who lost it. At each beat the counts since the one
 * before go into the minute that the ledger's clock shows then, and what changed is written: one
 * control record of the kind {@value #KIND} per kind of work and code version of this process, so
 * that processes never write to each other's. They stay when a node ends, for the comparison of a
 * version with the one before it, and are deleted an hour or two after their last minute is too old
 * to count. A node that dies takes with it what it counted since its last beat.
 *
 * <p>At most {@value #MAX_KEYS} pairs of work and version are counted; what is beyond is logged.
 * Counting is thread-safe; writing is for one thread at a time.
 */
final class StageRates {

  /** The kind of the control records. */
  static final String KIND = "rates";

  /** How many minutes are kept, the current one included. */
  static final int MINUTES = 120;

  static final int MAX_KEYS = 1_000;
  static final int MAX_RECORDS = 20_000;
  private static final int HASH = 32;
  private static final Logger LOG = LoggerFactory.getLogger(StageRates.class);

  private final LedgerStore ledger;
  private final String process;
  private final Map<Key, WorkCounts> since = new HashMap<>();
  private final Map<Key, Kept> kept = new HashMap<>();
  private long uncounted;

  /**
   * Creates counts of nothing. Does no I/O.
   *
   * @param node whose counts these are
   */
  StageRates(Node node) {
    this.ledger = node.ledger();
    this.process =
        node.identity().id() + " " + Long.toHexString(node.seams().randomBits().getAsLong());
  }

  /** What is counted apart. */
  private record Key(WorkRef work, String version) {}

  /** What was counted before the last beat, and where it is written. */
  private static final class Kept {
    private final OwnRecord record;
    private final NavigableMap<Long, WorkCounts> minutes = new TreeMap<>();
    private boolean isChanged;

    Kept(OwnRecord record) {
      this.record = record;
    }
  }

  /** Counts an attempt that begins. */
  void begun(Entry entry, String version) {
    add(entry.active().work(), version, new WorkCounts(1, 0, 0, 0, 0, 0, 0, 0));
  }

  /** Takes back an attempt that was handed back. */
  void handedBack(Entry entry, String version) {
    add(entry.active().work(), version, new WorkCounts(-1, 0, 0, 0, 0, 0, 0, 0));
  }

  /** Counts what an attempt came to, once it is committed. */
  void ended(WorkEnd end) {
    add(
        end.work(),
        end.codeVersion(),
        switch (end.outcome()) {
          case DONE -> new WorkCounts(0, 1, 0, 0, 0, 0, 0, 0);
          case RETRIED -> new WorkCounts(0, 0, 1, 0, 0, 0, 0, 0);
          case FAILED -> new WorkCounts(0, 0, 0, 1, 0, 0, 0, 0);
          case LEASE_LOST -> new WorkCounts(0, 0, 0, 0, 1, 0, 0, 0);
          case PUBLISHED, MATCHED -> new WorkCounts(0, 0, 0, 0, 0, 1, 0, 0);
          case MISMATCHED -> new WorkCounts(0, 0, 0, 0, 0, 0, 1, 0);
          case UNKNOWN -> new WorkCounts(0, 0, 0, 0, 0, 0, 0, 1);
          case STALE -> WorkCounts.NONE;
        });
  }

  private void add(WorkRef work, String version, WorkCounts counts) {
    Key key = new Key(work, version);
    synchronized (since) {
      if (since.containsKey(key) || since.size() < MAX_KEYS) {
        since.merge(key, counts, WorkCounts::plus);
      } else {
        uncounted++;
      }
    }
  }

  /**
   * Writes what changed since the last call. For one thread at a time; nobody who counts waits for
   * it.
   *
   * @param now the ledger's time
   * @throws RuntimeException what the ledger threw; what was not written is written by the next
   */
  void flush(Instant now) {
    Map<Key, WorkCounts> counted;
    long dropped;
    synchronized (since) {
      counted = new HashMap<>(since);
      since.clear();
      dropped = uncounted;
      uncounted = 0;
    }
    long minute = minute(now);
    dropped += keep(counted, minute);
    if (dropped > 0) {
      LOG.warn(
          "{} outcomes are not in the rates: at most {} pairs of work and code version are counted",
          dropped,
          MAX_KEYS);
    }
    for (Kept one : kept.values()) {
      // A clock that was ahead for a while has left minutes that are not in order.
      one.minutes.headMap(minute - MINUTES, true).clear();
      one.minutes.tailMap(minute + 1, false).clear();
    }
    kept.values().removeIf(one -> one.minutes.isEmpty());
    for (Map.Entry<Key, Kept> one : List.copyOf(kept.entrySet())) {
      if (one.getValue().isChanged) {
        write(one.getKey(), one.getValue(), now);
        one.getValue().isChanged = false;
      }
    }
  }

  private long keep(Map<Key, WorkCounts> counted, long minute) {
    long dropped = 0;
    for (Map.Entry<Key, WorkCounts> one : counted.entrySet()) {
      if (one.getValue().equals(WorkCounts.NONE)) {
        continue;
      }
      if (!kept.containsKey(one.getKey()) && kept.size() >= MAX_KEYS) {
        dropped++;
        continue;
      }
      Kept all = kept.computeIfAbsent(one.getKey(), this::fresh);
      all.minutes.merge(minute, one.getValue(), WorkCounts::plus);
      all.isChanged = true;
    }
    return dropped;
  }

  private Kept fresh(Key key) {
    String name = process + "\n" + key.work() + "\n" + key.version();
    return new Kept(
        new OwnRecord(
            ledger, new ControlRecord.Key(KIND, Digest.ofUtf8(name).hex().substring(0, HASH))));
  }

  private static void write(Key key, Kept counts, Instant now) {
    RecordBody body =
        counts
            .record
            .begin()
            .with("version", key.version())
            .with("pipeline", key.work().pipeline())
            .with("stage", key.work().stage().map(StageRef::name).orElse(""))
            .with("contract", key.work().stage().map(StageRef::contractVersion).orElse(0))
            .with("beat", now)
            .with("first", counts.minutes.firstKey())
            .with("last", counts.minutes.lastKey());
    for (Map.Entry<Long, WorkCounts> minute : counts.minutes.entrySet()) {
      body = body.with("m" + minute.getKey(), text(minute.getValue()));
    }
    counts.record.write(body);
  }

  private static String text(WorkCounts counts) {
    return LongStream.of(
            counts.attempts(),
            counts.done(),
            counts.retried(),
            counts.failed(),
            counts.leasesLost(),
            counts.verified(),
            counts.mismatched(),
            counts.unknown())
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" "));
  }

  private static long minute(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), 60);
  }

  /**
   * Sums over all nodes.
   *
   * @param ledger where the records are
   * @param window how far back, up to {@value #MINUTES} minutes; whole minutes, the current one
   *     included
   * @return one line per kind of work and code version, by pipeline, stage and version
   */
  static List<WorkRate> sum(LedgerStore ledger, Duration window) {
    long last = minute(ledger.ledger().now());
    long first = last - Math.min(MINUTES, Math.max(1, window.toMinutes())) + 1;
    Map<Key, WorkCounts> sums = new HashMap<>();
    for (ControlRecord record : LiveNodes.all(ledger, KIND, MAX_RECORDS)) {
      RecordBody body = RecordBody.parse(record);
      int contract = Math.toIntExact(body.number("contract"));
      Optional<StageRef> stage =
          contract == 0
              ? Optional.empty()
              : Optional.of(new StageRef(body.text("stage"), contract));
      Key key = new Key(new WorkRef(body.text("pipeline"), stage), body.text("version"));
      long from = Math.max(first, body.number("first"));
      long to = Math.min(last, body.number("last"));
      for (long minute = from; minute <= to; minute++) {
        body.find("m" + minute)
            .ifPresent(text -> sums.merge(key, counts(record.key(), text), WorkCounts::plus));
      }
    }
    return sums.entrySet().stream()
        .map(sum -> new WorkRate(sum.getKey().work(), sum.getKey().version(), sum.getValue()))
        .sorted(
            Comparator.comparing(WorkRate::work, Blockages.ORDER)
                .thenComparing(WorkRate::codeVersion))
        .toList();
  }

  private static WorkCounts counts(ControlRecord.Key key, String text) {
    String[] words = text.split(" ", -1);
    long[] numbers = new long[8];
    if (words.length != numbers.length) {
      throw malformed(key, text);
    }
    for (int i = 0; i < numbers.length; i++) {
      try {
        numbers[i] = Long.parseLong(words[i]);
      } catch (NumberFormatException e) {
        throw malformed(key, text);
      }
    }
    return new WorkCounts(
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        numbers[5],
        numbers[6],
        numbers[7]);
  }

  private static IllegalStateException malformed(ControlRecord.Key key, String text) {
    return new IllegalStateException(
        "control record %s/%s needs eight numbers for each minute, found \"%s\"; delete it if it is"
                .formatted(key.kind(), key.name(), text)
            + " damaged: only counts of the last two hours are in it");
  }
}
