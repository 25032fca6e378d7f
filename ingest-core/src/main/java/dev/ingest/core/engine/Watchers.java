package dev.ingest.core.engine;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditPolicy;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.notice.OwnerNotifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The watchers of one node, without threads: whoever owns them calls their ticks. They share no
 * state with workers, so they run beside them or in a process of their own.
 */
public final class Watchers {

  private final List<Driver> drivers = new ArrayList<>();

  /**
   * How a node watches.
   *
   * @param expiry when raw bytes may go
   * @param scrub what is read again, and how fast
   * @param quiet when an hour without an acceptance is told of
   * @param alerts how alerts are told
   * @param sinks where to, in the order in which they are tried; closed by their owner
   * @param heartbeat where pings go, if they do
   * @param audits how often everything is audited
   * @param notifier who tells owners, if this node does
   * @param canaries whether canaries are sent
   */
  public record Plan(
      ExpiryPolicy expiry,
      ScrubPolicy scrub,
      QuietHourPolicy quiet,
      AlertPolicy alerts,
      List<AlertSink> sinks,
      Optional<OutboundHeartbeat> heartbeat,
      AuditPolicy audits,
      Optional<OwnerNotifier> notifier,
      boolean canaries) {

    /**
     * Copies the list.
     *
     * @param expiry when raw bytes may go
     * @param scrub what is read again
     * @param quiet when an hour without an acceptance is told of
     * @param alerts how alerts are told
     * @param sinks where to
     * @param heartbeat where pings go
     * @param audits how often everything is audited
     * @param notifier who tells owners
     * @param canaries whether canaries are sent
     */
    public Plan {
      sinks = List.copyOf(sinks);
    }
  }

  /**
   * Puts the watchers together. Does no I/O.
   *
   * @param engine whose node they belong to
   * @param content what the expirer deletes from, and whose rules are watched
   * @param plan how they watch
   */
  public Watchers(Engine engine, ContentAccess content, Plan plan) {
    Set<Watcher> expected = EnumSet.allOf(Watcher.class);
    addSentinel(engine, plan);
    addLookout(engine);
    addExpirer(engine, content.purger(), plan.expiry());
    if (plan.scrub().on()) {
      addScrubber(engine, plan.scrub());
    } else {
      expected.remove(Watcher.SCRUBBER);
    }
    plan.audits()
        .every()
        .ifPresentOrElse(
            every -> addAuditor(engine, plan.audits().options(), every),
            () -> expected.remove(Watcher.AUDITOR));
    addRouter(engine);
    if (!plan.canaries()) {
      expected.remove(Watcher.CANARY);
    }
    addPump(engine.node(), plan);
    plan.notifier().ifPresent(notifier -> addNotifier(engine.node(), notifier));
    if (plan.notifier().isEmpty() && !engine.node().policies().tellsOwners()) {
      expected.remove(Watcher.NOTIFIER);
    }
    addWatchdog(engine, plan.sinks(), expected);
    addOutsideLooks(engine.node(), content, plan.expiry());
    plan.heartbeat().ifPresent(heartbeat -> addHeartbeat(engine.node(), heartbeat));
  }

  private void addSentinel(Engine engine, Plan plan) {
    Sentinel sentinel =
        new Sentinel(
            engine.node(),
            engine.committer(),
            plan.expiry(),
            engine.part(Watcher.SENTINEL),
            plan.quiet());
    add(Watcher.SENTINEL, Duration.ofSeconds(5), sentinel::tick, sentinel::release);
  }

  private void addLookout(Engine engine) {
    Lookout lookout = new Lookout(engine.node(), engine.part(Watcher.LOOKOUT));
    add(Watcher.LOOKOUT, Duration.ofSeconds(5), lookout::tick, lookout::release);
  }

