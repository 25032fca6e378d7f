package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
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
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nothing refers to: the bytes of abandoned upload sessions, and the output of runs
 * that lost or were superseded. Holds a {@link ContentPurger}, as nothing but it and the {@link
 * Expirer} does.
 *
 * <p>What cannot be dealt with now, such as a session whose bytes cannot be deleted, does not hold
 * up the rest: each tick goes on where the one before ended. Sweeps nothing while the ledger or its
 * time is in doubt ({@link KnownIncarnation}, {@link ClockGuard}).
 *
 * <p>Each deletion follows a commit that makes it safe however long this driver is paused in
 * between. A session is ABANDONED in the ledger first, so that it can never be accepted, and its
 * keys are never used again. Output goes only of what is at rest, if its fence is not newer than
 * the entry's and neither the run nor the publication nor the superseded result names it, and such
 * output can never be committed. A manifest below an abandoned session marks a possible acceptance
 * that this ledger does not know (it may have been restored from a backup): unless the entry of the
 * same key has the same root and its own raw bytes were just read back whole, the bytes are kept
 * and told, and not deleted.
 */
public final class Sweeper {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final int BATCH = 100;
  private static final int MAX_PAGES = 10;

  private final Node node;
  private final Committer committer;
  private final Deletion deletion;
  private final SequenceBytes bytes;
  private final KnownIncarnation incarnation;
  private final Supervisor supervisor;
  private final SessionPass idle;
  private final SessionPass abandoned;
  private final SessionPass accepted;
  private final DuePass leftovers;
  private final DuePass superseded;
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
    this.bytes = new SequenceBytes(node, deletion, deletion::checkGoingOn);
    this.incarnation = new KnownIncarnation(node);
    this.supervisor = supervisor;
    Duration idleTime = node.policies().limits().idleTime();
    this.idle = new SessionPass(node.ledger(), SessionState.OPEN, idleTime);
    this.abandoned = new SessionPass(node.ledger(), SessionState.ABANDONED, grace);
    this.accepted = new SessionPass(node.ledger(), SessionState.ACCEPTED, grace);
    this.leftovers =
        new DuePass(
            node.ledger().ledger(), DueQuery.of(DueQuery.Kind.LEFTOVERS, grace.negated(), BATCH));
    this.superseded =
        new DuePass(
            node.ledger().ledger(), DueQuery.of(DueQuery.Kind.SUPERSEDED, Duration.ZERO, BATCH));
  }

  /**
   * Sweeps a batch of each kind.
   *
   * @return how many sessions and entries were dealt with
   */
  public int tick() {
    hasFailed = false;
    if (supervised(this::doubts) > 0 || hasFailed) {
      return 0;
    }
    return supervised(() -> walk(idle::page, this::abandon))
        + supervised(() -> walk(abandoned::page, this::sweep))
        + supervised(() -> walk(accepted::page, this::forget))
        + supervised(() -> walk(superseded::page, this::release))
        + supervised(() -> walk(leftovers::page, this::sweepLeftovers));
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

  /**
   * Deals with the next page of a pass, and with further ones as long as nothing of a page could be
   * dealt with now.
   *
   * @param page reads the next page
   * @param each deals with one, and returns 1, or 0 if it stays
   */
  private <T> int walk(IntFunction<List<T>> page, ToIntFunction<T> each) {
    int done = 0;
    for (int i = 0; i < MAX_PAGES && done == 0; i++) {
      List<T> next = page.apply(BATCH);
      for (T one : next) {
        done += supervised(() -> each.applyAsInt(one));
      }
      if (next.size() < BATCH) {
        break;
      }
    }
    return done;
  }

  private int abandon(UploadSession session) {
    Outcome outcome = sessions().abandon(session.id(), node.policies().limits().idleTime());
    LOG.info("idle session {} of {}: {}", session.id(), session.key(), outcome);
    return outcome.isApplied() ? 1 : 0;
  }

  private int sweep(UploadSession session) {
    if (mayHaveBeenAccepted(session)) {
      keepAndTell(session);
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
    return forget(session);
  }

  private int forget(UploadSession session) {
    return sessions().forget(session.id()).isApplied() ? 1 : 0;
  }

  private boolean mayHaveBeenAccepted(UploadSession session) {
    Optional<Entry> entry = committer.read(session.key());
    if (entry.filter(erased -> bytes.wasErased(erased, session)).isPresent()) {
      return false;
    }
    // Of any part that is stored: a ledger from a backup knows of no part that began after it.
    Listing listing = new Listing(node.content(), KeyLayout.session(session.key(), session.raw()));
    while (listing.hasMore()) {
      deletion.checkGoingOn();
      for (ContentStat stat : listing.page()) {
        if (KeyLayout.isManifest(stat.key()) && !isSecondCopy(session, stat.key(), entry)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isSecondCopy(UploadSession session, ContentKey manifest, Optional<Entry> entry) {
    return entry.isPresent()
        && SecondCopy.is(
            session.id(), manifest, entry.get(), node.content(), deletion::checkGoingOn);
  }

  private void keepAndTell(UploadSession session) {
    String message =
        "%s may have been accepted as session %s, which this ledger does not know; its bytes below %s are"
                .formatted(
                    session.key(), session.id(), KeyLayout.session(session.key(), session.raw()))
            + " kept: compare with the owner's receipts, then adopt it by name, acts.adopt() or"
            + " `ingest adopt`, or have it uploaded again";
    Instant now = node.ledger().ledger().now();
    EngineAlert alert = EngineAlert.of(AlertCode.ACCEPTANCE_UNKNOWN, session.key(), message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
    LOG.warn("{}", message);
  }

  /** From then on nothing refers to the superseded result, and it is swept like all leftovers. */
  private int release(Entry entry) {
    Committer.Result result = committer.applyIfUnchanged(entry, new SideRunEvent.Released());
    return result instanceof Committer.Result.Committed ? 1 : 0;
  }

  private int sweepLeftovers(Entry entry) {
    Deletion.Ground ground =
        new Deletion.Ground(
            Permit.Reason.LOSER,
            entry.key(),
            "fence " + entry.position().fence() + " at version " + entry.version());
    if (entry.state() == State.DISCARDED) {
      bytes.discard(entry, ground);
    } else {
      sweepOutputs(entry, ground);
    }
    Committer.Result result = committer.applyIfUnchanged(entry, new Event.LeftoversSwept());
    return result instanceof Committer.Result.Committed ? 1 : 0;
  }

  private void sweepOutputs(Entry entry, Deletion.Ground ground) {
    Set<ContentPrefix> named = new HashSet<>();
    entry.run().output().ifPresent(output -> named.add(output.prefix()));
    entry.published().ifPresent(published -> named.add(published.result().prefix()));
    entry.beside().superseded().ifPresent(kept -> named.add(kept.publication().result().prefix()));
    String life = node.ledger().incarnation().value();
    deletion.below(
        KeyLayout.runs(entry.key()),
        ground,
        key -> {
          Optional<LeaseOutput> output = KeyLayout.leaseOutput(entry.key(), key);
          // No lease is there and none has this fence again, so nothing of it is ever committed.
          return output.isPresent()
              && output.get().incarnation().equals(life)
              && output.get().fence() <= entry.position().fence()
              && !named.contains(output.get().prefix());
        });
  }

  private UploadSessions sessions() {
    return node.ledger().sessions();
  }
}
