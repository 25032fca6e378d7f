package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Clocks;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Lets raw bytes go: of VERIFIED sequences past expiry and grace whose result it has just proven,
 * and of what someone, or the strict policy, decided to discard. And deletes what someone set aside
 * ({@link QuarantineSweep}).
 *
 * <p>In two phases, each committed: first that the bytes are to go (EXPIRING, DISCARDING), with the
 * proof or the reason, then, when they are gone, that they are. A crash in between leaves the
 * first, which the due index finds again. What cannot be proven stays, is told, and does not hold
 * up the rest ({@link DuePass}). Nothing is deleted while the ledger's time ({@link ClockGuard}) or
 * the ledger itself ({@link KnownIncarnation}) is in doubt, nor by a policy that is not the
 * ledger's ({@link KeptPolicy}): each is asked before a page, and once a second while it lasts.
 * What was decided by then is finished. For one thread.
 */
final class Expirer {

  private static final int BATCH = 200;
  private static final int MAX_BATCHES = 1_000;
  private static final Duration CLEARING = Duration.ofHours(1);
  private static final Duration RECENT = Duration.ofSeconds(1);

  private final WatcherLease lease;
  private final Disposal disposal;
  private final ClockGuard clock;
  private final KnownIncarnation incarnation;
  private final Misgivings misgivings;
  private final KeptPolicy kept;
  private final ExpiryPolicy policy;
  private final Misgivings ownMisgivings;
  private final Node node;
  private final Rate rate;
  private final QuarantineSweep quarantine;
  private long quarantineTerm;
  private final DuePass condemned;
  private final DuePass expired;
  private final List<DuePass> unproven;
  private long clearedAt;
  private long judgedAt;
  private Optional<String> changed = Optional.empty();

  /**
   * Creates an expirer.
   *
   * @param node what it works for
   * @param committer takes its transitions to the ledger
   * @param purger what deletes
   * @param policy when, what and how fast
   * @param lease lets one node at a time do it
   * @param supervisor who hears of what could not be deleted; the rest goes on
   */
  Expirer(
      Node node,
      Committer committer,
      ContentPurger purger,
      ExpiryPolicy policy,
      WatcherLease lease,
      Supervisor supervisor) {
    this.lease = lease;
    Turn turn = new Turn();
    this.disposal = new Disposal(node, committer, purger, policy, supervisor, turn);
    this.clock = new ClockGuard(node, policy.grace());
    this.incarnation = new KnownIncarnation(node);
    this.misgivings = new Misgivings(node);
    this.kept = new KeptPolicy(node.ledger());
    this.policy = policy;
    this.node = node;
    this.ownMisgivings = new Misgivings(node, node.identity().id().value());
    this.clearedAt = node.seams().elapsed().getAsLong();
    this.rate = new Rate(policy.perSecond(), node.seams().elapsed());
    this.quarantine =
        new QuarantineSweep(node, purger, policy.quarantine(), supervisor, turn::goOn);
    var ledger = node.ledger().ledger();
    this.condemned = new DuePass(ledger, DueQuery.of(DueQuery.Kind.DISPOSAL, Duration.ZERO, BATCH));
    this.expired =
        new DuePass(ledger, DueQuery.of(DueQuery.Kind.EXPIRY, policy.grace().negated(), BATCH));
    this.unproven =
        unproven(policy, BATCH).stream().map(query -> new DuePass(ledger, query)).toList();
  }

  /**
   * Finds what a policy discards unproven: only what has been told of at the last level, or by a
   * policy of more leads beyond it, as nothing goes in silence.
   */
  static List<DueQuery> unproven(ExpiryPolicy policy, int limit) {
    return policy.unproven() == ExpiryPolicy.Unproven.HOLD
        ? List.of()
        : IntStream.rangeClosed(policy.levels().size(), Standing.MAX_ESCALATIONS)
            .mapToObj(level -> DueQuery.risk(level, policy.grace().negated(), limit))
            .toList();
  }

