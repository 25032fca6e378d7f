package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.INCARNATION;
import static dev.ingest.testkit.Bent.bentCommit;
import static dev.ingest.testkit.Bent.bentLedger;
import static dev.ingest.testkit.Bent.refit;
import static dev.ingest.testkit.Bent.sound;
import static dev.ingest.testkit.Bent.transitions;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.contract.LedgerContract;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.text.Normalizer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Ledgers that are wrong in one way each at committing and finding, and the case that catches them.
 */
class BrokenLedgerTest {

  @Test
  void versionIgnored_caught() {
    Caught.by(
        "a transition with a stale version is refused and changes nothing", VersionIgnored.class);
    Caught.by(
        "of racing decisions on one version exactly one applies: no update is lost",
        VersionIgnored.class);
  }

  @Test
  void versionReset_caught() {
    Caught.by(
        "a re-upload replaces the entry under a new session in its next version",
        VersionReset.class);
  }

  @Test
  void leaseTokenIgnored_caught() {
    Caught.by(
        "a token that is not the current one is FENCED, whatever the version", TokenIgnored.class);
    Caught.by("a decision revokes the lease: the holder's commit is FENCED", TokenIgnored.class);
  }

  @Test
  void historyWithoutEntry_caught() {
    Caught.by(
        "a refused transition leaves no entry, no history row, no alert and no session change",
        HistoryWithoutEntry.class);
  }

  @Test
  void alertsDropped_caught() {
    Caught.by(
        "alerts come with their cause: none is dropped, each ends in a digest",
        AlertsDropped.class);
  }

  @Test
  void acceptedAfterAbandonment_caught() {
    Caught.by(
        "an acceptance needs its session OPEN: an abandoned, forgotten or foreign one is refused",
        AcceptedAfterAbandonment.class);
    Caught.by(
        "of acceptance and abandonment at the same time exactly one wins",
        AcceptedAfterAbandonment.class);
  }

  @Test
  void earlierPartAccepted_caught() {
    Caught.by(
        "only the latest part of a session can accept; an earlier one is refused with FENCED",
        EarlierPartAccepted.class);
  }

  @Test
  void repetitionRefused_caught() {
    Caught.by(
        "the same transition again is applied without effect, even after later ones",
        RepetitionRefused.class);
  }

  @Test
  void batchAllOrNothing_caught() {
    Caught.by(
        "outcomes are positional, and one refusal does not touch the others",
        BatchAllOrNothing.class);
  }

  @Test
  void lostAfterCommit_caught() {
    Caught.by(
        "what was applied is there after a reopen; a ledger that is not durable has it whole or"
            + " not",
        LostAfterCommit.class);
  }

  @Test
  void textsAltered_caught() {
    Caught.by(
        "every part of an entry and of a history row comes back as it was written",
        TextsAltered.class);
  }

  @Test
  void caseIgnored_caught() {
    Caught.by(
        "owners are apart: the same id of another owner is another sequence", CaseIgnored.class);
  }

  @Test
  void staleReads_caught() {
    Caught.by(
        "work finished under a current lease is stale after a mark, and applies when decided anew",
        StaleReads.class);
  }

