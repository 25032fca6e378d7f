package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;

/**
 * What people decide about notices to owners, never in silence: who and why is kept as a {@link
 * Confirmation} before it takes effect. Thread-safe.
 */
public final class NoticeActs {

  private final Node node;

  NoticeActs(Node node) {
    this.node = node;
  }

  /**
   * Ends the writing of notices, and that the notifier is down, if that was told: nobody will be
   * there to tell that it takes notices again, and the next notifier begins anew.
   *
   * @param by who and why
   * @param rehearse whether only to count
   * @return how many notices wait
   */
  public long end(Act by, boolean rehearse) {
    long pending = outbox().pending();
    if (!rehearse) {
      keep("the writing of notices ended; %d wait".formatted(pending), by);
      new NoticeSwitch(node.ledger()).turn(false);
      new NotifierDown(node.ledger(), node.identity())
          .end(
              node.ledger().ledger().now(),
              "the writing of notices was ended by %s: %s; owners are told nothing until there is a"
                      .formatted(by.actor(), by.reason())
                  + " notifier again");
    }
    return pending;
  }

  /**
   * Has notices told again.
   *
   * @param notices at most {@link NoticeOutbox#MAX_NOTICES}
   * @param by who and why
   * @param rehearse whether to do nothing
   */
  public void sendAgain(List<OwnerNotice> notices, Act by, boolean rehearse) {
    if (!rehearse && !notices.isEmpty()) {
      keep(
          "%d notices sent again, from %s of %s"
              .formatted(notices.size(), notices.get(0).id(), notices.get(0).key()),
          by);
      outbox().postpone(notices.stream().map(WaitingNotice::untried).toList());
    }
  }

  private void keep(String what, Act by) {
    long salt = node.seams().randomBits().getAsLong();
    Confirmations.keep(node.ledger(), salt, Confirmation.Subject.NOTICES, what, by);
  }

  private NoticeOutbox outbox() {
    return node.ledger().alerts().notices();
  }
}
