package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.INCARNATION;
import static dev.ingest.testkit.Bent.bentLedger;
import static dev.ingest.testkit.Bent.bentWork;
import static dev.ingest.testkit.Bent.sound;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.contract.WorkQueueContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ledgers that are wrong in one way each at claims, leases and hints, and what catches them. */
class BrokenClaimsTest {

  @Test
  void firstComeFirstServed_caught() {
    Caught.by(
        "one owner's 500 older sequences do not keep 20 other owners' one waiting",
        FirstComeFirstServed.class);
    Caught.by(
        "of many lanes one claim takes no more from each than its part of the limit",
        FirstComeFirstServed.class);
    Caught.by(
        "kinds of work take turns from claim to claim, and share the limit of one",
        FirstComeFirstServed.class);
  }

  @Test
  void turnsForgotten_caught() {
    Caught.by("claims of one at a time take the owners' lanes in turn", TurnsForgotten.class);
    Caught.by(
        "claimers of different work take turns each for itself, however they alternate",
        TurnsForgotten.class);
  }

  @Test
  void firstWorkFirst_caught() {
    Caught.by(
        "kinds of work take turns from claim to claim, and share the limit of one",
        FirstWorkFirst.class);
  }

  @Test
  void laneLeftOver_caught() {
    Caught.by(
        "no claim is empty or over its limit while something is due, and each lane keeps its order",
        EmptyNowAndThen.class);
  }

  @Test
  void overClaim_caught() {
    Caught.by(
        "no claim is empty or over its limit while something is due, and each lane keeps its order",
        OverClaim.class);
    Caught.by(
        "racing claims of several kinds of work are each within their limit, and grant each once",
        OverClaim.class);
  }

  @Test
  void fenceKeptOnReclaim_caught() {
    Caught.by(
        "a lease that ran out raises the fence when its own node takes it again",
        FenceKeptOnReclaim.class);
  }

  @Test
  void anyLeaseCommits_caught() {
    Caught.by(
        "a paused holder is FENCED after the takeover, after the next holder finished, and later",
        AnyLeaseCommits.class);
    Caught.by(
        "a paused holder is FENCED after the next holder handed the sequence back",
        LateHandBackApplied.class);
  }

  @Test
  void rowsMoveTheClock_caught() {
    Caught.by(
        "leases run by the ledger's clock, for nodes ten minutes fast or slow alike",
        RowsMoveTheClock.class);
  }

  @Test
  void renewalAllOrNothing_caught() {
    Caught.by(
        "200 leases are renewed in one call, and those that were lost are named and left",
        RenewalAllOrNothing.class);
  }

  @Test
  void everyAttemptRefunded_caught() {
    Caught.by(
        "a hand-back refunds the one attempt that its claim charged, and no other",
        EveryAttemptRefunded.class);
  }

  @Test
  void hintNever_caught() {
    Caught.by(
        "whoever registered for arrivals is told after an acceptance and after a hand-back",
        HintNever.class);
  }

  @Test
  void hintAfterClose_caught() {
    Caught.by(
        "a registration that was closed is told nothing more, and closes no other",
        HintAfterClose.class);
  }

  private static ClaimRequest request(ClaimRequest asked, Set<WorkRef> work, int limit) {
    return new ClaimRequest(asked.node(), asked.nodeVersion(), work, limit, asked.lease());
  }

  private static List<Held> held(Object batch) {
    return ((List<?>) batch).stream().map(Held.class::cast).toList();
  }

  /**
   * A ledger that forgets at every claim whose turn it is: it goes on in a copy, where the lane
   * with what is longest due comes first.
   */
  private static LedgerStore forgetful(InstantSource clock, boolean oneByOne) {
    Latest latest = new Latest(sound(clock));
    WorkQueue work =
        Twist.of(
            WorkQueue.class,
            forwarding(WorkQueue.class, () -> latest.ledger.work()),
            "claim",
            args -> {
              ClaimRequest asked = (ClaimRequest) args[0];
              List<Claimed> claimed = new ArrayList<>();
              int limit = oneByOne ? 1 : asked.limit();
              for (int i = 0; i < asked.limit(); i += limit) {
                latest.ledger = latest.ledger.backup(INCARNATION);
                claimed.addAll(latest.ledger.work().claim(request(asked, asked.work(), limit)));
              }
              return claimed;
            });
    return Twist.of(
        LedgerStore.class,
        forwarding(LedgerStore.class, () -> latest.ledger),
        "work",
        args -> work);
  }

  private static final class Latest {
    private InMemoryLedger ledger;

    Latest(InMemoryLedger ledger) {
      this.ledger = ledger;
    }
  }

  private interface Current<T> {
    T get();
  }

  private static <T> T forwarding(Class<T> type, Current<T> current) {
    return type.cast(
        Proxy.newProxyInstance(
            BrokenClaimsTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, args) -> {
              try {
                return called.invoke(current.get(), args);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            }));
  }

