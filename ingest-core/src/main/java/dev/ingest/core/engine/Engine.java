package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.ItemSink;
import dev.ingest.core.Pipeline;
import dev.ingest.core.PublishedResult;
import dev.ingest.core.Upload;
import dev.ingest.core.Verification;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.spi.ledger.WorkRef;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All drivers of one node, without threads: whoever owns it calls their ticks. Services use it
 * through {@link dev.ingest.core.Ingest}, the simulator directly.
 */
public final class Engine {

  private final Node node;
  private final ContentHealth health;
  private final Supervisor supervisor;
  private final Committer committer;
  private final HeldLeases leases;
  private final Routing routing;
  private final Intake intake;
  private final LeasedDriver worker;
  private final LeasedDriver verifier;
  private final Sweeper sweeper;
  private final NodeRegistry registry;
  private final Completing completing;
  private volatile Runnable progress = () -> {};

  /**
   * Puts the drivers together.
   *
   * @param given what they share
   * @param purger what the sweeper deletes with
   * @param sweepGrace how long bytes stay after nothing refers to them any more
   * @param supervisor who catches what drivers throw
   */
  public Engine(Node given, ContentPurger purger, Duration sweepGrace, Supervisor supervisor) {
    this.health = new ContentHealth(given.seams().elapsed());
    Node node = noted(given, health);
    this.node = node;
    this.supervisor = supervisor;
    this.committer = new Committer(node, supervisor);
    this.leases = new HeldLeases(node);
    this.routing = new Routing(node, supervisor);
    this.intake = new Intake(node, committer, supervisor, routing);
    Set<WorkRef> stages =
        node.pipelines().stream()
            .flatMap(pipeline -> pipeline.stageWork().stream())
            .collect(Collectors.toUnmodifiableSet());
    Set<WorkRef> verifications =
        node.pipelines().stream()
            .filter(Pipeline::verifies)
            .map(Pipeline::verificationWork)
            .collect(Collectors.toUnmodifiableSet());
    Handover handover = new Handover(node, committer, leases);
    StageRates rates = new StageRates(node);
    LeasedDriver.Shared shared =
        new LeasedDriver.Shared(node, committer, leases, supervisor, rates);
    this.completing = new Completing(shared, handover, this::progressed);
    this.worker =
        new LeasedDriver(
            shared, stages, new StageTask(node, committer, handover), this::progressed);
    this.verifier =
        new LeasedDriver(shared, verifications, new VerifyTask(node, committer), this::progressed);
    this.registry = new NodeRegistry(node, rates);
    this.sweeper = new Sweeper(node, committer, purger, sweepGrace, supervisor);
  }

  private static Node noted(Node given, ContentHealth health) {
    return new Node(
        given.identity(),
        given.ledger(),
        new NotedContent(given.content(), health),
        given.pipelines(),
        given.policies(),
        given.seams());
  }

  /**
   * Makes the driver that looks whether the content store answers this node and takes its bytes.
   *
   * @return the driver
   */
  public Driver contentWatch() {
    return new Driver(
        "content-watch", ContentWatch.PERIOD, new ContentWatch(node, health)::tick, () -> {});
  }

  /**
   * Sets what is called after each task and its commit, when there may be new work; a hint.
   *
   * @param hint quick to return
   */
  public void onProgress(Runnable hint) {
    this.progress = hint;
  }

  /**
   * Registers what is called when work may have become due; a hint.
   *
   * @param hint quick to return, safe for use by several threads
   * @return ends the registration
   */
  WorkQueue.Subscription onArrival(Runnable hint) {
    return node.ledger().work().onArrival(hint);
  }

  /**
   * Counts claims of both drivers that are not finished.
   *
   * @return 0 or more
   */
  int inFlight() {
    return worker.inFlight() + verifier.inFlight();
  }

  /**
   * Makes the driver that keeps in the ledger that this node lives and what it can run.
   *
   * @return the driver
   */
  public Driver registry() {
    return new Driver("node-registry", NodeRegistry.PERIOD, registry::tick, registry::end);
  }

