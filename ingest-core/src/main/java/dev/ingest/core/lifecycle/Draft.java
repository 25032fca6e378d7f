package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A decision in the making: the entry's parts as they change, one after the other. */
final class Draft implements Decision.Change.Words {

  /** Begins the detail of each change under a lease: which node version held it. */
  static final String VERSION = "version=";

  /** Names the detail of a proof that a failure or a loss came before. */
  static final String REPAIRED = "repaired";

  private final Entry entry;
  private final Instant now;
  private @Nullable Detail details;
  private @Nullable Telling tellings;

  private @Nullable Seldom changed;

  private Run run;
  private Optional<Publication> published;
  private Standing standing;
  private Optional<Instant> leaseEnds = Optional.empty();

  Draft(Entry entry, Instant now) {
    this.entry = entry;
    this.now = now;
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

  Draft receipt(Receipt receipt) {
    return seldom(receipt, seldom().raw(), seldom().beside());
  }

  Draft raw(RawLocation raw) {
    return seldom(seldom().receipt(), raw, seldom().beside());
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

  Draft beside(Beside beside) {
    return seldom(seldom().receipt(), seldom().raw(), beside);
  }

  private Draft seldom(Receipt receipt, RawLocation raw, Beside beside) {
    changed = new Seldom(receipt, raw, beside);
    return this;
  }

  private Seldom seldom() {
    return changed == null ? new Seldom(entry.receipt(), entry.raw(), entry.beside()) : changed;
  }

  /** Ends the run beside the result, if there is one: nothing refers to what it made. */
  Draft endSideRun() {
    entry.beside().run().ifPresent(side -> note("ended", SideRuns.describe(side)));
    return beside(seldom().beside().withoutRun());
  }

  Draft dropSuperseded() {
    return beside(seldom().beside().withSuperseded(Optional.empty()));
  }

  /**
   * Ends the hold of a backfill, which lets go only of what still has raw bytes: a re-upload would
   * inherit it, and be held by one that may be over. A person's stays.
   */
  Draft endBackfillHold() {
    Optional<String> backfill = standing.hold().map(Hold::actor).filter(BackfillActor::is);
    if (backfill.isEmpty()) {
      return this;
    }
    return note("released", backfill.get()).standing(standing.withHold(Optional.empty()));
  }

  Draft inNameOf(Optional<String> backfill) {
    backfill.ifPresent(name -> note("backfill", name));
    return this;
  }

  Draft endLease(Instant visibleAt) {
    this.leaseEnds = Optional.of(visibleAt);
    return this;
  }

  Draft by(Act act) {
    return note("reason", act);
  }

  Draft adopted(Optional<Adopted> adopted) {
    adopted.ifPresent(
        act ->
            note("adopted", act.session())
                .by(act.by())
                .alert(AlertCode.ACCEPTANCE_ADOPTED, told -> Acceptance.message(act)));
    return this;
  }

  /** Notes that what was told as failed or lost is good again: the last of the details. */
  Draft repaired(boolean isSo) {
    return isSo ? note(REPAIRED, true) : this;
  }

  /** Says first of all by which token another system ended the stage. */
  Draft endedBy(Optional<Digest> token) {
    token.ifPresent(digest -> note(HandedOver.ENDED, digest));
    return this;
  }

  Draft note(String name, Object value) {
    details = new Detail(name, value, details);
    return this;
  }

  Draft alert(AlertCode code, Function<Draft, String> message) {
    tellings = new Telling(code, run, null, message, tellings);
    return this;
  }

  /** An alert of a run that is not the primary one. */
  Draft alert(AlertCode code, Run of, Function<Draft, String> message) {
    tellings = new Telling(code, of, null, message, tellings);
    return this;
  }

  /** An alert whose line is told apart by a text that stands in the place of the stage. */
  Draft alert(AlertCode code, String place, Function<Draft, String> message) {
    tellings = new Telling(code, run, place, message, tellings);
    return this;
  }

  /** The parts that few events change. */
  private record Seldom(Receipt receipt, RawLocation raw, Beside beside) {}

  /** A detail for the history that is not in words yet, and the one before it. */
  private record Detail(String name, Object value, @Nullable Detail before) {

    String text() {
      return name + "=" + (value instanceof Act act ? act.reason() : value);
    }
  }

  /** An alert that is not in words yet, of the run as it is now, and the one before it. */
  private record Telling(
      AlertCode code,
      Run run,
      @Nullable String place,
      Function<Draft, String> message,
      @Nullable Telling before) {}

  Decision refused(Supplier<String> reason) {
    return new Decision.Refused(() -> entry.key() + " is " + entry.state() + "; " + reason.get());
  }

  @Override
  public HistoryRow.Note note() {
    Deque<String> texts = new ArrayDeque<>();
    String actor = "";
    for (Detail detail = details; detail != null; detail = detail.before()) {
      texts.addFirst(detail.text());
      actor = actor.isEmpty() && detail.value() instanceof Act act ? act.actor() : actor;
    }
    entry.position().lease().ifPresent(lease -> texts.addFirst(VERSION + lease.nodeVersion()));
    return new HistoryRow.Note(
        actor, BoundedText.of(String.join("; ", texts), HistoryRow.MAX_DETAIL));
  }

  @Override
  public List<AlertRow> alerts() {
    Deque<AlertRow> rows = new ArrayDeque<>();
    for (Telling telling = tellings; telling != null; telling = telling.before()) {
      rows.addFirst(alert(telling));
    }
    return List.copyOf(rows);
  }

  private AlertRow alert(Telling telling) {
    String place = telling.place();
    AlertRow.Group group =
        new AlertRow.Group(
            telling.code().name(),
            telling.run().pipeline().name(),
            place != null ? place : telling.run().stage().map(Object::toString).orElse(""),
            entry.position().lease().map(Lease::nodeVersion).orElse(""));
    return new AlertRow(
        group,
        now,
        Optional.of(entry.key()),
        BoundedText.of(telling.message().apply(this), AlertRow.MAX_MESSAGE));
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
    Seldom parts = changed;
    Entry after =
        new Entry(
            parts == null ? entry.receipt() : parts.receipt(),
            parts == null ? entry.raw() : parts.raw(),
            position,
            run,
            published,
            standing,
            entry.chain(),
            parts == null ? entry.beside() : parts.beside());
    return new Decision.Change(
        after, leaseEnds.isPresent() ? LeaseEffect.END : LeaseEffect.KEEP, kind, this);
  }
}
