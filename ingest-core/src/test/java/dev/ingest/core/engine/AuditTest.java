package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.Expectation;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Remedy;
import dev.ingest.core.Stage;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.AuditRow.Progress;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every kind of finding, and what is none. */
final class AuditTest extends AuditFixture {

  private static final AuditOptions BYTES = LISTINGS.withBytes(true);
  private static final AuditOptions HISTORY = LISTINGS.withHistory(true);

  private AuditFinding only(AuditOptions options) {
    AuditReport report = audit(options);
    assertTrue(report.isComplete(), () -> report.unread().toString());
    assertFalse(report.isClean());
    assertEquals(1, found.size(), found::toString);
    assertEquals(1, report.findingCount());
    return found.get(0);
  }

  private void assertOnly(Kind kind, SequenceKey key, AuditOptions options) {
    AuditFinding finding = only(options);
    assertEquals(kind, finding.kind(), finding::toString);
    assertEquals(Optional.of(key), finding.subject().sequence());
    assertEquals(SequencePlace.of(key), finding.subject().place());
  }

  private void assertClean(AuditOptions options) {
    AuditReport report = audit(options);
    assertTrue(report.isClean(), () -> report + " " + found);
  }

  private static AuditRow in(AuditRow row, State state, Instant visibleAt, boolean leased) {
    Progress was = row.progress();
    return new AuditRow(
        row.receipt(),
        row.raw(),
        new Progress(state, was.version(), visibleAt, was.fence(), leased),
        row.made(),
        row.published(),
        row.chain());
  }

  private static AuditRow published(AuditRow row, Optional<Publication> published) {
    return new AuditRow(
        row.receipt(), row.raw(), row.progress(), row.made(), published, row.chain());
  }

  @Test
  void whatFits_isCleanAndCounted() {
    for (AuditOptions options :
        List.of(LISTINGS, BYTES, HISTORY, BYTES.withHistory(true).withPerSecond(1))) {
      AuditReport report =
          audit(options, bench.content, receipts.stream().map(KnownReceipt::of).iterator());
      assertTrue(report.isClean(), () -> report + " " + found);
      assertEquals(new Looked(3, 18, 3), report.looked());
    }
    assertTrue(bench.time.instant().isAfter(Bench.START.plusMillis(900)), "the rate was kept");
  }

