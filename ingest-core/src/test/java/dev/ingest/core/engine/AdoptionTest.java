package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.core.Upload;
import dev.ingest.core.lifecycle.Adopted;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A ledger restored from a backup, under a content store that has more than it knows. */
final class AdoptionTest {

  private static final Event.Act CAROL = new Event.Act("carol", "restored last night's backup");
  private static final SequenceKey LATER = SequenceKey.of("bob", "later");

  private final Bench bench = new Bench();
  private final Engine before = bench.engine(bench.ledger, bench.content, Bench.copying());
  private final Receipt old;
  private final InMemoryLedger restored;
  private final Engine engine;
  private final Acting acting;

  AdoptionTest() {
    Bench.submit(before, RIDE, "a", "x");
    restored = bench.ledger.backup(IncarnationId.ofBits(8, 8));
    Bench.submit(before, SequenceKey.of("alice", "also-later"), "a", "y");
    // The second item is sent in another part, after the upload broke off.
    try (Upload upload = before.upload(LATER)) {
      Bench.add(upload, "a", "x", "b", "yy");
    }
    try (Upload upload = before.upload(LATER)) {
      Bench.add(upload, "c", "zzz");
      old = upload.submit();
    }
    engine = bench.engine(restored, bench.content, Bench.copying());
    acting = engine.acting();
  }

  @Test
  void whatTheLedgerDoesNotKnow_isFoundAndNothingElse() {
    Bench.submit(engine, SequenceKey.of("alice", "new"), "a", "z");
    try (Upload open = engine.upload(SequenceKey.of("alice", "open"))) {
      Bench.add(open, "a", "x");
    }
    List<UnknownAcceptance> unknown = acting.unknownAcceptances(10);
    assertEquals(2, unknown.size());
    assertEquals(1, acting.unknownAcceptances(1).size());
    assertTrue(
        unknown.stream()
            .map(UnknownAcceptance::manifest)
            .anyMatch(key -> KeyLayout.uploads(LATER).covers(key)));
  }

  @Test
  void confirmation_needsEveryUnknownAcceptanceToBeAdoptedOrGivenUp() {
    ActRefusedException refused =
        assertThrows(ActRefusedException.class, () -> acting.confirmIncarnation(CAROL, 0, false));
    assertTrue(String.valueOf(refused.getMessage()).contains("does not know 2 acceptances"));
    assertThrows(ActRefusedException.class, () -> acting.confirmIncarnation(CAROL, 1, false));
    acting.adopt(LATER, Optional.empty(), CAROL);
    assertEquals(1, acting.unknownAcceptances(10).size(), "of bytes that are known again");
    assertEquals(restored.incarnation(), acting.confirmIncarnation(CAROL, 1, false));
  }

  @Test
  void moreThanAreCounted_cannotBeGivenUp() {
    Committer committer = engine.committer();
    Node node = engine.node();
    Intake intake = new Intake(node, committer, engine.supervisor(), engine.routing());
    ActRefusedException refused =
        assertThrows(
            ActRefusedException.class,
            () -> new Acting(node, committer, intake, 1).confirmIncarnation(CAROL, 1, false));
    assertTrue(String.valueOf(refused.getMessage()).contains("1 or more"), refused.getMessage());
    assertEquals(
        restored.incarnation(),
        new Acting(node, committer, intake, 2).confirmIncarnation(CAROL, 2, false));
  }

  @Test
  void anAdoptedSequence_hasItsRootAndIsPublished() {
    Receipt adopted = acting.adopt(LATER, Optional.empty(), CAROL);
    assertEquals(old.manifest(), adopted.manifest());
    while (engine.worker().tick() + engine.verifier().tick() > 0) {
      bench.runTasks();
    }
    assertEquals(State.VERIFIED, engine.find(LATER).orElseThrow().state());
    assertTrue(engine.verify(engine.find(LATER).orElseThrow()).isClean());
    assertEquals(adopted, acting.adopt(LATER, Optional.empty(), CAROL), "again is the same");
    assertEquals(1, adoptionsTold());
  }

