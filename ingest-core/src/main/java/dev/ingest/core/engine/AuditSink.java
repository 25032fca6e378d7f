package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.AuditReport.Quarantined;
import dev.ingest.core.AuditReport.Unread;
import dev.ingest.core.Finding;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.LedgerException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what an audit finds and passes it on. For one thread. */
final class AuditSink {

  private static final int MOST_RECEIPTS_KEPT = 100_000;

  private final AuditListener listener;
  private final Map<Finding.Kind, Long> findings = new EnumMap<>(Finding.Kind.class);
  private final List<Unread> unread = new ArrayList<>();
  private final Set<SequencePlace> missed = new HashSet<>();
  private long unreadCount;
  private long sequences;
  private long objects;
  private long receipts;
  private double share;
  private Quarantined quarantined = Quarantined.NONE;

  AuditSink(AuditListener listener) {
    this.listener = listener;
  }

  /** Takes findings, but for one that a receipt has told already. */
  void found(List<AuditFinding> all) {
    for (AuditFinding finding : all) {
      boolean isTold =
          finding.kind() == Finding.Kind.ENTRY_MISSING
              && missed.contains(finding.subject().place());
      if (!isTold) {
        findings.merge(finding.kind(), 1L, Long::sum);
        listener.found(finding);
      }
    }
  }

  /** Takes a finding that a receipt showed. */
  void missedReceipt(AuditFinding finding) {
    findings.merge(finding.kind(), 1L, Long::sum);
    listener.found(finding);
    if (missed.size() < MOST_RECEIPTS_KEPT) {
      missed.add(finding.subject().place());
    }
  }

  void unread(String part, String why) {
    Unread one = new Unread(part, why);
    unreadCount++;
    if (unread.size() < AuditReport.MAX_UNREAD) {
      unread.add(one);
    }
    listener.unread(one);
  }

  void looked(long moreSequences, long moreObjects, double reached) {
    sequences += moreSequences;
    objects += moreObjects;
    share = reached;
    goesOn();
  }

  /** Lets the listener know between two steps that it goes on. */
  void goesOn() {
    listener.reached(looked(), share);
  }

  void comparedReceipts(long more) {
    receipts += more;
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
      quarantined = new Quarantined(sums[0], sums[1]);
    } catch (LedgerException e) {
      unread("what is set aside", Failures.describe(e));
    }
  }

  private Looked looked() {
    return new Looked(sequences, objects, receipts);
  }

  AuditReport report() {
    return new AuditReport(looked(), findings, unread, unreadCount, quarantined);
  }
}
