package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.INCARNATION;
import static dev.ingest.testkit.Bent.bentAlerts;
import static dev.ingest.testkit.Bent.bentLedger;
import static dev.ingest.testkit.Bent.sound;
import static dev.ingest.testkit.Bent.transitions;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Ledgers that are wrong in one way each at batches, chains and races, and what catches them. */
class BrokenBatchesTest {

  @Test
  void outcomesInKeyOrder_caught() {
    Caught.by(
        "outcomes are those of their positions in a batch of 200, in whatever order",
        OutcomesInKeyOrder.class);
  }

  @Test
  void refusalRollsBack_caught() {
    Caught.by(
        "an element that is refused touches no other, for every reason and at every position",
        RefusalRollsBack.class);
  }

  @Test
  void chainNotCompared_caught() {
    Caught.by(
        "a history row that does not follow the stored chain head is refused though its guard"
            + " holds",
        ChainNotCompared.class);
  }

  @Test
  void repetitionAppends_caught() {
    Caught.by(
        "a batch that comes again, whole, in part or mixed with others, has effect once",
        RowsTwice.class);
    Caught.by(
        "a batch that comes again, whole, in part or mixed with others, has effect once",
        AlertsTwice.class);
  }

  @Test
  void oneOfSeveralSubmittersRefused_caught() {
    Caught.by(
        "a batch submitted by several at once is applied to each of them, with effect once",
        OnceToOne.class);
  }

  @Test
  void stageDoneWritesMarks_caught() {
    Caught.by(
        "a completed stage changes position, run, chain and leftovers mark, and keeps everything"
            + " else",
        LeftoversKept.class);
  }

  @Test
  void checkpointIsTheHead_caught() {
    Caught.by(
        "no history is dropped by itself: its checkpoint is empty, and it begins with row 1",
        CheckpointIsTheHead.class);
  }

  @Test
  void rowsAfterEntries_caught() {
    Caught.by(
        "a reader never sees an entry without its history row, nor a row without its entry",
        RowsLater.class);
  }

  @Test
  void alertsAfterEntries_caught() {
    Caught.by(
        "a reader never sees an effect without its alert, nor an alert without its effect",
        AlertsLater.class);
  }

  @Test
  void alertsSealedTwice_caught() {
    Caught.by(
        "digests sealed while others commit hold every effect's alert exactly once",
        SealsTwice.class);
  }

  @Test
  void recordFromBeforeTheClaim_caught() {
    Caught.by(
        "what a claim hands out has every mark that was set before it, whoever sets it",
        RecordFromBefore.class);
  }

  @Test
  void locksInOrderOfInput_caught() {
    Caught.by(
        "commits, claims, renewals and hand-backs of the same sequences in any order all come to an"
            + " end, and each effect raises a version by one",
        LocksInOrderOfInput.class);
  }

