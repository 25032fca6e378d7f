package dev.ingest.core;

import dev.ingest.core.engine.Acting;
import dev.ingest.core.engine.Backfilling;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.core.text.PlainText;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What people decide about sequences. Each act is recorded in the sequence's history with who did
 * it and why; each can be rehearsed, which changes nothing.
 *
 * <pre>{@code
 * Acts acts = ingest.acts("carol", "ticket 4711: the camera's firmware is being examined");
 * acts.rehearsal().hold(key);   // what it would do
 * acts.hold(key);
 * }</pre>
 *
 * <p>An act throws {@link ActRefusedException} if it does not apply, or the ledger has no such
 * sequence, and {@link OutcomeUnknownException} if nobody knows whether it took effect: repeat it.
 * Thread-safe.
 */
public final class Acts {

  private static final int MAX_ACTOR = 128;
  private static final int MAX_REASON = 500;

  private final Acting acting;
  private final HourlyCensus census;
  private final Backfilling backfilling;
  private final Event.Act by;
  private final boolean rehearsal;

  static Acts by(
      Acting acting, HourlyCensus census, Backfilling backfilling, String actor, String reason) {
    return new Acts(acting, census, backfilling, checked(actor, reason), false);
  }

  static Event.Act checked(String actor, String reason) {
    require("an actor", actor, MAX_ACTOR);
    require("a reason", reason, MAX_REASON);
    if (BackfillActor.is(actor)) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TEXT,
          actor,
          "an actor does not begin with %s: what a backfill has done is known by that"
              .formatted(BackfillActor.PREFIX));
    }
    return new Event.Act(actor, reason);
  }

  /** What is not plain is refused, not altered. */
  private static void require(String what, String text, int most) {
    if (text.isBlank() || text.length() > most || !PlainText.isPlain(text)) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TEXT,
          text,
          "an act is recorded with %s of 1 to %d characters %s"
              .formatted(what, most, PlainText.RULE));
    }
  }

  private Acts(
      Acting acting,
      HourlyCensus census,
      Backfilling backfilling,
      Event.Act by,
      boolean rehearsal) {
    this.acting = acting;
    this.census = census;
    this.backfilling = backfilling;
    this.by = by;
    this.rehearsal = rehearsal;
  }

  /**
   * Returns the same acts, which only tell what they would do.
   *
   * @return acts that change nothing
   */
  public Acts rehearsal() {
    return new Acts(acting, census, backfilling, by, true);
  }

  /**
   * Orders that raw bytes stay, whatever the time. A hold replaces an earlier one.
   *
   * @param key the sequence, in flight, VERIFIED or FAILED
   * @return what it did
   */
  public ActReport hold(SequenceKey key) {
    return act(key, new Event.HoldPlaced(new Hold(by.actor(), by.reason(), acting.now())));
  }

  /**
   * Takes a hold back.
   *
   * @param key the sequence
   * @return what it did
   */
  public ActReport release(SequenceKey key) {
    return act(key, new Event.HoldReleased(by));
  }

  /**
   * Sends a sequence that is FAILED, or in flight and overdue, through its pipeline again, from the
   * first stage, with a new deadline: the target from now, within the time to live while that
   * lasts. Inside the repair window that is told as a risk at once. What still works on it loses
   * its lease, and what it brings is refused. Where a route names its pipeline, with a weight or
   * not, the route decides anew which pipeline that is.
   *
   * @param key the sequence; its pipeline must be one of this engine's or of a route's
   * @return what it did
   */
  public ActReport redrive(SequenceKey key) {
    return acting.redrive(key, by, rehearsal);
  }

  /**
   * Sends a sequence that is in flight or FAILED through another pipeline, from the first stage, by
   * the deadline that it has: the way out of a pipeline that no node runs any more. What still
   * works on it loses its lease, and what it brings is refused. Raw bytes stay.
   *
   * @param key the sequence
   * @param pipeline the name of the other pipeline, which must be one of this engine's or of a
   *     route's; nobody is asked whether a node runs it
   * @return what it did
   */
  public ActReport reroute(SequenceKey key, String pipeline) {
    return acting.reroute(key, pipeline, by, rehearsal);
  }

  /**
   * Has the raw bytes of a VERIFIED sequence pass through a pipeline again, beside its published
   * result. State and result stay as they are until what is made is verified; then readers see that
   * instead, in one step, and the result before stays for as long as the pipeline says. If it fails
   * it is told, and nothing else changes. Raw bytes do not expire meanwhile.
   *
   * @param key the sequence, VERIFIED, without another such run under way
   * @param pipeline the pipeline's name, one of this engine's
   * @return what it did
   */
  public ActReport replace(SequenceKey key, String pipeline) {
    return acting.startRun(key, RunKind.REPLACEMENT, pipeline, Optional.empty(), by, rehearsal);
  }

  /**
   * Has the raw bytes of a VERIFIED sequence pass through a pipeline beside its published result,
   * as {@link #replace} does, only to compare what is made with that: by the pipeline's {@link
   * ShadowComparator}, once it is verified. Nothing of it is ever published.
   *
   * @param key the sequence, VERIFIED, without another such run under way
   * @param pipeline the pipeline's name, one of this engine's
   * @return what it did
   */
  public ActReport shadow(SequenceKey key, String pipeline) {
    return acting.startRun(key, RunKind.SHADOW, pipeline, Optional.empty(), by, rehearsal);
  }

  /**
   * Ends the replacement or shadow run of a sequence. Its published result stays.
   *
   * @param key the sequence, VERIFIED, with such a run under way
   * @return what it did
   */
  public ActReport cancelRun(SequenceKey key) {
    return act(key, new SideRunEvent.Cancelled(by));
  }

  /**
   * Gives a FAILED or LOST sequence up: its bytes are deleted, its entry and history stay.
   *
   * @param key the sequence
   * @return what it did
   */
  public ActReport discard(SequenceKey key) {
    return act(key, new Event.DiscardDecided(Event.Ground.OPERATOR, by));
  }

  /**
   * Discards a sequence in any state, hold or not, at its owner's request.
   *
   * @param key the sequence
   * @return what it did
   */
  public ActReport erase(SequenceKey key) {
    return act(key, new Event.DiscardDecided(Event.Ground.ERASURE, by));
  }

  /**
   * Has everything of a sequence read back that must be stored, byte for byte: raw bytes and result
   * while it is VERIFIED, the result once it is EXPIRED, the raw bytes while it is FAILED. Dates
   * the proof if all is whole. Records and tells damage: of a result, which is withdrawn, so that
   * the sequence becomes FAILED, or LOST where its raw bytes have expired; of raw bytes, which
   * leaves the state as it is. Changes nothing if something could not be read. Takes as long as the
   * reading; a rehearsal reads, too.
   *
   * @param key the sequence, VERIFIED, EXPIRED or FAILED
   * @return what was found and recorded
   */
  public Reverification reverify(SequenceKey key) {
    return acting.reverify(key, by, rehearsal);
  }

  /**
   * Moves a deadline.
   *
   * @param key the sequence, not settled
   * @param deadline later than the deadline so far, and not after expiry
   * @return what it did
   */
  public ActReport extendDeadline(SequenceKey key, Instant deadline) {
    return act(key, new Event.DeadlineExtended(deadline, by));
  }

  /**
   * Says that the ledger's clock is right, so that deletion goes on after a jump of the clock, or
   * after no node ran for longer than the grace. Look at the clock first: it is believed from now
   * on. A rehearsal only reads it.
   *
   * @return the time that is believed
   */
  public Instant confirmTime() {
    return acting.confirmTime(by, rehearsal);
  }

  /**
   * Says that the ledger knows every acceptance, so that deletion goes on after it was restored
   * from a backup or failed over. Looks for acceptances first that it does not know, which reads
   * the listing of all raw bytes and the whole ledger. A rehearsal only looks.
   *
   * @param givenUp exactly how many acceptances that it does not know are given up; mostly 0
   * @return the incarnation that is known from now on
   */
  public IncarnationId confirmIncarnation(int givenUp) {
    return acting.confirmIncarnation(by, givenUp, rehearsal);
  }

  /**
   * Says that the ledger was restored from a backup or failed over to a replica that may have
   * lagged, where the engine did not notice: its leases end, and nothing is deleted until {@link
   * #confirmIncarnation}. A rehearsal only tells the incarnation that would end.
   *
   * @return the incarnation that the ledger has from now on
   */
  public IncarnationId beginIncarnation() {
    return acting.beginIncarnation(by, rehearsal);
  }

  /**
   * Changes the expiry policy for all nodes of the ledger, which is kept there. Engines that were
   * built with another one delete nothing from then on, until they are built anew with this one or
   * with none of their own; so deletion goes on with the first that is. A rehearsal changes
   * nothing.
   *
   * @param policy the policy from now on; its rate is each node's own
   * @return the policy
   */
  public ExpiryPolicy changeExpiry(ExpiryPolicy policy) {
    return acting.changeExpiry(policy, by, rehearsal);
  }

  /**
   * Accepts a sequence anew that was accepted once and that the ledger does not know: its bytes are
   * uploaded again from where they lie, and pass through the pipeline as if the owner had sent them
   * again. It has no rehearsal; what it refuses, it refuses without effect on other sequences.
   *
   * @param key the sequence, by the names that the owner's receipt has
   * @param session the upload, needed only if several are stored
   * @return the receipt; the one that the ledger has, if it knows the same bytes by now
   * @throws SequenceConflictException if the ledger knows other bytes under this id
   */
  public Receipt adopt(SequenceKey key, Optional<SessionId> session) {
    if (rehearsal) {
      throw new ActRefusedException("an adoption of " + key + " cannot be rehearsed");
    }
    return acting.adopt(key, session, by);
  }

  /**
   * Ends the writing of notices to owners, by every engine that is built from now on; one that runs
   * goes on until it is closed, and the next that is built with a notifier begins again. What waits
   * stays, but nobody tells it nor watches over it until then. Where it was told that the notifier
   * is down, the end of that is told too. Who and why is kept as a {@link Confirmation}. A
   * rehearsal only counts.
   *
   * @return how many notices wait, those set aside among them
   */
  public long endNotices() {
    return acting.notices().end(by, rehearsal);
  }

  /**
   * Has notices told again that were set aside, as if they had never been tried; one that was told
   * meanwhile stays so. Who and why is kept as a {@link Confirmation}. A rehearsal does nothing.
   *
   * @param notices at most {@link Notices#MAX_LIMIT}
   */
  public void sendAgain(List<OwnerNotice> notices) {
    acting.notices().sendAgain(notices, by, rehearsal);
  }

  /**
   * Recounts the hourly census, and makes the counts that are kept wrongly what the entries add up
   * to: after nodes of a release that keeps none have written, or for a reason that is to be
   * reported. Each cell that changes is told as an alert, with both counts, and is exact beside
   * traffic. A rehearsal only recounts.
   *
   * @param scope which
   * @param cells hears of each cell, with the counts before
   * @return what the entries come to, and how many cells were wrong
   */
  public CensusReport correctCensus(CensusScope scope, Consumer<CensusRecount> cells) {
    return census.correct(scope, cells, by, rehearsal);
  }

  /**
   * Puts right what is wrong with a sequence, as far as that is safe: looks at it first, byte for
   * byte, and applies the one remedy of what is wrong now. A result that is damaged is withdrawn
   * and made again while the raw bytes are whole; bytes that nothing refers to are set aside; what
   * only a person can do is told. A repair that changes nothing is no error.
   *
   * @param key the sequence
   * @return what it came to, for each thing that is wrong; one that says so if nothing is
   */
  public List<Repair> repair(SequenceKey key) {
    return acting.repair(key, by, rehearsal);
  }

  /**
   * Puts right what is wrong where a finding says, as {@link #repair(SequenceKey)} does. The
   * finding tells where to look and nothing else: it may be old.
   *
   * @param finding one of an audit's
   * @return what it came to, for each thing that is wrong there; one that says so if nothing is
   */
  public List<Repair> repair(AuditFinding finding) {
    return acting.repair(finding, by, rehearsal);
  }

  /**
   * Takes bytes back that were set aside, so that they are not deleted; an audit finds them again.
   *
   * @param place where they lie, as {@link SetAside} says
   * @return what was taken back
   */
  public List<SetAside> takeBack(SequencePlace place) {
    return acting.takeBack(place, by, rehearsal);
  }

  /**
   * Returns what people decide about a route.
   *
   * @param name the route's name, {@link Route#NAME} unless engines are built with another
   * @return the acts, rehearsed if these are
   */
  public RouteActs route(String name) {
    return new RouteActs(acting.route(Route.checkName(name)), by, rehearsal);
  }

  /**
   * Returns what is decided about backfills.
   *
   * @return the acts, a rehearsal if this is one
   */
  public BackfillActs backfills() {
    return new BackfillActs(backfilling, by, rehearsal);
  }

  private ActReport act(SequenceKey key, Event event) {
    return acting.act(key, event, rehearsal);
  }
}
