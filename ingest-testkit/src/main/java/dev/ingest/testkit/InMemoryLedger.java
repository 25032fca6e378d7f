package dev.ingest.testkit;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The reference ledger: all five roles in memory, under one lock.
 *
 * <p>Stricter than it needs to be in one place: a transition of kind STAGE_DONE, EXPIRING or
 * EXPIRED that changes more of its entry than that kind allows is refused with {@link
 * InvalidValueException} before any effect, so that every test above it checks what other ledgers
 * rely on.
 *
 * <p>Every answer depends on nothing but the calls made and the clock handed in: no iteration order
 * of a hash table and no identity shows, so the same calls give the same answers. Claims and due
 * queries go through ordered indices and cost a logarithm of the number of entries. Every owner has
 * a lane of its own, and whose turn it is lives in the rows.
 *
 * <p>The rows outlive the object that was closed: {@link #reopen()} gives another one over the same
 * rows, as a restarted process would see them, and {@link #backup} copies them, as a restored
 * backup would bring them. Safe for use by several threads.
 */
public final class InMemoryLedger implements LedgerStore {

  /** What is declared unless told otherwise: not durable, not shared, batches of 1,000. */
  public static final LedgerCapabilities CAPABILITIES = new LedgerCapabilities(false, false, 1_000);

  private final MemoryTables tables;
  private final LedgerCapabilities capabilities;
  private final Hints hints = new Hints();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Creates an empty ledger with {@link #CAPABILITIES}.
   *
   * @param clock the ledger's own clock
   * @param incarnation the id of this life of the ledger
   */
  public InMemoryLedger(InstantSource clock, IncarnationId incarnation) {
    this(clock, incarnation, CAPABILITIES);
  }

  /**
   * Creates an empty ledger.
   *
   * @param clock the ledger's own clock
   * @param incarnation the id of this life of the ledger
   * @param capabilities what to declare; the batch size is enforced
   */
  public InMemoryLedger(
      InstantSource clock, IncarnationId incarnation, LedgerCapabilities capabilities) {
    this(clock, incarnation, capabilities, owner -> owner);
  }

  /** Creates one where owners of equal lanes share it, as in ledgers that hash them. */
  InMemoryLedger(
      InstantSource clock,
      IncarnationId incarnation,
      LedgerCapabilities capabilities,
      Function<OwnerId, Object> laneOf) {
    this(new MemoryTables(clock, incarnation, laneOf), capabilities);
  }

  private InMemoryLedger(MemoryTables tables, LedgerCapabilities capabilities) {
    this.tables = tables;
    this.capabilities = capabilities;
  }

  /**
   * Opens the same rows again, whether or not this object is closed.
   *
   * @return another ledger over the same rows
   */
  public InMemoryLedger reopen() {
    return new InMemoryLedger(tables, capabilities);
  }

  /**
   * Copies all rows into a ledger that goes its own way from here on, as a restored backup or a
   * replica that was failed over to would.
   *
   * @param next the id of the copy's life
   * @return the copy
   */
  public InMemoryLedger backup(IncarnationId next) {
    synchronized (tables) {
      return new InMemoryLedger(tables.copy(next), capabilities);
    }
  }

  /**
   * Test hook: takes the rows of a backup in the place of its own, with the incarnation that they
   * have, under all who use it: as a restored backup would, or a replica that was failed over to.
   *
   * @param backup what {@link #backup} made of this ledger; it stays as it is
   */
  public void goBack(InMemoryLedger backup) {
    synchronized (tables) {
      synchronized (backup.tables) {
        tables.goBack(backup.tables);
      }
    }
  }

  /**
   * Test hook: reads the alert rows that are in no digest yet, in the order of their commits.
   *
   * @return the rows
   */
  public List<AlertRow> pendingAlerts() {
    synchronized (tables) {
      return tables.alerts.pending();
    }
  }

  @Override
  public String name() {
    return "memory:ledger";
  }

  @Override
  public LedgerCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public IncarnationId incarnation() {
    return tables.incarnation;
  }

  @Override
  public Outcome renew(IncarnationId expected, IncarnationId next) {
    return locked("renew the incarnation", tables -> tables.renew(expected, next));
  }

  @Override
  public Ledger ledger() {
    return new MemoryLedger(this);
  }

  @Override
  public WorkQueue work() {
    return new MemoryWorkQueue(this);
  }

  @Override
  public UploadSessions sessions() {
    return new MemorySessions(this);
  }

  @Override
  public AlertOutbox alerts() {
    return new MemoryAlerts(this);
  }

  @Override
  public ControlRecords controls() {
    return new MemoryControls(this);
  }

  @Override
  public void close() {
    closed.set(true);
  }

  Hints hints() {
    return hints;
  }

  /** Tells outside the lock that work may have become due. */
  void hintIfApplied(List<Outcome> outcomes) {
    if (outcomes.stream().anyMatch(Outcome::isApplied)) {
      hints.give();
    }
  }

  /** Runs one call: alone, and only while this object is open. */
  <T> T locked(String call, Function<MemoryTables, T> work) {
    synchronized (tables) {
      if (closed.get()) {
        throw new LedgerException(name() + ": closed; open it again to " + call);
      }
      return work.apply(tables);
    }
  }

  <T> List<T> checkBatch(List<T> batch) {
    int most = capabilities.maxBatch();
    if (batch.size() > most) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Integer.toString(batch.size()),
          "a batch of " + name() + " has at most " + most + " elements; split it");
    }
    return List.copyOf(batch);
  }

  static void checkLimit(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a limit is 1 to " + most);
    }
  }
}
