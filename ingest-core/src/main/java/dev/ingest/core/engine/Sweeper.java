package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nothing refers to: the bytes of abandoned upload sessions, and the output of runs
 * that lost or were superseded. Holds a {@link ContentPurger}, as nothing but it and the {@link
 * Expirer} does.
 *
 * <p>Sweeps nothing while the ledger or its time is in doubt ({@link KnownIncarnation}, {@link
 * ClockGuard}).
 *
 * <p>Each deletion follows a commit that makes it safe however long this driver is paused in
 * between. A session is ABANDONED in the ledger first, so that it can never be accepted, and its
 * keys are never used again. Output goes only if its fence is older than the entry's and neither
 * the run nor the publication names it, and such output can never be committed. A manifest below an
 * abandoned session marks a possible acceptance that this ledger does not know (it may have been
 * restored from a backup): unless the entry of the same key has the same root and its own raw bytes
 * were just read back whole, the bytes are quarantined and reported, and not deleted.
 */
public final class Sweeper {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final int BATCH = 100;

  private final Node node;
  private final Committer committer;
  private final Deletion deletion;
  private final KnownIncarnation incarnation;
  private final Duration grace;
  private final Supervisor supervisor;
  private boolean hasFailed;

  /**
   * Creates a sweeper.
   *
   * @param node what it works for
   * @param committer how swept entries are marked
   * @param purger what deletes
   * @param grace how long bytes stay after nothing refers to them any more
   * @param supervisor who hears of what could not be swept; the rest of the batch goes on
   */
  public Sweeper(
      Node node, Committer committer, ContentPurger purger, Duration grace, Supervisor supervisor) {
    this.node = node;
    this.committer = committer;
    this.deletion = new Deletion(node, purger);
    this.incarnation = new KnownIncarnation(node);
    this.grace = grace;
    this.supervisor = supervisor;
  }

  /**
   * Sweeps one batch of each kind.
   *
   * @return how many sessions and entries were dealt with
   */
  public int tick() {
    hasFailed = false;
    if (supervised(this::doubts) > 0 || hasFailed) {
      return 0;
    }
    return supervised(this::abandonIdle)
        + supervised(this::sweepAbandoned)
        + supervised(this::forgetAccepted)
        + supervised(this::sweepLeftovers);
  }

  /**
   * Tells whether the last tick met an error, which the supervisor has heard of.
   *
   * @return whether some of its work is not done
   */
  public boolean hasFailed() {
    return hasFailed;
  }

  /** One that cannot be swept does not keep the others from it. */
  private int supervised(IntSupplier work) {
    int done = supervisor.supervise("sweeper", work);
    hasFailed |= done < 0;
    return Math.max(0, done);
  }

  /**
   * While the ledger or its time is in doubt nothing is deleted. The expirer, which keeps the
   * records of both, tells of it.
   */
  private int doubts() {
    Optional<String> doubt = incarnation.change().or(() -> ClockGuard.disbelief(node));
    doubt.ifPresent(why -> LOG.debug("nothing is swept: {}", why));
    return doubt.isPresent() ? 1 : 0;
  }

  private int abandonIdle() {
    Duration idle = node.policies().limits().idleTime();
    int done = 0;
    for (UploadSession session : sessions().untouched(SessionState.OPEN, idle, BATCH)) {
      Outcome outcome = sessions().abandon(session.id(), idle);
      LOG.info("idle session {} of {}: {}", session.id(), session.key(), outcome);
      done += outcome.isApplied() ? 1 : 0;
    }
    return done;
  }

  private int sweepAbandoned() {
    int done = 0;
    for (UploadSession session : sessions().untouched(SessionState.ABANDONED, grace, BATCH)) {
      done += supervised(() -> sweep(session));
    }
    return done;
  }

  private int sweep(UploadSession session) {
    if (mayHaveBeenAccepted(session)) {
      quarantine(session);
    } else {
      ContentPrefix prefix = KeyLayout.session(session.key(), session.raw());
      deletion.below(
          prefix,
          new Deletion.Ground(
              Permit.Reason.ABANDONED_SESSION,
              session.key(),
              "session " + session.id() + " is ABANDONED"),
          key -> true);
    }
    return sessions().forget(session.id()).isApplied() ? 1 : 0;
  }

  private int forgetAccepted() {
    int done = 0;
    for (UploadSession session : sessions().untouched(SessionState.ACCEPTED, grace, BATCH)) {
      done += sessions().forget(session.id()).isApplied() ? 1 : 0;
    }
    return done;
  }

  private boolean mayHaveBeenAccepted(UploadSession session) {
    Optional<Entry> entry = committer.read(session.key());
    for (int part = 0; part <= session.raw().latestPart(); part++) {
      ContentKey manifest = KeyLayout.manifest(KeyLayout.part(session.key(), session.raw(), part));
      if (node.content().stat(manifest).isPresent()
          && !entry
              .map(
                  known ->
                      SecondCopy.is(
                          session.id(), manifest, known, node.content(), deletion::checkGoingOn))
              .orElse(false)) {
        return true;
      }
    }
    return false;
  }

  private void quarantine(UploadSession session) {
    String message =
        "%s may have been accepted as session %s, which this ledger does not know; its bytes below %s are"
                .formatted(
                    session.key(), session.id(), KeyLayout.session(session.key(), session.raw()))
            + " kept: compare with the owner's receipts, then have the sequence uploaded again or the"
            + " bytes discarded";
    Instant now = node.ledger().ledger().now();
    EngineAlert alert = EngineAlert.of(AlertCode.ACCEPTANCE_UNKNOWN, session.key(), message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
    LOG.warn("{}", message);
  }

  private int sweepLeftovers() {
    int done = 0;
    List<Entry> due =
        node.ledger().ledger().due(DueQuery.of(DueQuery.Kind.LEFTOVERS, grace.negated(), BATCH));
    for (Entry entry : due) {
      done += supervised(() -> sweepOutputs(entry));
    }
    return done;
  }

  private int sweepOutputs(Entry entry) {
    boolean isDiscarded = entry.state() == State.DISCARDED;
    Set<ContentPrefix> named = new HashSet<>();
    if (!isDiscarded) {
      entry.run().output().ifPresent(output -> named.add(output.prefix()));
      entry.published().ifPresent(published -> named.add(published.result().prefix()));
    }
    // No lease is newer than what was discarded; of anything else the newest may be under way.
    long newest = entry.position().fence() - (isDiscarded ? 0 : 1);
    String life = node.ledger().incarnation().value();
    ContentPrefix runs = KeyLayout.runs(entry.key());
    deletion.below(
        runs,
        new Deletion.Ground(
            Permit.Reason.LOSER,
            entry.key(),
            "fence " + entry.position().fence() + " at version " + entry.version()),
        key -> {
          Optional<LeaseOutput> output = KeyLayout.leaseOutput(entry.key(), key);
          return output.isPresent()
              && output.get().incarnation().equals(life)
              && output.get().fence() <= newest
              && !named.contains(output.get().prefix());
        });
    Committer.Result result = committer.applyIfUnchanged(entry, new Event.LeftoversSwept());
    return result instanceof Committer.Result.Committed ? 1 : 0;
  }

  private UploadSessions sessions() {
    return node.ledger().sessions();
  }
}
