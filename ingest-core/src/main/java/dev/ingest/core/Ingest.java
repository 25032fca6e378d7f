package dev.ingest.core;

import dev.ingest.core.engine.Acting;
import dev.ingest.core.engine.Binding;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.EngineThreads;
import dev.ingest.core.engine.KeptRoutes;
import dev.ingest.core.report.IncidentListener;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentReport;
import dev.ingest.core.report.OwnerPage;
import dev.ingest.core.report.Reporting;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The embedded engine: takes uploads in, runs them through a pipeline, verifies and publishes.
 *
 * <p>Once {@link #submit} has returned a receipt, the sequence is either verified and published, or
 * failed explicitly; raw bytes are not deleted before. Any number of engines may share one ledger
 * and content store. The stores are the caller's: closing the engine does not close them.
 * Thread-safe. Where a store does not answer, what only reads throws a {@link
 * dev.ingest.spi.IngestException}, such as {@link OutcomeUnknownException}: nothing was changed,
 * and the call may be repeated.
 */
public final class Ingest implements AutoCloseable {

  private final Engine engine;
  private final EngineThreads threads;
  private final Outlook outlook;
  private final Reporting reporting;
  private volatile boolean started;
  private volatile boolean closed;

  Ingest(Engine engine, EngineThreads threads, Outlook outlook, Reporting reporting) {
    this.engine = engine;
    this.threads = threads;
    this.outlook = outlook;
    this.reporting = reporting;
  }

  /**
   * Begins a configuration.
   *
   * @return a builder
   */
  public static IngestBuilder builder() {
    return new IngestBuilder();
  }

  /**
   * Tells why a ledger and a content store do not belong together, and changes nothing. An engine
   * over such a pair is refused when it is built.
   *
   * @param ledger the ledger
   * @param content the content store
   * @return the reason, naming both; empty if they are bound to each other, or not bound yet
   */
  public static Optional<String> mismatch(LedgerStore ledger, ContentStore content) {
    return new Binding(ledger, content).mismatch();
  }

  /**
   * Starts to work on what is accepted, and to watch. Without it an engine only takes uploads.
   * Idempotent. What it throws, such as what a ledger throws that cannot listen for arrivals,
   * leaves nothing running, and the call may be repeated.
   *
   * @throws IllegalStateException if the engine was closed: what has ended does not begin again
   */
  public void start() {
    if (!begin()) {
      throw new IllegalStateException(
          "the engine was closed and cannot be started again: build another, or refresh the"
              + " application context that has it");
    }
  }

  /** Tells whether the threads run now, or did until a close that came during this call. */
  private boolean begin() {
    boolean begun = threads.start();
    started = begun || started;
    return begun;
  }

  /**
   * Tells whether it was started, by whichever call, and {@link #close()} was not called since.
   *
   * @return whether it works on what is accepted, or did until a drain, and watches
   */
  public boolean isRunning() {
    return started && !closed;
  }

  /**
   * Opens an upload, or resumes the open one of this sequence.
   *
   * @param key the sequence
   * @return the upload, to be closed by the caller
   * @throws QuotaExceededException if the owner's quota does not allow another session
   * @throws UploadClosedException if others resume the same session at the same time: repeat later
   * @throws ConfigurationException if this engine has no pipeline and the ledger no route
   * @throws OutcomeUnknownException if the ledger did not answer: repeat the call
   */
  public Upload upload(SequenceKey key) {
    return engine.upload(key);
  }

  /**
   * Uploads a sequence in one go.
   *
   * @param key the sequence
   * @param action adds its items
   * @return the receipt, as {@link Upload#submit()}
   * @throws IOException if the action throws it; the upload session stays open and resumes with the
   *     next call
   * @throws OutcomeUnknownException if whether it was accepted is unknown, as after {@link
   *     #close()}: submit it again under the same id
   * @throws dev.ingest.spi.IngestException whatever else {@link #upload} and the methods of {@link
   *     Upload} throw
   */
  public Receipt submit(SequenceKey key, UploadAction action) throws IOException {
    try (Upload upload = upload(key)) {
      action.addTo(upload);
      Receipt receipt = upload.submit();
      threads.wake();
      return receipt;
    }
  }

  /**
   * Finds where a sequence stands.
   *
   * @param key the sequence
   * @return its entry, or empty if the ledger has none
   */
  public Optional<Entry> find(SequenceKey key) {
    return engine.find(key);
  }

  /**
   * Finds the verified result that readers see.
   *
   * @param key the sequence
   * @return the result, or empty if none is published
   */
  public Optional<PublishedResult> result(SequenceKey key) {
    return engine.result(key);
  }

  /**
   * Finds the verified result that readers saw before a replacement run took its place, while it is
   * kept: {@link Entry#beside} says until when.
   *
   * @param key the sequence
   * @return the result, or empty if none is kept
   */
  public Optional<PublishedResult> superseded(SequenceKey key) {
    return engine.superseded(key);
  }

  /**
   * Reads all raw items of a sequence, in their order and in one pass. What the sink has taken
   * counts only once this returns: then the manifest is known to be the one that the ledger vouches
   * for. Memory does not grow with the bytes.
   *
   * @param key the sequence
   * @param sink takes one item after the other
   * @return the root and totals of what was read; empty, and nothing read, if the ledger has no
   *     such sequence, or one whose raw bytes are gone or going: EXPIRING, EXPIRED, DISCARDING,
   *     DISCARDED and LOST
   * @throws DamagedContentException if what is stored is not what was uploaded
   * @throws dev.ingest.spi.content.ContentMissingException if it is not there, also because it is
   *     deleted meanwhile
   * @throws IOException if the sink throws it, or a body does while it is read
   */
  public Optional<ManifestSummary> readRaw(SequenceKey key, ItemSink sink) throws IOException {
    return engine.readRaw(key, sink);
  }

  /**
   * Reads all items of the published result, as {@link #readRaw}.
   *
   * @param key the sequence
   * @param sink takes one item after the other
   * @return the root and totals of what was read; empty, and nothing read, if none is published
   * @throws DamagedContentException if what is stored is not what was verified
   * @throws dev.ingest.spi.content.ContentMissingException if it is not there, also because another
   *     result has taken its place meanwhile
   * @throws IOException if the sink throws it, or a body does while it is read
   */
  public Optional<ManifestSummary> readResult(SequenceKey key, ItemSink sink) throws IOException {
    return engine.readResult(key, sink);
  }

  /**
   * Reads everything that is stored of a sequence back and names every discrepancy. Changes
   * nothing.
   *
   * @param key the sequence
   * @return what was found, or empty if the ledger has no such sequence
   */
  public Optional<Verification> verify(SequenceKey key) {
    return engine.find(key).map(engine::verify);
  }

  /**
   * Compares the whole ledger with everything that is stored, and names what does not fit. Changes
   * nothing; goes on beside the traffic, of which it reports nothing that is on its way; holds
   * nothing whose size grows with what is stored. Reads several ranges of places at a time, on this
   * thread and on others of the engine's. Returns when it is through.
   *
   * @param options how thorough and how fast
   * @param listener hears of each finding as it is confirmed
   * @return what was looked at, what was found, and what could not be read
   */
  public AuditReport audit(AuditOptions options, AuditListener listener) {
    return audit(options, Collections.emptyIterator(), listener);
  }

  /**
   * The same, and looks receipts up that somebody outside holds.
   *
   * @param options how thorough and how fast
   * @param receipts the receipts, of which a few are held at a time
   * @param listener hears of each finding as it is confirmed
   * @return what was looked at, what was found, and what could not be read
   */
  public AuditReport audit(
      AuditOptions options, Iterator<KnownReceipt> receipts, AuditListener listener) {
    return engine.auditing().audit(options, receipts, listener);
  }

  /**
   * Takes part in an audit with a name, whose progress the ledger keeps: engines that share the
   * ledger share the work if they call this at the same time, and a call after one that was
   * interrupted, or could not read everything, goes on where that ended. Returns when every part is
   * through that this engine and the others could read; the listener then has heard of all that is
   * wrong, whoever found it.
   *
   * @param name the audit's name, 1 to 64 lower-case letters, digits or {@code . _ -}
   * @param options how thorough and how fast; the same for all that share it
   * @param receipts receipts that are looked up in this call, whatever the progress
   * @param listener hears of each finding as it is confirmed
   * @return what was looked at, what was found, and what could not be read
   * @throws ConfigurationException if the audit was begun with other options
   */
  public AuditReport audit(
      String name, AuditOptions options, Iterator<KnownReceipt> receipts, AuditListener listener) {
    return engine.auditing().audit(name, options, receipts, listener);
  }

  /**
   * Forgets how far an audit with a name has come, so that the name begins anew. Not to be called
   * while it runs.
   *
   * @param name the audit's name
   */
  public void forgetAudit(String name) {
    engine.auditing().forget(name);
  }

  /**
   * Reads what is stored of each sequence again that is due by a policy, those proven least
   * recently first, and records what is found: a new date of the proof, or damage. Returns when it
   * is through; what becomes due meanwhile is left to the next. Engines that run do the same by
   * themselves, as their builder says, and need no call; one may go on beside them. Dates are by
   * the ledger's time, believed or not.
   *
   * @param policy what is due, and how fast it is read, on or not
   * @param limit the most sequences, 1 or more
   * @param listener hears of each sequence as it is read
   * @return what was read, what is damaged, and what could not be read
   */
  public ScrubReport scrub(ScrubPolicy policy, long limit, ScrubListener listener) {
    if (limit < 1) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER, Long.toString(limit), "a limit is 1 or more");
    }
    return engine.auditing().scrub(policy, limit, listener);
  }

  /**
   * Returns the census per hour of acceptance, route and owner.
   *
   * @return the census, which reads the ledger anew at each call
   */
  public HourlyCensus census() {
    return new HourlyCensus(engine.holdings(), engine.censusCorrection());
  }

  /**
   * Reads a page of what an owner may see of their sequences: to be shown to them, or handed on as
   * JSON. One read of the ledger.
   *
   * @param owner the owner
   * @param after only ids past this one, as {@link OwnerPage#next()} says; empty for the first page
   * @param limit the most sequences, 1 to {@link OwnerPage#MAX_LIMIT}
   * @return the page
   */
  public OwnerPage status(OwnerId owner, Optional<SequenceId> after, int limit) {
    return reporting.status(owner, after, limit);
  }

  /**
   * Reports which sequences and owners are affected by an incident. Reads the entries of the whole
   * ledger, or of one owner, in the order of their keys, a page at a time; changes nothing. What is
   * accepted meanwhile may be missed.
   *
   * @param query which sequences
   * @param listener hears of each; {@link dev.ingest.core.report.ReportWriter.Format} writes it
   * @return the sums, and whether everything could be read
   * @throws dev.ingest.spi.ledger.LedgerException if not even the ledger's time could be read
   */
  public IncidentReport report(IncidentQuery query, IncidentListener listener) {
    return reporting.report(query, listener);
  }

  /**
   * The same among some sequences, such as those that an audit found; each is looked up once.
   *
   * @param query which of them
   * @param among the sequences, at most {@link Reporting#MAX_AMONG} different ones
   * @param listener hears of each
   * @return the sums; a sequence without an entry counts as unread
   * @throws InvalidValueException if there are more
   * @throws dev.ingest.spi.ledger.LedgerException if not even the ledger's time could be read
   */
  public IncidentReport report(
      IncidentQuery query, Iterator<SequenceKey> among, IncidentListener listener) {
    return reporting.report(query, among, listener);
  }

  /**
   * Returns the routes by which new sequences are split between pipelines.
   *
   * @return the routes; {@link Acts#route} changes them
   */
  public Routes routes() {
    return new Routes(new KeptRoutes(engine.ledger()), engine.routing());
  }

  /**
   * Returns what people can decide about sequences, on the record.
   *
   * @param actor who decides, 1 to 128 characters
   * @param reason why, 1 to 500 characters
   * @return the acts
   * @throws dev.ingest.spi.InvalidValueException if either is blank, too long or more than a line,
   *     or has control, format or unassigned characters; or if the actor begins with {@code
   *     backfill/}
   */
  public Acts acts(String actor, String reason) {
    return Acts.by(engine.acting(), census(), engine.backfilling(), actor, reason);
  }

  /**
   * Finds sequences that were accepted and that the ledger does not know, because it was restored
   * from a backup or failed over. Reads the listing of all raw bytes and the whole ledger. What is
   * being submitted at that moment may be among them: look again.
   *
   * @param limit the most, 1 to 100,000
   * @return them, in the order of their keys; {@link Acts#adopt} takes them back
   */
  public List<UnknownAcceptance> unknownAcceptances(int limit) {
    return engine.acting().unknownAcceptances(Limit.checked(limit, Acting.MAX_UNKNOWN));
  }

  /**
   * Reads what people confirmed of the ledger as a whole: its time, and that it knows every
   * acceptance.
   *
   * @param limit the most, 1 to 1,000
   * @return the latest, the oldest of them first
   */
  public List<Confirmation> confirmations(int limit) {
    return engine.confirmations().latest(Limit.checked(limit, 1_000));
  }

  /**
   * Returns the backfills of the ledger.
   *
   * @return what they would do, how far they are, what became of each sequence
   */
  public Backfills backfills() {
    return new Backfills(engine.backfilling());
  }

  /**
   * Returns where other systems end the stages that were left to them.
   *
   * @return the completions, also of an engine that was not started
   */
  public Completions completions() {
    return new Completions(engine.completing());
  }

  /**
   * Returns the notices to owners that wait.
   *
   * @return what operators do about them
   */
  public Notices notices() {
    return new Notices(engine.ledger());
  }

  /**
   * Visits all bytes that were set aside by repairs and are not deleted yet, in the order of their
   * places, a page at a time.
   *
   * @param visit hears of each
   */
  public void quarantine(Consumer<SetAside> visit) {
    engine.acting().eachSetAside(visit);
  }

  /**
   * Returns who shares this ledger, and how their work goes.
   *
   * @return the nodes, read anew at each call
   */
  public Nodes nodes() {
    return new Nodes(engine.ledger());
  }

  /**
   * Returns what tells of sequences whose time comes near.
   *
   * @return the outlook
   */
  public Outlook outlook() {
    return outlook;
  }

  /**
   * Starts if need be, and waits until nothing is in flight that this engine could work on and its
   * listener has heard of what it did. Waits out back-offs, the leases of engines that died, and a
   * stage of its own that goes on after its lease was lost. Not to be called by a listener, which
   * would wait for itself.
   *
   * <p>Then it waits for bytes that are due to go, as of what was discarded, erased or has expired,
   * until none are, or this engine's expirer could do nothing about them for a second, as where a
   * hold, a doubt or another process's lease keeps them; for 75 s at most after the last effect,
   * and not at all where this engine does not watch. What is left is left to the next run.
   *
   * <p>Then, if another process has the pump's lease of which nothing was seen during this call, as
   * of one that was killed, it waits for the first turn of each watcher and, while alerts wait, for
   * that process to tell or this engine to take over, which tells all by the end of {@link #close}.
   * While a deadline has passed that nobody has told of, it waits in the same way for whoever has
   * the sentinel's lease; what the other watchers would find is left to the next run where their
   * turns are refused. For 75 s at most, not again for the same process, and not at all where this
   * engine does not watch. {@link EngineListener#alertsHeldUp} hears of alerts that wait, and
   * {@link LastWord} tells afterwards whether any is left.
   *
   * @return false if the engine was closed before it was idle, in which case nothing is started, or
   *     the thread was interrupted before
   */
  public boolean runUntilIdle() {
    return begin() && threads.awaitIdle();
  }

  /**
   * Claims no work any more, for good, tells the other nodes so, and waits until they are told and
   * for the work that is under way. Uploads are taken on and the watch goes on until {@link
   * #close()}, which hands back what is not done by then; other nodes may take it over at once. For
   * the load balancer's pause before a node is replaced.
   *
   * @param longest the most to wait, 0 or more, whatever the ledger or a stage does; other nodes
   *     that could not be told by then are told by this node's next beat
   * @return whether nothing is under way any more; if the listener calls it, whether nothing is but
   *     what it is still to hear
   */
  public boolean drain(Duration longest) {
    return threads.drain(longest);
  }

  /**
   * Stops in order: claiming, running stages (finished or handed back), commits (made, or answered
   * as unknown), renewing. Takes no submission afterwards. Idempotent; a second caller waits for
   * the first. It returns within 170 s after the grace of the shutdown at the latest, whatever
   * hangs, and at once where nothing does; what hangs is left behind on daemon threads.
   *
   * <p>The listener may call it: what it is still to hear it hears when it has returned from that.
   * A stage may not, nor a meter: the engine would wait for them, and they for the engine, until
   * the times for their end are over.
   */
  @Override
  public void close() {
    closed = true;
    threads.close();
  }
}