  static class VersionIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentCommit(
          sound,
          made -> {
            Optional<Entry> stored = sound.ledger().find(List.of(made.key())).get(0);
            return stored.isPresent() && made.guard() instanceof Guard.AtVersion
                ? refit(made, stored.get(), new Guard.AtVersion(stored.get().version()))
                : made;
          });
    }
  }

  static class VersionReset extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "find",
          args ->
              sound.ledger().find(keys(args[0])).stream()
                  .map(found -> found.map(VersionReset::reset))
                  .toList());
    }

    private static Entry reset(Entry entry) {
      Position position = entry.position();
      return entry.run().epoch() == 1
          ? entry
          : entry.withPosition(
              new Position(
                  position.state(), 1, position.visibleAt(), position.fence(), position.lease()));
    }
  }

  private static List<SequenceKey> keys(Object batch) {
    return ((List<?>) batch).stream().map(SequenceKey.class::cast).toList();
  }

  static class TokenIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(
          sound(clock),
          made ->
              made.guard() instanceof Guard.WithLease with
                  ? new Transition(
                      new Guard.AtVersion(with.version()),
                      made.after(),
                      made.lease(),
                      made.row(),
                      made.alerts())
                  : made);
    }
  }

  static class HistoryWithoutEntry extends LedgerContract {
    private final Map<SequenceKey, List<HistoryRow>> strays = new HashMap<>();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      LedgerStore straying =
          bentLedger(
              sound,
              "commit",
              args -> {
                List<Transition> batch = transitions(args[0]);
                List<Outcome> outcomes = sound.ledger().commit(batch);
                for (int i = 0; i < batch.size(); i++) {
                  if (!outcomes.get(i).isApplied()) {
                    strays
                        .computeIfAbsent(batch.get(i).key(), key -> new ArrayList<>())
                        .add(batch.get(i).row());
                  }
                }
                return outcomes;
              });
      return Twist.of(
          LedgerStore.class,
          straying,
          "ledger",
          args ->
              Twist.of(
                  Ledger.class,
                  straying.ledger(),
                  "history",
                  asked -> {
                    SequenceKey key = (SequenceKey) asked[0];
                    List<HistoryRow> rows =
                        new ArrayList<>(
                            sound.ledger().history(key, (long) asked[1], (int) asked[2]));
                    rows.addAll(strays.getOrDefault(key, List.of()));
                    return rows;
                  }));
    }
  }

  static class AlertsDropped extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(
          sound(clock),
          made -> new Transition(made.guard(), made.after(), made.lease(), made.row(), List.of()));
    }
  }

  static class AcceptedAfterAbandonment extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentCommit(
          sound,
          made -> {
            if (made.guard() instanceof Guard.Accept accept
                && sound
                    .sessions()
                    .find(accept.session())
                    .filter(session -> session.state() == SessionState.ABANDONED)
                    .isPresent()) {
              SessionId fresh = transitions.sessionId();
              sound.sessions().open(fresh, made.key(), Reservation.NONE, OwnerQuota.UNLIMITED);
              return new Transition(
                  new Guard.Accept(fresh, 0),
                  made.after(),
                  made.lease(),
                  made.row(),
                  made.alerts());
            }
            return made;
          });
    }

    private final Transitions transitions = new Transitions(99, time);
  }

  static class EarlierPartAccepted extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentCommit(
          sound,
          made ->
              made.guard() instanceof Guard.Accept accept
                  ? new Transition(
                      new Guard.Accept(
                          accept.session(),
                          sound
                              .sessions()
                              .find(accept.session())
                              .map(session -> session.raw().latestPart())
                              .orElse(0)),
                      made.after(),
                      made.lease(),
                      made.row(),
                      made.alerts())
                  : made);
    }
  }

  static class RepetitionRefused extends LedgerContract {
    private final Set<TransitionId> seen = new HashSet<>();

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
                              : Outcome.notApplied(Reason.STALE_VERSION, "seen before"))
                  .toList());
    }
  }

  static class BatchAllOrNothing extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "commit",
          args -> {
            List<Outcome> outcomes = new ArrayList<>();
            boolean refused = false;
            for (Transition made : transitions(args[0])) {
              Outcome outcome =
                  refused
                      ? Outcome.notApplied(Reason.STALE_VERSION, "rolled back")
                      : sound.ledger().commit(List.of(made)).get(0);
              refused |= !outcome.isApplied();
              outcomes.add(outcome);
            }
            return outcomes;
          });
    }
  }

  static class LostAfterCommit extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return new InMemoryLedger(clock, INCARNATION, new LedgerCapabilities(true, true, 100));
    }
  }

  static class TextsAltered extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(
          sound(clock),
          made -> {
            HistoryRow row = made.row();
            HistoryRow.Note note =
                new HistoryRow.Note(
                    row.note().actor(),
                    Normalizer.normalize(row.note().detail(), Normalizer.Form.NFC));
            return new Transition(
                made.guard(),
                made.after(),
                made.lease(),
                new HistoryRow(row.key(), row.step(), row.from(), row.to(), note, row.link()),
                made.alerts());
          });
    }
  }

  static class CaseIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentLedger(
          sound,
          "find",
          args ->
              sound
                  .ledger()
                  .find(
                      keys(args[0]).stream()
                          .map(
                              key ->
                                  SequenceKey.of(
                                      key.owner().value().toLowerCase(Locale.ROOT),
                                      key.id().value()))
                          .toList()));
    }
  }

  static class StaleReads extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return new FaultingLedger(
          sound(clock),
          call -> call.method().equals("find") ? new Fault.StaleRead() : Fault.NONE,
          true);
    }
  }
}