  private void addExpirer(Engine engine, ContentPurger purger, ExpiryPolicy policy) {
    Expirer expirer =
        new Expirer(
            engine.node(),
            engine.committer(),
            purger,
            policy,
            engine.part(Watcher.EXPIRER),
            engine.supervisor());
    add(Watcher.EXPIRER, Duration.ofSeconds(10), expirer::tick, expirer::release);
  }

  private void addScrubber(Engine engine, ScrubPolicy policy) {
    Scrubber scrubber =
        new Scrubber(
            engine.node(),
            engine.committer(),
            policy,
            engine.part(Watcher.SCRUBBER),
            engine.supervisor());
    add(Watcher.SCRUBBER, Duration.ofSeconds(10), scrubber::tick, scrubber::release);
  }

  private void addAuditor(Engine engine, AuditOptions options, Duration every) {
    Auditor auditor = new Auditor(engine.node(), options, every, engine.part(Watcher.AUDITOR));
    add(Watcher.AUDITOR, Duration.ofSeconds(30), auditor::tick, auditor::release);
  }

  private void addRouter(Engine engine) {
    Node node = engine.node();
    Stranded stranded = new Stranded(node, engine.committer(), engine.routing());
    RouteWatcher routes =
        new RouteWatcher(node, new CensusRates(node), stranded, engine.part(Watcher.ROUTER));
    add(Watcher.ROUTER, Duration.ofSeconds(10), routes::tick, routes::release);
  }

  private void addPump(Node node, Plan plan) {
    AlertPump pump =
        new AlertPump(node.ledger(), node.identity(), node.seams(), plan.sinks(), plan.alerts());
    add(Watcher.PUMP, Duration.ofSeconds(5), pump::tick, pump::close);
  }

  private void addNotifier(Node node, OwnerNotifier notifier) {
    NoticePump notices = new NoticePump(node.ledger(), node.identity(), node.seams(), notifier);
    add(Watcher.NOTIFIER, Duration.ofSeconds(5), notices::tick, notices::close);
  }

  /** Adds who tells on a way of its own of watchers that are silent. */
  private void addWatchdog(Engine engine, List<AlertSink> sinks, Set<Watcher> expected) {
    Node node = engine.node();
    DirectAlerts direct =
        new DirectAlerts(node.identity(), node.ledger().incarnation(), node.seams(), sinks);
    Watchdog watchdog =
        new Watchdog(
            node.ledger(), node.identity(), node.seams(), expected, direct, engine.supervisor());
    add("watchdog", Duration.ofSeconds(2), watchdog::tick, () -> {});
    add("direct-alerts", Duration.ofSeconds(2), direct::tick, () -> {});
  }

  /** Adds who looks at what is not the ledger's: this node's clock, and the store's own rules. */
  private void addOutsideLooks(Node node, ContentAccess content, ExpiryPolicy expiry) {
    SkewWatch skew = new SkewWatch(node);
    add("skew-watch", Duration.ofSeconds(30), skew::tick, skew::end);
    Retention retention = Retention.of(node.policies().times(), expiry, node.policies().limits());
    RulesWatch rules = new RulesWatch(node, content.upkeep(), retention);
    add("rules-watch", Duration.ofMinutes(15), rules::tick, () -> {});
  }

  private void addHeartbeat(Node node, OutboundHeartbeat destination) {
    HeartbeatDriver heartbeat =
        new HeartbeatDriver(node.ledger(), node.identity().id(), node.seams(), destination);
    add("heartbeat", Duration.ofSeconds(5), heartbeat::tick, () -> {});
  }

  private void add(Watcher watcher, Duration period, IntSupplier tick, Runnable end) {
    add(watcher.label(), period, tick, end);
  }

  private void add(String name, Duration period, IntSupplier tick, Runnable end) {
    drivers.add(new Driver(name, period, tick, end));
  }

  /**
   * Returns the watchers, each to be ticked by one thread at a time.
   *
   * @return the drivers
   */
  public List<Driver> drivers() {
    return List.copyOf(drivers);
  }
}
