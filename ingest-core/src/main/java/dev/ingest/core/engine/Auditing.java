package dev.ingest.core.engine;

import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.ScrubListener;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.ScrubReport;
import java.util.Iterator;

/**
 * Audits and scrubs that somebody asks for, on their thread. Those of the watchers ({@link
 * Auditor}, {@link Scrubber}) need nobody to ask.
 */
public final class Auditing {

  private final Node node;
  private final Committer committer;

  Auditing(Node node, Committer committer) {
    this.node = node;
    this.committer = committer;
  }

  /**
   * Audits everything that is stored.
   *
   * @param options how thorough and how fast
   * @param receipts what somebody else holds as proof of acceptances
   * @param listener hears of findings as they are confirmed
   * @return how it ended
   */
  public AuditReport audit(
      AuditOptions options, Iterator<KnownReceipt> receipts, AuditListener listener) {
    return new Audit(node, options).run(receipts, listener);
  }

  /**
   * Takes part in an audit whose progress the ledger keeps.
   *
   * @param name its name
   * @param options how thorough and how fast
   * @param receipts what somebody else holds as proof of acceptances
   * @param listener hears of findings as they are confirmed
   * @return how it ended
   */
  public AuditReport audit(
      String name, AuditOptions options, Iterator<KnownReceipt> receipts, AuditListener listener) {
    return new SharedAudit(node, options, name).run(receipts, listener);
  }

  /**
   * Forgets the progress of an audit.
   *
   * @param name its name
   */
  public void forget(String name) {
    new SharedAudit(node, AuditOptions.DEFAULT, name).forget();
  }

  /**
   * Reads again what is due by a policy, once.
   *
   * @param policy what is due, and how fast it is read
   * @param limit the most sequences, 1 or more
   * @param listener hears of each sequence
   * @return how it ended
   */
  public ScrubReport scrub(ScrubPolicy policy, long limit, ScrubListener listener) {
    return new ScrubPass(node, committer, policy, limit, listener).run();
  }
}
