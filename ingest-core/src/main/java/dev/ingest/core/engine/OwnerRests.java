package dev.ingest.core.engine;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which owners are left alone for a while, since the notifier took none of several of their
 * notices, so that these hold up nobody else's; and which notices were refused, rather than tried
 * in vain while nothing was taken at all.
 *
 * <p>Both are judged by what this process saw, in the order it saw it, and by its monotonic time: a
 * clock that is set changes nothing. Of owners and of notices {@value #MAX_KEPT} each are kept, and
 * the oldest is forgotten: it is tried once more, and that try counts as its first. For one thread.
 */
final class OwnerRests {

  static final int MAX_KEPT = 10_000;

  /** How many notices of an owner fail before it rests: one or two may be at fault themselves. */
  private static final int MAX_FAILED = 3;

  private static final Duration FIRST_REST = Duration.ofSeconds(10);
  private static final Duration LONGEST_REST = Duration.ofMinutes(10);
  private static final Duration QUIET = Duration.ofHours(1);

  private final LongSupplier elapsed;
  private final Map<OwnerId, Rest> rests = new Kept<>();
  private final Map<String, Long> tried = new Kept<>();
  private final Map<OwnerId, Long> toldAt = new Kept<>();
  private long taken;

  OwnerRests(LongSupplier elapsed) {
    this.elapsed = elapsed;
  }

  /** Forgets the first that came beyond a bound. */
  private static final class Kept<K, V> extends LinkedHashMap<K, V> {

    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > MAX_KEPT;
    }
  }

  /** What failed of an owner since the notifier took something of it. */
  private static final class Rest {
    private final Set<String> failed = new HashSet<>();
    private final long since;
    private int rested;
    private int refused;
    private long takenBefore;
    private long until;

    Rest(long since, long takenBefore) {
      this.since = since;
      this.takenBefore = takenBefore;
    }
  }

  /** Returns how many notices were taken so far. */
  long count() {
    return taken;
  }

  /** Forgets everything, since another node may have told meanwhile. */
  void forget() {
    rests.clear();
    tried.clear();
    toldAt.clear();
  }

  void taken(OwnerNotice notice) {
    taken++;
    rests.remove(notice.key().owner());
    tried.remove(notice.id());
  }

  /**
   * Notes that a notice was not taken.
   *
   * @return whether that is a refusal: another notice was taken since the last try of this one
   */
  boolean isRefused(OwnerNotice notice) {
    long now = elapsed.getAsLong();
    Long before = tried.put(notice.id(), taken);
    boolean isRefused = before != null && before < taken;
    Rest rest = rests.computeIfAbsent(notice.key().owner(), owner -> new Rest(now, taken));
    rest.refused += rest.takenBefore < taken ? 1 : 0;
    rest.takenBefore = taken;
    if (rest.failed.size() < MAX_FAILED) {
      rest.failed.add(notice.id());
    }
    if (rest.failed.size() == MAX_FAILED) {
      rest.until = now + pause(FIRST_REST, LONGEST_REST, rest.rested).toNanos();
      rest.rested++;
    }
    return isRefused;
  }

  boolean isResting(OwnerId owner) {
    Rest rest = rests.get(owner);
    return rest != null && rest.rested > 0 && rest.until - elapsed.getAsLong() > 0;
  }

  /** Tells whether all that was tried of an owner was refused, so often and for so long. */
  boolean isGivenUp(OwnerId owner, int refusals, Duration time) {
    Rest rest = rests.get(owner);
    return rest != null
        && rest.rested > 0
        && rest.refused >= refusals
        && elapsed.getAsLong() - rest.since >= time.toNanos();
  }

  /** Tells whether operators are to hear of an owner: once in an hour. */
  boolean isToBeTold(OwnerId owner) {
    Long last = toldAt.get(owner);
    return last == null || elapsed.getAsLong() - last >= QUIET.toNanos();
  }

  void told(OwnerId owner) {
    toldAt.remove(owner);
    toldAt.put(owner, elapsed.getAsLong());
  }

  /** Doubles a pause each time, up to the longest. */
  static Duration pause(Duration first, Duration longest, int before) {
    Duration pause = first.multipliedBy(1L << Math.min(before, 10));
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
