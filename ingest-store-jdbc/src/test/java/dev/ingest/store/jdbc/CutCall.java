package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WaitingNotice;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The calls that are made again until their effect is known, each prepared in a scene. */
enum CutCall implements RepeatedCall {
  ACCEPT(scene -> commits(List.of(scene.accept(2), scene.accept(0), scene.accept(1)))),
  ACCEPT_WITH_ALERTS(scene -> commits(List.of(scene.accept(0, Sample.alert("NEW", scene.key(0)))))),
  ACCEPT_TOLD(scene -> commits(List.of(Scene.told(scene.accept(1)), scene.accept(0)))),
  STAGE_DONE(scene -> commits(scene.leased().stream().map(Sample::processed).toList())),
  SETTLE(scene -> commits(scene.leasedForVerification().stream().map(Scene::published).toList())),
  STOP_WITH_ALERTS(scene -> commits(scene.leased().stream().map(Scene::failed).toList())),
  STOP_TOLD(scene -> commits(scene.leased().stream().map(Scene::failed).map(Scene::told).toList())),
  RETRY(scene -> commits(scene.leased().stream().map(Scene::retried).toList())),
  HOLD(scene -> commits(scene.rested(TransitionKind.HELD, LeaseEffect.KEEP, State.VERIFIED))),
  DISCARD(
      scene ->
          commits(
              scene.rested(TransitionKind.DISCARDING, LeaseEffect.END, State.DISCARDING).stream()
                  .map(Scene::told)
                  .toList())),
  EXPIRE(scene -> commits(scene.rested(TransitionKind.EXPIRING, LeaseEffect.END, State.EXPIRING))),
  EXPIRE_TO_THE_END(
      scene -> {
        scene
            .rested(TransitionKind.EXPIRING, LeaseEffect.END, State.EXPIRING)
            .forEach(one -> Sample.commit(scene.store(), one));
        return commits(scene.steps(TransitionKind.EXPIRED, LeaseEffect.END, State.EXPIRED));
      }),
  MARK(scene -> commits(scene.accepted().stream().limit(2).map(Sample::overdue).toList())),
  READMIT(
      scene -> {
        scene.leased().forEach(one -> Sample.commit(scene.store(), Scene.failed(one)));
        return commits(List.of(scene.readmitted(Sample.find(scene.store(), scene.key(0)))));
      }),
  ALL_SHAPES(
      scene -> {
        List<Entry> leased = scene.leased();
        return commits(
            List.of(
                Scene.failed(leased.get(1)),
                scene.accept(Scene.COUNT),
                Sample.overdue(leased.get(2)),
                Sample.processed(leased.get(0))));
      }),
  LATE_COMMIT(
      scene -> {
        List<Transition> late = scene.leased().stream().limit(1).map(Sample::processed).toList();
        scene.time().advance(Scene.LEASE);
        scene.claimed(scene.work());
        return commits(late);
      }),
  RENEW(
      scene -> {
        List<Held> held = scene.leased().stream().map(Scene::held).toList();
        return store -> store.work().renew(held, Duration.ofMinutes(2));
      }),
  HAND_BACK(
      Reason.FENCED,
      scene -> {
        List<Held> held = scene.leased().stream().map(Scene::held).toList();
        return store -> store.work().handBack(held);
      }),
  OPEN_WITHOUT_QUOTA(
      scene -> {
        SessionId id = Sample.session();
        return done(
            store -> store.sessions().open(id, scene.key(0), Sample.ROOM, OwnerQuota.UNLIMITED));
      }),
  OPEN(
      scene -> {
        SessionId id = Sample.session();
        return done(
            store ->
                store.sessions().open(id, scene.key(0), Sample.ROOM, new OwnerQuota(5, 10_000)));
      }),
  RESERVE(
      scene -> {
        SessionId id = scene.opened();
        Reservation more = new Reservation(20, 2_000);
        return store -> List.of(store.sessions().reserve(id, more, new OwnerQuota(5, 10_000)));
      }),
  RECORD(
      scene -> {
        SessionId id = scene.opened();
        return store -> List.of(store.sessions().record(id, 0, Scene.items()));
      }),
  ABANDON(
      scene -> {
        SessionId id = scene.opened();
        return store -> List.of(store.sessions().abandon(id, Duration.ZERO));
      }),
  FORGET(
      scene -> {
        SessionId id = scene.opened();
        scene.store().sessions().record(id, 0, Scene.items());
        scene.store().sessions().abandon(id, Duration.ZERO);
        return store -> List.of(store.sessions().forget(id));
      }),
  CREATE_RECORD(Reason.EXISTS, scene -> store -> List.of(store.controls().write(scene.record(1)))),
  UPDATE_RECORD(
      Reason.STALE_VERSION,
      scene -> {
        scene.store().controls().write(scene.record(1));
        return store -> List.of(store.controls().write(scene.record(2)));
      }),
  DELETE_RECORD(
      Reason.ABSENT,
      scene -> {
        scene.store().controls().write(scene.record(1));
        return store -> List.of(store.controls().delete(scene.record(1).key(), 1));
      }),
  ADD_MEMBERS(scene -> done(store -> store.controls().add(scene.record(1).key(), scene.keys()))),
  REMOVE_MEMBERS(
      scene -> {
        ControlRecord.Key set = scene.record(1).key();
        scene.store().controls().add(set, scene.keys());
        return done(store -> store.controls().remove(set, scene.keys().subList(0, 2)));
      }),
  ACKNOWLEDGE(
      scene -> {
        long ordinal = scene.store().alerts().seal().ordinal();
        return store -> List.of(store.alerts().acknowledge(ordinal));
      }),
  ACKNOWLEDGE_NOTICES(
      scene -> {
        List<WaitingNotice> waiting = scene.notices();
        return done(
            store ->
                store
                    .alerts()
                    .notices()
                    .acknowledge(waiting.stream().map(WaitingNotice::notice).toList()));
      }),
  POSTPONE_NOTICES(
      scene -> {
        List<WaitingNotice> tried = scene.notices().stream().map(Scene::refused).toList();
        return done(store -> store.alerts().notices().postpone(tried));
      }),
  ADD_UP_TALLIES(
      scene -> {
        scene.accepted();
        return done(
            store ->
                new PostgresUpkeep((ServerDatabase) ((JdbcLedger) store).database(), () -> {})
                    .fold());
      });

