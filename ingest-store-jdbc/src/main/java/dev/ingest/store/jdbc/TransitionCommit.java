package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.sql.SQLException;
import java.util.Optional;

/**
 * One transition: its guard judged on the stored rows, then the entry, the history row, the alerts,
 * the notice, the session and the tallies written, all in the running transaction.
 *
 * <p>A transition that was committed before is recognised by its history row, which is looked for
 * only once the guard has refused. That is enough: its commit raised the version, or made the
 * entry, so its own guard can never hold again.
 */
final class TransitionCommit implements Change<Outcome> {

  private final Dialect dialect;
  private final IncarnationId incarnation;
  private final Transition transition;

  TransitionCommit(Dialect dialect, IncarnationId incarnation, Transition transition) {
    this.dialect = dialect;
    this.incarnation = incarnation;
    this.transition = transition;
  }

  @Override
  public Outcome apply(Statements db, long now) throws SQLException {
    SequenceKey key = transition.key();
    Optional<Entry> stored = EntryTable.findForUpdate(db, dialect, key);
    Optional<SessionId> session = session();
    Optional<UploadSession> upload =
        session.isPresent()
            ? SessionTable.findForUpdate(db, dialect, session.get())
            : Optional.empty();
    Optional<Outcome> refusal = refusal(stored, upload);
    if (refusal.isPresent()) {
      return wasCommitted(db) ? Outcome.APPLIED : refusal.get();
    }
    write(db, stored);
    if (upload.isPresent()) {
      SqlUploadSessions.close(db, dialect, now, upload.get(), SessionState.ACCEPTED);
    }
    return Outcome.APPLIED;
  }

  private boolean wasCommitted(Statements db) throws SQLException {
    return HistoryTable.contains(db, transition.row());
  }

  private Optional<SessionId> session() {
    Guard guard = transition.guard();
    if (guard instanceof Guard.Accept accept) {
      return Optional.of(accept.session());
    }
    return guard instanceof Guard.Readmit readmit
        ? Optional.of(readmit.session())
        : Optional.empty();
  }

  private Optional<Outcome> refusal(Optional<Entry> stored, Optional<UploadSession> upload) {
    Guard guard = transition.guard();
    SequenceKey key = transition.key();
    if (guard instanceof Guard.Accept accept) {
      return stored.isPresent()
          ? refused(Reason.EXISTS, "no entry", "version " + stored.get().version())
          : SqlUploadSessions.judgeAccept(upload, accept.session(), accept.part(), key);
    }
    if (stored.isEmpty()) {
      return refused(Reason.ABSENT, "an entry", "none");
    }
    if (guard instanceof Guard.WithLease with
        && !SqlWorkQueue.holds(stored.get(), with.token(), incarnation)) {
      return Optional.of(SqlWorkQueue.fenced(stored.get(), with.token()));
    }
    Optional<Outcome> stale = stale(stored.get());
    if (stale.isEmpty() && guard instanceof Guard.Readmit readmit) {
      return SqlUploadSessions.judgeAccept(upload, readmit.session(), readmit.part(), key);
    }
    return stale;
  }

  /** The version after a transition is one more than its guard's; so is its history's length. */
  private Optional<Outcome> stale(Entry stored) {
    long version = transition.after().version() - 1;
    if (stored.version() != version) {
      return refused(Reason.STALE_VERSION, "version " + version, "version " + stored.version());
    }
    long rows = transition.after().chain().length() - 1;
    if (stored.chain().length() != rows
        || !stored.chain().head().equals(transition.row().link().previous())) {
      return refused(
          Reason.STALE_VERSION,
          rows + " history rows up to " + transition.row().link().previous(),
          stored.chain().length() + " up to " + stored.chain().head());
    }
    return Optional.empty();
  }

  private Optional<Outcome> refused(Reason reason, String expected, String found) {
    return Optional.of(
        Outcome.notApplied(
            reason, transition.key() + ": expected " + expected + ", found " + found));
  }

  private void write(Statements db, Optional<Entry> stored) throws SQLException {
    Entry after = marked(stored).withPosition(position(stored));
    EntryTable.write(db, dialect, stored, after);
    HistoryTable.append(db, transition.row());
    for (AlertRow alert : transition.alerts()) {
      AlertTable.insert(db, alert);
    }
    if (transition.notice().isPresent()) {
      NoticeTable.insert(db, transition.notice().get());
    }
    TallyTable.move(db, dialect, stored, after);
  }

  /** An expiry takes no hold away, as does none that is a statement without the marks. */
  private Entry marked(Optional<Entry> stored) {
    Entry asked = transition.after();
    TransitionKind kind = transition.row().step().kind();
    Optional<State> from = stored.map(Entry::state);
    boolean isExpiry =
        (kind == TransitionKind.EXPIRING && from.equals(Optional.of(State.VERIFIED)))
            || (kind == TransitionKind.EXPIRED && from.equals(Optional.of(State.EXPIRING)));
    return isExpiry
        ? asked.withStanding(
            asked.standing().withHold(stored.flatMap(entry -> entry.standing().hold())))
        : asked;
  }

  /** The fence is the ledger's alone, and so are lease and visible-at where the lease is kept. */
  private Position position(Optional<Entry> stored) {
    Position asked = transition.after().position();
    if (stored.isEmpty()) {
      return new Position(asked.state(), asked.version(), asked.visibleAt(), 0, Optional.empty());
    }
    Position kept = stored.get().position();
    return transition.lease() == LeaseEffect.KEEP
        ? new Position(asked.state(), asked.version(), kept.visibleAt(), kept.fence(), kept.lease())
        : new Position(
            asked.state(), asked.version(), asked.visibleAt(), kept.fence(), Optional.empty());
  }
}