  /**
   * Deletes what is due, if it is this node's turn and nothing is in doubt. A node whose policy is
   * no longer the ledger's leaves the turn to those that have it.
   *
   * @return how many sequences lost their raw bytes
   */
  int tick() {
    boolean differs =
        ownMisgivings.note(
            AlertCode.EXPIRY_POLICY_DIFFERS,
            AlertCode.EXPIRY_POLICY_AGREES,
            kept.mismatch(policy)
                .map(other -> "%s deletes nothing: %s".formatted(node.identity().id(), other)));
    if (differs) {
      lease.release();
      return 0;
    }
    long now = node.seams().elapsed().getAsLong();
    if (now - clearedAt >= CLEARING.toNanos()) {
      ownMisgivings.endAbandoned(AlertCode.EXPIRY_POLICY_DIFFERS, AlertCode.EXPIRY_POLICY_AGREES);
      clearedAt = now;
    }
    return lease.run(this::sweep);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
    ownMisgivings.end(
        AlertCode.EXPIRY_POLICY_DIFFERS,
        AlertCode.EXPIRY_POLICY_AGREES,
        node.identity().id() + " ends, and its expiry policy was another; nothing to do");
  }

  private int sweep() {
    int gone = walk(condemned, disposal::resume);
    disposal.tellUndeleted();
    gone += walk(expired, disposal::expire);
    for (DuePass level : unproven) {
      gone += walk(level, disposal::discard);
    }
    sweepQuarantine();
    return gone;
  }

  private final class Turn implements Disposal.Turn {

    @Override
    public void goOn() {
      lease.goOn();
    }

    @Override
    public ClockGuard.Look time() {
      ClockGuard.Look look = clock.recent();
      return look.isBelieved() ? believedIfUnchanged(look) : look;
    }
  }

  /**
   * A page can take hours where results are read back. What a person says meanwhile, by another
   * policy, and what has become of the ledger, ends it within the second.
   */
  private ClockGuard.Look believedIfUnchanged(ClockGuard.Look look) {
    long now = node.seams().elapsed().getAsLong();
    if (now - judgedAt >= RECENT.toNanos()) {
      changed = kept.mismatch(policy).or(incarnation::change);
      judgedAt = now;
    }
    return changed.isEmpty()
        ? look
        : new ClockGuard.Look(look.time(), new Clocks(Duration.ZERO, changed));
  }

  private int walk(DuePass pass, Work work) {
    // What a tick that broke off had decided is as old as that.
    int gone = disposal.stop();
    for (int batch = 0; batch < MAX_BATCHES; batch++) {
      int room = (int) Math.max(0, Math.min(BATCH, rate.available()));
      if (room == 0) {
        break;
      }
      Optional<Instant> now = believedTime();
      if (now.isEmpty()) {
        return gone + disposal.stop();
      }
      List<Entry> page = pass.page(room);
      rate.take(page.size());
      gone += work.on(page, now.get());
      disposal.left().ifPresent(pass::leftBehind);
      if (disposal.metDoubt()) {
        pass.again();
        return gone + disposal.stop();
      }
      if (page.size() < room || disposal.metOutage()) {
        break;
      }
      if (!lease.keep()) {
        return gone + disposal.stop();
      }
    }
    return gone + disposal.settle();
  }

  /** Deletes what was set aside long enough ago, as long as anything comes to its end. */
  private void sweepQuarantine() {
    if (quarantineTerm != lease.terms()) {
      quarantine.turnTaken();
      quarantineTerm = lease.terms();
    }
    boolean goesOn = true;
    for (int batch = 0; goesOn && batch < MAX_BATCHES; batch++) {
      Optional<ClockGuard.Look> look = believedLook();
      goesOn = look.isPresent() && quarantine.page(look.get()) > 0 && lease.keep();
    }
  }

  private Optional<Instant> believedTime() {
    return believedLook().map(ClockGuard.Look::time);
  }

  /** Asks whether anything may be deleted now, and tells of a doubt. */
  private Optional<ClockGuard.Look> believedLook() {
    ClockGuard.Look look = clock.look();
    boolean timeIsDoubted =
        misgivings.note(
            AlertCode.CLOCK_UNCERTAIN,
            AlertCode.CLOCK_AGREES,
            look.doubt()
                .map(doubt -> doubt + "; nothing is deleted until it agrees or is confirmed"));
    boolean ledgerIsDoubted =
        misgivings.note(
            AlertCode.INCARNATION_CHANGED,
            AlertCode.INCARNATION_CONFIRMED,
            incarnation
                .doubt()
                .map(doubt -> doubt + "; nothing is deleted until that is confirmed"));
    boolean policyIsOther = kept.mismatch(policy).isPresent();
    judgedAt = node.seams().elapsed().getAsLong();
    changed = Optional.empty();
    return timeIsDoubted || ledgerIsDoubted || policyIsOther ? Optional.empty() : Optional.of(look);
  }

  @FunctionalInterface
  private interface Work {
    int on(List<Entry> page, Instant now);
  }
}
