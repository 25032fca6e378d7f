package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Repair;
import dev.ingest.core.SetAside;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes that nothing refers to: set aside, seen, taken back, or not. */
final class QuarantineTest extends QuarantineFixture {

  @Test
  void orphans_areSetAsideAndDeletedAfterTheirTime() {
    care.verified(RIDE);
    List<ContentKey> orphans = new ArrayList<>(plant(session(RIDE), "0000000", "0000001"));
    orphans.addAll(plant(output(RIDE, 1), "0000000", "manifest"));
    orphans.addAll(plant(session(GHOST), "0000000"));
    orphans.addAll(plant(new ContentPrefix("raw/nowhere"), "thing"));
    orphans.addAll(plant(KeyLayout.part(RIDE, bench.entry(RIDE).raw(), 0), "0000009"));
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(7);
    assertEquals(5, aside().size());
    for (SetAside one : aside()) {
      assertEquals("carol", one.actor());
      assertEquals("ticket 4711", one.reason());
      assertEquals(bench.time.instant(), one.at());
    }
    bench.time.advance(GRACE.minusMillis(1));
    tick(expirer);
    assertThere(orphans);
    bench.time.advance(Duration.ofMillis(1));
    tick(expirer);
    assertGone(orphans);
    assertEquals(List.of(), bench.caught);
    AuditReport report = audit();
    assertTrue(report.isClean(), found::toString);
    assertEquals(AuditReport.Quarantined.NONE, report.quarantined());
    assertEquals(5, Collections.frequency(care.alerts(), "QUARANTINE_DELETED"));
    assertTrue(engine.verify(bench.entry(RIDE)).isClean());
    bench.checkInvariants();
  }

