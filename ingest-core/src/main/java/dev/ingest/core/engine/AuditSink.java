package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.AuditReport.Quarantined;
import dev.ingest.core.AuditReport.Unread;
import dev.ingest.core.Finding;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.LedgerException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an audit finds and passes it on, one call at a time: all findings of a place after
 * one another, and nothing more once the listener, or a range, has thrown something. Thread-safe.
 */
final class AuditSink {

  private static final int MOST_RECEIPTS_KEPT = 100_000;

  private final AuditListener listener;
  private final Object lock = new Object();
  private final Map<Finding.Kind, Long> findings = new EnumMap<>(Finding.Kind.class);
  private final List<Unread> unread = new ArrayList<>();
  private final Map<SequencePlace, Set<Digest>> missed = new HashMap<>();
  private final AuditShare share;
  private long unreadCount;
  private long sequences;
  private long objects;
  private long receipts;
  private int kept;
  private @Nullable Throwable ended;
  private Quarantined quarantined = Quarantined.NONE;

  /**
   * Creates a sink that has heard of nothing.
   *
   * @param listener hears of everything
   * @param ranges into how many ranges all places are divided
   */
  AuditSink(AuditListener listener, int ranges) {
    this.listener = listener;
    this.share = new AuditShare(ranges);
  }

  /** Ends the audit: every call from now on throws {@link AuditEndedException}. */
  void end(Throwable reason) {
    synchronized (lock) {
      if (ended == null) {
        ended = reason;
      }
    }
  }

  /** Throws if the audit has ended. */
  void check() {
    synchronized (lock) {
      if (ended != null) {
        throw new AuditEndedException(ended);
      }
    }
  }

  /**
   * Takes findings, but for those that receipts have told already: each of them one of its place,
   * where other acceptances may be that no receipt is known of.
   */
  void found(List<AuditFinding> all) {
    synchronized (lock) {
      check();
      for (AuditFinding finding : all) {
        boolean isTold =
            finding.kind() == Finding.Kind.ENTRY_MISSING && isToldAt(finding.subject().place());
        if (!isTold) {
          findings.merge(finding.kind(), 1L, Long::sum);
          tell(() -> listener.found(finding));
        }
      }
    }
  }

  /** Takes one of those that a receipt has told at a place, if any is left. */
  private boolean isToldAt(SequencePlace place) {
    Set<Digest> left = missed.get(place);
    if (left == null) {
      return false;
    }
    left.remove(left.iterator().next());
    kept--;
    if (left.isEmpty()) {
      missed.remove(place);
    }
    return true;
  }

  /**
   * Takes a finding that a receipt showed, unless one of the same root at its place has shown it:
   * the same receipt may be given twice, and is of one acceptance.
   */
  void missedReceipt(AuditFinding finding, Digest root) {
    synchronized (lock) {
      check();
      SequencePlace place = finding.subject().place();
      if (missed.getOrDefault(place, Set.of()).contains(root)) {
        return;
      }
      findings.merge(finding.kind(), 1L, Long::sum);
      tell(() -> listener.found(finding));
      if (kept < MOST_RECEIPTS_KEPT) {
        missed.computeIfAbsent(place, none -> new HashSet<>()).add(root);
        kept++;
      }
    }
  }

  void unread(String part, String why) {
    Unread one = new Unread(part, why);
    synchronized (lock) {
      check();
      unreadCount++;
      if (unread.size() < AuditReport.MAX_UNREAD) {
        unread.add(one);
      }
      tell(() -> listener.unread(one));
    }
  }

  /** Takes what was looked at, up to a place of its range. */
  void looked(long moreSequences, long moreObjects, SequencePlace reached) {
    synchronized (lock) {
      sequences += moreSequences;
      objects += moreObjects;
      share.reached(reached);
      goesOn();
    }
  }

  /** Takes that a range was gone through up to a place, whatever was read of it. */
  void passed(SequencePlace reached) {
    synchronized (lock) {
      check();
      share.reached(reached);
    }
  }

  /** Lets the listener know between two steps that it goes on. */
  void goesOn() {
    synchronized (lock) {
      check();
      tell(() -> listener.reached(looked(), share.value()));
    }
  }

  /** What the listener throws must not be taken for an error of what is being read. */
  private void tell(Runnable news) {
    try {
      news.run();
    } catch (Throwable e) {
      end(e);
      throw new AuditEndedException(e);
    }
  }

  void comparedReceipts(long more) {
    synchronized (lock) {
      receipts += more;
    }
  }

  /** Adds up what is set aside; if that cannot be read, the audit is not complete. */
  void countQuarantine(Quarantine quarantine) {
    long[] sums = new long[2];
    try {
      quarantine.each(
          kept -> {
            sums[0] += kept.keys().size();
            sums[1] += kept.bytes();
          },
          why -> unread("what is set aside", why));
    } catch (LedgerException e) {
      unread("what is set aside", Failures.describe(e));
      return;
    }
    synchronized (lock) {
      quarantined = new Quarantined(sums[0], sums[1]);
    }
  }

  private Looked looked() {
    return new Looked(sequences, objects, receipts);
  }

  AuditReport report() {
    synchronized (lock) {
      return new AuditReport(looked(), findings, unread, unreadCount, quarantined);
    }
  }
}
