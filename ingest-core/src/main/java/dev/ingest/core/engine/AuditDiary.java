package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.LatestAudit;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which periodic audit is running, and what the last one came to, in two control records of the
 * kind {@value #KIND}. What an audit came to is written before it is called ended, so that a crash
 * in between repeats the end and loses nothing. Thread-safe.
 */
public final class AuditDiary {

  /** The kind of the control records. */
  static final String KIND = "periodic-audit";

  private static final ControlRecord.Key RUNNING = new ControlRecord.Key(KIND, "running");
  private static final ControlRecord.Key LATEST = new ControlRecord.Key(KIND, "latest");
  private static final String NUMBER = "number";
  private static final String BEGUN = "begun";

  private final LedgerStore ledger;

  /**
   * Creates a reader and writer of a ledger's records. Does no I/O.
   *
   * @param ledger the ledger
   */
  public AuditDiary(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * An audit that has begun.
   *
   * @param number 1 or more, one more than that of the audit before
   * @param begun when, by the ledger's clock
   */
  record Begun(long number, Instant begun) {

    /** The name under which its progress is kept. */
    String name() {
      return "periodic-" + number;
    }
  }

  /**
   * What an audit came to.
   *
   * @param number the audit's number
   * @param audit what it came to
   */
  record Made(long number, LatestAudit audit) {}

  /**
   * Reads what the last audit came to.
   *
   * @return it, or empty if none has ended yet
   */
  public Optional<LatestAudit> latest() {
    return made().map(Made::audit);
  }

  /** Reads what the last audit came to, and its number. */
  Optional<Made> made() {
    return controls().read(LATEST).map(AuditDiary::parse);
  }

  /** Reads which audit is running; one whose end was written is not. */
  Optional<Begun> running() {
    return controls().read(RUNNING).map(RecordBody::parse).map(AuditDiary::begun);
  }

  /** Begins an audit; returns the one that runs then, which another node may have begun. */
  Begun begin(Instant now) {
    Begun next = new Begun(made().map(Made::number).orElse(0L) + 1, now);
    RecordBody body = RecordBody.of(RUNNING).with(NUMBER, next.number()).with(BEGUN, next.begun());
    Outcome outcome = controls().write(body.record(1));
    return running()
        .orElseThrow(
            () ->
                new LedgerException(
                    "%s: the beginning of audit %d was not written: %s; the next tick tries again"
                        .formatted(ledger.name(), next.number(), outcome)));
  }

  /** Writes what an audit came to. */
  void came(Begun audit, LatestAudit to) {
    long version = controls().read(LATEST).map(ControlRecord::version).orElse(0L);
    RecordBody body =
        RecordBody.of(LATEST)
            .with(NUMBER, audit.number())
            .with(BEGUN, to.begunAt())
            .with("ended", to.endedAt())
            .with("sequences", to.sequences())
            .with("objects", to.objects())
            .with("findings", format(to.findings()))
            .with("unread", to.unreadCount());
    Outcome outcome = controls().write(body.record(version + 1));
    if (!outcome.isApplied() && made().filter(made -> made.number() >= audit.number()).isEmpty()) {
      throw new LedgerException(
          "%s: what audit %d came to was not written: %s; the next tick tries again"
              .formatted(ledger.name(), audit.number(), outcome));
    }
  }

  /** Ends an audit, so that the next can begin. Idempotent. */
  void end(Begun audit) {
    Optional<ControlRecord> record = controls().read(RUNNING);
    if (record.isPresent() && begun(RecordBody.parse(record.get())).number() == audit.number()) {
      controls().delete(RUNNING, record.get().version());
    }
  }

  private static Begun begun(RecordBody body) {
    return new Begun(body.number(NUMBER), body.time(BEGUN));
  }

  static Made parse(ControlRecord record) {
    return RecordBody.read(record, AuditDiary::read);
  }

  private static Made read(RecordBody body) {
    LatestAudit audit =
        new LatestAudit(
            body.time(BEGUN),
            body.time("ended"),
            body.number("sequences"),
            body.number("objects"),
            findings(body.text("findings")),
            body.number("unread"));
    return new Made(body.number(NUMBER), audit);
  }

  private static String format(Map<Finding.Kind, Long> findings) {
    return new TreeMap<>(findings)
        .entrySet().stream()
            .map(found -> found.getKey() + " " + found.getValue())
            .collect(Collectors.joining(", "));
  }

  private static Map<Finding.Kind, Long> findings(String text) {
    Map<Finding.Kind, Long> findings = new EnumMap<>(Finding.Kind.class);
    Arrays.stream(text.split(", ", -1))
        .filter(part -> !part.isEmpty())
        .map(part -> part.split(" ", 2))
        .forEach(part -> findings.put(Finding.Kind.valueOf(part[0]), Long.parseLong(part[1])));
    return findings;
  }

  private ControlRecords controls() {
    return ledger.controls();
  }
}
