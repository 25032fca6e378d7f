package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.ActReport;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.Confirmation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Repair;
import dev.ingest.core.Reverification;
import dev.ingest.core.SetAside;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Takes what people decide to the lifecycle and the ledger. Thread-safe. */
public final class Acting {

  /** The most unknown acceptances that are counted, and that can be given up at once. */
  public static final int MAX_UNKNOWN = 100_000;

  private static final int SHOWN = 10;

  private final Node node;
  private final Committer committer;
  private final Intake intake;
  private final int mostUnknown;

  /**
   * Creates an actor.
   *
   * @param node what it works for
   * @param committer takes acts to the ledger
   * @param intake takes in what is adopted
   */
  Acting(Node node, Committer committer, Intake intake) {
    this(node, committer, intake, MAX_UNKNOWN);
  }

  /** Creates one that counts fewer unknown acceptances before it refuses to give any up. */
  Acting(Node node, Committer committer, Intake intake, int mostUnknown) {
    this.node = node;
    this.committer = committer;
    this.intake = intake;
    this.mostUnknown = mostUnknown;
  }

  /**
   * Returns the ledger's time.
   *
   * @return the time, asked for now
   */
  public Instant now() {
    return committer.time().ask();
  }

  /**
   * Applies an event.
   *
   * @param key the sequence
   * @param event what was decided
   * @param rehearse whether only to tell what it would do
   * @return what it did
   */
  public ActReport act(SequenceKey key, Event event, boolean rehearse) {
    return act(find(key), event, rehearse);
  }

  /**
   * Redrives a sequence.
   *
   * @param key the sequence
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it did
   */
  public ActReport redrive(SequenceKey key, Act by, boolean rehearse) {
    Entry entry = find(key);
    return act(entry, redriven(entry, by), rehearse);
  }

  /**
   * Sends a sequence through another pipeline.
   *
   * @param key the sequence
   * @param pipeline the other pipeline's name
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it did
   */
  public ActReport reroute(SequenceKey key, String pipeline, Act by, boolean rehearse) {
    Entry entry = find(key);
    Routing.Choice choice =
        intake
            .routing()
            .named(pipeline)
            .orElseThrow(
                () ->
                    new ActRefusedException(
                        "%s was to go to pipeline %s, which neither this engine has nor a route names"
                            .formatted(key, pipeline)));
    String from = entry.run().pipeline().name();
    return act(entry, new Event.Rerouted(from, choice.pipeline(), choice.first(), by), rehearse);
  }

  /** Tells where a sequence would go if it were redriven; empty if this node cannot tell. */
  Optional<Routing.Choice> again(Entry entry) {
    return intake.routing().again(entry);
  }

  /** Redrives a sequence exactly as it was looked at. */
  ActReport redriveSeen(Entry seen, Act by, boolean rehearse) {
    return actOn(seen, redriven(seen, by), rehearse);
  }

  /**
   * Begins a replacement or shadow run of a VERIFIED sequence beside its published result.
   *
   * @param key the sequence
   * @param kind which of the two
   * @param pipeline the pipeline's name
   * @param backfill in whose name, if a backfill's, 1 to {@link
   *     dev.ingest.spi.ledger.Run#MAX_BACKFILL} characters; the run has it from then on, also as
   *     {@link Entry#run} once it was published
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it did
   */
  public ActReport startRun(
      SequenceKey key,
      RunKind kind,
      String pipeline,
      Optional<String> backfill,
      Act by,
      boolean rehearse) {
    Entry entry = find(key);
    Pipeline chosen = pipeline(entry, pipeline);
    StageRef first = chosen.stages().get(0).ref();
    return act(entry, new SideRunEvent.Started(kind, chosen.ref(), first, backfill, by), rehearse);
  }

  private Event redriven(Entry entry, Act by) {
    Routing.Choice choice =
        again(entry)
            .orElseThrow(
                () ->
                    new ActRefusedException(
                        entry.key()
                            + " belongs to pipeline "
                            + entry.run().pipeline().name()
                            + ", which this engine does not have"));
    Duration window = node.policies().times().repairWindow();
    return new Event.Redriven(
        choice.pipeline(), choice.first(), deadline(entry, now()), window, by);
  }

  /** Returns the redrive of an entry onto a pipeline, its own or another, for a backfill. */
  Event redriven(Entry entry, Pipeline pipeline, Optional<String> backfill, Act by, Instant now) {
    Duration window = node.policies().times().repairWindow();
    StageRef first = pipeline.stages().get(0).ref();
    return new Event.Redriven(pipeline.ref(), first, deadline(entry, now), window, backfill, by);
  }