  /**
   * Counts what {@link #inFlight()} counts, but for news that wait for the listener alone.
   *
   * @return 0 or more
   */
  int atWork() {
    return worker.atWork() + verifier.atWork();
  }

  /** Claims nothing any more; the next beat tells the other nodes. Does no I/O. */
  void stopClaiming() {
    worker.drain();
    verifier.drain();
    registry.beginDrain();
  }

  /** Waits until the other nodes were told of a drain, or could not be. */
  boolean awaitDrainTold(long nanos) throws InterruptedException {
    return registry.awaitDrainTold(nanos);
  }

  /** Claims nothing any more, and tells the other nodes; what is under way goes on. */
  public void drain() {
    stopClaiming();
    supervisor.supervise(
        "node-registry",
        () -> {
          registry.drain();
          return 0;
        });
  }

  Seams seams() {
    return node.seams();
  }

  /**
   * Returns the ledger, for those who only read.
   *
   * @return the ledger
   */
  public LedgerStore ledger() {
    return node.ledger();
  }

  Intake intake() {
    return intake;
  }

  Node node() {
    return node;
  }

  /** Returns another part of this node in a watcher, for one thread. */
  WatcherLease part(Watcher watcher) {
    return new WatcherLease(node.ledger(), watcher, node.identity().id(), node.seams());
  }

  /**
   * Commits what is queued, answers what could not be committed in time as unknown, and takes
   * nothing more.
   *
   * @param longest the most to wait
   */
  public void endCommits(Duration longest) {
    committer.close(longest);
  }

  private void progressed() {
    progress.run();
  }

  /**
   * Opens or resumes an upload.
   *
   * @param key the sequence
   * @return the upload
   */
  public Upload upload(SequenceKey key) {
    if (node.pipelines().isEmpty()) {
      throw new ConfigurationException(
          "an engine without work takes no uploads, since it has no pipeline to put "
              + key
              + " into; build it with one");
    }
    if (Canary.is(key)) {
      throw new InvalidValueException(
          InvalidValueException.Kind.OWNER_ID,
          key.owner().value(),
          "this owner is the engine's own, for canaries");
    }
    return intake.open(key);
  }

  /**
   * Returns the driver that runs stages.
   *
   * @return the worker
   */
  public LeasedDriver worker() {
    return worker;
  }

  /**
   * Returns the driver that verifies.
   *
   * @return the verifier
   */
  public LeasedDriver verifier() {
    return verifier;
  }

  /**
   * Returns what takes the word of other systems on stages that were left to them.
   *
   * @return the other end of those stages
   */
  public Completing completing() {
    return completing;
  }

  /**
   * Returns the leases and their renewal.
   *
   * @return the leases
   */
  public HeldLeases leases() {
    return leases;
  }

  /**
   * Returns the driver that deletes what nothing refers to.
   *
   * @return the sweeper
   */
  public Sweeper sweeper() {
    return sweeper;
  }

  /**
   * Returns the committer, for recorded acts.
   *
   * @return the committer
   */
  public Committer committer() {
    return committer;
  }

  /**
   * Returns the supervisor.
   *
   * @return the supervisor
   */
  public Supervisor supervisor() {
    return supervisor;
  }

  /**
   * Returns what takes people's decisions to the ledger.
   *
   * @return the actor
   */
  public Acting acting() {
    return new Acting(node, committer, intake);
  }

  /**
   * Returns what reads everything that is stored, when somebody asks for it.
   *
   * @return the audits
   */
  public Auditing auditing() {
    return new Auditing(node, committer);
  }

  /**
   * Returns what people order, decide and ask about backfills.
   *
   * @return the backfills
   */
  public Backfilling backfilling() {
    return new Backfilling(node, committer, acting());
  }

  /**
   * Returns the driver of the backfills, of which every node that works has one.
   *
   * @return the driver
   */
  public Driver backfiller() {
    Backfiller backfiller =
        new Backfiller(
            node,
            committer,
            new BackfillRuns(node, committer, acting()),
            part(Watcher.BACKFILLER),
            supervisor);
    return new Driver(
        Watcher.BACKFILLER.label(), Duration.ofMillis(500), backfiller::tick, backfiller::release);
  }