  @Test
  void rawItemMissing_isNamed() {
    bench.content.remove(below("raw", RIDE).get(0));
    AuditFinding finding = only(LISTINGS);
    assertEquals(Kind.RAW_MISSING, finding.kind());
    assertEquals(Optional.of(ItemName.of("a.jpg")), finding.subject().item());
    assertEquals(Remedy.RESTORE, finding.remedy());
    byte[] bytes = ("one of " + RIDE).getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "raw: %d bytes of %s".formatted(bytes.length, Digest.of(bytes)), finding.expected());
    assertEquals(
        new AuditFinding.Span(Optional.of(receipts.get(0).acceptedAt()), Optional.empty()),
        finding.span());
  }

  @Test
  void rawManifestMissing_isNamed() {
    bench.content.remove(below("raw", RIDE).get(2));
    assertOnly(Kind.RAW_MISSING, RIDE, LISTINGS);
  }

  @Test
  void allRawBytesGone_areDeletedEarly() {
    below("raw", RIDE).forEach(bench.content::remove);
    assertOnly(Kind.DELETED_EARLY, RIDE, LISTINGS);
  }

  @Test
  void truncatedItems_differ() {
    bench.content.truncate(below("raw", RIDE).get(1), 1);
    assertOnly(Kind.RAW_DIFFERS, RIDE, LISTINGS);
    assertEquals(Optional.of(ItemName.of("b.jpg")), found.get(0).subject().item());
    assertOnly(Kind.RAW_DIFFERS, RIDE, BYTES);
  }

  @Test
  void truncatedResult_differsAndCanBeMadeAgainUntilExpiry() {
    bench.content.truncate(below("run", WALK).get(1), 1);
    assertOnly(Kind.RESULT_DIFFERS, WALK, LISTINGS);
    assertEquals(Remedy.RERUN, found.get(0).remedy());
    assertEquals(Optional.of(receipts.get(1).expiresAt()), found.get(0).span().recoverableUntil());
  }

  @Test
  void resultItemMissing_isNamed() {
    bench.content.remove(below("run", WALK).get(1));
    assertOnly(Kind.RESULT_MISSING, WALK, LISTINGS);
    assertEquals(Optional.of(ItemName.of("b.jpg")), found.get(0).subject().item());
  }

  @Test
  void allOfTheResultMissing_isOneFinding() {
    below("run", WALK).forEach(bench.content::remove);
    assertOnly(Kind.RESULT_MISSING, WALK, LISTINGS);
  }

  @Test
  void flippedBytes_areFoundByReading() {
    bench.content.corrupt(below("raw", RIDE).get(1), 0);
    assertClean(LISTINGS);
    assertOnly(Kind.RAW_DIFFERS, RIDE, BYTES);
  }

  @Test
  void flippedManifest_isFoundByReading() {
    bench.content.corrupt(below("run", RIDE).get(2), 60);
    audit(BYTES);
    assertEquals(List.of(Kind.MANIFEST_DIFFERS), found.stream().map(AuditFinding::kind).toList());
  }

  @Test
  void manifestWithAnotherBeginning_isFoundByReading() {
    bench.content.corrupt(below("run", RIDE).get(2), 0);
    assertOnly(Kind.MANIFEST_DIFFERS, RIDE, BYTES);
  }

  @Test
  void flippedManifestOfAResult_canBeMadeAgainUnlessThatOfTheRawBytesIsToo() {
    bench.content.corrupt(below("run", RIDE).get(2), 60);
    assertOnly(Kind.MANIFEST_DIFFERS, RIDE, BYTES);
    assertEquals(Remedy.RERUN, found.get(0).remedy());
    assertEquals(Optional.of(receipts.get(0).expiresAt()), found.get(0).span().recoverableUntil());
    bench.content.corrupt(below("raw", RIDE).get(2), 60);
    audit(BYTES);
    assertEquals(
        List.of(Remedy.RECORD, Remedy.RECORD), found.stream().map(AuditFinding::remedy).toList());
    assertEquals(Optional.empty(), found.get(1).span().recoverableUntil());
  }

  @Test
  void linesOfAFlippedManifest_nameNoItem() {
    SequenceKey key = SequenceKey.of("alice", "walk-2");
    Bench.submit(engine, key, "a.jpg", "one", "b.jpg", "three", "c.jpg", "fourteen");
    bench.run(engine);
    bench.joinLines(below("run", key).get(3), 2);
    assertOnly(Kind.MANIFEST_DIFFERS, key, BYTES);
    assertEquals(Optional.empty(), found.get(0).subject().item());
    // Listings look closely where they show something else.
    store(bench.entry(key).published().orElseThrow().result().prefix(), "0000009");
    audit(LISTINGS);
    assertEquals(
        List.of(Kind.EXTRA_BYTES, Kind.MANIFEST_DIFFERS),
        found.stream().map(AuditFinding::kind).sorted(Comparator.comparing(Kind::name)).toList());
  }

  @Test
  void whatIsMissingBesideAFlippedManifest_hasNoName() {
    SequenceKey key = SequenceKey.of("alice", "walk-2");
    Bench.submit(engine, key, "a.jpg", "one", "b.jpg", "three", "c.jpg", "fourteen");
    bench.run(engine);
    bench.joinLines(below("raw", key).get(3), 2);
    ContentKey second = below("raw", key).get(1);
    bench.content.remove(second);
    audit(LISTINGS);
    assertEquals(
        List.of(Kind.MANIFEST_DIFFERS, Kind.RAW_MISSING),
        found.stream().map(AuditFinding::kind).toList());
    assertEquals(Optional.of(second), found.get(1).subject().key());
    assertEquals(Optional.empty(), found.get(1).subject().item());
  }

  @Test
  void bytesThatNothingNames_areExtra() {
    store(
        new ContentPrefix(below("run", RIDE).get(0).value().replaceAll("/[^/]*$", "")), "0000009");
    assertOnly(Kind.EXTRA_BYTES, RIDE, LISTINGS);
    assertEquals(Remedy.QUARANTINE, found.get(0).remedy());
  }

  @Test
  void bytesInThePlaceOfOneItemMore_areExtra() {
    store(
        new ContentPrefix(below("run", RIDE).get(0).value().replaceAll("/[^/]*$", "")), "0000002");
    assertOnly(Kind.EXTRA_BYTES, RIDE, LISTINGS);
  }

  @Test
  void outputOfAForgottenRun_isExtra() {
    store(KeyLayout.runs(RIDE).child("e000001-000000000009-" + "a".repeat(32)), "0000000");
    assertOnly(Kind.EXTRA_BYTES, RIDE, LISTINGS);
  }

  /** The prefix of a call's output goes on where that of its lease's output ends. */
  @Test
  void outputOfACall_standsForNothingOfTheResult() {
    ContentKey missing = below("run", WALK).get(1);
    byte[] bytes = bench.content.bytes(missing);
    bench.content.remove(missing);
    String result = missing.value().substring(0, missing.value().lastIndexOf('/'));
    store(new ContentPrefix(result + "-" + "a".repeat(16)), "0000001", bytes);
    audit(LISTINGS);
    assertEquals(
        Set.of(Kind.RESULT_MISSING, Kind.EXTRA_BYTES),
        found.stream().map(AuditFinding::kind).collect(Collectors.toSet()));
  }

  @Test
  void keyWithoutAPlace_isExtra() {
    long before = audit(LISTINGS).looked().objects();
    store(new ContentPrefix("raw/elsewhere"), "0000000");
    AuditFinding finding = only(LISTINGS);
    assertEquals(before + 1, audit(LISTINGS).looked().objects());
    assertEquals(Kind.EXTRA_BYTES, finding.kind());
    assertEquals("raw/elsewhere/0000000", finding.subject().key().orElseThrow().value());
  }

  @Test
  void entryDeletedByHand_isMissingByTheNameThatItsSessionKept() {
    bent.row = row -> Optional.of(row).filter(one -> !one.key().equals(RIDE));
    assertOnly(Kind.ENTRY_MISSING, RIDE, LISTINGS);
    assertEquals(Remedy.ADOPT, found.get(0).remedy());
  }

  @Test
  void entryUnknownToARestoredLedger_isMissingForItsManifest() {
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    bent.row = row -> Optional.of(row).filter(one -> !one.key().equals(RIDE));
    AuditFinding finding = only(LISTINGS);
    assertEquals(Kind.ENTRY_MISSING, finding.kind());
    assertEquals(Optional.empty(), finding.subject().sequence());
    assertEquals(Optional.of(below("raw", RIDE).get(2)), finding.subject().key());
  }

  @Test
  void openUploads_areNoFindings() {
    Engine cutOff = bench.engine(bench.ledgerWithoutCommits(), bench.content, Bench.copying());
    SequenceKey open = SequenceKey.of("carol", "open");
    assertThrows(
        OutcomeUnknownException.class, () -> Bench.submit(cutOff, open, "a", "x", "b", "y"));
    assertEquals(3, below("raw", open).size());
    assertClean(LISTINGS);
    bench.time.advance(bench.limits.idleTime().plusMinutes(1));
    engine.sweeper().tick();
    assertClean(LISTINGS);
  }

  @Test
  void receiptWithoutEntry_isNamedOnce() {
    SequenceKey lost = SequenceKey.of("carol", "lost");
    AuditReport report =
        audit(
            LISTINGS,
            bench.content,
            List.of(
                    new KnownReceipt(lost, Digest.ofUtf8("x")),
                    KnownReceipt.of(receipts.get(0)),
                    new KnownReceipt(WALK, Digest.ofUtf8("another root")))
                .iterator());
    assertTrue(report.isComplete());
    assertEquals(
        List.of(Optional.of(lost), Optional.of(WALK)),
        found.stream().map(finding -> finding.subject().sequence()).toList());
    assertTrue(found.stream().allMatch(finding -> finding.kind() == Kind.ENTRY_MISSING));
    assertEquals(3, report.looked().receipts());
  }

  @Test
  void verifiedWithoutAPublication_isUnproven() {
    bend(RIDE, row -> published(row, Optional.empty()));
    assertOnly(Kind.UNPROVEN, RIDE, LISTINGS);
    assertEquals(Remedy.RERUN, found.get(0).remedy());
  }

  @Test
  void anotherSequencesResult_isNoProof() {
    Publication other = bench.entry(OTHER).published().orElseThrow();
    bend(RIDE, row -> published(row, Optional.of(other)));
    AuditReport report = audit(LISTINGS);
    assertEquals(Optional.of(1L), Optional.ofNullable(report.findings().get(Kind.UNPROVEN)));
  }

  @Test
  void tooFewResultItems_doNotCover() {
    Pipeline lax =
        Pipeline.named("test")
            .stage(
                Stage.perItem(
                    "first",
                    1,
                    (item, context) -> {
                      if (item.name().value().startsWith("a")) {
                        context.emit(
                            item.name(),
                            new ByteArrayInputStream("made".getBytes(StandardCharsets.UTF_8)));
                      }
                    }))
            .expect(Expectation.atLeast(1))
            .build();
    Engine laxEngine = bench.engine(lax);
    Bench.submit(laxEngine, SequenceKey.of("dora", "half"), "a", "x", "b", "y");
    bench.run(laxEngine);
    assertOnly(Kind.NOT_COVERED, SequenceKey.of("dora", "half"), LISTINGS);
  }

  @Test
  void workThatNobodyTakesUp_isStuck() {
    SequenceKey waiting = SequenceKey.of("erna", "waiting");
    Receipt receipt = Bench.submit(engine, waiting, "a", "x");
    bench.time.advance(Duration.ofMinutes(60));
    assertClean(LISTINGS);
    bench.time.advance(Duration.ofMinutes(1));
    assertOnly(Kind.STUCK, waiting, LISTINGS);
    assertEquals(Remedy.RESUME, found.get(0).remedy());
    assertEquals(Optional.of(receipt.expiresAt()), found.get(0).span().recoverableUntil());
    bend(waiting, row -> in(row, State.PROCESSING, bench.time.instant(), true));
    assertClean(LISTINGS);
    bend(waiting, row -> in(row, State.PROCESSING, bench.time.instant().minusSeconds(3_700), true));
    assertOnly(Kind.STUCK, waiting, LISTINGS);
    bend(waiting, row -> in(row, State.ACCEPTED, Bench.START.plus(Duration.ofDays(400)), false));
    assertOnly(Kind.STUCK, waiting, LISTINGS);
  }

  @Test
  void bytesThatShouldBeGoneAndAreNot_areStuck() {
    SequenceKey going = SequenceKey.of("erna", "going");
    Bench.submit(engine, going, "a", "x");
    Instant decided = bench.time.instant();
    bend(going, row -> in(row, State.DISCARDING, decided, false));
    bench.time.advance(Duration.ofMinutes(60));
    assertClean(LISTINGS);
    bench.time.advance(Duration.ofMinutes(1));
    assertOnly(Kind.STUCK, going, LISTINGS);
    assertEquals("bytes that are deleted within PT1H", found.get(0).expected());
    assertEquals("DISCARDING, due at " + decided, found.get(0).actual());
    assertEquals(Remedy.RESUME, found.get(0).remedy(), "nobody is asked for what was to go");
    assertEquals(Optional.empty(), found.get(0).span().recoverableUntil());
    bend(going, row -> in(row, State.ACCEPTED, decided, false));
    below("raw", going).forEach(bench.content::remove);
    audit(LISTINGS);
    assertEquals(
        List.of(Remedy.RECORD),
        found.stream()
            .filter(finding -> finding.kind() == Kind.STUCK)
            .map(AuditFinding::remedy)
            .toList(),
        "work without its raw bytes needs them");
  }

  @Test
  void brokenHistory_isFoundByFollowingIt() {
    bent.history = rows -> rows.size() < 2 ? rows : rows.subList(1, rows.size());
    assertClean(LISTINGS);
    AuditReport report = audit(HISTORY);
    assertEquals(Optional.of(3L), Optional.ofNullable(report.findings().get(Kind.HISTORY_BROKEN)));
    bent.history = rows -> rows.subList(0, Math.max(0, rows.size() - 1));
    assertEquals(3, audit(HISTORY).findingCount());
  }

  @Test
  void entryWithoutHistory_isFoundWithoutFollowingIt() {
    bend(
        RIDE,
        row ->
            new AuditRow(
                row.receipt(),
                row.raw(),
                row.progress(),
                row.made(),
                row.published(),
                ChainHead.EMPTY));
    assertOnly(Kind.HISTORY_BROKEN, RIDE, LISTINGS);
  }

  @Test
  void expiredBeforeItsExpiry_isDeletedEarly() {
    below("raw", RIDE).forEach(bench.content::remove);
    bend(RIDE, row -> in(row, State.EXPIRED, row.progress().visibleAt(), false));
    assertOnly(Kind.DELETED_EARLY, RIDE, LISTINGS);
    bench.time.advance(Duration.ofDays(31));
    assertClean(LISTINGS);
    assertOnly(Kind.DELETED_EARLY, RIDE, LISTINGS.withHistory(true));
  }

  @Test
  void clockThatWasSetBackAfterAnExpiry_isNoEarlyDeletion() {
    below("raw", RIDE).forEach(bench.content::remove);
    Instant decided = bench.entry(RIDE).receipt().expiresAt();
    bent.history = rows -> rows.stream().map(row -> expiryStarted(row, decided)).toList();
    bend(RIDE, row -> in(row, State.EXPIRED, row.progress().visibleAt(), false));
    assertClean(LISTINGS);
  }

  private static HistoryRow expiryStarted(HistoryRow row, Instant at) {
    HistoryRow.Step step =
        new HistoryRow.Step(row.step().transition(), TransitionKind.EXPIRING, at);
    return new HistoryRow(row.key(), step, row.from(), row.to(), row.note(), row.link());
  }

  @Test
  void rawBytesOfWhatExpired_areExtra() {
    bench.time.advance(Duration.ofDays(31));
    bend(RIDE, row -> in(row, State.EXPIRED, row.progress().visibleAt(), false));
    assertOnly(Kind.EXTRA_BYTES, RIDE, LISTINGS);
  }

  @Test
  void whatChangesWhileItIsRead_isNoFinding() {
    int[] pages = {0};
    bent.beforePage =
        () -> {
          if (pages[0]++ == 0) {
            SequenceKey late = SequenceKey.of("fred", "late");
            Bench.submit(engine, late, "a", "x");
          }
        };
    assertClean(LISTINGS);
    assertTrue(pages[0] > 1);
  }
}
