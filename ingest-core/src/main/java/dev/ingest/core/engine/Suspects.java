package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The transitions of finished work whose outcome stayed unknown, and when each is submitted again:
 * after pauses from 20 ms, doubled up to 1 s, for as long as its lease may still be held. One whose
 * calls take long while the ledger takes other things, as one does whose row a stranger keeps, is
 * left for four times as long as the last took, 10 s at most, so that what is fresh is mostly not
 * held up by it.
 *
 * <p>An outage so costs no finished work, however long it is. A transition that the ledger never
 * takes must not be kept for ever all the same, or its sequence would neither go on nor fail. So
 * each failure counts for which there is proof that the ledger was there: it settled another
 * transition or renewed this one's lease since the failure before. With {@value #MAX_REFUSALS} of
 * them, which take more than ten seconds, the transition is given up. When the ledger calls the
 * lease lost, the transition is submitted once more: it may be this very transition that ended the
 * lease.
 *
 * <p>At most one of a sequence is here, and at most as many as a node has in flight. Guarded by the
 * lock of its {@link GroupCommit}.
 */
final class Suspects {

  /** The first pause before a transition is submitted again. */
  static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  /** The longest pause before a transition is submitted again. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** How often a transition may fail while the ledger takes other things. */
  static final int MAX_REFUSALS = 16;

  /** How many times as long as it holds up others it is left alone. */
  private static final int REST = 4;

  private static final Duration LONGEST_REST = Duration.ofSeconds(10);

  private final Map<SequenceKey, Pending> kept = new LinkedHashMap<>();

  int size() {
    return kept.size();
  }

  /** Tells whether what comes later of a sequence has to wait. */
  boolean has(SequenceKey key) {
    return kept.containsKey(key);
  }

  /**
   * Keeps a transition that failed, if it is worth another try.
   *
   * @param element the transition
   * @param now the time
   * @param settled how many transitions the ledger has settled so far
   * @return false if it is not kept
   */
  boolean keep(Pending element, long now, long settled) {
    Pending.Suspicion state = element.suspicion;
    Pending other = kept.get(element.key());
    if (element.lease().isEmpty() || state.isLastTry || (other != null && other != element)) {
      return false;
    }
    long renewedAt = element.lease().get().since();
    boolean isRefused =
        other == element && (settled > state.settledBefore || renewedAt != state.renewedBefore);
    if (isRefused) {
      state.refusals++;
    }
    state.settledBefore = settled;
    state.renewedBefore = renewedAt;
    if (state.refusals >= MAX_REFUSALS) {
      return false;
    }
    state.isUnderWay = false;
    state.againAt = now + (isRefused ? rest(element) : state.pause).toNanos();
    Duration doubled = state.pause.multipliedBy(2);
    state.pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    kept.put(element.key(), element);
    return true;
  }

  private static Duration rest(Pending element) {
    Duration rest = element.holdsUp().multipliedBy(REST);
    Duration bounded = rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
    return bounded.compareTo(element.suspicion.pause) < 0 ? element.suspicion.pause : bounded;
  }

  /** Has one that was taken and not submitted wait until a time. */
  void postpone(Pending element, long until) {
    element.suspicion.isUnderWay = false;
    element.suspicion.againAt = until;
  }

  /** Takes those that are due, or all; they stay here until they are kept again or removed. */
  List<Pending> take(long now, int most, boolean all) {
    List<Pending> due = new ArrayList<>();
    for (Pending element : kept.values()) {
      Pending.Suspicion state = element.suspicion;
      if (due.size() < most && !state.isUnderWay && (all || state.againAt - now <= 0)) {
        due.add(element);
      }
    }
    for (Pending element : due) {
      // To the end, so that those which were not taken come first the next time.
      kept.remove(element.key());
      kept.put(element.key(), element);
      element.suspicion.isUnderWay = true;
      element.suspicion.isLastTry =
          all || element.lease().map(HeldLeases.Grip::isLost).orElse(true);
    }
    return due;
  }

  void remove(Pending element) {
    kept.remove(element.key(), element);
  }

  /** When the next one is due; empty if none waits. */
  OptionalLong nextAt() {
    return kept.values().stream()
        .filter(element -> !element.suspicion.isUnderWay)
        .mapToLong(element -> element.suspicion.againAt)
        .reduce((one, other) -> one - other <= 0 ? one : other);
  }
}
