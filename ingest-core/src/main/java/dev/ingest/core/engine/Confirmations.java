package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.Confirmation.Subject;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Keeps what people confirmed, one control record each, written once and never again: the records
 * that a confirmation changes are written anew by whoever looks next. Thread-safe.
 */
public final class Confirmations {

  private static final String KIND = "confirmation";

  private final LedgerStore ledger;

  /**
   * Creates a reader of a ledger's confirmations.
   *
   * @param ledger the ledger
   */
  public Confirmations(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * Records that someone confirms something, before it takes effect.
   *
   * @param ledger of which ledger
   * @param salt random bits, which keep two of one millisecond apart
   * @param subject what it is about
   * @param confirmed what exactly
   * @param by who and why
   */
  static void keep(LedgerStore ledger, long salt, Subject subject, String confirmed, Act by) {
    Instant at = ledger.ledger().now();
    ControlRecord.Key key =
        new ControlRecord.Key(
            KIND, String.format(Locale.ROOT, "%015d-%016x", Math.max(0, at.toEpochMilli()), salt));
    RecordBody body =
        RecordBody.of(key)
            .with("subject", subject.name())
            .with("confirmed", confirmed)
            .with("actor", by.actor())
            .with("reason", by.reason())
            .with("at", at);
    requireApplied(
        ledger.controls().write(body.record(1)),
        "the confirmation of " + confirmed + " in " + ledger.name());
  }

  /** Throws if nobody knows whether a record was written. */
  static void requireKnown(Outcome outcome, String what) {
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether " + what + " took effect is unknown; repeat it", unknown.cause());
    }
  }

  /** Throws unless a record was written, and says so if nobody knows. */
  static void requireApplied(Outcome outcome, String what) {
    requireKnown(outcome, what);
    if (outcome instanceof Outcome.NotApplied refusal) {
      throw new IllegalStateException(
          "%s did not take effect: %s, %s; the same record was written at the same time: repeat it"
              .formatted(what, refusal.reason(), refusal.detail()));
    }
  }

  /**
   * Reads the latest.
   *
   * @param limit the most, 1 or more
   * @return them, the oldest first
   */
  public List<Confirmation> latest(int limit) {
    Deque<Confirmation> latest = new ArrayDeque<>();
    String after = "";
    List<ControlRecord> page;
    do {
      page = ledger.controls().list(KIND, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord record : page) {
        latest.addLast(parse(record));
        if (latest.size() > limit) {
          latest.removeFirst();
        }
        after = record.key().name();
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    return List.copyOf(latest);
  }

  private static Confirmation parse(ControlRecord record) {
    RecordBody body = RecordBody.parse(record);
    return new Confirmation(
        body.constant("subject", Subject.class),
        body.text("confirmed"),
        body.text("actor"),
        body.text("reason"),
        body.time("at"));
  }
}