  static class FirstComeFirstServed extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return forgetful(clock, true);
    }
  }

  static class TurnsForgotten extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return forgetful(clock, false);
    }
  }

  /** Looks at one kind of work after the other, and always at the same one first. */
  static class FirstWorkFirst extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args -> {
            ClaimRequest asked = (ClaimRequest) args[0];
            return asked.work().stream()
                .sorted(Comparator.comparing(WorkRef::toString))
                .map(work -> sound.work().claim(request(asked, Set.of(work), asked.limit())))
                .filter(claimed -> !claimed.isEmpty())
                .findFirst()
                .orElse(List.of());
          });
    }
  }

  /** Looks into one of the kinds of work at a time, though nothing may be due there. */
  static class EmptyNowAndThen extends WorkQueueContract {
    private int calls;

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args -> {
            ClaimRequest asked = (ClaimRequest) args[0];
            List<WorkRef> works =
                asked.work().stream().sorted(Comparator.comparing(WorkRef::toString)).toList();
            WorkRef one = works.get(calls++ % works.size());
            return sound.work().claim(request(asked, Set.of(one), asked.limit()));
          });
    }
  }

  /** Takes one more where there is one. */
  static class OverClaim extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args -> {
            ClaimRequest asked = (ClaimRequest) args[0];
            List<Claimed> claimed = new ArrayList<>(sound.work().claim(asked));
            claimed.addAll(sound.work().claim(request(asked, asked.work(), 1)));
            return claimed;
          });
    }
  }

  /** Lets a node that takes its own lease again go on under the old token. */
  static class FenceKeptOnReclaim extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args ->
              sound.work().claim((ClaimRequest) args[0]).stream()
                  .map(FenceKeptOnReclaim::kept)
                  .toList());
    }

    private static Claimed kept(Claimed claimed) {
      Entry entry = claimed.entry();
      Optional<Lease> old = claimed.takenFrom();
      Position now = entry.position();
      return old.isPresent()
          ? new Claimed(
              entry.withPosition(
                  new Position(
                      now.state(), now.version(), now.visibleAt(), old.get().token().fence(), old)),
              old)
          : claimed;
    }
  }

  /** Asks only whether the sequence is leased, and not to whom. */
  static class AnyLeaseCommits extends WorkQueueContract {
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
                      ((List<?>) args[0])
                          .stream()
                              .map(Transition.class::cast)
                              .map(made -> bend(sound, made))
                              .toList()));
    }

    private static Transition bend(LedgerStore sound, Transition made) {
      if (!(made.guard() instanceof Guard.WithLease with)) {
        return made;
      }
      LeaseToken current =
          sound.ledger().find(List.of(made.key())).get(0).stream()
              .flatMap(entry -> entry.position().lease().stream())
              .map(Lease::token)
              .findFirst()
              .orElse(with.token());
      return new Transition(
          new Guard.WithLease(current, with.version()),
          made.after(),
          made.lease(),
          made.row(),
          made.alerts());
    }
  }

  /** Takes a hand-back of what nobody holds any more for one that came twice. */
  static class LateHandBackApplied extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "handBack",
          args -> {
            List<Outcome> outcomes = new ArrayList<>();
            for (Held one : held(args[0])) {
              boolean free =
                  sound.ledger().find(List.of(one.key())).get(0).stream()
                      .anyMatch(entry -> entry.position().lease().isEmpty());
              outcomes.add(free ? Outcome.APPLIED : sound.work().handBack(List.of(one)).get(0));
            }
            return outcomes;
          });
    }
  }

  /** Takes the time of the latest row that a node wrote for its own, where that is later. */
  static class RowsMoveTheClock extends WorkQueueContract {
    private Instant latest = Instant.MIN;

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(() -> clock.instant().isAfter(latest) ? clock.instant() : latest);
      return bentLedger(
          sound,
          "commit",
          args -> {
            List<Transition> batch =
                ((List<?>) args[0]).stream().map(Transition.class::cast).toList();
            for (Transition one : batch) {
              Instant at = one.row().step().at();
              latest = at.isAfter(latest) ? at : latest;
            }
            return sound.ledger().commit(batch);
          });
    }
  }

  static class RenewalAllOrNothing extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "renew",
          args -> {
            List<Held> batch = held(args[0]);
            for (Held one : batch) {
              Optional<LeaseToken> stored =
                  sound
                      .ledger()
                      .find(List.of(one.key()))
                      .get(0)
                      .flatMap(entry -> entry.position().lease())
                      .map(Lease::token);
              if (!stored.equals(Optional.of(one.token()))) {
                return batch.stream()
                    .map(each -> Outcome.notApplied(Reason.FENCED, "one of them was lost"))
                    .toList();
              }
            }
            return sound.work().renew(batch, (Duration) args[1]);
          });
    }
  }

  /** Counts attempts from zero again once a sequence was handed back. */
  static class EveryAttemptRefunded extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "find",
          args ->
              sound
                  .ledger()
                  .find(((List<?>) args[0]).stream().map(SequenceKey.class::cast).toList())
                  .stream()
                  .map(
                      found ->
                          found.map(
                              entry ->
                                  entry.position().lease().isPresent()
                                      ? entry
                                      : entry.withRun(entry.run().withAttempts(0))))
                  .toList());
    }
  }

  static class HintNever extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentWork(sound(clock), "onArrival", args -> (WorkQueue.Subscription) () -> {});
    }
  }

  static class HintAfterClose extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "onArrival",
          args -> {
            sound.work().onArrival((Runnable) args[0]);
            return (WorkQueue.Subscription) () -> {};
          });
    }
  }
}