  static class OutcomesInKeyOrder extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args ->
              sound
                  .ledger()
                  .commit(
                      transitions(args[0]).stream()
                          .sorted(Comparator.comparing(Transition::key))
                          .toList()));
    }
  }

  /** Takes back what came before a refusal in the same batch, except where nothing did. */
  static class RefusalRollsBack extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args -> {
            List<Transition> batch = transitions(args[0]);
            List<Outcome> tried =
                ((InMemoryLedger) sound).backup(INCARNATION).ledger().commit(batch);
            return tried.stream().allMatch(Outcome::isApplied)
                ? sound.ledger().commit(batch)
                : tried.stream()
                    .map(
                        outcome ->
                            outcome.isApplied()
                                ? Outcome.notApplied(Reason.STALE_VERSION, "rolled back")
                                : outcome)
                    .toList();
          });
    }
  }

  static class ChainNotCompared extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args ->
              sound
                  .ledger()
                  .commit(transitions(args[0]).stream().map(made -> linked(sound, made)).toList()));
    }

    private static Transition linked(LedgerStore sound, Transition made) {
      HistoryRow row = made.row();
      Optional<Entry> stored = sound.ledger().find(List.of(made.key())).get(0);
      return stored.isPresent() && stored.get().chain().length() == row.link().ordinal() - 1
          ? new Transition(
              made.guard(),
              made.after(),
              made.lease(),
              new HistoryRow(
                  row.key(),
                  row.step(),
                  row.from(),
                  row.to(),
                  row.note(),
                  new HistoryRow.Link(
                      row.link().ordinal(), stored.get().chain().head(), row.link().hash())),
              made.alerts())
          : made;
    }
  }

  /** Shows the row of a transition again for each time that it was committed again. */
  static class RowsTwice extends LedgerContract {
    private final Set<TransitionId> seen = new HashSet<>();
    private final Map<SequenceKey, List<HistoryRow>> again = new HashMap<>();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      LedgerStore remembering =
          bentLedger(
              sound,
              "commit",
              args -> {
                for (Transition made : transitions(args[0])) {
                  if (!seen.add(made.id())) {
                    again.computeIfAbsent(made.key(), key -> new ArrayList<>()).add(made.row());
                  }
                }
                return sound.ledger().commit(transitions(args[0]));
              });
      return Twist.of(
          LedgerStore.class,
          remembering,
          "ledger",
          none ->
              Twist.of(
                  Ledger.class,
                  remembering.ledger(),
                  "history",
                  args -> {
                    SequenceKey key = (SequenceKey) args[0];
                    List<HistoryRow> rows =
                        new ArrayList<>(sound.ledger().history(key, (long) args[1], (int) args[2]));
                    rows.addAll(again.getOrDefault(key, List.of()));
                    return rows;
                  }));
    }
  }

  static class AlertsTwice extends LedgerContract {
    private final Set<TransitionId> seen = new HashSet<>();
    private final AtomicLong again = new AtomicLong();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      LedgerStore counting =
          bentLedger(
              sound,
              "commit",
              args -> {
                for (Transition made : transitions(args[0])) {
                  again.addAndGet(seen.add(made.id()) ? 0 : made.alerts().size());
                }
                return sound.ledger().commit(transitions(args[0]));
              });
      return bentAlerts(counting, "pending", args -> sound.alerts().pending() + again.get());
    }
  }

  /** Answers a transition that is just being committed by another with a refusal. */
  static class OnceToOne extends LedgerContract {
    private final Set<TransitionId> seen = ConcurrentHashMap.newKeySet();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args ->
              transitions(args[0]).stream()
                  .map(
                      made ->
                          seen.add(made.id())
                              ? sound.ledger().commit(List.of(made)).get(0)
                              : Outcome.notApplied(Reason.STALE_VERSION, "another was first"))
                  .toList());
    }
  }

  /** Writes the position and the run of a completed stage, and forgets the leftovers mark. */
  static class LeftoversKept extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args ->
              sound
                  .ledger()
                  .commit(transitions(args[0]).stream().map(made -> kept(sound, made)).toList()));
    }

    private static Transition kept(LedgerStore sound, Transition made) {
      Optional<Entry> stored = sound.ledger().find(List.of(made.key())).get(0);
      if (stored.isEmpty() || made.row().step().kind() != TransitionKind.STAGE_DONE) {
        return made;
      }
      Entry after = made.after();
      return new Transition(
          made.guard(),
          new Entry(
              after.receipt(),
              after.raw(),
              after.position(),
              after.run(),
              after.published(),
              after.standing().withLeftovers(stored.get().standing().leftovers()),
              after.chain()),
          made.lease(),
          made.row(),
          made.alerts());
    }
  }

  static class CheckpointIsTheHead extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "checkpoint",
          args ->
              sound
                  .ledger()
                  .find(List.of((SequenceKey) args[0]))
                  .get(0)
                  .map(Entry::chain)
                  .orElse(ChainHead.EMPTY));
    }
  }

  /** Writes rows after their entries, in a step of its own. */
  static class RowsLater extends LedgerContract {
    private final AtomicLong unwritten = new AtomicLong();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      LedgerStore later =
          bentLedger(sound, "commit", args -> inTwoSteps(sound, args[0], unwritten));
      return Twist.of(
          LedgerStore.class,
          later,
          "ledger",
          none ->
              Twist.of(
                  Ledger.class,
                  later.ledger(),
                  "history",
                  args -> {
                    List<HistoryRow> rows =
                        sound
                            .ledger()
                            .history((SequenceKey) args[0], (long) args[1], (int) args[2]);
                    return rows.subList(0, (int) Math.max(0, rows.size() - unwritten.get()));
                  }));
    }
  }

  /** Writes alerts after their entries, in a step of their own. */
  static class AlertsLater extends LedgerContract {
    private final AtomicLong unwritten = new AtomicLong();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentAlerts(
          bentLedger(sound, "commit", args -> inTwoSteps(sound, args[0], unwritten)),
          "pending",
          args -> Math.max(0, sound.alerts().pending() - unwritten.get()));
    }
  }

  private static List<Outcome> inTwoSteps(LedgerStore sound, Object batch, AtomicLong unwritten) {
    unwritten.incrementAndGet();
    List<Outcome> outcomes = sound.ledger().commit(transitions(batch));
    LockSupport.parkNanos(1_000_000);
    unwritten.decrementAndGet();
    return outcomes;
  }

  /** Seals every row twice. */
  static class SealsTwice extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentAlerts(sound, "seal", args -> twice(sound.alerts().seal()));
    }

    private static AlertDigest twice(AlertDigest sealed) {
      return new AlertDigest(
          sealed.ordinal(),
          sealed.sealedAt(),
          sealed.lines().stream()
              .map(
                  line ->
                      new AlertDigest.Line(
                          line.group(),
                          2 * line.count(),
                          line.first(),
                          line.last(),
                          line.samples(),
                          line.message()))
              .toList());
    }
  }

  /** Reads the record of what it claims a little before it claims it. */
  static class RecordFromBefore extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      WorkQueue work =
          Twist.of(WorkQueue.class, sound.work(), "claim", args -> claim(sound, args[0]));
      return Twist.of(LedgerStore.class, sound, "work", args -> work);
    }

    private static List<Claimed> claim(LedgerStore sound, Object request) {
      List<Entry> before = sound.ledger().scan(ScanQuery.all(10)).entries();
      LockSupport.parkNanos(100_000);
      return sound.work().claim((ClaimRequest) request).stream()
          .map(claimed -> new Claimed(marked(claimed.entry(), before), claimed.takenFrom()))
          .toList();
    }

    private static Entry marked(Entry claimed, List<Entry> before) {
      return before.stream()
          .filter(old -> old.key().equals(claimed.key()))
          .findFirst()
          .map(
              old ->
                  new Entry(
                      claimed.receipt(),
                      claimed.raw(),
                      claimed.position(),
                      claimed.run(),
                      claimed.published(),
                      old.standing(),
                      claimed.chain()))
          .orElse(claimed);
    }
  }

  /** Locks the sequences of a batch one after the other, and gives up where that ends nowhere. */
  static class LocksInOrderOfInput extends LedgerContract {
    private final Map<SequenceKey, ReentrantLock> locks = new ConcurrentHashMap<>();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(sound, "commit", args -> commit(sound, transitions(args[0])));
    }

    private List<Outcome> commit(LedgerStore sound, List<Transition> batch)
        throws InterruptedException {
      List<ReentrantLock> held = new ArrayList<>();
      try {
        for (Transition made : batch) {
          ReentrantLock lock = locks.computeIfAbsent(made.key(), key -> new ReentrantLock());
          if (!lock.tryLock(200, TimeUnit.MILLISECONDS)) {
            throw new LedgerException("deadlock at " + made.key());
          }
          held.add(lock);
          LockSupport.parkNanos(100_000);
        }
        return sound.ledger().commit(batch);
      } finally {
        held.forEach(ReentrantLock::unlock);
      }
    }
  }
}
