package dev.ingest.core.engine;

import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads again what was proven least recently: published results, and the raw bytes of what failed.
 *
 * <p>The ledger's due indices are its memory: whoever has the turn goes on where the proofs are
 * oldest. What cannot be read is told, stays due and is passed ({@link DuePass}); it is read again
 * after an hour at the earliest, or after the age of a proof of raw bytes if that is less. While
 * the ledger's time is not believed nothing is dated, so nothing is read. For one thread.
 */
final class Scrubber {

  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
  private static final int PAGE = 20;
  private static final Duration LONGEST_AGAIN = Duration.ofHours(1);

  private final Node node;
  private final WatcherLease lease;
  private final Supervisor supervisor;
  private final Scrub scrub;
  private final List<DuePass> passes;
  private final Told unread;

  /**
   * Creates a scrubber.
   *
   * @param node what it works for
   * @param committer takes what it finds to the ledger
   * @param policy what is due, and how fast it is read
   * @param lease lets one node at a time do it
   * @param supervisor who hears of what nobody expects; the rest goes on
   */
  Scrubber(
      Node node,
      Committer committer,
      ScrubPolicy policy,
      WatcherLease lease,
      Supervisor supervisor) {
    this.node = node;
    this.lease = lease;
    this.supervisor = supervisor;
    this.scrub = new Scrub(node, committer, policy, lease::goOn);
    this.passes =
        Scrub.due(policy, PAGE).stream()
            .map(query -> new DuePass(node.ledger().ledger(), query))
            .toList();
    Duration again = policy.failedAge();
    this.unread =
        new Told(
            node.seams().elapsed(), again.compareTo(LONGEST_AGAIN) < 0 ? again : LONGEST_AGAIN);
  }

  /**
   * Reads a page of what is due, if it is this node's turn.
   *
   * @return how many sequences are known to be whole or damaged now
   */
  int tick() {
    return lease.run(this::sweep);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int sweep() {
    int known = 0;
    for (DuePass pass : passes) {
      known += read(pass.page(PAGE));
    }
    return known;
  }

  private int read(List<Entry> page) {
    List<AlertRow> rows = new ArrayList<>();
    int known = 0;
    int unknownInRow = 0;
    try {
      for (Entry entry : page) {
        if (unread.isRecent(entry.key())) {
          continue;
        }
        Optional<String> disbelief = ClockGuard.disbelief(node);
        if (disbelief.isPresent()) {
          LOG.warn("nothing is read, since it could not be dated: {}", disbelief.get());
          break;
        }
        Optional<Scrub.Found> found = find(entry);
        boolean isUnknown = found.filter(Scrub.Found::isUnknown).isPresent();
        unknownInRow = isUnknown ? unknownInRow + 1 : 0;
        if (isUnknown) {
          unread.isNew(entry.key());
          rows.add(unreadable(entry, found.get().why()));
        } else if (found.isPresent()) {
          known++;
        }
        if (unknownInRow == Scrub.MAX_OUTAGES_IN_A_ROW) {
          break;
        }
      }
    } finally {
      // At most a page of them, which is less than any ledger takes at once.
      if (!rows.isEmpty()) {
        node.ledger().alerts().raise(rows);
      }
    }
    return known;
  }

  /** One that fails as nobody expects does not keep the others from being read. */
  private Optional<Scrub.Found> find(Entry entry) {
    try {
      return scrub.read(entry);
    } catch (IncompleteTickException e) {
      throw e;
    } catch (RuntimeException e) {
      supervisor.report("scrubber", e);
      return Optional.of(new Scrub.Found(Outcome.UNKNOWN, Failures.describe(e)));
    }
  }

  private AlertRow unreadable(Entry entry, String why) {
    Instant now = node.ledger().ledger().now();
    return new EngineAlert(
            AlertCode.SCRUB_UNREADABLE,
            entry.run().pipeline().name(),
            "",
            Optional.of(entry.key()),
            "%s; what is stored of it in %s could not be read, so its proof stays that of before: %s"
                .formatted(entry.state(), node.content().name(), why))
        .row(node.identity(), now);
  }
}
