package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.DeadlineExtended;
import dev.ingest.core.lifecycle.Event.ToldEarly;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;

/**
 * What the lifecycle says of a sequence's deadline. That it has passed is told once: by a sentinel,
 * or, if none came by before the sequence was VERIFIED, in the commit that verifies it, since what
 * is VERIFIED is no longer due and no sentinel would ever find it.
 */
final class Deadlines {

  private Deadlines() {}

  static Decision passed(Draft draft) {
    Receipt receipt = draft.entry().receipt();
    if (draft.standing().overdue() || draft.now().isBefore(receipt.deadline())) {
      return draft.refused(() -> "not newly past its deadline " + receipt.deadline());
    }
    return draft
        .standing(draft.standing().withOverdue(true))
        .alert(AlertCode.SEQUENCE_OVERDUE, Deadlines::overdue)
        .note("deadline", receipt.deadline())
        .mark(TransitionKind.OVERDUE);
  }

  private static String overdue(Draft told) {
    Receipt receipt = told.entry().receipt();
    return "not verified by its deadline "
        + receipt.deadline()
        + "; still "
        + told.entry().state()
        + "; raw bytes expire at "
        + receipt.expiresAt();
  }

  /** Tells whether what is verified now is late, and says so unless that was told already. */
  static boolean isLate(Draft draft) {
    if (draft.entry().standing().overdue()) {
      return true;
    }
    Instant deadline = draft.entry().receipt().deadline();
    if (draft.now().isBefore(deadline)) {
      return false;
    }
    draft.alert(
        AlertCode.SEQUENCE_OVERDUE,
        told ->
            "not verified by its deadline "
                + deadline
                + ", but at "
                + told.now()
                + ", before a sentinel had told of it");
    return true;
  }

  static Decision toldEarly(Draft draft, ToldEarly event) {
    Instant deadline = draft.entry().receipt().deadline();
    boolean overdue = draft.standing().overdue() && !draft.now().isBefore(deadline);
    int level = Math.min(draft.standing().escalations(), event.escalation());
    if (overdue == draft.standing().overdue() && level == draft.standing().escalations()) {
      return draft.refused(() -> "nothing of it was told before its time");
    }
    return draft
        .standing(draft.standing().withOverdue(overdue).withEscalations(level))
        .note("overdue", overdue)
        .note("level", level)
        .mark(TransitionKind.TOLD_EARLY);
  }

  static Decision extended(Draft draft, DeadlineExtended event) {
    Receipt old = draft.entry().receipt();
    if (!event.deadline().isAfter(old.deadline())
        || !event.deadline().isAfter(draft.now())
        || event.deadline().isAfter(old.expiresAt())) {
      return draft.refused(
          () ->
              "a new deadline lies after %s, after now, %s, and not after %s"
                  .formatted(old.deadline(), draft.now(), old.expiresAt()));
    }
    return draft
        .receipt(withDeadline(old, event.deadline()))
        .standing(draft.standing().withOverdue(false))
        .by(event.by())
        .note("deadline", event.deadline())
        .mark(TransitionKind.DEADLINE_EXTENDED);
  }

  private static Receipt withDeadline(Receipt old, Instant deadline) {
    return new Receipt(old.key(), old.manifest(), old.acceptedAt(), deadline, old.expiresAt());
  }
}
