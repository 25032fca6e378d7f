package dev.ingest.core;

import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.core.alert.Slf4jSink;
import dev.ingest.core.engine.Canaries;
import dev.ingest.core.engine.Driver;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.EngineThreads;
import dev.ingest.core.engine.KeptPolicy;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Opening;
import dev.ingest.core.engine.PartsFit;
import dev.ingest.core.engine.QuestionThreads;
import dev.ingest.core.engine.Retention;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.engine.Upkeep;
import dev.ingest.core.engine.Watchers;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.Reporting;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.notice.OwnerNotifier;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an engine. Ledger, content and one pipeline are needed; the rest has
 * defaults. Not thread-safe.
 */
public final class IngestBuilder {

  private static final Duration SWEEP = Duration.ofMinutes(1);

  private final SecureRandom random = new SecureRandom();
  private @Nullable LedgerStore ledger;
  private @Nullable ContentAccess content;
  private final List<Pipeline> pipelines = new ArrayList<>();
  private @Nullable NodeId node;
  private String codeVersion = "unversioned";
  private TimePolicy times = TimePolicy.DEFAULT;
  private IntakeLimits limits = IntakeLimits.DEFAULT;
  private WorkPolicy work = WorkPolicy.DEFAULT;
  private RoutePolicy route = RoutePolicy.DEFAULT;
  private EngineListener listener = EngineListener.NONE;
  private EngineMeter meter = EngineMeter.NONE;
  private Duration sweepGrace = Duration.ofHours(1);
  private Duration shutdownGrace = Duration.ofSeconds(10);
  private Duration longestPoll = Duration.ofSeconds(1);
  private @Nullable ExpiryPolicy expiry;
  private ScrubPolicy scrub = ScrubPolicy.DEFAULT;
  private AlertPolicy alerts = AlertPolicy.DEFAULT;
  private AuditPolicy audits = AuditPolicy.DEFAULT;
  private QuietHourPolicy quietHours = QuietHourPolicy.DEFAULT;
  private final List<AlertSink> sinks = new ArrayList<>();
  private @Nullable OutboundHeartbeat heartbeat;
  private @Nullable OwnerNotifier notifier;
  private @Nullable CanaryPolicy canaries;
  private boolean working = true;
  private boolean watching = true;
  private boolean volatileStores;
  private @Nullable Act claim;

  IngestBuilder() {}

  /**
   * Sets the ledger.
   *
   * @param store the ledger, which the caller closes after the engine
   * @return this
   */
  public IngestBuilder ledger(LedgerStore store) {
    this.ledger = store;
    return this;
  }

  /**
   * Sets the content store.
   *
   * @param access the store, which the caller closes after the engine
   * @return this
   */
  public IngestBuilder content(ContentAccess access) {
    this.content = access;
    return this;
  }

  /**
   * Adds a pipeline. New sequences go to the first, as long as no route is set ({@link Routes});
   * the others finish what they have.
   *
   * @param pipeline the pipeline
   * @return this
   */
  public IngestBuilder pipeline(Pipeline pipeline) {
    pipelines.add(pipeline);
    return this;
  }

  /**
   * Names this engine. The default is a random name.
   *
   * @param id a name that no other running engine on this ledger has; where two have one, each does
   *     what one node at a time is to do, digests are sent twice, alerts may be false, and {@code
   *     NODE_ID_SHARED} tells of it
   * @param version the version of the embedding service's code, for failure rates per version
   * @return this
   */
  public IngestBuilder node(NodeId id, String version) {
    this.node = id;
    this.codeVersion = version;
    return this;
  }

  /**
   * Sets deadlines and time to live.
   *
   * @param policy the policy; the default is {@link TimePolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder times(TimePolicy policy) {
    this.times = policy;
    return this;
  }

  /**
   * Sets how much may come in.
   *
   * @param policy the limits; the default is {@link IntakeLimits#DEFAULT}
   * @return this
   */
  public IngestBuilder limits(IntakeLimits policy) {
    this.limits = policy;
    return this;
  }

