package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.Confirmation;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether the ledger is still in the life in which it last was known to have every acceptance.
 *
 * <p>A ledger that was restored from a backup, or failed over to a replica that lagged, has a new
 * incarnation and may not know what was accepted last. Until someone has looked for such
 * acceptances and says so, nothing is deleted. For one thread.
 */
final class KnownIncarnation {

  /** The record that keeps the incarnation. */
  static final ControlRecord.Key KEY = new ControlRecord.Key("incarnation", "known");

  private static final String FIELD = "incarnation";

  /** How often the content store is asked whether it is the ledger's, and what it knows of it. */
  static final Duration LOOK = Duration.ofMinutes(10);

  private final Node node;
  private final LedgerStore ledger;
  private final Binding binding;
  private final Restoration restoration;
  private OptionalLong lookedAt = OptionalLong.empty();

  KnownIncarnation(Node node) {
    this.node = node;
    this.ledger = node.ledger();
    this.binding = new Binding(ledger, node.content());
    this.restoration = new Restoration(ledger, node.content(), node.seams().randomBits());
  }

  /**
   * Returns why nothing may be deleted; empty if the content store is the ledger's and the
   * incarnation is the known one. A ledger that has none known yet knows its own from now on.
   */
  Optional<String> doubt() {
    long elapsed = node.seams().elapsed().getAsLong();
    if (lookedAt.isEmpty() || elapsed - lookedAt.getAsLong() >= LOOK.toNanos()) {
      if (binding.isBound()) {
        Optional<String> mismatch = binding.mismatch();
        if (mismatch.isPresent()) {
          return mismatch;
        }
        restoration.look();
      }
      lookedAt = OptionalLong.of(elapsed);
    }
    return change();
  }

  /**
   * Returns why the incarnation is not the known one, without asking the content store: for those
   * who look more often, or on more nodes, than marks are to be written.
   */
  Optional<String> change() {
    IncarnationId now = ledger.incarnation();
    Optional<ControlRecord> stored = ledger.controls().read(KEY);
    if (stored.isEmpty()) {
      Outcome created = ledger.controls().write(body(now).record(1));
      if (created.isApplied()) {
        return Optional.empty();
      }
      // Someone else was first, or nobody knows; the next look finds what is there.
      stored = ledger.controls().read(KEY);
      if (stored.isEmpty()) {
        return Optional.of(
            "%s has no record of its known incarnation, and whether %s was written as the first is not"
                    .formatted(ledger.name(), now.value())
                + " known: "
                + created);
      }
    }
    String known = RecordBody.parse(stored.get()).text(FIELD);
    return known.equals(now.value())
        ? Optional.empty()
        : Optional.of(
            "%s is incarnation %s, the one known before was %s: it was restored or failed over, and"
                    .formatted(ledger.name(), now.value(), known)
                + " may not know its latest acceptances");
  }

  /** Tells whether the incarnation is not the known one; writes nothing. */
  static boolean isDoubted(LedgerStore ledger) {
    return ledger
        .controls()
        .read(KEY)
        .filter(known -> !RecordBody.parse(known).text(FIELD).equals(ledger.incarnation().value()))
        .isPresent();
  }

  /**
   * Takes someone's word that every acceptance is known.
   *
   * @param by who and why
   * @param now the incarnation in which that was looked at, which is known from now on
   * @param givenUp how many are given up
   */
  void confirm(Act by, IncarnationId now, int givenUp) {
    if (!ledger.incarnation().equals(now)) {
      throw new ActRefusedException(
          "%s was looked at as incarnation %s and is %s by now: look again"
              .formatted(ledger.name(), now, ledger.incarnation()));
    }
    Confirmations.keep(
        ledger,
        node.seams().randomBits().getAsLong(),
        Confirmation.Subject.LEDGER,
        "incarnation %s, %d given up".formatted(now.value(), givenUp),
        by);
    long version = ledger.controls().read(KEY).map(ControlRecord::version).orElse(0L);
    Confirmations.requireApplied(
        ledger.controls().write(body(now).record(version + 1)),
        "the confirmation of incarnation %s of %s".formatted(now.value(), ledger.name()));
  }

  /** Makes an incarnation the known one if none is, so that the next is noticed. */
  static void remember(LedgerStore ledger, IncarnationId incarnation) {
    if (ledger.controls().read(KEY).isEmpty()) {
      // Should someone else be first, theirs is as good.
      Confirmations.requireKnown(
          ledger.controls().write(body(incarnation).record(1)),
          "remembering incarnation " + incarnation + " of " + ledger.name());
    }
  }

  private static RecordBody body(IncarnationId incarnation) {
    return RecordBody.of(KEY).with(FIELD, incarnation.value());
  }
}
