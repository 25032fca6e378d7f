package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Audits everything at an interval, on one node at a time, and raises an alert for each sequence
 * with findings, so that what does not fit is told although nobody asks.
 *
 * <p>An audit keeps its progress in the ledger ({@link SharedAudit}), so whoever takes over goes on
 * with it. What could not be read is looked at again after ten minutes, until the next audit is
 * due; that an audit is incomplete is told as a condition. An audit counts as made when its alerts
 * are raised and what it came to is written: a crash before that tells again. For one thread.
 */
final class Auditor {

  private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);
  private static final Duration RETRY = Duration.ofMinutes(10);

  private final Node node;
  private final AuditOptions options;
  private final Duration every;
  private final WatcherLease lease;
  private final AuditDiary diary;
  private final Misgivings misgivings;
  private final Told told;
  private final Map<SequencePlace, EngineAlert> toTell = new LinkedHashMap<>();
  private Optional<Long> incompleteSince = Optional.empty();

  /**
   * Creates an auditor. Does no I/O.
   *
   * @param node whose stores are compared
   * @param options how thorough and how fast
   * @param every how long after the beginning of an audit the next one begins
   * @param lease lets one node at a time do it
   */
  Auditor(Node node, AuditOptions options, Duration every, WatcherLease lease) {
    this.node = node;
    this.options = options;
    this.every = every;
    this.lease = lease;
    this.diary = new AuditDiary(node.ledger());
    this.misgivings = new Misgivings(node);
    this.told = new Told(node.seams().elapsed(), every.dividedBy(2));
  }

  /**
   * Audits if an audit is due, or under way, and it is this node's turn.
   *
   * @return how many sequences were looked at
   */
  int tick() {
    return lease.run(this::look);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int look() {
    Instant now = node.ledger().ledger().now();
    Optional<AuditDiary.Begun> running = diary.running();
    Optional<AuditDiary.Made> last = diary.made();
    if (running.isPresent() && isOver(running.get(), last, now)) {
      end(running.get());
      running = Optional.empty();
    }
    if (running.isEmpty() ? !isDue(last, now) : isPausing()) {
      return 0;
    }
    return audit(running.isPresent() ? running.get() : diary.begin(now));
  }

  /**
   * It came to something, which is whole and only not cleared away, or is not whole and its time is
   * over. One that came to nothing yet goes on, however long it takes.
   */
  private boolean isOver(AuditDiary.Begun audit, Optional<AuditDiary.Made> last, Instant now) {
    return last.filter(made -> made.number() >= audit.number())
        .filter(made -> made.audit().unreadCount() == 0 || isPast(audit.begun(), now))
        .isPresent();
  }

  private boolean isDue(Optional<AuditDiary.Made> last, Instant now) {
    return last.filter(made -> !isPast(made.audit().begunAt(), now)).isEmpty();
  }

  /** A beginning that lies ahead is that of a clock that was ahead, and counts as past. */
  private boolean isPast(Instant begun, Instant now) {
    return begun.isAfter(now) || !begun.plus(every).isAfter(now);
  }

  private boolean isPausing() {
    return incompleteSince.filter(since -> elapsed() - since < RETRY.toNanos()).isPresent();
  }

  private int audit(AuditDiary.Begun audit) {
    AuditReport report;
    try {
      report =
          new SharedAudit(node, options, audit.name())
              .run(Collections.emptyIterator(), new Collecting(audit));
    } catch (ConfigurationException e) {
      LOG.info("the audit begins anew: {}", e.getMessage());
      end(audit);
      return 0;
    }
    tell();
    if (!report.isComplete() && !node.seams().pause().await(Duration.ZERO)) {
      // Parts that were left since the node stops are not unread: they are read after the next
      // start, by whichever node.
      throw IncompleteTickException.stopping();
    }
    Instant ended = node.ledger().ledger().now();
    Looked looked = report.looked();
    diary.came(
        audit,
        new LatestAudit(
            audit.begun(),
            ended,
            looked.sequences(),
            looked.objects(),
            report.findings(),
            report.unreadCount()));
    misgivings.note(
        AlertCode.AUDIT_INCOMPLETE, AlertCode.AUDIT_COMPLETE, incompleteness(audit, report));
    incompleteSince = report.isComplete() ? Optional.empty() : Optional.of(elapsed());
    if (report.isComplete()) {
      end(audit);
    }
    return (int) Math.min(Integer.MAX_VALUE, looked.sequences());
  }

  private void end(AuditDiary.Begun audit) {
    new SharedAudit(node, options, audit.name()).forget();
    diary.end(audit);
    incompleteSince = Optional.empty();
  }

  private static Optional<String> incompleteness(AuditDiary.Begun audit, AuditReport report) {
    return report.unread().stream()
        .findFirst()
        .map(
            first ->
                "the audit that began at %s could not read %d parts, first %s: %s"
                    .formatted(audit.begun(), report.unreadCount(), first.part(), first.why()));
  }

  /** Raises what is to be told, in batches. */
  private void tell() {
    if (toTell.isEmpty()) {
      return;
    }
    Instant now = node.ledger().ledger().now();
    int most = node.ledger().capabilities().maxBatch();
    while (!toTell.isEmpty()) {
      Map<SequencePlace, AlertRow> batch = new LinkedHashMap<>();
      toTell.entrySet().stream()
          .limit(most)
          .forEach(one -> batch.put(one.getKey(), one.getValue().row(node.identity(), now)));
      node.ledger().alerts().raise(List.copyOf(batch.values()));
      toTell.keySet().removeAll(batch.keySet());
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  /**
   * Keeps what was found until the next stop between two batches, where an error of the ledger
   * cannot be taken for one of what is being looked at.
   */
  private final class Collecting implements AuditListener {

    private final AuditDiary.Begun audit;
    private final long late;

    Collecting(AuditDiary.Begun audit) {
      this.audit = audit;
      Duration left =
          Duration.between(node.ledger().ledger().now(), audit.begun().plus(every.multipliedBy(2)));
      this.late = elapsed() + left.toNanos();
    }

    @Override
    public void found(AuditFinding finding) {
      SequencePlace place = finding.subject().place();
      if (!toTell.containsKey(place) && told.isNew(AuditRecord.member(place))) {
        toTell.put(place, alert(finding));
      }
    }

    @Override
    public void reached(Looked looked, double share) {
      lease.goOn();
      tell();
      if (elapsed() - late >= 0) {
        misgivings.note(
            AlertCode.AUDIT_INCOMPLETE,
            AlertCode.AUDIT_COMPLETE,
            Optional.of(
                "the audit that began at %s is through %d %% of all places and goes on; let it look at more in a second"
                    .formatted(audit.begun(), Math.round(100 * share))));
      }
    }
  }

  private static EngineAlert alert(AuditFinding finding) {
    AuditFinding.Subject subject = finding.subject();
    String of =
        subject.sequence().map(key -> "").orElse("what is stored at " + subject.place() + ": ");
    String until =
        finding.span().recoverableUntil().map(end -> "; recoverable until " + end).orElse("");
    return new EngineAlert(
        AlertCode.AUDIT_FINDING,
        "",
        finding.kind().name(),
        subject.sequence(),
        "%sexpected %s, found %s%s; %s"
            .formatted(of, finding.expected(), finding.actual(), until, finding.remedy().text()));
  }
}