  /**
   * Sets how stages are run.
   *
   * @param policy the policy; the default is {@link WorkPolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder work(WorkPolicy policy) {
    this.work = policy;
    return this;
  }

  /**
   * Sets by which route new sequences are split between pipelines.
   *
   * @param policy the policy; the default is {@link RoutePolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder route(RoutePolicy policy) {
    this.route = policy;
    return this;
  }

  /**
   * Sets who hears of progress.
   *
   * @param hearer the listener; the default hears nothing
   * @return this
   */
  public IngestBuilder listener(EngineListener hearer) {
    this.listener = hearer;
    return this;
  }

  /**
   * Sets what counts the engine's work, for metrics.
   *
   * @param counter the meter; the default counts nothing
   * @return this
   */
  public IngestBuilder meter(EngineMeter counter) {
    this.meter = counter;
    return this;
  }

  /**
   * Sets how long bytes stay after nothing refers to them any more. The default is one hour.
   *
   * @param grace zero or more; what a process writes after a pause that was longer is swept no
   *     more: audits count it, and a repair sets it aside
   * @return this
   */
  public IngestBuilder sweepGrace(Duration grace) {
    this.sweepGrace = grace;
    return this;
  }

  /**
   * Sets how long running stages may go on at shutdown before they are told to end and handed back.
   * The default is ten seconds.
   *
   * @param grace zero to 36,500 days
   * @return this
   */
  public IngestBuilder shutdownGrace(Duration grace) {
    this.shutdownGrace = grace;
    return this;
  }

  /**
   * Sets how long an idle driver waits at most before it looks for work again. Hints mostly wake it
   * earlier; this bounds how late work is found whose hint was lost, and the ends of back-offs and
   * of other nodes' leases, of which no hint tells. The default is one second.
   *
   * @param longest 1 ms or more; an idle driver's looks begin at 50 ms and become rarer up to this
   * @return this
   */
  public IngestBuilder longestPoll(Duration longest) {
    this.longestPoll = longest;
    return this;
  }

  /**
   * Sets when raw bytes may go, and what becomes of what is not proven by then. All nodes of a
   * ledger go by one policy: the first engine that is built with one keeps it in the ledger, and
   * one with another is refused until {@link Acts#changeExpiry}.
   *
   * @param policy the policy; the default is the ledger's, and {@link ExpiryPolicy#defaultFor} the
   *     times as long as it keeps none
   * @return this
   */
  public IngestBuilder expiry(ExpiryPolicy policy) {
    this.expiry = policy;
    return this;
  }

  /**
   * Sets how what is stored is read again.
   *
   * @param policy the policy; the default is {@link ScrubPolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder scrub(ScrubPolicy policy) {
    this.scrub = policy;
    return this;
  }

  /**
   * Sets when an hour without a single acceptance is told of.
   *
   * @param policy {@link QuietHourPolicy#OFF} for never; the default {@link
   *     QuietHourPolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder quietHours(QuietHourPolicy policy) {
    this.quietHours = policy;
    return this;
  }

  /**
   * Sets how alerts are told.
   *
   * @param policy the policy; the default is {@link AlertPolicy#DEFAULT}
   * @return this
   */
  public IngestBuilder alerts(AlertPolicy policy) {
    this.alerts = policy;
    return this;
  }

  /**
   * Sets how often everything is audited by itself. The engines of a ledger share one audit; where
   * all of them have {@link AuditPolicy#NEVER}, people audit. The default is {@link
   * AuditPolicy#DEFAULT}.
   *
   * @param policy the policy
   * @return this
   */
  public IngestBuilder audits(AuditPolicy policy) {
    this.audits = policy;
    return this;
  }

