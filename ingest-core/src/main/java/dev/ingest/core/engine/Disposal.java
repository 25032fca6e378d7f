package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.Committer.Begun;
import dev.ingest.core.engine.Committer.Result;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes pages of sequences through the two phases in which bytes go. Whether they are due, and
 * whether the time is right, was judged before; the lifecycle judges both again at each commit.
 *
 * <p>The phases overlap, since the ledger's commits take longer than all the rest: while sequences
 * are committed the next are proven, the bytes of a sequence go as soon as its first commit is
 * known of, between two proofs, and the second commits go beside the first ones. So the next page
 * begins while both are under way. The order within a sequence is kept, as each step waits for the
 * outcome of the one before, and no more than {@value #MOST_UNDER_WAY} wait in either phase. For
 * one thread.
 */
final class Disposal {

  /** The most sequences in each of the two phases. */
  static final int MOST_UNDER_WAY = 400;

  private static final int MAX_OUTAGES_IN_A_ROW = 10;
  private static final Duration TELL_AGAIN = Duration.ofHours(1);
  private static final Event.Act STRICT =
      new Event.Act("ingest", "its time to live ended unproven, and the policy is to discard");

  private final Node node;
  private final Committer committer;
  private final ExpiryPolicy policy;
  private final Supervisor supervisor;
  private final Turn turn;
  private final Deletion deletion;
  private final SequenceBytes bytes;
  private final Told told;
  private final ResultProof proofs;
  private final Undeleted undeleted;
  private final Deque<Begun> deciding = new ArrayDeque<>();
  private final Deque<Begun> finishing = new ArrayDeque<>();
  private final List<AlertRow> untold = new ArrayList<>();
  private int unreadInRow;
  private int undeletedInRow;
  private int gone;
  private @Nullable Entry left;
  private boolean isInDoubt;

  Disposal(
      Node node,
      Committer committer,
      ContentPurger purger,
      ExpiryPolicy policy,
      Supervisor supervisor,
      Turn turn) {
    this.node = node;
    this.committer = committer;
    this.policy = policy;
    this.supervisor = supervisor;
    this.turn = turn;
    this.deletion = new Deletion(node, purger);
    this.bytes = new SequenceBytes(node, deletion, turn::goOn);
    this.proofs = new ResultProof(node, policy.maxProofAge(), turn::goOn);
    this.undeleted = new Undeleted(node);
    this.told = new Told(node.seams().elapsed(), TELL_AGAIN);
  }

  /** What long work asks in between. */
  interface Turn {

    /**
     * Returns if the work may go on.
     *
     * @throws IncompleteTickException if not
     */
    void goOn();

    /** Returns the ledger's time of now, and how far it can be relied on. */
    ClockGuard.Look time();
  }

  /**
   * Lets the raw bytes of VERIFIED sequences go whose result is proven now.
   *
   * @return how many sequences are known to have lost their bytes since this was told last
   */
  int expire(List<Entry> due, Instant now) {
    begin();
    for (Entry entry : due) {
      if (!turn.time().isBelieved()) {
        isInDoubt = true;
        break;
      }
      if (prove(entry, now) instanceof ResultProof.Found.Whole whole) {
        ClockGuard.Look look = turn.time();
        Event event =
            new Event.ExpiryStarted(
                whole.proof(), look.clocks(), policy.grace(), policy.maxProofAge());
        deciding.add(committer.beginIfUnchanged(entry, event, look.time()));
      }
      goOn(MOST_UNDER_WAY);
      if (leaves(entry)) {
        break;
      }
    }
    raise();
    return takeGone();
  }

  /** Discards sequences that are not proven at their expiry. */
  int discard(List<Entry> unproven, Instant now) {
    boolean evenHeld = policy.unproven() == ExpiryPolicy.Unproven.DISCARD;
    Event.Ground ground =
        evenHeld ? Event.Ground.STRICT_EXPIRY_EVEN_HELD : Event.Ground.STRICT_EXPIRY;
    begin();
    for (Entry entry : unproven) {
      ClockGuard.Look look = turn.time();
      if (!look.isBelieved()) {
        isInDoubt = true;
        break;
      }
      boolean isDue =
          !entry.receipt().expiresAt().isAfter(look.time().minus(policy.grace()))
              && (evenHeld || entry.standing().hold().isEmpty());
      if (isDue) {
        deciding.add(
            committer.beginIfUnchanged(
                entry, new Event.DiscardDecided(ground, STRICT), look.time()));
      }
      goOn(MOST_UNDER_WAY);
      if (leaves(entry)) {
        break;
      }
    }
    return takeGone();
  }

  /**
   * Finishes what was interrupted. The result of what is EXPIRING is proven again if its proof has
   * become old meanwhile.
   */
  int resume(List<Entry> condemned, Instant now) {
    begin();
    undeleted.saw(now);
    for (Entry entry : condemned) {
      if (entry.state() != State.EXPIRING) {
        finish(entry);
      } else if (prove(entry, now) instanceof ResultProof.Found.Whole) {
        finish(entry);
      }
      goOn(MOST_UNDER_WAY);
      if (leaves(entry)) {
        break;
      }
    }
    raise();
    return takeGone();
  }

  /** Ends all that is under way, and waits for it. */
  int settle() {
    goOn(0);
    return takeGone();
  }

  /**
   * Waits for what is finished, and deletes nothing more of what has only been decided: the due
   * index shows it again.
   */
  int stop() {
    deciding.clear();
    return settle();
  }

  private int takeGone() {
    int taken = gone;
    gone = 0;
    return taken;
  }

  /**
   * Tells whether the last call met so many results that could not be read or are missing, or bytes
   * that could not be deleted, in a row that the store is probably out, or not whole.
   */
  boolean metOutage() {
    return Math.max(unreadInRow, undeletedInRow) >= MAX_OUTAGES_IN_A_ROW;
  }

  /**
   * Tells behind which entry the last call left its page because of that; empty if it went through
   * the whole. What comes next is tried before those are again: they may be what cannot be deleted,
   * or read, while all else can.
   */
  Optional<Entry> left() {
    return Optional.ofNullable(left);
  }

  private void begin() {
    // What a call that broke off had found.
    raise();
    unreadInRow = 0;
    undeletedInRow = 0;
    left = null;
    isInDoubt = false;
  }

  /** Tells whether the last call left its page since the time or the ledger came into doubt. */
  boolean metDoubt() {
    return isInDoubt;
  }

  private boolean leaves(Entry entry) {
    left = metOutage() ? entry : null;
    return left != null;
  }

  /** Proves a result, records if it is damaged, and notes what to tell if nothing is known. */
  private ResultProof.Found prove(Entry entry, Instant now) {
    ResultProof.Found found = find(entry, now);
    unreadInRow = saysMoreOfTheStore(found) ? unreadInRow + 1 : 0;
    if (found instanceof ResultProof.Found.Damaged damaged) {
      // Of the entry as it was read: whatever else has become of it, the due index shows again.
      committer.applyIfUnchanged(entry, new Event.DamageFound(damaged.failure(), true));
    } else if (found instanceof ResultProof.Found.Unknown nothing && told.isNew(entry.key())) {
      untold.add(unproven(entry, nothing.reason(), now));
    }
    return found;
  }

  /**
   * One that is unread or missing may be alone; many in a row are rather a store that is not whole.
   */
  private static boolean saysMoreOfTheStore(ResultProof.Found found) {
    return found instanceof ResultProof.Found.Unknown
        || (found instanceof ResultProof.Found.Damaged damaged && damaged.isMissing());
  }

  /** What cannot be raised stays: it counts as told already, and would be silent for an hour. */
  private void raise() {
    int most = node.ledger().capabilities().maxBatch();
    while (!untold.isEmpty()) {
      List<AlertRow> rows = untold.subList(0, Math.min(most, untold.size()));
      node.ledger().alerts().raise(List.copyOf(rows));
      rows.clear();
    }
  }

  /** One whose proof fails as nobody expects does not keep the others from theirs. */
  private ResultProof.Found find(Entry entry, Instant now) {
    try {
      return proofs.find(entry, now);
    } catch (IncompleteTickException e) {
      throw e;
    } catch (RuntimeException e) {
      supervisor.report("expirer", e);
      return new ResultProof.Found.Unknown(Failures.describe(e));
    }
  }

  private AlertRow unproven(Entry entry, String reason, Instant now) {
    return new EngineAlert(
            AlertCode.EXPIRY_UNPROVEN,
            entry.run().pipeline().name(),
            "",
            Optional.of(entry.key()),
            "its raw bytes are past expiry and stay, since its result could not be read in "
                + node.content().name()
                + ": "
                + reason)
        .row(node.identity(), now);
  }

  /** Goes on with what is known of, in order, and waits until no more than so many are not. */
  private void goOn(int most) {
    while (deciding.size() > most || (!deciding.isEmpty() && deciding.element().isKnown())) {
      // What someone else changed, and what is not known, the due index shows again; so it does
      // with what is condemned and stays, while the store is out.
      if (deciding.remove().get() instanceof Result.Committed committed && !metOutage()) {
        finish(committed.after());
      }
    }
    while (finishing.size() > most || (!finishing.isEmpty() && finishing.element().isKnown())) {
      if (finishing.remove().get() instanceof Result.Committed) {
        gone++;
      }
    }
  }

  /** Tells at the end of a sweep of what could not be deleted for long. */
  void tellUndeleted() {
    undeleted.tell();
  }

  /**
   * Deletes, and begins the second commit.
   *
   * @throws IncompleteTickException if the node stops
   */
  private void finish(Entry condemned) {
    boolean isDeleted = supervisor.supervise("expirer", () -> delete(condemned)) == 1;
    if (!isDeleted) {
      deletion.checkGoingOn();
    }
    undeletedInRow = isDeleted ? 0 : undeletedInRow + 1;
    if (isDeleted) {
      finishing.add(
          committer.finishIfUnchanged(
              condemned, new Event.DisposalFinished(), committer.time().estimate()));
    }
  }

  private int delete(Entry entry) {
    try {
      deleteBytes(entry);
      return 1;
    } catch (RuntimeException e) {
      undeleted.failed(entry, e);
      throw e;
    }
  }

  private void deleteBytes(Entry entry) {
    boolean discarding = entry.state() == State.DISCARDING;
    Deletion.Ground ground =
        new Deletion.Ground(
            discarding ? Permit.Reason.DISCARD : Permit.Reason.EXPIRY,
            entry.key(),
            entry.state() + " at version " + entry.version());
    if (discarding) {
      bytes.discard(entry, ground);
    } else {
      bytes.expire(entry, ground);
    }
  }
}
