package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the content store answers and takes bytes, in doubt from a stage that failed on it, or a
 * claim of what has spent an attempt before, until it has done both since. While it does not,
 * nothing begins: each attempt would be spent on what no attempt can do, and an outage of minutes
 * would spend those of everything in flight. The second doubt is there for several nodes: an entry
 * on which one of them found out is claimed by the next, which knows nothing of it.
 *
 * <p>That it answers is asked by a read before the claim. That it takes bytes is seen after it by a
 * {@link ContentTrial} like what the stages would read, since a disk that is nearly full takes what
 * is short: the shortest first, and none that is longer than one that was refused within the last
 * {@value #REST_SECONDS} s. What is as long goes back, and what is shorter begins. So a sequence of
 * which the store refuses the very bytes, and no others of their length, spends its attempts, and
 * stops nobody. Settled by one thread at a time, noted by all.
 */
final class ContentDoubt {

  private static final Logger LOG = LoggerFactory.getLogger(ContentDoubt.class);
  private static final int REST_SECONDS = 5;
  private static final Duration REST = Duration.ofSeconds(REST_SECONDS);

  /** As deep as causes are looked through, since they may go round. */
  private static final int DEPTH = 20;

  private static final ContentKey ASKED = Binding.key(1);

  private final Node node;
  private final ContentHealth health;
  private final ContentTrial trial;
  private final AtomicLong raised = new AtomicLong();
  private final NavigableMap<Integer, Refusal> refusals = new TreeMap<>();
  private volatile long settled;
  private volatile boolean refused;

  ContentDoubt(Node node, ContentHealth health) {
    this.node = node;
    this.health = health;
    this.trial = new ContentTrial(node);
  }

  /** A trial that was not taken: when, by the monotonic time, and why. */
  private record Refusal(long at, ContentException cause) {}

  /**
   * Notes why a stage failed, which may be that the store does not answer or takes no bytes; an
   * error of input and output alone is as likely one of another system that the stage calls.
   */
  void note(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < DEPTH && cause != null; i++) {
      if (cause instanceof ContentException || cause instanceof IOException) {
        raise(cause instanceof ContentException);
      }
      cause = cause.getCause();
    }
  }

  private synchronized void raise(boolean isRefusal) {
    refused |= isRefusal;
    raised.incrementAndGet();
  }

  /**
   * Has the store answer, if it is in doubt; whatever it answers.
   *
   * @throws ContentException if it does not
   */
  void requireAnswer() {
    if (isSettled()) {
      return;
    }
    try {
      node.content().stat(ASKED);
    } catch (ContentException e) {
      throw notClaiming("answers", e);
    }
  }

  /**
   * Has the store answer, and take bytes, before anything begins of what is in doubt: all that was
   * claimed if it refused something; if it only may have, and of what has spent an attempt before,
   * that of which it has not taken about as many bytes within the last {@value #REST_SECONDS} s.
   *
   * @return what is to go back: that of which it takes no such bytes, and that under whose lease a
   *     trial was written, if the sweep would not look there
   * @throws ContentException if it does not answer, or takes nothing of what was claimed
   */
  Set<SequenceKey> putOff(List<Claimed> claims) {
    long seen = raised.get();
    boolean isInDoubt = seen != settled;
    List<Entry> doubtful =
        claims.stream()
            .map(Claimed::entry)
            .filter(entry -> refused || ((isInDoubt || hasSpentAnother(entry)) && !hasTaken(entry)))
            .toList();
    if (doubtful.isEmpty() && !isInDoubt) {
      return Set.of();
    }
    if (!isInDoubt) {
      seen = raised.incrementAndGet();
    }
    requireAnswer();
    Set<SequenceKey> putOff = new HashSet<>();
    List<ContentException> causes = new ArrayList<>();
    Map<Integer, List<Entry>> classes = byLength(doubtful);
    classes.forEach((length, entries) -> attempt(length, entries, causes, putOff));
    if (!isInDoubt || causes.size() < classes.size() || classes.isEmpty()) {
      // What is refused is in doubt for itself; it is to hold up nothing that is shorter.
      settle(seen);
    }
    if (!causes.isEmpty() && putOff.size() == claims.size()) {
      throw notClaiming("takes bytes", causes.get(0));
    } else if (!causes.isEmpty()) {
      LOG.warn("{} of {} wait: {}", putOff.size(), claims.size(), causes.get(0).getMessage());
    }
    return putOff;
  }

  private synchronized void settle(long seen) {
    refused &= raised.get() != seen;
    settled = seen;
  }

  private boolean isSettled() {
    return raised.get() == settled;
  }

  /** Each claim charges an attempt, so that the first has one. */
  private static boolean hasSpentAnother(Entry entry) {
    return entry.active().attempts() > 1;
  }

  private boolean hasTaken(Entry entry) {
    return health.hasTaken(size(entry).bytes(), REST);
  }

  private NavigableMap<Integer, List<Entry>> byLength(List<Entry> entries) {
    NavigableMap<Integer, List<Entry>> classes = new TreeMap<>();
    for (Entry entry : entries) {
      int length = ContentTrial.lengthClass(size(entry).bytes());
      classes.computeIfAbsent(length, any -> new ArrayList<>()).add(entry);
    }
    return classes;
  }

  private ContentTrial.Size size(Entry entry) {
    return ContentTrial.Size.of(
        StoredSet.input(entry).summary(), node.content().capabilities().maxItemBytes());
  }

  private void attempt(
      int length, List<Entry> entries, List<ContentException> causes, Set<SequenceKey> putOff) {
    Map.Entry<Integer, Refusal> known = refusals.floorEntry(length);
    long now = node.seams().elapsed().getAsLong();
    if (known != null && now - known.getValue().at() < REST.toNanos()) {
      causes.add(known.getValue().cause());
      entries.forEach(entry -> putOff.add(entry.key()));
      return;
    }
    Entry under =
        entries.stream()
            .filter(entry -> entry.standing().leftovers())
            .findFirst()
            .orElse(entries.get(0));
    try {
      trial.write(under, longest(entries));
    } catch (ContentException e) {
      refusals.put(length, new Refusal(now, e));
      causes.add(e);
      entries.forEach(entry -> putOff.add(entry.key()));
      return;
    }
    refusals.headMap(length, true).clear();
    if (!under.standing().leftovers()) {
      putOff.add(under.key());
    }
  }

  private ContentTrial.Size longest(List<Entry> entries) {
    return entries.stream()
        .map(this::size)
        .max(Comparator.comparingLong(ContentTrial.Size::bytes))
        .orElseThrow();
  }

  private static ContentException notClaiming(String until, ContentException cause) {
    return new ContentException(
        "nothing is claimed for stages until the content store %s, so that no attempt is spent: %s"
            .formatted(until, cause.getMessage()),
        cause);
  }
}