  private Pipeline pipeline(Entry entry, String name) {
    return node.pipeline(name)
        .orElseThrow(
            () ->
                new ActRefusedException(
                    entry.key()
                        + " was to run on pipeline "
                        + name
                        + ", which this engine does not have"));
  }

  /**
   * Has everything read back that must be stored of a sequence.
   *
   * @param key the sequence
   * @param by who and why
   * @param rehearse whether only to read, and to tell what would be recorded
   * @return what was found and recorded
   */
  public Reverification reverify(SequenceKey key, Act by, boolean rehearse) {
    Entry entry = find(key);
    if (!Reading.appliesTo(entry.state())) {
      throw new ActRefusedException(
          "%s is %s; a VERIFIED, EXPIRED or FAILED one can be verified again"
              .formatted(key, entry.state()));
    }
    Examiner.Meter meter = Examiner.Meter.of(() -> {});
    Reading.Found found = new Reading(node, false, meter).of(entry, now(), Optional.of(by));
    return new Reverification(
        found.outcome(), found.findings(), record(entry, found.events(), rehearse));
  }

  /** Records events one after the other, and reports them as one act. */
  private ActReport record(Entry entry, List<Event> events, boolean rehearse) {
    ActReport whole = new ActReport(entry, entry, List.of(), false);
    for (Event event : events) {
      // Of the entry as it was read, like the bytes: what changed meanwhile is read again first.
      ActReport step = actOn(whole.after(), event, rehearse);
      List<AlertRow> alerts = new ArrayList<>(whole.alerts());
      alerts.addAll(step.alerts());
      whole = new ActReport(entry, step.after(), alerts, step.committed());
    }
    return whole;
  }

  /**
   * As long as there is time, as at acceptance; then up to expiry; past it, the target again. Never
   * before the acceptance, which a clock that was set back since then shows as yet to come.
   */
  private Instant deadline(Entry entry, Instant now) {
    TimePolicy times = node.policies().times();
    Instant expiresAt = entry.receipt().expiresAt();
    Instant target = now.plus(times.target());
    Instant latest = expiresAt.minus(times.repairWindow());
    if (!now.isBefore(expiresAt)) {
      return target;
    }
    Instant bound = now.isBefore(latest) ? latest : expiresAt;
    Instant deadline = target.isBefore(bound) ? target : bound;
    Instant acceptedAt = entry.receipt().acceptedAt();
    return deadline.isBefore(acceptedAt) ? acceptedAt : deadline;
  }

  private ActReport act(Entry entry, Event event, boolean rehearse) {
    return act(entry, event, rehearse, committer::apply);
  }

  /** Applies an event to an entry exactly as it was looked at. */
  ActReport actOn(Entry seen, Event event, boolean rehearse) {
    return act(seen, event, rehearse, committer::applyIfUnchanged);
  }

  private ActReport act(
      Entry entry,
      Event event,
      boolean rehearse,
      BiFunction<Entry, Event, Committer.Result> commit) {
    Decision decision = Lifecycle.decide(entry, event, now());
    if (decision instanceof Decision.Refused refused) {
      throw new ActRefusedException(refused.reason());
    }
    Decision.Change change = (Decision.Change) decision;
    if (rehearse) {
      return new ActReport(entry, change.after(), change.alerts(), false);
    }
    Committer.Result result = commit.apply(entry, event);
    if (result instanceof Committer.Result.Committed committed) {
      return new ActReport(entry, committed.after(), change.alerts(), true);
    } else if (result instanceof Committer.Result.Superseded superseded) {
      throw new ActRefusedException(superseded.reason());
    }
    throw new OutcomeUnknownException(
        event.kind() + " of " + entry.key() + " has no known outcome; repeat it",
        ((Committer.Result.Unknown) result).cause());
  }

  /**
   * Takes someone's word that the ledger's clock is right.
   *
   * @param by who and why
   * @param rehearse whether only to read it
   * @return the time
   */
  public Instant confirmTime(Act by, boolean rehearse) {
    if (rehearse) {
      return now();
    }
    Instant confirmed = new ClockGuard(node, Duration.ZERO).confirm(by);
    end(AlertCode.CLOCK_UNCERTAIN, AlertCode.CLOCK_AGREES, by);
    return confirmed;
  }

