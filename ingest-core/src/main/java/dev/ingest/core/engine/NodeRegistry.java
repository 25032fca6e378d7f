package dev.ingest.core.engine;

import dev.ingest.core.KnownNode;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in the ledger that this node lives, what it can run, and what became of its work: one beat
 * every {@link #PERIOD}. At an orderly end the record goes; of a node that died it stays, so that
 * people see it, until any other node has seen it unchanged for {@link #SILENCE}. Another engine
 * that beats under the same id is told of ({@link Namesake}). Thread-safe.
 */
final class NodeRegistry {

  /** How often a node beats. */
  static final Duration PERIOD = Duration.ofSeconds(10);

  /** How long a record stays that nobody changes. */
  static final Duration SILENCE = Duration.ofHours(1);

  /**
   * How old by its own date a record is that goes at once. Where only processes run that are short,
   * none of them lives to see another's record unchanged for long.
   */
  static final Duration AGED = Duration.ofDays(1);

  private static final Duration CLEARING = SILENCE.dividedBy(4);

  static final int MAX_DELETED = 200;

  /** How many records this node remembers to have seen; of more it looks at the date alone. */
  private static final int MAX_SEEN = LiveNodes.MAX_NODES + StageRates.MAX_RECORDS;

  private static final Logger LOG = LoggerFactory.getLogger(NodeRegistry.class);

  private final Node node;
  private final StageRates rates;
  private final List<KnownNode.Part> work;
  private final OwnRecord record;
  private final Namesake namesake;
  private final Map<ControlRecord.Key, Seen> silent = new HashMap<>();
  private final ReentrantLock turn = new ReentrantLock();
  private Instant started = Instant.MIN;
  private long beats;
  private long clearedAt;
  private final CountDownLatch drainTold = new CountDownLatch(1);
  private volatile boolean draining;
  private boolean ended;

  /**
   * Creates a registry in which nothing is registered yet. Does no I/O.
   *
   * @param node who registers
   * @param rates what is written with the beats
   * @throws dev.ingest.core.ConfigurationException if the node has more stages than a record holds
   */
  NodeRegistry(Node node, StageRates rates) {
    this.node = node;
    this.rates = rates;
    this.work = NodeRecord.workOf(node);
    this.record = new OwnRecord(node.ledger(), NodeRecord.key(node.identity().id()));
    this.namesake = new Namesake(node);
    this.clearedAt = elapsed() - CLEARING.toNanos();
  }

  /** A record at a version, and since when this node has seen it so. */
  private record Seen(long version, long since) {}

  /**
   * Beats; to be called every {@link #PERIOD}.
   *
   * @return 0
   * @throws RuntimeException what the ledger threw; the next beat tries again
   */
  int tick() {
    turn.lock();
    try {
      if (!ended) {
        beat();
        if (elapsed() - clearedAt >= CLEARING.toNanos()) {
          int left = clear(NodeRecord.KIND, MAX_DELETED);
          if (left >= 0 && clear(StageRates.KIND, left) >= 0) {
            clearedAt = elapsed();
            namesake.endAbandoned();
          }
        }
      }
    } finally {
      turn.unlock();
    }
    return 0;
  }

  /** Notes that this node claims nothing any more; the next beat says so. Does no I/O. */
  void beginDrain() {
    draining = true;
  }

  /**
   * Waits for the first beat that says that this node claims nothing any more.
   *
   * @param nanos the most to wait
   * @return whether it was made, or failed, or will not come as the node has ended
   */
  boolean awaitDrainTold(long nanos) throws InterruptedException {
    return drainTold.await(nanos, TimeUnit.NANOSECONDS);
  }

  /** Says that this node claims nothing any more: at once if it is registered. */
  void drain() {
    beginDrain();
    turn.lock();
    try {
      if (beats > 0 && !ended) {
        beat();
      }
    } finally {
      turn.unlock();
    }
  }

  /**
   * Takes this node out, with what it counted last. Idempotent. Where a beat hangs in the ledger,
   * this does not wait for it: the node then looks as one that died.
   */
  void end() {
    drainTold.countDown();
    if (!turn.tryLock()) {
      LOG.warn("{} is not taken out of the registry: a beat hangs", id());
      return;
    }
    try {
      if (beats > 0 && !ended) {
        ended = true;
        rates.flush(node.ledger().ledger().now());
        if (!record.delete()) {
          LOG.info("the record of {} was changed by another; it is left", id());
        }
      }
      ended = true;
    } finally {
      turn.unlock();
    }
  }

  private void beat() {
    boolean drains = draining;
    Instant now;
    boolean isAnothers;
    try {
      now = node.ledger().ledger().now();
      if (started.equals(Instant.MIN)) {
        started = now;
      }
      beats++;
      isAnothers =
          record.write(
              new NodeRecord(id(), node.identity().version(), started, now, beats, drains, work)
                  .format(record.begin()));
    } finally {
      if (drains) {
        drainTold.countDown();
      }
    }
    rates.flush(now);
    namesake.beaten(isAnothers);
  }

  /**
   * Deletes records that nobody has changed for long, by what this node sees in its own monotonic
   * time, as a clock that jumps is no reason, or that are older than any such time. Whoever lives
   * all the same writes its record anew. However many there are, they are what is to become fewer:
   * {@value #MAX_DELETED} with a beat, so that the next one is not late.
   *
   * @param most how many it may delete
   * @return how many more it might have deleted; negative if it is not through, so that the next
   *     beat goes on
   */
  private int clear(String kind, int most) {
    long now = elapsed();
    int left = most;
    Instant oldest = node.ledger().ledger().now().minus(AGED);
    Map<ControlRecord.Key, Seen> next = new HashMap<>();
    String after = "";
    List<ControlRecord> page;
    do {
      page = node.ledger().controls().list(kind, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord one : page) {
        after = one.key().name();
        Seen before = silent.get(one.key());
        // Whoever changed it since this node looked lives, whatever the date says.
        boolean isChanging = before != null && before.version() != one.version();
        Seen seen = before == null || isChanging ? new Seen(one.version(), now) : before;
        boolean isAged = !isChanging && isFrom(one, oldest);
        if (now - seen.since() < longest(kind).toNanos() && !isAged) {
          if (next.size() < MAX_SEEN) {
            next.put(one.key(), seen);
          }
        } else if (left == 0) {
          silent.putAll(next);
          return -1;
        } else {
          left--;
          if (node.ledger().controls().delete(one.key(), one.version()).isApplied()) {
            LOG.info("record {}/{} is deleted: nobody changes it", kind, one.key().name());
          }
        }
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    silent.keySet().removeIf(key -> key.kind().equals(kind));
    silent.putAll(next);
    return left;
  }

  /** One that has no date, as it is damaged, goes by what this node sees of it. */
  private static boolean isFrom(ControlRecord one, Instant oldest) {
    return RecordBody.date(one, "beat").filter(beat -> beat.isBefore(oldest)).isPresent();
  }

  private static Duration longest(String kind) {
    return kind.equals(StageRates.KIND)
        ? Duration.ofMinutes(StageRates.MINUTES).plus(SILENCE)
        : SILENCE;
  }

  private NodeId id() {
    return node.identity().id();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
