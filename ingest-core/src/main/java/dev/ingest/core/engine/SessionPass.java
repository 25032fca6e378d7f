package dev.ingest.core.engine;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Goes through the sessions of one state page by page, the longest untouched first, once to the end
 * and then again. What could not be dealt with does not hold up what comes after it, and what has
 * been untouched for long enough only since a pass began is left to the next ({@link PassEnd}). For
 * one thread.
 */
final class SessionPass {

  private final UploadSessions sessions;
  private final SessionState state;
  private final Duration untouchedFor;
  private final PassEnd end;
  private Optional<UploadSession> after = Optional.empty();

  SessionPass(LedgerStore ledger, SessionState state, Duration untouchedFor) {
    this.sessions = ledger.sessions();
    this.state = state;
    this.untouchedFor = untouchedFor;
    this.end = new PassEnd(ledger.ledger(), untouchedFor.negated());
  }

  /**
   * Reads the next page.
   *
   * @param limit the most sessions, 1 or more
   * @return the page; with fewer sessions than the limit the pass has ended, and the next page is
   *     the first of another
   */
  List<UploadSession> page(int limit) {
    List<UploadSession> page =
        end.cut(
            sessions.untouched(state, untouchedFor, after, limit), limit, UploadSession::touchedAt);
    after = page.size() < limit ? Optional.empty() : Optional.of(page.get(page.size() - 1));
    return page;
  }
}
