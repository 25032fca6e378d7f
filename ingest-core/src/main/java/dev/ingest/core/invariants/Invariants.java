package dev.ingest.core.invariants;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The reliability invariants, checked against the raw stores and a {@link Witness}.
 *
 * <p>{@link #check} looks at sequences that changed: at their entries, at the history since the
 * last look, and at the bytes that must be there. {@link #checkAll} looks at everything, from the
 * first row of history on, and compares independent counts. What no later look could judge of S4,
 * S7, S10 and S14 is checked by {@link WatchedLedger} and {@link WatchedContent} as things happen.
 * Not safe for use by several threads.
 */
public final class Invariants {

  static final String S1 = "S1 Receipt";
  static final String S2 = "S2 Conservation";
  static final String S3 = "S3 No loss";
  static final String S4 = "S4 Expiry guard";
  static final String S5 = "S5 Verified";
  static final String S9 = "S9 Idempotent accept";
  static final String S12 = "S12 Isolation";

  private final LedgerStore ledger;
  private final StoredBytes bytes;
  private final Witness witness;

  /**
   * Creates the checks.
   *
   * @param ledger the ledger, without faults
   * @param content the bytes, without faults
   * @param witness who remembers what was
   */
  public Invariants(LedgerStore ledger, ContentStore content, Witness witness) {
    this.ledger = ledger;
    this.bytes = new StoredBytes(content);
    this.witness = witness;
  }

  /**
   * Takes note of a receipt that a client received, and checks it.
   *
   * @param receipt the receipt
   */
  public void received(Receipt receipt) {
    Entry entry = s1Receipt(receipt);
    if (rawIsPromised(entry.state())) {
      requireIntact(S1, entry, bytes.raw(entry));
    }
    s9IdempotentAccept(receipt, entry);
    witness.hold(receipt);
  }

  /**
   * Takes note of a receipt that was given in a life of the ledger that is lost, once the ledger
   * knows the sequence: again, or from before. It resolves from now on, but when it was accepted
   * the ledger may not know any more.
   *
   * @param receipt the receipt
   */
  public void heldFromBefore(Receipt receipt) {
    s1Receipt(receipt);
    witness.hold(receipt);
  }

  /**
   * Checks sequences that changed.
   *
   * @param touched the sequences
   */
  public void check(Collection<SequenceKey> touched) {
    for (SequenceKey key : touched) {
      Optional<Entry> entry = ledger.ledger().find(List.of(key)).get(0);
      if (entry.isPresent()) {
        check(entry.get());
      } else if (witness.lastSeen(key).isPresent()) {
        throw new InvariantViolation(S1, key, "an entry, as before", "none");
      }
    }
  }

  private void check(Entry entry) {
    Optional<Entry> before = witness.lastSeen(entry.key());
    if (before.equals(Optional.of(entry))) {
      s3NoLoss(entry);
      return;
    }
    s12Isolation(entry);
    HistoryRules rules = new HistoryRules(ledger.ledger(), witness);
    List<HistoryRow> rows = rules.s13History(entry, before.map(Entry::chain));
    rules.s8PublishOnce(entry, rows);
    rules.s6Monotone(before, entry, rows);
    rules.s11OneRoute(before, entry, rows);
    if (!rows.isEmpty()) {
      s3NoLoss(entry);
    }
    s4ExpiryGuard(before, entry, rows);
    s5Verified(before, entry);
    s3Proven(before, entry, rows);
    witness.see(entry);
  }

  /** Checks every sequence from the beginning of its history, and that the counts agree. */
  public void checkAll() {
    Map<State, Long> counted = new EnumMap<>(State.class);
    Map<TransitionKind, Long> rows = new EnumMap<>(TransitionKind.class);
    Set<SequenceKey> found = new HashSet<>();
    ScanQuery query = ScanQuery.all(ScanQuery.MAX_LIMIT);
    boolean more = true;
    while (more) {
      EntryPage page = ledger.ledger().scan(query);
      for (Entry entry : page.entries()) {
        check(entry);
        s13WholeHistory(entry).stream()
            .filter(row -> !isCanarysDisposal(row))
            .forEach(row -> rows.merge(row.step().kind(), 1L, Long::sum));
        counted.merge(entry.state(), 1L, Long::sum);
        found.add(entry.key());
        query = query.after(entry.key());
      }
      more = page.more();
    }
    witness.receipts().values().forEach(held -> held.forEach(this::s1Receipt));
    s2Conservation(counted, found);
    s10AllTold(rows);
  }

  /** A receipt resolves to an entry with its root. */
  Entry s1Receipt(Receipt receipt) {
    Optional<Entry> entry = ledger.ledger().find(List.of(receipt.key())).get(0);
    if (entry.isEmpty()) {
      throw new InvariantViolation(S1, receipt.key(), "an entry for " + receipt, "none");
    }
    if (!entry.get().receipt().manifest().equals(receipt.manifest())) {
      throw new InvariantViolation(
          S1,
          receipt.key(),
          receipt.manifest().toString(),
          entry.get().receipt().manifest().toString());
    }
    return entry.get();
  }

  /** What was accepted is there, and counted once. */
  void s2Conservation(Map<State, Long> counted, Set<SequenceKey> found) {
    Census census = ledger.ledger().census(Optional.empty());
    if (!census.counts().equals(counted)) {
      throw new InvariantViolation(
          S2, "the ledger", "a census of " + new TreeMap<>(counted), census.toString());
    }
    if (!found.equals(witness.entries().keySet())) {
      throw new InvariantViolation(
          S2, "the ledger", witness.entries().keySet() + " as accepted", found.toString());
    }
    long owned =
        found.stream()
            .map(SequenceKey::owner)
            .distinct()
            .mapToLong(owner -> ledger.ledger().census(Optional.of(owner)).total())
            .sum();
    if (owned != census.total()) {
      throw new InvariantViolation(
          S2, "the ledger", census.total() + " as the sum over owners", "" + owned);
    }
    s2HourlyCensus(census.total());
  }

  /** Per hour, pipeline and owner the states add up to what was accepted, as the entries say. */
  private void s2HourlyCensus(long total) {
    Holdings holdings = ledger.ledger().holdings();
    CensusQuery query = CensusQuery.all(ScanQuery.MAX_LIMIT);
    long accepted = 0;
    boolean more = true;
    while (more) {
      CensusRecountPage page = holdings.recount(query);
      for (CensusRecount cell : page.cells()) {
        if (!cell.agrees() || !cell.kept().isConsistent()) {
          throw new InvariantViolation(
              S2, cell.key().toString(), "a census of " + cell.counted(), "" + cell.kept());
        }
        accepted += cell.kept().count(CensusCount.ACCEPTED);
        query = query.after(cell.key());
      }
      more = page.more();
    }
    if (accepted != total) {
      throw new InvariantViolation(
          S2, "the ledger", total + " as the sum over hours of acceptance", "" + accepted);
    }
  }

  /** What is not settled has its raw bytes, what is settled its result, or the damage is known. */
  void s3NoLoss(Entry entry) {
    if (rawIsPromised(entry.state())) {
      requireIntact(S3, entry, bytes.raw(entry));
    }
    switch (entry.state()) {
      case PROCESSED -> entry.run().output().ifPresent(made -> requireOutput(entry, made));
      case VERIFIED, EXPIRING, EXPIRED -> {
        entry.published().ifPresent(shown -> requireOutput(entry, shown.result()));
        entry.beside().run().flatMap(Run::output).ifPresent(made -> requireOutput(entry, made));
      }
      case ACCEPTED, PROCESSING, FAILED, DISCARDING, DISCARDED, LOST -> {}
    }
    entry
        .beside()
        .superseded()
        .ifPresent(kept -> requireOutput(entry, kept.publication().result()));
  }

  private void requireOutput(Entry entry, dev.ingest.spi.ledger.SealedOutput output) {
    requireIntact(S3, entry, bytes.output(output));
  }

  private void requireIntact(String invariant, Entry entry, List<StoredBytes.Flaw> flaws) {
    for (StoredBytes.Flaw flaw : flaws) {
      if (!witness.isDamaged(flaw.key())) {
        throw new InvariantViolation(
            invariant,
            entry.key() + " (" + entry.state() + ")",
            flaw.expected() + " under " + flaw.key(),
            flaw.actual());
      }
    }
  }

  private static boolean rawIsPromised(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /**
   * Raw bytes are let go without a hold, and with a result that is whole but for later damage; and
   * a hold ends where a row says so.
   */
  void s4ExpiryGuard(Optional<Entry> before, Entry entry, List<HistoryRow> rows) {
    Optional<String> holder = before.flatMap(seen -> seen.standing().hold()).map(Hold::actor);
    boolean isRead = before.flatMap(seen -> seen.beside().run()).isPresent();
    for (HistoryRow row : rows) {
      switch (row.step().kind()) {
        case HELD -> holder = Optional.of(row.note().actor());
        case RELEASED -> holder = Optional.empty();
        case SIDE_RUN_STARTED -> isRead = true;
        case REPLACED, COMPARED, SIDE_RUN_FAILED, SIDE_RUN_CANCELLED, FAILED -> isRead = false;
        case DISCARDING -> {
          isRead = false;
          holder = holder.filter(actor -> !BackfillActor.is(actor));
        }
        case READMITTED -> {
          boolean wasHeldWithBytes = row.from().equals(Optional.of(State.FAILED));
          holder = holder.filter(actor -> wasHeldWithBytes || !BackfillActor.is(actor));
        }
        case EXPIRING -> {
          if (holder.isPresent() || isRead) {
            throw new InvariantViolation(
                S4,
                entry.key(),
                "its raw bytes, because of a hold or of a run beside its result",
                row.toString());
          }
          entry.published().ifPresent(shown -> requireProven(S4, entry, shown));
        }
        default -> {}
      }
    }
    requireHolder(entry, holder);
  }

  /** Whose hold the rows have placed and not ended is who holds. */
  private static void requireHolder(Entry entry, Optional<String> holder) {
    Optional<String> shown = entry.standing().hold().map(Hold::actor);
    // A backfill's that a discard of an earlier version has left keeps bytes: for S11, not for S4.
    boolean isLeft = holder.isEmpty() && shown.filter(BackfillActor::is).isPresent();
    if (!shown.equals(holder) && !isLeft) {
      throw new InvariantViolation(
          S4, entry.key(), "a hold of " + holder.orElse("nobody"), shown.orElse("nobody"));
    }
  }

  /** A new publication is whole, as read by another path, but for damage after its proof. */
  void s5Verified(Optional<Entry> before, Entry entry) {
    Optional<Publication> shown = entry.published();
    if (shown.isEmpty() || before.filter(old -> isSameResult(old, entry)).isPresent()) {
      return;
    }
    requireProven(S5, entry, shown.get());
    if (shown.get().result().manifest().count() == 0) {
      throw new InvariantViolation(S5, entry.key(), "a result with items", "none");
    }
  }

  private void requireProven(String invariant, Entry entry, Publication shown) {
    for (StoredBytes.Flaw flaw : bytes.output(shown.result())) {
      boolean afterProof =
          witness.isDamaged(flaw.key()) && !witness.wasDamagedBefore(flaw.key(), shown.provenAt());
      if (!afterProof) {
        throw new InvariantViolation(
            invariant,
            entry.key(),
            "a published " + flaw.expected() + " under " + flaw.key(),
            flaw.actual());
      }
    }
  }

  /** What a reading dated anew was whole then, as read by another path. */
  void s3Proven(Optional<Entry> before, Entry entry, List<HistoryRow> rows) {
    boolean isRenewed =
        before.isPresent()
            && !rows.isEmpty()
            && rows.get(rows.size() - 1).step().kind() == TransitionKind.PROOF_RENEWED;
    if (!isRenewed) {
      return;
    }
    if (entry.state() == State.FAILED && before.get().state() == State.FAILED) {
      requireWholeAt(entry, bytes.raw(entry), entry.position().visibleAt());
    } else if (isSameResult(before.get(), entry)) {
      Publication shown = entry.published().orElseThrow();
      requireWholeAt(entry, bytes.output(shown.result()), shown.provenAt());
    }
  }

  private void requireWholeAt(Entry entry, List<StoredBytes.Flaw> flaws, Instant provenAt) {
    for (StoredBytes.Flaw flaw : flaws) {
      if (!witness.isDamaged(flaw.key()) || witness.wasDamagedBefore(flaw.key(), provenAt)) {
        throw new InvariantViolation(
            S3,
            entry.key() + " (" + entry.state() + ")",
            "at its proof of " + provenAt + " " + flaw.expected() + " under " + flaw.key(),
            flaw.actual());
      }
    }
  }

  /**
   * Tells whether bytes that a reading has to find damaged are, and nothing says so.
   *
   * @param entry the entry as it is
   * @return true for a VERIFIED or EXPIRED one with a damaged result, and for a FAILED one whose
   *     raw bytes are damaged while its failure is another
   */
  public boolean hasUnnoticedRot(Entry entry) {
    return switch (entry.state()) {
      case VERIFIED, EXPIRED -> !bytes.output(entry.published().orElseThrow().result()).isEmpty();
      case FAILED ->
          entry
                  .standing()
                  .failure()
                  .filter(old -> old.code().equals(Event.RawDamageFound.CODE))
                  .isEmpty()
              && !bytes.raw(entry).isEmpty();
      case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /** Every receipt of a sequence is of one root, and was issued by one of its acceptances. */
  void s9IdempotentAccept(Receipt receipt, Entry entry) {
    for (Receipt held : witness.receipts().getOrDefault(receipt.key(), List.of())) {
      if (!held.manifest().root().equals(receipt.manifest().root())) {
        throw new InvariantViolation(
            S9, receipt.key(), "root " + held.manifest().root(), "" + receipt.manifest().root());
      }
    }
    boolean issued =
        ledger.ledger().history(entry.key(), 0, ScanQuery.MAX_LIMIT).stream()
            .filter(row -> isAcceptance(row.step().kind()))
            .anyMatch(row -> row.step().at().equals(receipt.acceptedAt()));
    if (!issued) {
      throw new InvariantViolation(
          S9, receipt.key(), "an acceptance at " + receipt.acceptedAt(), "none in the history");
    }
  }

  private static boolean isSameResult(Entry before, Entry after) {
    return after.published().isPresent()
        && after
            .published()
            .map(Publication::result)
            .equals(before.published().map(Publication::result));
  }

  private static boolean isAcceptance(TransitionKind kind) {
    return kind == TransitionKind.ACCEPTED || kind == TransitionKind.READMITTED;
  }

  /** A canary that has come through goes without an alert. */
  private static boolean isCanarysDisposal(HistoryRow row) {
    return row.step().kind() == TransitionKind.DISCARDING && Canary.is(row.key());
  }

  /** Alerts that were told and rows of history name the same number of failures. */
  void s10AllTold(Map<TransitionKind, Long> rows) {
    if (ledger.alerts().pending() != 0) {
      return;
    }
    CommitRules.ALERT_OF.forEach(
        (kind, code) -> {
          long expected = rows.getOrDefault(kind, 0L);
          long told = witness.told(code.name());
          if (told < expected) {
            throw new InvariantViolation(
                CommitRules.S10, "the outbox", expected + " alerts " + code, told + " told");
          }
        });
  }

  /** All that an entry refers to lies below its own owner and sequence. */
  void s12Isolation(Entry entry) {
    ContentPrefix runs = KeyLayout.runs(entry.key());
    entry.run().output().ifPresent(made -> requireOwn(entry, runs, made.prefix()));
    entry.active().output().ifPresent(made -> requireOwn(entry, runs, made.prefix()));
    entry
        .beside()
        .superseded()
        .ifPresent(kept -> requireOwn(entry, runs, kept.publication().result().prefix()));
    entry.published().ifPresent(shown -> requireOwn(entry, runs, shown.result().prefix()));
    if (!entry.receipt().key().equals(entry.key())) {
      throw new InvariantViolation(
          S12, entry.key(), "its own receipt", entry.receipt().key().toString());
    }
  }

  private static void requireOwn(Entry entry, ContentPrefix runs, ContentPrefix referred) {
    if (!runs.covers(KeyLayout.manifest(referred))) {
      throw new InvariantViolation(S12, entry.key(), "references below " + runs, referred.value());
    }
  }

  private List<HistoryRow> s13WholeHistory(Entry entry) {
    return new HistoryRules(ledger.ledger(), witness)
        .s13History(entry, Optional.of(ChainHead.EMPTY));
  }
}
