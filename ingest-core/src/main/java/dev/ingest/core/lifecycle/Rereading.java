package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.ProofRenewed;
import dev.ingest.core.lifecycle.Event.RawDamageFound;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Optional;

/**
 * The part of the lifecycle that dates readings of what is stored. A published result carries the
 * date itself; a FAILED sequence, which is due for nothing by itself, carries it where other states
 * say what they are due for.
 */
final class Rereading {

  /** In the history of damage that an earlier reading has recorded. */
  static final String STILL_DAMAGED = "RAW_STILL_DAMAGED";

  private static final String RAW_WHOLE_AGAIN = "RAW_WHOLE_AGAIN";

  private Rereading() {}

  static Decision proofRenewed(Draft draft, ProofRenewed event) {
    Entry entry = draft.entry();
    boolean isFailed = entry.state() == State.FAILED;
    Digest root =
        isFailed
            ? entry.receipt().manifest().root()
            : entry.published().orElseThrow().result().manifest().root();
    if (!event.observedRoot().equals(root)) {
      return draft.refused(() -> "read back root " + event.observedRoot() + ", expected " + root);
    }
    Instant last = provenAt(entry);
    if (isNoNews(event.at(), last, draft.now())) {
      return draft.refused(
          () ->
              "a reading of %s, asked for at %s, is no newer proof than that of %s"
                  .formatted(event.at(), draft.now(), last));
    }
    event.by().ifPresent(draft::by);
    draft.note("proof", event.observedRoot()).note("before", last);
    if (isFailed) {
      knownDamage(entry)
          .ifPresent(failure -> draft.failure(Optional.of(healed(failure, event.at()))));
      draft.endLease(event.at());
    } else {
      Publication published = entry.published().orElseThrow();
      draft.publish(
          Optional.of(new Publication(published.result(), published.epoch(), event.at())));
    }
    return draft.mark(TransitionKind.PROOF_RENEWED);
  }

  static Decision rawDamageFound(Draft draft, RawDamageFound event) {
    Entry entry = draft.entry();
    boolean isKnown = knownDamage(entry).isPresent();
    if (entry.state() == State.FAILED) {
      if (isNoNews(event.at(), provenAt(entry), draft.now())) {
        return draft.refused(
            () ->
                "a reading of %s is older than that of %s".formatted(event.at(), provenAt(entry)));
      }
      if (!isKnown) {
        draft.failure(Optional.of(damaged(event.failure(), entry.standing().failure())));
      }
      draft.endLease(event.at());
    }
    event.by().ifPresent(draft::by);
    return draft
        .alert(AlertCode.RAW_DAMAGED, told -> entry.state() + "; " + event.failure().message())
        .note(isKnown ? STILL_DAMAGED : event.failure().code(), event.failure().message())
        .mark(TransitionKind.RAW_DAMAGED);
  }

  /** Returns that raw bytes are damaged, if an earlier reading has recorded it as the failure. */
  static Optional<Failure> knownDamage(Entry entry) {
    return entry.standing().failure().filter(old -> old.code().equals(RawDamageFound.CODE));
  }

  private static Instant provenAt(Entry entry) {
    return entry.state() == State.FAILED
        ? entry.position().visibleAt()
        : entry.published().orElseThrow().provenAt();
  }

  /** A date from before does not count, unless it lies in the future: a clock was ahead then. */
  private static boolean isNoNews(Instant at, Instant last, Instant now) {
    return at.isAfter(now) || (!at.isAfter(last) && !last.isAfter(now));
  }

  private static Failure damaged(Failure found, Optional<Failure> before) {
    return Draft.failure(
        RawDamageFound.CODE,
        found.stage(),
        found.message()
            + before.map(old -> "; it had failed before with " + old.code()).orElse(""));
  }

  private static Failure healed(Failure damaged, Instant at) {
    return Draft.failure(
        RAW_WHOLE_AGAIN,
        damaged.stage(),
        "its raw bytes were read back whole at %s; the history says why it failed".formatted(at));
  }
}