  /**
   * Adds a sink of alerts. They are tried in the order in which they were added: the next one only
   * where those before are down. The default is the log.
   *
   * @param sink the sink, which the caller closes after the engine
   * @return this
   */
  public IngestBuilder sink(AlertSink sink) {
    sinks.add(sink);
    return this;
  }

  /**
   * Sets whom this engine pings as long as it runs and its ledger takes writes, so that somebody
   * notices when all of them are gone.
   *
   * @param destination a monitor that complains when no ping comes
   * @return this
   */
  public IngestBuilder heartbeat(OutboundHeartbeat destination) {
    this.heartbeat = destination;
    return this;
  }

  /**
   * Has owners told what becomes of their sequences. From the building of the first engine with a
   * notifier on, every engine that is built over this ledger, with or without one of its own,
   * writes a notice with what it tells of; those that watch and have a notifier share the telling.
   *
   * @param told tells them; the caller's to close, after the engine
   * @return this
   */
  public IngestBuilder notifier(OwnerNotifier told) {
    this.notifier = told;
    return this;
  }

  /**
   * Has sequences of the engine's own sent through its route's pipelines. Off by default; shared.
   *
   * @param policy how often, and with which items
   * @return this
   */
  public IngestBuilder canaries(CanaryPolicy policy) {
    this.canaries = policy;
    return this;
  }

  /**
   * Makes an engine that runs no stages and no verifications, so that it needs no pipeline: for a
   * process that only watches.
   *
   * @return this
   */
  public IngestBuilder withoutWork() {
    this.working = false;
    return this;
  }

  /**
   * Makes an engine that does not watch: no deadlines are told, nothing expires, no alerts are sent
   * by it. Other engines on the same ledger have to; where none does, nobody tells.
   *
   * @return this
   */
  public IngestBuilder withoutWatch() {
    this.watching = false;
    return this;
  }

  /**
   * Allows stores that lose everything with the process. For tests alone.
   *
   * @return this
   */
  public IngestBuilder allowVolatileStores() {
    this.volatileStores = true;
    return this;
  }

  /**
   * Binds the ledger to the content store although nothing shows that they belong together: after
   * one of the two was lost for good and begun anew. A ledger that was bound to the store before is
   * refused from then on. Recorded as a {@link Confirmation}.
   *
   * @param actor who decides, 1 to 128 characters
   * @param reason why, 1 to 500 characters
   * @return this
   * @throws dev.ingest.spi.InvalidValueException as {@link Ingest#acts}
   */
  public IngestBuilder claimContent(String actor, String reason) {
    this.claim = Acts.checked(actor, reason);
    return this;
  }

  /**
   * Checks the configuration and builds the engine. Nothing runs before {@link Ingest#start()}.
   *
   * <p>Looks whether ledger and content store belong together, and binds them to each other at the
   * first time; and whether the ledger came back from a backup since, by what the store knows of
   * it. An engine without work is built also if the content store does not answer, since it must
   * tell of deadlines; it deletes nothing before it has looked.
   *
   * @return the engine
   * @throws ConfigurationException naming every mismatch
   * @throws dev.ingest.spi.content.ContentException if the content store does not answer
   * @throws dev.ingest.spi.ledger.LedgerException if the ledger does not answer
   */
  public Ingest build() {
    List<String> mismatches = new ArrayList<>();
    if (ledger == null) {
      mismatches.add("no ledger is set");
    } else if (!ledger.capabilities().durable() && !volatileStores) {
      mismatches.add("ledger " + ledger.name() + " is not durable");
    }
    if (content == null) {
      mismatches.add("no content store is set");
    } else {
      mismatches.addAll(
          ContentFit.mismatches(
              content.store(),
              volatileStores,
              limits,
              Retention.of(times, expiryPolicy(ledger), limits)));
    }
    if (working == pipelines.isEmpty()) {
      mismatches.add(
          working ? "no pipeline is set" : "an engine without work has no use for a pipeline");
    }
    scrub.mismatch().ifPresent(mismatches::add);
    if (expiry != null) {
      expiry.mismatch(times).ifPresent(mismatches::add);
      if (ledger != null) {
        new KeptPolicy(ledger).mismatch(expiry).ifPresent(mismatches::add);
      }
    }
    mismatches.addAll(PartsFit.mismatches(pipelines, watching ? sinks : List.of()));
    if (sweepGrace.isNegative()
        || shutdownGrace.isNegative()
        || WorkPolicy.isTooLong(sweepGrace)
        || WorkPolicy.isTooLong(shutdownGrace)) {
      mismatches.add(
          "grace periods must not be negative, nor above 36,500 days: sweep %s, shutdown %s"
              .formatted(sweepGrace, shutdownGrace));
    }
    if (longestPoll.compareTo(Duration.ofMillis(1)) < 0 || WorkPolicy.isTooLong(longestPoll)) {
      mismatches.add("the longest poll must be at least 1 ms, 36,500 days at most: " + longestPoll);
    }
    if (ledger == null || content == null || !mismatches.isEmpty()) {
      throw new ConfigurationException(String.join("; ", mismatches));
    }
    Opening opening = new Opening(ledger, content.store(), random::nextLong);
    opening.bind(Optional.ofNullable(claim), working);
    opening.keep(Optional.ofNullable(expiry));
    return assemble(ledger, content, opening.writesNotices(notifier != null));
  }