  /**
   * Returns what the ledger says it holds.
   *
   * @return the part of the ledger
   */
  public Holdings holdings() {
    return node.ledger().ledger().holdings();
  }

  /**
   * Returns what makes counts of the hourly census right.
   *
   * @return the correction
   */
  public CensusCorrection censusCorrection() {
    return new CensusCorrection(node);
  }

  /**
   * Returns what tells what people confirmed.
   *
   * @return the confirmations
   */
  public Confirmations confirmations() {
    return new Confirmations(node.ledger());
  }

  /**
   * Finds an entry.
   *
   * @param key the sequence
   * @return the entry, or empty
   */
  public Optional<Entry> find(SequenceKey key) {
    return committer.read(key);
  }

  /**
   * Examines a sequence.
   *
   * @param entry its entry
   * @return what was found
   */
  public Verification verify(Entry entry) {
    return new Inspection(node).of(entry);
  }

  /**
   * Finds what readers see of a sequence.
   *
   * @param key the sequence
   * @return the result, or empty if none is published
   */
  public Optional<PublishedResult> result(SequenceKey key) {
    return find(key)
        .flatMap(Entry::published)
        .map(published -> new ResultReader(node.content(), key, published));
  }

  /**
   * Finds the result that another one has replaced.
   *
   * @param key the sequence
   * @return the result, or empty if none is kept
   */
  public Optional<PublishedResult> superseded(SequenceKey key) {
    return find(key)
        .flatMap(entry -> entry.beside().superseded())
        .map(kept -> new ResultReader(node.content(), key, kept.publication()));
  }

  /**
   * Reads all raw items of a sequence.
   *
   * @param key the sequence
   * @param sink takes them in order
   * @return what was read, or empty if the ledger has no raw bytes of it
   * @throws IOException if the sink throws it, or a body does while it is read
   */
  public Optional<ManifestSummary> readRaw(SequenceKey key, ItemSink sink) throws IOException {
    Optional<Entry> entry =
        find(key).filter(found -> AuditRules.raw(found.state()) == AuditRules.Presence.WHOLE);
    return entry.isEmpty()
        ? Optional.empty()
        : Optional.of(new Readout(node.content()).of(StoredSet.raw(entry.get()), sink));
  }

  /**
   * Reads all items of the result that readers see.
   *
   * @param key the sequence
   * @param sink takes them in order
   * @return what was read, or empty if none is published
   * @throws IOException if the sink throws it, or a body does while it is read
   */
  public Optional<ManifestSummary> readResult(SequenceKey key, ItemSink sink) throws IOException {
    Optional<Publication> published = find(key).flatMap(Entry::published);
    return published.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Readout(node.content()).of(StoredSet.output(key, published.get().result()), sink));
  }

  /**
   * Tells whether nothing is in flight that this node could work on, now or later, no backfill is
   * under way, and the listener has heard of all that was done here.
   *
   * @return true if no entry of its pipelines is ACCEPTED, PROCESSING or PROCESSED, no backfill is
   *     to start runs or is being ended, and no claim of this node is without its end and its news
   */
  public boolean isIdle() {
    return !backfilling().isAtWork() && new Idleness(node).isIdle() && inFlight() == 0;
  }

  /**
   * Keeps the ledger's time if none is kept yet, before anything is accepted: from there on it is
   * measured; and looks which route new sequences go by.
   *
   * @throws ConfigurationException if the route cannot be read by this release
   * @throws dev.ingest.spi.IngestException if that is not known to be done; repeat it
   */
  public void begin() {
    ClockGuard.begin(node);
    if (!node.pipelines().isEmpty()) {
      routing.begin();
    }
  }

  /**
   * Returns what tells where sequences go.
   *
   * @return the routing
   */
  public Routing routing() {
    return routing;
  }
}
