package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sinks in the order in which they are tried. A message goes to the first that is not down, and
 * one acknowledgement is enough.
 *
 * <p>A sink that fails once may be back at the next tick, so the message waits for it; one that
 * fails again and again is down, which is told once, and the message goes to the next. A sink that
 * is down is tried now and then with the message that is due anyhow; when it takes it, it is back,
 * which is told, and is first in line again. That it is down is also kept in a control record of
 * the kind {@value #KIND}, so that a pump which takes over or restarts goes on there and tells
 * neither twice. The body is {@code sink 1}, a line feed, {@code down-since=} with milliseconds
 * since 1970 by the ledger's clock or nothing, and a line feed.
 *
 * <p>A digest that no sink takes holds up those behind it. That is right for an outage and wrong
 * for a destination that works and does not take this one, since it is too large or has a text that
 * the destination does not like. So a digest that every sink has refused {@value #MAX_REFUSALS}
 * times, as an answer or by an error of the sink's own, is sent without details, each time after
 * the whole one, until either is taken. A sink that is merely out is waited for, since it may be
 * the one that takes the details, but for no longer than {@link #LONG_OUT}.
 *
 * <p>A sink that does not return fails like one that throws ({@link Recipient}), but its silence is
 * no refusal: it says nothing of the digest. For one thread.
 */
final class SinkChain {

  static final String KIND = "alert-sink";

  private static final Logger LOG = LoggerFactory.getLogger(SinkChain.class);
  private static final int MAX_REFUSALS = 3;
  private static final Duration LONG_OUT = Duration.ofMinutes(10);
  private static final Duration GONE = Duration.ofDays(3);
  private static final int MOST_RECORDS = 1_000;
  private static final String FORM = "sink 1\ndown-since=%s\n";
  private static final Pattern DOWN = Pattern.compile("sink 1\ndown-since=(0|[1-9][0-9]{0,17})\n");

  private final LedgerStore ledger;
  private final Node.Identity identity;
  private final Seams seams;
  private final AlertPolicy policy;
  private final List<Slot> slots;

  SinkChain(
      LedgerStore ledger,
      Node.Identity identity,
      Seams seams,
      List<AlertSink> sinks,
      AlertPolicy policy) {
    this.ledger = ledger;
    this.identity = identity;
    this.seams = seams;
    this.policy = policy;
    this.slots = sinks.stream().map(sink -> new Slot(sink, seams.questions())).toList();
    List<String> names = slots.stream().map(slot -> slot.name).toList();
    if (names.isEmpty() || names.stream().distinct().count() < names.size()) {
      throw new ConfigurationException(
          "alerts need at least one sink, and sinks need different names; got " + names);
    }
  }

  /** One sink and how it has behaved. */
  private static final class Slot {
    private final AlertSink sink;
    private final String name;
    private final Recipient recipient;
    private final ControlRecord.Key key;
    private int failures;
    private long failingSince;
    private boolean isDown;
    private boolean isTold;
    private Optional<Instant> downSince = Optional.empty();
    private long triedAt;
    private boolean isDue;
    private String refusedKey = "";
    private int refusals;
    private @Nullable Throwable refusal;

    private Slot(AlertSink sink, Seams.Questions questions) {
      this.sink = sink;
      this.name = sink.name();
      this.recipient = new Recipient("alert sink " + name, questions);
      this.key = new ControlRecord.Key(KIND, name);
    }

    private boolean hasRefused(String message) {
      return refusals >= MAX_REFUSALS && refusedKey.equals(message);
    }
  }

  /** Reads which sinks were down under the pump before this one; they are tried at once. */
  void reload() {
    ledger.controls().list(KIND, "", MOST_RECORDS).forEach(this::endIfGone);
    for (Slot slot : slots) {
      slot.downSince = downSince(ledger.controls().read(slot.key));
      slot.isDown = slot.downSince.isPresent();
      slot.isTold = slot.isDown;
      slot.isDue = slot.isDown;
      slot.failures = 0;
    }
  }

  /**
   * That a sink is down, which no pump has any more, would otherwise be over for nobody. Others may
   * have it for as long as sinks are being changed, so that it takes days.
   */
  private void endIfGone(ControlRecord record) {
    String name = record.key().name();
    Optional<Instant> since = downSince(record.body());
    if (since.isEmpty() || slots.stream().anyMatch(slot -> slot.name.equals(name))) {
      return;
    }
    Instant now = ledger.ledger().now();
    if (since.get().plus(GONE).isBefore(now)) {
      raise(
          AlertCode.SINK_BACK,
          name,
          now,
          "alert sink %s is not among those of %s, and nothing waits for it; nothing to do"
              .formatted(name, identity.id()));
      write(record.key(), Optional.of(record), "");
    }
  }

  /**
   * Delivers a message.
   *
   * @return whether a sink acknowledged it; false if it waits for the first sink's next chance
   * @throws AlertSinkException if every sink is down
   * @throws LedgerException if it could not be told that a sink is down or back; the message may
   *     have been delivered
   */
  boolean deliver(AlertMessage message) {
    AlertSinkException none =
        new AlertSinkException(
            "%s was acknowledged by none of %d sinks; it stays first in line"
                .formatted(message.key(), slots.size()));
    boolean areAllDown = slots.stream().allMatch(slot -> slot.isDown);
    for (Slot slot : slots) {
      if (slot.isDown && !areAllDown && !isProbeDue(slot)) {
        continue;
      }
      Throwable error = trySend(slot, message);
      if (error == null) {
        backIfDown(slot);
        return true;
      }
      failed(slot, error);
      if (!slot.isDown) {
        return false;
      }
      none.addSuppressed(error);
    }
    if (message instanceof AlertMessage.Digest digest && deliverReduced(digest, none)) {
      return true;
    }
    throw none;
  }

  private boolean deliverReduced(AlertMessage.Digest digest, AlertSinkException none) {
    if (slots.stream().anyMatch(slot -> !slot.hasRefused(digest.key()) && !isLongOut(slot))) {
      return false;
    }
    for (Slot slot : slots) {
      if (!slot.hasRefused(digest.key())) {
        continue;
      }
      Throwable refusal = slot.refusal == null ? none : slot.refusal;
      Throwable error = trySend(slot, Reduction.of(digest));
      if (error == null) {
        tellReduced(slot, digest.digest(), refusal);
        backIfDown(slot);
        return true;
      }
      none.addSuppressed(error);
    }
    return false;
  }

  /** By the record, as whose lease it is changes meanwhile. */
  private boolean isLongOut(Slot slot) {
    return slot.downSince.isPresent()
        && !slot.downSince.get().plus(LONG_OUT).isAfter(ledger.ledger().now());
  }

  /** Tells nothing of a digest that only tells this, or it would never end. */
  private void tellReduced(Slot slot, AlertDigest digest, Throwable refusal) {
    String code = AlertCode.DIGEST_REDUCED.name();
    if (digest.lines().stream().anyMatch(line -> !line.group().code().equals(code))) {
      raise(
          AlertCode.DIGEST_REDUCED,
          slot.name,
          ledger.ledger().now(),
          "digest %d was refused %d times, last with: %s; %s has taken it with codes and counts only:"
                  .formatted(digest.ordinal(), slot.refusals, Failures.describe(refusal), slot.name)
              + " read the whole one with `ingest alerts`, and see what the destination does not take");
    }
  }

  private static void noteRefusal(Slot slot, AlertMessage message, Throwable error) {
    if (!slot.refusedKey.equals(message.key())) {
      slot.refusedKey = message.key();
      slot.refusals = 0;
    }
    boolean isSilence = error instanceof TimeoutException || error instanceof InterruptedException;
    if (error instanceof AlertSinkException e ? e.isRefusal() : !isSilence) {
      slot.refusals++;
      slot.refusal = error;
    }
  }

  private @Nullable Throwable trySend(Slot slot, AlertMessage message) {
    slot.isDue = false;
    slot.triedAt = elapsed();
    Throwable error = slot.recipient.tell(() -> slot.sink.send(message));
    if (error == null) {
      return null;
    }
    if (error instanceof AlertSinkException || error instanceof TimeoutException) {
      LOG.warn("{} did not take {}: {}", slot.name, message.key(), Failures.describe(error));
    } else {
      LOG.warn("{} did not take {}, for a reason of its own", slot.name, message.key(), error);
    }
    noteRefusal(slot, message, error);
    return error;
  }

  private boolean isProbeDue(Slot slot) {
    return slot.isDue || elapsed() - slot.triedAt >= policy.probe().toNanos();
  }

  private void failed(Slot slot, Throwable error) {
    long now = elapsed();
    if (slot.failures == 0) {
      slot.failingSince = now;
    }
    slot.failures++;
    boolean isLong = slot.failures > 1 && now - slot.failingSince >= policy.downAfter().toNanos();
    slot.isDown |= slot.failures >= policy.failures() || isLong;
    if (slot.isDown && !slot.isTold) {
      tellDown(slot, error);
    }
  }

  private void tellDown(Slot slot, Throwable error) {
    Optional<ControlRecord> record = ledger.controls().read(slot.key);
    slot.downSince = downSince(record);
    if (slot.downSince.isEmpty()) {
      Instant now = ledger.ledger().now();
      raise(
          AlertCode.SINK_DOWN,
          slot.name,
          now,
          "alert sink %s failed %d times in a row on %s, last with: %s; repair the destination or the"
                  .formatted(slot.name, slot.failures, identity.id(), Failures.describe(error))
              + " way to it; it is tried again every "
              + policy.probe());
      write(slot.key, record, Long.toString(now.toEpochMilli()));
      slot.downSince = Optional.of(now);
    }
    slot.isTold = true;
  }

  private void backIfDown(Slot slot) {
    if (slot.isDown) {
      Optional<ControlRecord> record = ledger.controls().read(slot.key);
      if (downSince(record).isPresent()) {
        raise(
            AlertCode.SINK_BACK,
            slot.name,
            ledger.ledger().now(),
            "alert sink %s works again on %s; nothing to do".formatted(slot.name, identity.id()));
        write(slot.key, record, "");
      }
      slot.isDown = false;
      slot.isTold = false;
      slot.downSince = Optional.empty();
    }
    slot.failures = 0;
  }

  private void raise(AlertCode code, String sink, Instant now, String message) {
    EngineAlert alert = EngineAlert.of(code, sink, message);
    ledger.alerts().raise(List.of(alert.row(identity, now)));
    LOG.warn("{} {}: {}", code, sink, message);
  }

  private void write(ControlRecord.Key key, Optional<ControlRecord> before, String downSince) {
    ControlRecord next =
        new ControlRecord(
            key, before.map(ControlRecord::version).orElse(0L) + 1, FORM.formatted(downSince));
    Outcome outcome = ledger.controls().write(next);
    if (!outcome.isApplied()) {
      throw new LedgerException(
          "%s: the record of alert sink %s was not written, as another pump may be at work: %s"
              .formatted(ledger.name(), key.name(), outcome));
    }
  }

  private Optional<Instant> downSince(Optional<ControlRecord> record) {
    if (record.isEmpty() || record.get().body().equals(FORM.formatted(""))) {
      return Optional.empty();
    }
    Optional<Instant> since = downSince(record.get().body());
    if (since.isPresent()) {
      return since;
    }
    throw new LedgerException(
        "%s: the record %s has a form that this version does not know; delete it if it is damaged"
            .formatted(ledger.name(), record.get().key()));
  }

  private static Optional<Instant> downSince(String body) {
    Matcher down = DOWN.matcher(body);
    return down.matches()
        ? Optional.of(Instant.ofEpochMilli(Long.parseLong(down.group(1))))
        : Optional.empty();
  }

  private long elapsed() {
    return seams.elapsed().getAsLong();
  }
}