  /** A call that returns only if it took effect. */
  @FunctionalInterface
  private interface Change {

    void of(LedgerStore store);
  }

  private final Optional<Reason> ifDoneBefore;

  @SuppressWarnings("ImmutableEnumChecker") // none of them keeps anything
  private final Function<Scene, Prepared> prepared;

  CutCall(Function<Scene, Prepared> prepared) {
    ifDoneBefore = Optional.empty();
    this.prepared = prepared;
  }

  CutCall(Reason ifDoneBefore, Function<Scene, Prepared> prepared) {
    this.ifDoneBefore = Optional.of(ifDoneBefore);
    this.prepared = prepared;
  }

  private record Commit(List<Transition> batch) implements Prepared {

    @Override
    public List<Outcome> of(LedgerStore store) {
      return store.ledger().commit(batch);
    }
  }

  private static Prepared commits(List<Transition> batch) {
    return new Commit(batch);
  }

  private static Prepared done(Change change) {
    return store -> {
      change.of(store);
      return List.of(Outcome.APPLIED);
    };
  }

  @Override
  public Prepared prepare(Scene scene) {
    return prepared.apply(scene);
  }

  /** Rows of a forgotten session go in transactions of their own. */
  @Override
  public boolean isInSteps() {
    return this == FORGET;
  }

  /** Why the call is refused if it took effect before, for those that are; empty is applied. */
  Optional<Reason> ifDoneBefore() {
    return ifDoneBefore;
  }
}
