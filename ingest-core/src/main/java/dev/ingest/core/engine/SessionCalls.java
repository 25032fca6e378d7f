package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of the ledger about one upload session, until the answer is known. */
record SessionCalls(Node node, UploadSession session) {

  private static final Logger LOG = LoggerFactory.getLogger(SessionCalls.class);

  /** Reads it as it is now. */
  Optional<UploadSession> current() {
    return Retries.settled(
        node,
        "finding session " + session.id() + " of " + session.key(),
        () -> node.ledger().sessions().find(session.id()));
  }

  /** Gives it up, if nobody has touched it for a time. */
  Outcome abandon(Duration untouchedFor) {
    return Retries.settled(
        node,
        "closing session " + session.id() + " of " + session.key(),
        () -> node.ledger().sessions().abandon(session.id(), untouchedFor));
  }

  /** Gives it up at once, so that it holds no quota and its bytes are swept or quarantined. */
  void giveUp() {
    Outcome outcome = abandon(Duration.ZERO);
    LOG.info("session {} of {} is given up: {}", session.id(), session.key(), outcome);
  }
}
