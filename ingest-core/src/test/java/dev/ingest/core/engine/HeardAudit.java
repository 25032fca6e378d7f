package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.AuditReport.Unread;
import java.util.ArrayList;
import java.util.List;

/** Keeps what an audit tells, in its order. */
final class HeardAudit implements AuditListener {

  final List<AuditFinding> found = new ArrayList<>();
  final List<Unread> unread = new ArrayList<>();
  final List<Looked> looked = new ArrayList<>();
  final List<Double> shares = new ArrayList<>();

  @Override
  public void found(AuditFinding finding) {
    found.add(finding);
  }

  @Override
  public void unread(Unread part) {
    unread.add(part);
  }

  @Override
  public void reached(Looked now, double share) {
    looked.add(now);
    shares.add(share);
  }
}
