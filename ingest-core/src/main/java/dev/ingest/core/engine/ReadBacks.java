package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What was found when the raw bytes of sequences that are being discarded were read back, so that a
 * deletion which its store refuses does not read all of them at each look.
 *
 * <p>That they were whole counts beside the sessions that were there as they were read, for as long
 * as the entry stays as it was: what lay there then was not needed to repair them, whatever becomes
 * of them afterwards. One that comes later has them read again. That they were damaged counts for
 * an hour. Keeps {@value #MOST} sequences and {@value #MOST_SESSIONS} sessions of each, and forgets
 * the oldest. For one thread.
 */
final class ReadBacks {

  private static final int MOST = 1_000;
  private static final int MOST_SESSIONS = 100;
  private static final Duration DAMAGED_FOR = Duration.ofHours(1);

  private final LongSupplier elapsed;
  private final Map<SequenceKey, Found> found = new LinkedHashMap<>();

  ReadBacks(LongSupplier elapsed) {
    this.elapsed = elapsed;
  }

  /** What was found of an entry at a version, when, and beside which sessions. */
  private record Found(long version, boolean areWhole, long at, Set<String> sessions) {}

  /**
   * Tells what is known of an entry's own bytes beside a session.
   *
   * @return whether they are whole; empty if they are to be read
   */
  Optional<Boolean> known(Entry entry, String session) {
    Found last = found.get(entry.key());
    if (last == null || last.version() != entry.version()) {
      return Optional.empty();
    }
    boolean isKnown =
        last.areWhole()
            ? last.sessions().contains(session)
            : elapsed.getAsLong() - last.at() < DAMAGED_FOR.toNanos();
    return isKnown ? Optional.of(last.areWhole()) : Optional.empty();
  }

  /** Notes what was read of an entry's own bytes while a session was beside them. */
  void note(Entry entry, String session, boolean areWhole) {
    Found last = found.remove(entry.key());
    Set<String> sessions = new HashSet<>();
    if (last != null && last.version() == entry.version() && last.areWhole() == areWhole) {
      sessions.addAll(last.sessions());
    }
    if (sessions.size() < MOST_SESSIONS) {
      sessions.add(session);
    }
    found.put(entry.key(), new Found(entry.version(), areWhole, elapsed.getAsLong(), sessions));
    if (found.size() > MOST) {
      found.remove(found.keySet().iterator().next());
    }
  }
}