  private ExpiryPolicy expiryPolicy(@Nullable LedgerStore ledgerStore) {
    return Optional.ofNullable(expiry)
        .or(() -> Optional.ofNullable(ledgerStore).flatMap(kept -> new KeptPolicy(kept).find()))
        .orElseGet(() -> ExpiryPolicy.defaultFor(times));
  }

  private Ingest assemble(LedgerStore ledgerStore, ContentAccess access, boolean writesNotices) {
    EngineThreads.Pools pools = EngineThreads.Pools.of(work.parallelism() * 2);
    EngineThreads.Stop stop = new EngineThreads.Stop();
    QuestionThreads questions = new QuestionThreads(work.parallelism());
    Seams seams = pools.seams(InstantSource.system(), random::nextLong, stop, questions);
    NodeId id = node != null ? node : new NodeId("node-%016x".formatted(random.nextLong()));
    Supervisor supervisor = new Supervisor(listener, meter);
    Engine engine =
        new Engine(
            new Node(
                new Node.Identity(id, codeVersion),
                ledgerStore,
                access.store(),
                pipelines,
                new Node.Policies(times, limits, work, writesNotices, route),
                seams),
            access.purger(),
            sweepGrace,
            supervisor);
    engine.begin();
    EngineThreads.Pacing pacing =
        new EngineThreads.Pacing(longestPoll, work.lease().dividedBy(4), SWEEP, shutdownGrace);
    ExpiryPolicy policy = expiryPolicy(ledgerStore);
    List<Driver> drivers = new ArrayList<>(List.of(Upkeep.driver(engine, access.upkeep())));
    if (working && canaries != null) {
      drivers.add(Canaries.driver(engine, canaries));
    }
    if (working) {
      drivers.add(new Driver("routes", route.heartbeat(), engine.routing()::tick, () -> {}));
      drivers.add(engine.backfiller());
    }
    if (watching) {
      drivers.addAll(new Watchers(engine, access, plan(policy)).drivers());
    }
    return new Ingest(
        engine,
        new EngineThreads(engine, pools, pacing, stop, drivers),
        new Outlook(ledgerStore, policy, times),
        new Reporting(ledgerStore, policy.grace()));
  }

  private Watchers.Plan plan(ExpiryPolicy policy) {
    return new Watchers.Plan(
        policy,
        scrub,
        quietHours,
        alerts,
        sinks.isEmpty() ? List.of(new Slf4jSink()) : sinks,
        Optional.ofNullable(heartbeat),
        audits,
        Optional.ofNullable(notifier),
        canaries != null);
  }
}