  @Test
  void whoAdopted_isInTheHistoryAndTheAlertOfTheSameCommit() {
    acting.adopt(LATER, Optional.empty(), CAROL);
    HistoryRow row = restored.ledger().history(LATER, 0, 10).get(0);
    assertEquals("carol", row.note().actor());
    assertTrue(
        row.note()
            .detail()
            .endsWith("; adopted=%s; reason=%s".formatted(sessionOf(old), CAROL.reason())),
        row.note().detail());
    assertEquals(Set.of(sessionOf(old), sessionOf(restored)), SessionNote.of(row));
    assertEquals(1, adoptionsTold());
  }

  @Test
  void whoAdoptedWhatRepairs_isInTheHistoryToo() {
    SequenceKey key = SequenceKey.of("carol", "again");
    Bench.submit(before, key, "a", "again");
    erase(before, key);
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    Bench.submit(before, key, "a", "again");
    Engine after = bench.engine(backup, bench.content, Bench.copying());
    after.acting().adopt(key, Optional.empty(), CAROL);
    List<HistoryRow> rows = backup.ledger().history(key, 0, 10);
    HistoryRow row = rows.get(rows.size() - 1);
    assertEquals(TransitionKind.READMITTED, row.step().kind());
    assertEquals("carol", row.note().actor());
    assertTrue(row.note().detail().endsWith("; reason=" + CAROL.reason()), row.note().detail());
    assertTrue(
        backup.pendingAlerts().stream()
            .anyMatch(told -> told.group().code().equals("ACCEPTANCE_ADOPTED")));
  }

  @Test
  void theOwnersOpenUpload_isNotMixedWithAndNotTakenAway() {
    Upload owner = engine.upload(LATER);
    for (int i = 0; i < 256; i++) {
      Bench.add(owner, "item-%03d".formatted(i), "of the owner");
    }
    bench.time.advance(Intake.IDLE.multipliedBy(2));
    ActRefusedException refused =
        assertThrows(ActRefusedException.class, () -> acting.adopt(LATER, Optional.empty(), CAROL));
    assertTrue(String.valueOf(refused.getMessage()).contains("256 items"), refused.getMessage());
    assertEquals(256, owner.submit().manifest().count());
    owner.close();
  }

  @Test
  void anOpenUploadWithoutItems_isGivenUpOnceNobodyTouchesIt() {
    engine.upload(LATER).close();
    assertThrows(ActRefusedException.class, () -> acting.adopt(LATER, Optional.empty(), CAROL));
    bench.time.advance(Intake.IDLE.plusSeconds(1));
    assertEquals(old.manifest(), acting.adopt(LATER, Optional.empty(), CAROL).manifest());
  }

  @Test
  void anUploadThatTheBackupShowsOpen_isAdopted() {
    SequenceKey key = SequenceKey.of("carol", "open");
    InMemoryLedger backup;
    Receipt accepted;
    try (Upload upload = before.upload(key)) {
      for (int i = 0; i < 300; i++) {
        Bench.add(upload, "item-%03d".formatted(i), "x");
      }
      backup = bench.ledger.backup(IncarnationId.ofBits(9, 9));
      accepted = upload.submit();
    }
    Engine after = bench.engine(backup, bench.content, Bench.copying());
    assertThrows(
        ActRefusedException.class, () -> after.acting().adopt(key, Optional.empty(), CAROL));
    bench.time.advance(Intake.IDLE.plusSeconds(1));
    assertEquals(
        accepted.manifest(), after.acting().adopt(key, Optional.empty(), CAROL).manifest());
    assertKnown(after, key);
  }