  @Test
  void extraBytesBesideDamage_mayBeTheOnlyCopyAndAreNotSetAside() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(output(RIDE, 1), "0000000", "manifest");
    results().forEach(bench::remove);
    List<Repair> repairs = engine.acting().repair(RIDE, CAROL, true);
    Repair extra =
        repairs.stream()
            .filter(one -> one.finding().orElseThrow().kind() == Kind.EXTRA_BYTES)
            .findFirst()
            .orElseThrow();
    assertEquals(Repair.Outcome.NEEDS_PERSON, extra.outcome());
    assertTrue(extra.what().contains("other findings first"), extra.what());
    engine.acting().repair(RIDE, CAROL, false);
    assertEquals(List.of(), aside());
    assertThere(orphans);
  }

  private List<ContentKey> results() {
    ContentPrefix shown = bench.entry(RIDE).published().orElseThrow().result().prefix();
    return bench.content.keys().stream().filter(shown::covers).toList();
  }

  @Test
  void whatIsSetAsideBesideDamage_waitsAndIsToldOnce() {
    care.verified(RIDE);
    List<ContentKey> orphans = new ArrayList<>(plant(session(RIDE), "0000000"));
    orphans.addAll(plant(output(RIDE, 1), "0000000", "manifest"));
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(3);
    bench.corrupt(results().get(0));
    bench.time.advance(GRACE);
    tick(expirer);
    assertThere(orphans);
    assertEquals(2, aside().size());
    assertEquals(List.of(), bench.caught);
    bench.time.advance(Duration.ofDays(1).plusSeconds(1));
    tick(expirer);
    tick(expirer);
    assertThere(orphans);
    assertEquals(2, bench.caught.size());
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_WAITS"));
    expirer.release();
    Expirer next = care.expirer();
    tick(next);
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_WAITS"), "told already");
    assertEquals(0, Collections.frequency(care.alerts(), "QUARANTINE_DECIDED"));
    assertEquals(2, engine.acting().takeBack(SequencePlace.of(RIDE), CAROL, false).size());
    assertEquals(0, Collections.frequency(care.alerts(), "QUARANTINE_DELETED"));
    tick(next);
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_DECIDED"));
    tick(next);
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_DECIDED"));
  }

  @Test
  void aRecordThatCannotBeRead_holdsUpNoOtherAndMakesTheAuditIncomplete() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    String name = "00".repeat(8) + "." + "00".repeat(16) + "." + "0".repeat(14);
    ControlRecord odd =
        new ControlRecord(new ControlRecord.Key(QuarantineRecord.KIND, name), 1, "quarantine 2");
    assertTrue(bench.ledger.controls().write(odd).isApplied());
    AuditReport report = audit();
    assertEquals(1, report.unreadCount());
    assertTrue(report.unread().get(0).why().contains(name), report.unread()::toString);
    assertEquals(1, report.quarantined().keys());
    bench.time.advance(GRACE);
    tick(expirer);
    assertGone(orphans);
    assertEquals(1, bench.caught.size(), "told once");
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_WAITS"));
    assertTrue(String.valueOf(bench.caught.get(0).getMessage()).contains(name));
  }

  @Test
  void timeThatNobodyMeasured_doesNotCount() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    bench.time.advance(GRACE.minusDays(2));
    tick(expirer);
    expirer.release();
    bench.time.advance(Duration.ofDays(2));
    Expirer other = care.expirer();
    tick(other);
    assertThere(orphans);
    assertFalse(care.alerts().contains("CLOCK_UNCERTAIN"));
    bench.time.advance(Duration.ofDays(2));
    tick(other);
    assertGone(orphans);
  }

  @Test
  void settingAsideAgain_recordsWhatGrewAnew() {
    care.verified(RIDE);
    ContentKey orphan = plant(session(RIDE), "0000000").get(0);
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    bench.content.truncate(orphan, 1);
    bench.time.advance(GRACE);
    setAside(1);
    assertEquals(1, aside().size());
    assertEquals(1, aside().get(0).keys().get(0).length());
    tick(expirer);
    assertThere(List.of(orphan));
    bench.time.advance(GRACE);
    tick(expirer);
    assertGone(List.of(orphan));
  }

  @Test
  void manyKeysWithoutAPlace_areAllTakenBack() {
    String[] parts = new String[Quarantine.MOST_RECORDS + 2];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = "%07d".formatted(i);
    }
    plant(new ContentPrefix("raw/nowhere"), parts);
    setAside(parts.length);
    assertEquals(parts.length, engine.acting().takeBack(SequencePlace.LAST, CAROL, false).size());
    assertEquals(List.of(), aside());
  }

  @Test
  void anEntryThatChangesBetweenLookAndAct_isNotRepaired() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    long version = bench.entry(RIDE).version();
    SettingAside aside =
        new SettingAside(
            bench.node(bench.watchedLedger, bench.watchedContent),
            new Quarantine(bench.node(bench.watchedLedger, bench.watchedContent)),
            CAROL,
            false);
    assertThrows(
        ActRefusedException.class,
        () -> aside.at(SequencePlace.of(RIDE), Optional.of(version - 1)));
    assertThrows(
        ActRefusedException.class, () -> aside.at(SequencePlace.of(RIDE), Optional.empty()));
    assertEquals(List.of(), aside());
    assertEquals(1, aside.at(SequencePlace.of(RIDE), Optional.of(version)).keys());
  }

  @Test
  void aRepairThatEndedHalfWay_isFinishedAlsoBesideExtraBytes() {
    care.verified(RIDE);
    bench.corrupt(results().get(0));
    FaultingLedger dying =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                call.method().equals("commit") && bench.state(RIDE) == State.FAILED
                    ? new Fault.FailBefore()
                    : new Fault.None());
    Acting half = bench.engine(dying, bench.watchedContent, Bench.copying()).acting();
    assertThrows(OutcomeUnknownException.class, () -> half.repair(RIDE, CAROL, false));
    assertEquals(State.FAILED, bench.state(RIDE));
    plant(session(RIDE), "0000000");
    List<Repair> repairs = engine.acting().repair(RIDE, CAROL, false);
    assertEquals(
        List.of(Repair.Outcome.DONE, Repair.Outcome.DONE),
        repairs.stream().map(Repair::outcome).toList(),
        repairs::toString);
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(1, aside().size());
  }

  @Test
  void settingAsideWhatIsSetAside_isNotCalledDone() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    audit();
    AuditFinding finding = found.get(0);
    assertEquals(
        Repair.Outcome.DONE, engine.acting().repair(finding, CAROL, false).get(0).outcome());
    assertEquals(
        Repair.Outcome.NEEDLESS, engine.acting().repair(finding, CAROL, false).get(0).outcome());
    ContentKey lost = plant(new ContentPrefix("raw/nowhere"), "thing").get(0);
    AuditFinding misplaced = Examined.misplaced(lost);
    assertEquals(
        Repair.Outcome.DONE, engine.acting().repair(misplaced, CAROL, false).get(0).outcome());
    assertEquals(
        Repair.Outcome.NEEDLESS, engine.acting().repair(misplaced, CAROL, false).get(0).outcome());
    AuditFinding gone = Examined.misplaced(new ContentKey("raw/nowhere/else"));
    assertEquals(
        Repair.Outcome.NEEDS_PERSON, engine.acting().repair(gone, CAROL, false).get(0).outcome());
  }

  @Test
  void whatIsGoing_isPassedOverWhenTheRestIsTakenBack() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    plant(session(RIDE), "0000000");
    setAside(2);
    Quarantine quarantine = new Quarantine(bench.node(bench.ledger, bench.content));
    SequencePlace place = SequencePlace.of(RIDE);
    Quarantine.Stored going = quarantine.markGoing(quarantine.at(place).get(0)).orElseThrow();
    assertEquals(1, engine.acting().takeBack(place, CAROL, false).size());
    assertThrows(ActRefusedException.class, () -> engine.acting().takeBack(place, CAROL, false));
    assertEquals(1, bench.ledger.controls().list(Quarantine.PAST, "", 10).size());
    quarantine.endDeleted(going, CAROL);
    quarantine.endDeleted(going, CAROL);
    assertEquals(2, bench.ledger.controls().list(Quarantine.PAST, "", 10).size(), "told once");
  }

  @Test
  void settingAsideTwice_recordsOnceAndAddsWhatIsNew() {
    care.verified(RIDE);
    ContentPrefix session = session(RIDE);
    plant(session, "0000000");
    setAside(1);
    engine.acting().repair(RIDE, CAROL, false);
    assertEquals(1, aside().size());
    plant(session, "0000001");
    setAside(2);
    assertEquals(2, aside().size());
  }

  @Test
  void aRehearsal_setsNothingAside() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    List<Repair> repairs = engine.acting().repair(RIDE, CAROL, true);
    assertEquals(Repair.Outcome.PLANNED, repairs.get(0).outcome());
    assertEquals(List.of(), aside());
  }

  @Test
  void manyOrphans_areKeptInPages() {
    care.verified(RIDE);
    String[] parts = new String[1_201];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = "%07d".formatted(i);
    }
    List<ContentKey> orphans = plant(session(RIDE), parts);
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1_201);
    assertEquals(3, aside().size());
    bench.time.advance(GRACE);
    tick(expirer);
    assertGone(orphans);
    bench.checkInvariants();
  }

  @Test
  void whatIsTakenBack_isNotDeletedAndFoundAgain() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    SequencePlace place = SequencePlace.of(RIDE);
    assertEquals(1, engine.acting().takeBack(place, CAROL, true).size());
    assertEquals(1, aside().size());
    assertEquals(1, engine.acting().takeBack(place, CAROL, false).size());
    assertThrows(ActRefusedException.class, () -> engine.acting().takeBack(place, CAROL, false));
    bench.time.advance(GRACE.multipliedBy(2));
    tick(expirer);
    assertThere(orphans);
    assertFalse(audit().isClean());
    assertEquals(
        1, bench.ledger.controls().list(Quarantine.PAST, "", 10).size(), "who took it back");
  }
}
