package dev.ingest.core.engine;

import dev.ingest.core.Blockage;
import dev.ingest.core.KnownNode;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.core.lifecycle.HandedOver;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of work that is due and that no live node can run: a stage in a contract version that is
 * deployed nowhere any more or nowhere yet, a pipeline that nobody knows, a service that is down.
 * One alert per pipeline, stage and contract version however many sequences wait, again every hour,
 * and one when it is over.
 *
 * <p><b>How it finds the work.</b> The ledger tells due work only to those who name it, so this
 * reads everything that is in flight, page by page in the order of the keys, and then what has a
 * run beside its result: what is at rest, FAILED or published, costs nothing however much there is.
 * A census without anything in flight costs one call. After a pass it rests for nine times as long
 * as that {@linkplain PassCost cost}, and {@link #LONGEST_REST} at most: so it takes no more than a
 * tenth of a connection as long as no pass takes 66 s and no page half a minute, and more where
 * they do, five eighths where a pass takes 1,000 s; time in which the node stood still does not
 * count. Where passes take long, a rest that has lasted as long as the pass ends {@link #GRACE}
 * after what live nodes can run has changed, as that is what blocks work and lets it go on. Work
 * may also be blocked without that, as by a route to a pipeline that nobody runs: it is told after
 * two passes and a rest at the latest. What gets in flight during a pass behind the place that it
 * has come to is left to the next. A sequence that is published during a pass and then made again
 * may be counted in both runs, and one whose expiry is moved while it is made again may be missed
 * once.
 *
 * <p><b>What counts.</b> Work waits if it has been due for {@link #GRACE}, so that the restart of a
 * node that is the only one of its service is no alarm as long as it is quick. Nodes are read after
 * the pass, so that one that came meanwhile counts. A node of an earlier release does not register:
 * work of which such a node holds a running lease is not blocked. A lease that was left to another
 * system, perhaps for days, is nobody's word that it can run anything, and whoever left it may have
 * ended in order: whether it was left is read from the history, one page for a holder, and only
 * where nothing else stands against the alert.
 *
 * <p>The alert is raised before its record is written or deleted: a crash between them tells twice,
 * never not at all. For one thread.
 */
final class Lookout {

  /** How long work is due before it counts as waiting. */
  static final Duration GRACE = Duration.ofSeconds(10);

  /** How long it rests at most, whatever a pass cost. */
  static final Duration LONGEST_REST = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
  private static final String VERIFICATION = "verification";
  private static final int PAGE = 1_000;
  private static final int MAX_HOLDERS = 8;
  private static final int MAX_NAMED = 8;
  private static final int MAX_NODE_TEXT = 150;
  private static final int REST = 9;

  private static final Duration REMINDER = Duration.ofHours(1);

  /** The states that {@link State#isInFlight} is true of. */
  static final Set<State> IN_FLIGHT =
      Arrays.stream(State.values())
          .filter(State::isInFlight)
          .collect(Collectors.toUnmodifiableSet());

  private final Node node;
  private final WatcherLease lease;
  private final LiveNodes nodes;
  private final long begun;
  private PassCost cost;
  private long passBegan;
  private long passEnded;
  private @Nullable Set<WorkRef> runnable;
  private long changed;

  /**
   * Creates a lookout, which judges nothing before its nodes have had the time to register.
   *
   * @param node what it works for
   * @param lease lets one node at a time do it
   */
  Lookout(Node node, WatcherLease lease) {
    this.node = node;
    this.lease = lease;
    this.nodes = new LiveNodes(node.ledger(), node.seams().elapsed());
    this.begun = elapsed();
    this.cost = PassCost.first(begun);
    this.passBegan = begun;
    this.passEnded = begun;
    this.changed = begun - GRACE.toNanos();
  }

  /** What waits for one kind of work, and who holds leases on some of it. */
  private static final class Waiting {
    private long sequences;
    private Instant oldest = Instant.MAX;
    private final Map<NodeId, Entry> holders = new HashMap<>();
  }

  /** What one pass found. */
  private static final class Found {
    private final Map<WorkRef, Waiting> kinds = new HashMap<>();
    private long unnamed;
  }

  /**
   * Looks, if it is time and this node's turn.
   *
   * @return 0
   */
  int tick() {
    return lease.run(this::look);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int look() {
    long start = elapsed();
    if (start - begun < GRACE.toNanos() || rests(start)) {
      return 0;
    }
    passBegan = start;
    Found found = new Found();
    cost = cost.next(start);
    try {
      pass(found);
      judge(found);
    } finally {
      passEnded = elapsed();
      cost.stepEnds(passEnded);
    }
    return 0;
  }

  private boolean rests(long now) {
    if (now >= passEnded + Math.min(cost.nanos() * REST, LONGEST_REST.toNanos())) {
      return false;
    }
    see(nodes.read());
    long looksAt = changed + GRACE.toNanos();
    return looksAt <= passBegan || now < Math.max(looksAt, passEnded + cost.nanos());
  }

  /** Keeps what live nodes can run, and when that was seen to change. */
  private Set<WorkRef> see(List<KnownNode> all) {
    Set<WorkRef> now =
        all.stream()
            .flatMap(one -> one.runnable().stream())
            .collect(Collectors.toUnmodifiableSet());
    changed = runnable == null || runnable.equals(now) ? changed : elapsed();
    runnable = now;
    return now;
  }

  private void pass(Found found) {
    Census census = node.ledger().ledger().census(Optional.empty());
    cost.stepEnds(elapsed());
    if (IN_FLIGHT.stream().anyMatch(state -> census.count(state) > 0)) {
      lookAtPrimaryRuns(found);
    }
    lookAtSideRuns(found);
  }

  private void lookAtPrimaryRuns(Found found) {
    ScanQuery next =
        new ScanQuery(Optional.empty(), Optional.empty(), IN_FLIGHT, Optional.empty(), PAGE);
    EntryPage page;
    do {
      Instant now = node.ledger().ledger().now();
      page = node.ledger().ledger().scan(next);
      page.entries().forEach(entry -> note(found, entry, now));
      cost.stepEnds(elapsed());
      if (page.more()) {
        next = next.after(page.entries().get(page.entries().size() - 1).key());
        lease.goOn();
      }
    } while (page.more());
  }

  private void lookAtSideRuns(Found found) {
    DueQuery next = DueQuery.of(DueQuery.Kind.SIDE_RUN, TimePolicy.LONGEST, PAGE);
    List<Entry> page;
    do {
      Instant now = node.ledger().ledger().now();
      page = node.ledger().ledger().due(next);
      page.forEach(entry -> note(found, entry, now));
      cost.stepEnds(elapsed());
      if (!page.isEmpty()) {
        next = next.after(page.get(page.size() - 1));
        lease.goOn();
      }
    } while (page.size() == PAGE);
  }

  private static void note(Found found, Entry entry, Instant now) {
    Instant due = entry.position().lease().map(Lease::until).orElse(entry.position().visibleAt());
    boolean isHeld = entry.position().lease().isPresent() && due.isAfter(now);
    boolean isWaiting = !due.plus(GRACE).isAfter(now);
    if (!isHeld && !isWaiting) {
      return;
    }
    WorkRef work = entry.active().work();
    if (!found.kinds.containsKey(work) && found.kinds.size() == Blockages.MAX_KINDS) {
      found.unnamed += isWaiting ? 1 : 0;
      return;
    }
    Waiting waiting = found.kinds.computeIfAbsent(work, kind -> new Waiting());
    if (isHeld && waiting.holders.size() < MAX_HOLDERS) {
      waiting.holders.putIfAbsent(entry.position().lease().orElseThrow().node(), entry);
    }
    if (isWaiting) {
      waiting.sequences++;
      waiting.oldest = due.isBefore(waiting.oldest) ? due : waiting.oldest;
    }
  }

  private void judge(Found found) {
    List<KnownNode> all = nodes.read();
    Set<WorkRef> canRun = see(all);
    Set<NodeId> registered = all.stream().map(KnownNode::id).collect(Collectors.toSet());
    Instant now = node.ledger().ledger().now();
    Map<WorkRef, Blockages.Stored> stored = new HashMap<>();
    Blockages.read(node.ledger()).forEach(one -> stored.put(one.blockage().work(), one));
    List<Change> changes = new ArrayList<>();
    Set<WorkRef> blocked = new HashSet<>();
    found.kinds.forEach(
        (work, waiting) -> {
          if (waiting.sequences > 0
              && !canRun.contains(work)
              && waiting.holders.entrySet().stream()
                  .allMatch(
                      held -> registered.contains(held.getKey()) || isLeft(held.getValue()))) {
            blocked.add(work);
            changes.add(lasts(work, waiting, Optional.ofNullable(stored.get(work)), all, now));
          }
        });
    stored.forEach(
        (work, one) -> {
          if (!blocked.contains(work) && (found.unnamed == 0 || found.kinds.containsKey(work))) {
            changes.add(ends(one, now));
          }
        });
    List<AlertRow> rows = changes.stream().map(Change::row).flatMap(Optional::stream).toList();
    EngineAlert.raise(node.ledger(), rows);
    changes.forEach(Lookout::keep);
    if (found.unnamed > 0) {
      throw new IncompleteTickException(
          "work of more than %d kinds waits; whether %d sequences of others are blocked is unknown"
              .formatted(Blockages.MAX_KINDS, found.unnamed));
    }
  }

  /** A node that left a stage is of this release, which registers, so one of its leases will do. */
  private boolean isLeft(Entry held) {
    lease.goOn();
    long until = held.chain().length();
    return HandedOver.isLeft(
        node
            .ledger()
            .ledger()
            .history(held.key(), Math.max(0, until - ScanQuery.MAX_LIMIT), ScanQuery.MAX_LIMIT)
            .stream()
            .filter(row -> row.link().ordinal() <= until)
            .toList());
  }

  /** An alert to raise, if one is due, and the change of the record that follows it. */
  private record Change(WorkRef work, Optional<AlertRow> row, Supplier<Outcome> then) {}

  private Change lasts(
      WorkRef work,
      Waiting waiting,
      Optional<Blockages.Stored> stored,
      List<KnownNode> all,
      Instant now) {
    Optional<Blockages.Stored> before = stored.filter(Blockages.Stored::isOfThisLife);
    Blockage blockage =
        new Blockage(
            work,
            waiting.sequences,
            waiting.oldest,
            before.map(one -> one.blockage().since()).orElse(now),
            now);
    boolean isTold =
        before
            .filter(one -> Duration.between(one.told(), now).abs().compareTo(REMINDER) < 0)
            .isPresent();
    Instant told = isTold ? before.orElseThrow().told() : now;
    long version = stored.map(Blockages.Stored::version).orElse(0L);
    return new Change(
        work,
        isTold
            ? Optional.empty()
            : Optional.of(row(AlertCode.STAGE_BLOCKED, work, text(blockage, all), now)),
        () -> Blockages.write(node.ledger(), version, blockage, told));
  }

  private Change ends(Blockages.Stored over, Instant now) {
    WorkRef work = over.blockage().work();
    String message =
        "%s: a node that can run it lives, or nothing waits for it any more; nothing to do"
            .formatted(name(work));
    return new Change(
        work,
        over.isOfThisLife()
            ? Optional.of(row(AlertCode.STAGE_UNBLOCKED, work, message, now))
            : Optional.empty(),
        () -> Blockages.delete(node.ledger(), over));
  }

  private AlertRow row(AlertCode code, WorkRef work, String message, Instant now) {
    LOG.warn("{} {}", code, message);
    return new EngineAlert(
            code,
            work.pipeline(),
            work.stage().map(StageRef::toString).orElse(VERIFICATION),
            Optional.empty(),
            message)
        .row(node.identity(), now);
  }

  private static void keep(Change change) {
    if (!change.then().get().isApplied()) {
      LOG.warn(
          "what was told of {} could not be written; it may be told twice", name(change.work()));
    }
  }

  private static String name(WorkRef work) {
    return "pipeline %s, %s"
        .formatted(work.pipeline(), work.stage().map(one -> "stage " + one).orElse(VERIFICATION));
  }

  private static String text(Blockage blockage, List<KnownNode> all) {
    WorkRef work = blockage.work();
    List<KnownNode> live = all.stream().filter(KnownNode::isLive).toList();
    boolean isKnown =
        live.stream()
            .flatMap(one -> one.work().stream())
            .anyMatch(part -> part.pipeline().name().equals(work.pipeline()));
    return "%s: %d sequences wait and no live node can run it; the oldest is due since %s. %s. %s"
        .formatted(
            name(work),
            blockage.sequences(),
            blockage.oldest(),
            isKnown
                ? "Start a node that has it, or deploy one that also runs this contract version"
                : "No live node has this pipeline: start one that has; or, if it was retired and a"
                    + " route has it, roll it back there (`ingest route rollback`), which sends what"
                    + " is in flight in it another way",
            live.isEmpty() ? "No node lives" : "Live: " + named(live, work.pipeline()));
  }

  private static String named(List<KnownNode> live, String pipeline) {
    String names =
        live.stream()
            .limit(MAX_NAMED)
            .map(one -> BoundedText.of(named(one, pipeline), MAX_NODE_TEXT))
            .collect(Collectors.joining("; "));
    return live.size() > MAX_NAMED ? names + "; and " + (live.size() - MAX_NAMED) + " more" : names;
  }

  /** What a node runs of the pipeline concerned, or which others it has. */
  private static String named(KnownNode one, String pipeline) {
    String runs =
        one.work().stream()
            .filter(part -> part.pipeline().name().equals(pipeline))
            .findFirst()
            .map(
                part ->
                    Stream.concat(
                            part.stages().stream().map(StageRef::toString),
                            part.verifies() ? Stream.of(VERIFICATION) : Stream.empty())
                        .collect(Collectors.joining(" ")))
            .orElseGet(
                () ->
                    one.work().isEmpty()
                        ? "only watches"
                        : "other pipelines: "
                            + one.work().stream()
                                .map(part -> part.pipeline().name())
                                .collect(Collectors.joining(" ")));
    return "%s (%s%s) %s"
        .formatted(one.id(), one.codeVersion(), one.isDraining() ? ", drains" : "", runs);
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