  @Test
  void quotaOfTheOwner_countsWhatIsAdoptedAndDoesNotRefuseIt() {
    bench.limits = bench.limits.withQuota(new OwnerQuota(1, 7));
    Engine limited = bench.engine(restored, bench.content, Bench.copying());
    SequenceKey sent = SequenceKey.of("bob", "sent");
    Bench.submit(limited, sent, "a", "1234567");
    Receipt adopted = limited.acting().adopt(LATER, Optional.empty(), CAROL);
    assertEquals(old.manifest(), adopted.manifest());
    assertEquals(
        new OwnerUsage(0, 0, 7 + old.manifest().bytes()),
        restored.ledger().holdings().usage(LATER.owner()));
    assertThrows(
        QuotaExceededException.class,
        () -> Bench.submit(limited, SequenceKey.of("bob", "more"), "a", "x"));
  }

  @Test
  void sessionsThatTheBackupShowsOpen_leaveRoomForAnAdoption() {
    bench.limits = bench.limits.withQuota(new OwnerQuota(1, Long.MAX_VALUE));
    Engine limited = bench.engine(restored, bench.content, Bench.copying());
    limited.upload(SequenceKey.of("bob", "open")).close();
    assertThrows(
        QuotaExceededException.class, () -> limited.upload(SequenceKey.of("bob", "another")));
    Receipt adopted = limited.acting().adopt(LATER, Optional.empty(), CAROL);
    assertEquals(old.manifest(), adopted.manifest());
  }

  @Test
  void bytesOfAnotherRoot_areNotAccepted() {
    Digest other = Digest.ofUtf8("another manifest");
    Adoption.Source source = new Adoption.Source(other, new Adopted(sessionOf(old), CAROL));
    Intake intake =
        new Intake(engine.node(), engine.committer(), engine.supervisor(), engine.routing());
    int manifests = manifests();
    try (Upload upload = intake.adopting(LATER, source)) {
      Bench.add(upload, "a", "x");
      ActRefusedException refused = assertThrows(ActRefusedException.class, upload::submit);
      assertTrue(String.valueOf(refused.getMessage()).contains(other.toString()));
    }
    assertEquals(Optional.empty(), engine.find(LATER));
    assertEquals(manifests, manifests());
  }

  private int manifests() {
    return (int) bench.content.keys().stream().filter(KeyLayout::isManifest).count();
  }

  private long adoptionsTold() {
    return restored.pendingAlerts().stream()
        .filter(row -> row.group().code().equals("ACCEPTANCE_ADOPTED"))
        .count();
  }

