package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A decision in the making: the entry's parts as they change, one after the other. */
final class Draft {

  private static final int MAX_ALERT_MESSAGE = 2_000;

  private final Entry entry;
  private final Instant now;
  private final List<AlertRow> alerts = new ArrayList<>();
  private final StringBuilder detail = new StringBuilder();

  private Receipt receipt;
  private RawLocation raw;
  private Run run;
  private Optional<Publication> published;
  private Standing standing;
  private Optional<Instant> leaseEnds = Optional.empty();
  private String actor = "";

  Draft(Entry entry, Instant now) {
    this.entry = entry;
    this.now = now;
    this.receipt = entry.receipt();
    this.raw = entry.raw();
    this.run = entry.run();
    this.published = entry.published();
    this.standing = entry.standing();
  }

  static Failure failure(String code, Optional<StageRef> stage, String message) {
    return new Failure(code, stage, BoundedText.of(message, Failure.MAX_MESSAGE));
  }

  Entry entry() {
    return entry;
  }

  Instant now() {
    return now;
  }

  Standing standing() {
    return standing;
  }

  Draft receipt(Receipt changed) {
    this.receipt = changed;
    return this;
  }

  Draft raw(RawLocation changed) {
    this.raw = changed;
    return this;
  }

  Draft run(Run changed) {
    this.run = changed;
    return this;
  }

  Draft publish(Optional<Publication> changed) {
    this.published = changed;
    return this;
  }

  Draft standing(Standing changed) {
    this.standing = changed;
    return this;
  }

  /** Sets the mark; it is never cleared on the way, only by the sweep. */
  Draft leftovers(boolean mark) {
    this.standing = standing.withLeftovers(standing.leftovers() || mark);
    return this;
  }

  Draft failure(Optional<Failure> cause) {
    this.standing = standing.withFailure(cause);
    return this;
  }

  Draft endLease(Instant visibleAt) {
    this.leaseEnds = Optional.of(visibleAt);
    return this;
  }

  Draft by(Act act) {
    this.actor = act.actor();
    return note("reason", act.reason());
  }

  Draft note(String name, Object value) {
    if (detail.length() > 0) {
      detail.append("; ");
    }
    detail.append(name).append('=').append(value);
    return this;
  }

  Draft alert(AlertCode code, String message) {
    AlertRow.Group group =
        new AlertRow.Group(
            code.name(),
            run.pipeline().name(),
            run.stage().map(Object::toString).orElse(""),
            entry.position().lease().map(Lease::nodeVersion).orElse(""));
    alerts.add(
        new AlertRow(
            group, now, Optional.of(entry.key()), BoundedText.of(message, MAX_ALERT_MESSAGE)));
    return this;
  }

  Decision refused(String reason) {
    return new Decision.Refused(entry.key() + " is " + entry.state() + "; " + reason);
  }

  Decision mark(TransitionKind kind) {
    return moveTo(entry.state(), kind);
  }

  Decision moveTo(State state, TransitionKind kind) {
    Position old = entry.position();
    Position position =
        new Position(
            state,
            old.version() + 1,
            leaseEnds.orElse(old.visibleAt()),
            old.fence(),
            leaseEnds.isPresent() ? Optional.empty() : old.lease());
    Entry after = new Entry(receipt, raw, position, run, published, standing, entry.chain());
    return new Decision.Change(
        after,
        leaseEnds.isPresent() ? LeaseEffect.END : LeaseEffect.KEEP,
        kind,
        new HistoryRow.Note(actor, BoundedText.of(detail.toString(), HistoryRow.MAX_DETAIL)),
        alerts);
  }
}