  /**
   * Takes someone's word that the ledger knows every acceptance but some that are given up, after
   * looking for those that it does not know.
   *
   * @param by who and why
   * @param givenUp exactly how many it does not know
   * @param rehearse whether only to look
   * @return the incarnation
   */
  public IncarnationId confirmIncarnation(Act by, int givenUp, boolean rehearse) {
    IncarnationId now = node.ledger().incarnation();
    List<UnknownAcceptance> unknown = unknownAcceptances(mostUnknown + 1);
    boolean more = unknown.size() > mostUnknown;
    if (more || unknown.size() != givenUp) {
      throw new ActRefusedException(
          "%s does not know %d%s acceptances whose bytes are in %s, %d are given up: adopt them, or say"
                  .formatted(
                      node.ledger().name(),
                      Math.min(unknown.size(), mostUnknown),
                      more ? " or more" : "",
                      node.content().name(),
                      givenUp)
              + (more
                  ? " nothing yet, since more than that are never given up at once;"
                  : " how many to leave;")
              + " the first are "
              + unknown.stream().limit(SHOWN).map(UnknownAcceptance::manifest).toList());
    }
    if (!rehearse) {
      new KnownIncarnation(node).confirm(by, now, givenUp);
      end(AlertCode.INCARNATION_CHANGED, AlertCode.INCARNATION_CONFIRMED, by);
    }
    return now;
  }

  /** What was confirmed and is in doubt once more is news. */
  private void end(AlertCode begins, AlertCode ends, Act by) {
    new Misgivings(node).end(begins, ends, "confirmed by " + by.actor() + ": " + by.reason());
  }

  /**
   * Changes the expiry policy for all nodes of the ledger.
   *
   * @param policy the policy from now on
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return the policy that counts, or would
   */
  public ExpiryPolicy changeExpiry(ExpiryPolicy policy, Act by, boolean rehearse) {
    if (!rehearse) {
      new KeptPolicy(node.ledger()).change(by, policy, node.seams().randomBits().getAsLong());
    }
    return policy;
  }

  /**
   * Takes someone's word that the ledger was restored or failed over, which nothing else shows.
   *
   * @param by who and why
   * @param rehearse whether only to tell the incarnation that would end
   * @return the incarnation from now on
   */
  public IncarnationId beginIncarnation(Act by, boolean rehearse) {
    if (rehearse) {
      return node.ledger().incarnation();
    }
    LongSupplier bits = node.seams().randomBits();
    Confirmations.keep(
        node.ledger(),
        bits.getAsLong(),
        Confirmation.Subject.RESTORED,
        "incarnation %s ended".formatted(node.ledger().incarnation()),
        by);
    return new Restoration(node.ledger(), node.content(), bits).begin();
  }

  /**
   * Returns what is decided about a route.
   *
   * @param name the route's name
   * @return what changes it
   */
  public RouteChanging route(String name) {
    return new RouteChanging(node, intake.routing(), name);
  }

  /**
   * Returns what is decided about notices to owners.
   *
   * @return the acts
   */
  public NoticeActs notices() {
    return new NoticeActs(node);
  }

  /**
   * Finds what was accepted and the ledger does not know.
   *
   * @param limit the most to find, 1 or more
   * @return them, in the order of their keys
   */
  public List<UnknownAcceptance> unknownAcceptances(int limit) {
    return new UnknownAcceptances(node.ledger(), node.content()).find(limit);
  }

  /**
   * Accepts anew what was accepted and the ledger does not know.
   *
   * @param key the sequence
   * @param session the upload, needed only if several are stored
   * @param by who and why
   * @return the receipt
   */
  public Receipt adopt(SequenceKey key, Optional<SessionId> session, Act by) {
    return new Adoption(node, intake).adopt(key, session, by);
  }

  /**
   * Repairs what is wrong with a sequence.
   *
   * @param key the sequence
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it came to
   */
  public List<Repair> repair(SequenceKey key, Act by, boolean rehearse) {
    return new Repairing(node, this).at(SequencePlace.of(find(key).key()), by, rehearse);
  }

  /**
   * Repairs what is wrong where a finding says.
   *
   * @param finding the finding
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it came to
   */
  public List<Repair> repair(AuditFinding finding, Act by, boolean rehearse) {
    Repairing repairing = new Repairing(node, this);
    SequencePlace place = finding.subject().place();
    Optional<ContentKey> key = finding.subject().key();
    return place.equals(SequencePlace.LAST) && key.isPresent()
        ? List.of(repairing.misplaced(finding, key.get(), by, rehearse))
        : repairing.at(place, by, rehearse);
  }

  /**
   * Takes bytes back that were set aside.
   *
   * @param place where they lie
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what was taken back
   */
  public List<SetAside> takeBack(SequencePlace place, Act by, boolean rehearse) {
    return new SetAsideActs(node).takeBack(place, by, rehearse);
  }

  /**
   * Visits all that is set aside, in the order of places.
   *
   * @param visit hears of each record
   */
  public void eachSetAside(Consumer<SetAside> visit) {
    new SetAsideActs(node).each(visit);
  }

  private Entry find(SequenceKey key) {
    return committer
        .read(key)
        .orElseThrow(
            () -> new ActRefusedException(key + " is not in ledger " + node.ledger().name()));
  }
}