  @Test
  void bytesThatRotted_areNotAdopted() {
    ContentKey item =
        bench.content.keys().stream()
            .filter(key -> KeyLayout.uploads(LATER).covers(key))
            .findFirst()
            .orElseThrow();
    bench.content.corrupt(item, 0);
    assertThrows(ItemRefusedException.class, () -> acting.adopt(LATER, Optional.empty(), CAROL));
    assertEquals(Optional.empty(), engine.find(LATER));
    assertEquals(
        List.of(),
        restored.sessions().untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10));
  }

  @Test
  void otherBytesUnderTheId_areAConflict() {
    Bench.submit(engine, LATER, "a", "something else");
    assertThrows(ActRefusedException.class, () -> acting.adopt(LATER, Optional.empty(), CAROL));
    assertThrows(
        SequenceConflictException.class,
        () -> acting.adopt(LATER, Optional.of(sessionOf(old)), CAROL));
  }

  @Test
  void aReUploadOfWhatTheBackupHasDiscarded_isUnknown() {
    SequenceKey key = SequenceKey.of("carol", "again");
    Bench.submit(before, key, "a", "again");
    erase(before, key);
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    Bench.submit(before, key, "a", "again");
    Engine after = bench.engine(backup, bench.content, Bench.copying());
    assertEquals(State.DISCARDED, after.find(key).orElseThrow().state());
    assertUnknown(after, key);
    after.acting().adopt(key, Optional.empty(), CAROL);
    assertEquals(State.ACCEPTED, after.find(key).orElseThrow().state());
    assertKnown(after, key);
  }

  @Test
  void aReUploadAfterTheBytesOfTheBackup_isUnknown() {
    SequenceKey key = SequenceKey.of("carol", "again");
    Bench.submit(before, key, "a", "again");
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    erase(before, key);
    Bench.submit(before, key, "a", "again");
    Engine after = bench.engine(backup, bench.content, Bench.copying());
    assertEquals(State.ACCEPTED, after.find(key).orElseThrow().state(), "and its bytes are gone");
    assertUnknown(after, key);
  }

  @Test
  void whatWasAcceptedAfterTheBackupSawItOpen_isUnknown() {
    SequenceKey key = SequenceKey.of("carol", "open");
    InMemoryLedger backup;
    try (Upload upload = before.upload(key)) {
      Bench.add(upload, "a", "open");
      backup = bench.ledger.backup(IncarnationId.ofBits(9, 9));
      upload.submit();
    }
    Engine after = bench.engine(backup, bench.content, Bench.copying());
    assertUnknown(after, key);
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    after.sweeper().tick();
    assertUnknown(after, key);
  }

  @Test
  void whatWasReplacedInTheSameLife_isKnown() {
    SequenceKey key = SequenceKey.of("carol", "replaced");
    Bench.submit(engine, key, "a", "replaced");
    bench.content.keys().stream()
        .filter(stored -> KeyLayout.uploads(key).covers(stored))
        .filter(stored -> !KeyLayout.isManifest(stored))
        .forEach(stored -> bench.content.corrupt(stored, 0));
    bench.run(engine);
    assertEquals(State.FAILED, engine.find(key).orElseThrow().state());
    Bench.submit(engine, key, "a", "replaced");
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    erase(engine, key);
    assertKnown(engine, key);
  }

  private void erase(Engine by, SequenceKey key) {
    by.acting().act(key, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
    Disposal disposal =
        new Disposal(
            by.node(),
            by.committer(),
            bench.content,
            ExpiryPolicy.defaultFor(TimePolicy.DEFAULT),
            by.supervisor(),
            new Disposal.Turn() {
              @Override
              public void goOn() {}

              @Override
              public ClockGuard.Look time() {
                return new ClockGuard(by.node(), Duration.ZERO).look();
              }
            });
    int gone = disposal.resume(List.of(by.find(key).orElseThrow()), bench.time.instant());
    assertEquals(1, gone + disposal.settle());
    assertEquals(State.DISCARDED, by.find(key).orElseThrow().state());
  }

  private static void assertUnknown(Engine by, SequenceKey key) {
    assertEquals(1, unknown(by, key));
    assertThrows(ActRefusedException.class, () -> by.acting().confirmIncarnation(CAROL, 0, false));
  }

  private static void assertKnown(Engine by, SequenceKey key) {
    assertEquals(0, unknown(by, key));
  }

  private static long unknown(Engine by, SequenceKey key) {
    return by.acting().unknownAcceptances(100).stream()
        .filter(found -> KeyLayout.uploads(key).covers(found.manifest()))
        .count();
  }

  @Test
  void engineWithoutPipelines_copiesNothingAndSaysWhatToDo() {
    Engine bare = bench.engine(restored, bench.content);
    int stored = bench.content.size();
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> bare.acting().adopt(LATER, Optional.empty(), CAROL));
    assertTrue(String.valueOf(refused.getMessage()).contains("pipeline"), refused.getMessage());
    assertThrows(ConfigurationException.class, () -> bare.upload(LATER));
    assertThrows(ConfigurationException.class, () -> bare.routing().choose(LATER));
    assertEquals(stored, bench.content.size());
    assertEquals(0, restored.ledger().census(Optional.empty()).openSessions());
  }

  @Test
  void whatNobodyUploaded_isRefused() {
    SequenceKey never = SequenceKey.of("bob", "never");
    assertThrows(ActRefusedException.class, () -> acting.adopt(never, Optional.empty(), CAROL));
  }

  private SessionId sessionOf(Receipt receipt) {
    return bench.ledger.ledger().find(List.of(receipt.key())).get(0).orElseThrow().raw().session();
  }

  private static SessionId sessionOf(InMemoryLedger ledger) {
    return ledger.ledger().find(List.of(LATER)).get(0).orElseThrow().raw().session();
  }
}
