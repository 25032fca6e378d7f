package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.INCARNATION;
import static dev.ingest.testkit.Bent.bentLedger;
import static dev.ingest.testkit.Bent.bentWork;
import static dev.ingest.testkit.Bent.refit;
import static dev.ingest.testkit.Bent.transitions;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Ledgers that say they are shared, each wrong in one way as soon as a second instance is open
 * beside the first, and the case that catches them.
 */
class BrokenSharedLedgerTest {

  private static final LedgerCapabilities SHARED = new LedgerCapabilities(true, true, 1_000);

  private static final String READ =
      "what one instance reported applied the other reads at once, also if it looked";
  private static final String CLAIMS =
      "concurrent claimers of two instances never get the same entry, and together all";
  private static final String LIFE =
      "a life begun by one instance is the other's too, and refuses what that one held";
  private static final String DECISIONS =
      "of racing decisions of two instances on one version exactly one applies";

  @Test
  void rowsOfItsOwn_caught() {
    List<String> cases =
        List.of(
            READ,
            DECISIONS,
            CLAIMS,
            LIFE,
            "of acceptance by one instance and abandonment by another exactly one wins",
            "racing openings of two instances never exceed the quota together",
            "a lease is of the ledger: a takeover by one instance fences the token for both",
            "no update of a control record is lost when two instances write at once",
            "digests of two instances have no gaps, and each alert is in exactly one");
    cases.forEach(named -> Caught.by(named, OwnRows.class));
  }

  @Test
  void readsRemembered_caught() {
    Caught.by(READ, RemembersReads.class);
  }

  @Test
  void guardUnderALockOfItsOwn_caught() {
    Caught.by(DECISIONS, OwnLock.class);
  }

  @Test
  void claimsSharedWithTheOther_caught() {
    Caught.by(CLAIMS, GrantsTheOthers.class);
  }

  @Test
  void incarnationRemembered_caught() {
    Caught.by(LIFE, RemembersLife.class);
  }

  @Test
  void tokensOfTheLifeItOpened_caught() {
    Caught.by(LIFE, ItsLifeIsItsOwn.class);
  }

  @Test
  void fixtureThatOpensNoOther_isTold() {
    Caught.saying("Override openBeside(clock)", READ, OpensOnce.class);
    Caught.saying("opened the same instance twice", READ, OpensTheSame.class);
    Caught.saying("not over the same place", READ, OwnRows.class);
  }

  private static InMemoryLedger shared(InstantSource clock) {
    return new InMemoryLedger(clock, INCARNATION, SHARED);
  }

  /** Read at the opening, and never again. */
  static class OwnRows extends LedgerContract {
    private final InMemoryLedger disk = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return disk.backup(INCARNATION);
    }
  }

  static class RemembersReads extends LedgerContract {
    private final InMemoryLedger disk = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = disk.reopen();
      Map<Object, List<Optional<Entry>>> remembered = new ConcurrentHashMap<>();
      LedgerStore committing =
          bentLedger(
              sound,
              "commit",
              args -> {
                remembered.clear();
                return sound.ledger().commit(transitions(args[0]));
              });
      return Twist.of(
          LedgerStore.class,
          committing,
          "ledger",
          none ->
              Twist.of(
                  dev.ingest.spi.ledger.Ledger.class,
                  committing.ledger(),
                  "find",
                  args ->
                      remembered.computeIfAbsent(
                          args[0],
                          asked ->
                              sound
                                  .ledger()
                                  .find(
                                      ((List<?>) asked)
                                          .stream().map(SequenceKey.class::cast).toList()))));
    }
  }

  /** Judges and writes under a lock of this process. */
  static class OwnLock extends LedgerContract {
    private final InMemoryLedger disk = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = disk.reopen();
      Object lock = new Object();
      return bentLedger(
          sound,
          "commit",
          args -> {
            synchronized (lock) {
              List<Outcome> outcomes = new ArrayList<>();
              transitions(args[0]).forEach(made -> outcomes.add(commit(sound, made)));
              return outcomes;
            }
          });
    }

    private Outcome commit(LedgerStore sound, Transition made) {
      Optional<Entry> judged = sound.ledger().find(List.of(made.key())).get(0);
      if (judged.isEmpty() || !made.guard().equals(new Guard.AtVersion(judged.get().version()))) {
        return sound.ledger().commit(List.of(made)).get(0);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      synchronized (disk) {
        Entry stored = sound.ledger().find(List.of(made.key())).get(0).orElseThrow();
        Transition fitted = refit(made, stored, new Guard.AtVersion(stored.version()));
        return sound.ledger().commit(List.of(fitted)).get(0);
      }
    }
  }

  /** Grants what another process has just been granted, as a claim under its own lock would. */
  static class GrantsTheOthers extends LedgerContract {
    private final InMemoryLedger disk = shared(time);
    private List<Claimed> last = List.of();
    private Optional<LedgerStore> by = Optional.empty();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = disk.reopen();
      return bentWork(sound, "claim", args -> claim(sound, (ClaimRequest) args[0]));
    }

    private synchronized List<Claimed> claim(LedgerStore sound, ClaimRequest request) {
      if (!last.isEmpty() && by.filter(one -> one != sound).isPresent()) {
        List<Claimed> again = last;
        last = List.of();
        return again;
      }
      last = sound.work().claim(request);
      by = Optional.of(sound);
      return last;
    }
  }

  static class RemembersLife extends LedgerContract {
    private final InMemoryLedger disk = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = disk.reopen();
      IncarnationId opened = sound.incarnation();
      return Twist.of(LedgerStore.class, sound, "incarnation", none -> opened);
    }
  }

  /** Tells the life that is stored, and grants and takes leases by the one that it remembers. */
  static class ItsLifeIsItsOwn extends LedgerContract {
    private final InMemoryLedger disk = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      InMemoryLedger sound = disk.reopen();
      LedgerStore before = disk.backup(sound.incarnation());
      return Twist.of(LedgerStore.class, sound, "work", none -> before.work());
    }
  }

  static class OpensOnce extends LedgerContract {
    private int opened;

    @Override
    protected LedgerStore open(InstantSource clock) {
      if (opened > 0) {
        throw new IllegalStateException("this process has it open");
      }
      opened++;
      return shared(clock);
    }
  }

  static class OpensTheSame extends LedgerContract {
    private final LedgerStore only = shared(time);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return only;
    }
  }
}
