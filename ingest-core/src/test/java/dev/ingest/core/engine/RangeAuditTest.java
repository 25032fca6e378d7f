package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport.Unread;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.SetAside;
import dev.ingest.core.engine.RangeAudit.Ended;
import dev.ingest.core.engine.Reconciliation.Range;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.AuditRow.Progress;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How often a range is read again, and how long it waits for what moves. */
final class RangeAuditTest {

  private static final Range ALL = new Range(Optional.empty(), SequencePlace.LAST);

  private final Bench bench = new Bench();
  private final BentLedger bent = new BentLedger(bench.ledger);
  private final List<Duration> pauses = new ArrayList<>();
  private final List<Long> reached = new ArrayList<>();
  private final List<Long> listed = new ArrayList<>();

  /** After how many pauses the engine stops. */
  private int mostPauses = Integer.MAX_VALUE;

  private Runnable atPause = () -> {};

  private final HeardAudit heard = new HeardAudit();
  private final AuditSink sink = new AuditSink(heard, 1);

  private List<SequenceKey> submit(int count) {
    Engine engine = bench.engine(Bench.copying());
    List<SequenceKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(SequenceKey.of("owner-" + i, "ride"));
      Bench.submit(engine, keys.get(i), "a", "x");
    }
    bench.run(engine);
    return keys;
  }

  private RangeAudit audit(ContentStore content, AuditOptions options) {
    Node node = bench.node(bent.store(), content, Bench.copying());
    Seams seams = node.seams();
    Node paused =
        Bench.with(
            node,
            new Seams(
                seams.clock(),
                seams.randomBits(),
                seams.tasks(),
                wait -> {
                  pauses.add(wait);
                  bench.time.advance(wait);
                  atPause.run();
                  return pauses.size() <= mostPauses;
                },
                seams.beside(),
                seams.commits(),
                seams.elapsed()));
    return RangeAudit.several(paused, options, sink).get();
  }

  private Ended run(ContentStore content, AuditOptions options) {
    return audit(content, options)
        .run(
            ALL,
            (place, sequences, objects) -> {
              reached.add(sequences);
              listed.add(objects);
            });
  }

  private ContentStore unlisted() {
    return new FaultingContent(
        bench.content.access(),
        call -> call.method().equals("list") ? new Fault.FailBefore() : new Fault.None());
  }

  private static List<Duration> millis(long... each) {
    List<Duration> durations = new ArrayList<>();
    for (long one : each) {
      durations.add(Duration.ofMillis(one));
    }
    return durations;
  }

  /** Its first raw item is missing, and its entry is another each time that it is read. */
  private SequencePlace moving(SequenceKey key) {
    SequencePlace place = SequencePlace.of(key);
    String head = "raw/" + place + "/";
    ContentKey first =
        bench.content.keys().stream()
            .filter(one -> one.value().startsWith(head))
            .findFirst()
            .orElseThrow();
    bench.content.remove(first);
    long[] version = {100};
    bent.row =
        row -> {
          if (!row.key().equals(key)) {
            return Optional.of(row);
          }
          Progress was = row.progress();
          return Optional.of(
              new AuditRow(
                  row.receipt(),
                  row.raw(),
                  new Progress(was.state(), version[0]++, was.visibleAt(), was.fence(), false),
                  row.made(),
                  row.published(),
                  row.chain()));
        };
    return place;
  }

  @Test
  void rangeThatCannotBeRead_isTriedThreeTimes() {
    submit(1);
    Ended ended = run(unlisted(), AuditOptions.DEFAULT);
    assertFalse(ended.isWhole());
    assertEquals(Set.of(), ended.unsettled());
    assertEquals(millis(50, 100), pauses);
    assertEquals(List.of(ALL.toString()), heard.unread.stream().map(Unread::part).toList());
  }

  @Test
  void engineThatStops_leavesTheRestOfTheRangeUnread() {
    submit(1);
    mostPauses = 0;
    assertFalse(run(unlisted(), AuditOptions.DEFAULT).isWhole());
    assertEquals(millis(50), pauses);
    assertEquals(1, heard.unread.size());
  }

  /** Each page but the first fails when it is first read, so that there are three errors in all. */
  @Test
  void rangeThatComesForward_isReadHoweverManyErrorsThereAre() {
    submit(350);
    bent.mostOfAPage = 100;
    int[] reads = {0};
    bent.beforePage =
        () -> {
          if (bent.isOfMany && ++reads[0] % 2 == 0) {
            throw new LedgerException("out");
          }
        };
    Ended ended = run(bench.content, AuditOptions.DEFAULT.withBytes(true));
    assertTrue(ended.isWhole(), heard.unread::toString);
    assertEquals(millis(50, 50, 50), pauses);
    assertEquals(350, sink.report().looked().sequences(), "each once");
    assertEquals(1_400, sink.report().looked().objects());
    assertEquals(List.of(100L, 100L, 100L, 50L), reached);
    assertEquals(List.of(400L, 400L, 400L, 200L), listed);
    assertEquals(List.of(), heard.found);
  }

  @Test
  void placeThatMoves_isLookedAtAgainWithGrowingPausesAndThenUnread() {
    SequenceKey key = submit(3).get(1);
    SequencePlace place = moving(key);
    Ended ended = run(bench.content, AuditOptions.DEFAULT);
    assertTrue(ended.isWhole());
    assertEquals(Set.of(place), ended.unsettled());
    assertEquals(millis(100, 200, 400, 800, 1_600, 3_200, 6_400), pauses);
    assertEquals(List.of(key + " at " + place), heard.unread.stream().map(Unread::part).toList());
    assertEquals("it changed each time that it was looked at", heard.unread.get(0).why());
    assertEquals(List.of(), heard.found);
  }

  @Test
  void placeThatStandsStillAtLast_isToldAsItIsThen() {
    moving(submit(3).get(1));
    int[] reads = {0};
    var moved = bent.row;
    bent.row = row -> reads[0]++ < 12 ? moved.apply(row) : Optional.of(row);
    Ended ended = run(bench.content, AuditOptions.DEFAULT);
    assertEquals(Set.of(), ended.unsettled());
    assertEquals(List.of(Kind.RAW_MISSING), heard.found.stream().map(AuditFinding::kind).toList());
    assertEquals(List.of(), heard.unread);
  }

  /** It is looked at once more, and not waited for. */
  @Test
  void engineThatStops_leavesPlacesThatMoveUnread() {
    SequencePlace place = moving(submit(3).get(1));
    mostPauses = 0;
    assertEquals(Set.of(place), run(bench.content, AuditOptions.DEFAULT).unsettled());
    assertEquals(millis(100), pauses);
    assertEquals(1, heard.unread.size());
  }

  @Test
  void onePlace_isLookedAtLikeAtTheEndOfARange() {
    List<SequenceKey> keys = submit(3);
    SequencePlace place = moving(keys.get(1));
    RangeAudit audit = audit(bench.content, AuditOptions.DEFAULT);
    assertFalse(audit.examine(place));
    assertEquals(1, heard.unread.size());
    assertTrue(audit.examine(SequencePlace.of(keys.get(0))), "which the one before is no part of");
    assertEquals(1, heard.unread.size());
    bent.row = Optional::of;
    assertTrue(audit.examine(place));
    assertEquals(List.of(Kind.RAW_MISSING), heard.found.stream().map(AuditFinding::kind).toList());
  }

  /** One batch is told, and each look at what was left for the end of the range. */
  @Test
  void suspect_isLookedAtThreeTimesBeforeItIsLeftForTheEndOfTheRange() {
    moving(submit(1).get(0));
    var moves = bent.row;
    int[] reads = {0};
    for (int moving : List.of(1, 5)) {
      heard.shares.clear();
      reads[0] = 0;
      bent.row = row -> reads[0]++ < moving ? moves.apply(row) : Optional.of(row);
      run(bench.content, AuditOptions.DEFAULT);
      assertEquals(1, heard.shares.size(), moving + " reads: one of its batch, two of each look");
    }
    heard.shares.clear();
    reads[0] = 0;
    bent.row = row -> reads[0]++ < 6 ? moves.apply(row) : Optional.of(row);
    run(bench.content, AuditOptions.DEFAULT);
    assertEquals(2, heard.shares.size());
    assertEquals(List.of(), pauses, "it is looked at once more before anything is waited for");
    assertEquals(List.of(), heard.unread);
  }

  @Test
  void rangeThatWasGoneThrough_isAllOfItsShareWhateverWasRead() {
    submit(1);
    run(unlisted(), AuditOptions.DEFAULT);
    sink.goesOn();
    assertEquals(1.0, heard.shares.get(heard.shares.size() - 1));
  }

  @Test
  void keysWithoutAPlace_areToldEachTimeThatTheirRangeIsGoneThroughUnlessTheyAreSetAside() {
    submit(2);
    ContentKey first = new ContentKey("raw/0-nobody-makes-this");
    ContentKey second = new ContentKey("raw/0-nor-this");
    store(first);
    store(second);
    RangeAudit audit = audit(bench.content, AuditOptions.DEFAULT);
    audit.run(ALL, (place, sequences, objects) -> {});
    assertEquals(List.of(first, second), keysFound());
    audit.run(ALL, (place, sequences, objects) -> {});
    assertEquals(List.of(first, second, first, second), keysFound());
    new Quarantine(bench.node(bench.ledger, bench.content))
        .add(
            new QuarantineRecord(
                KeyLayout.uploads(),
                new SetAside(
                    SequencePlace.LAST,
                    Optional.empty(),
                    List.of(new ContentStat(first, 3, Optional.empty())),
                    Bench.START,
                    "carol",
                    "ticket"),
                false));
    heard.found.clear();
    audit.run(ALL, (place, sequences, objects) -> {});
    assertEquals(List.of(second), keysFound());
  }

  @Test
  void rangeOfSeveralBatches_isCountedBatchByBatch() {
    submit(150);
    run(bench.content, AuditOptions.DEFAULT.withBytes(true));
    assertEquals(List.of(100L, 50L), reached);
    assertEquals(List.of(400L, 200L), listed);
    assertEquals(600, sink.report().looked().objects());
  }

  /** Twenty of them are of the first second. */
  @Test
  void rate_isWaitedForAfterEachBatch() {
    submit(30);
    run(bench.content, AuditOptions.DEFAULT.withPerSecond(20));
    assertEquals(Collections.nCopies(10, Duration.ofMillis(50)), pauses);
  }

  @Test
  void auditThatEnds_isNotWaitedFor() {
    submit(30);
    atPause = () -> sink.end(new IllegalStateException("another range failed"));
    assertThrows(
        AuditEndedException.class,
        () -> run(bench.content, AuditOptions.DEFAULT.withPerSecond(10)));
    assertEquals(1, pauses.size());
  }

  /** As where another node has the part by now. */
  @Test
  void rangeThatWasBrokenOff_leavesNothingToTheNext() {
    moving(submit(2).get(1));
    RangeAudit audit = audit(bench.content, AuditOptions.DEFAULT);
    IllegalStateException lost = new IllegalStateException("the part is another node's");
    assertThrows(
        IllegalStateException.class,
        () ->
            audit.run(
                ALL,
                (place, sequences, objects) -> {
                  throw lost;
                }));
    bent.row = Optional::of;
    audit.run(ALL, (place, sequences, objects) -> {});
    assertEquals(List.of(Kind.RAW_MISSING), heard.found.stream().map(AuditFinding::kind).toList());
  }

  @Test
  void keysWithoutAPlaceWhereNothingElseIs_areCountedToo() {
    ContentKey last = new ContentKey("raw/zzz-nobody-makes-this");
    store(last);
    run(bench.content, AuditOptions.DEFAULT);
    assertEquals(List.of(last), keysFound());
    assertEquals(1, sink.report().looked().objects());
    assertEquals(List.of(0L), reached);
    assertEquals(List.of(1L), listed);
  }

  private void store(ContentKey key) {
    try (ContentWriter writer = bench.content.writer(KeyLayout.uploads())) {
      writer.put(
          key,
          new StreamBody(
              new ByteArrayInputStream(new byte[3]), OptionalLong.empty(), Runnable::run));
      writer.commit();
    }
  }

  private List<ContentKey> keysFound() {
    return heard.found.stream().map(finding -> finding.subject().key().orElseThrow()).toList();
  }

  @Test
  void placeOfWhichNothingCanBeReadAtLast_isUnreadWithoutItsName() {
    SequencePlace place = moving(submit(3).get(1));
    bent.beforePage =
        () -> {
          if (pauses.size() == 7) {
            throw new LedgerException("out");
          }
        };
    assertEquals(Set.of(place), run(bench.content, AuditOptions.DEFAULT).unsettled());
    assertEquals(
        "the sequence at " + place + ", whose entry cannot be read either",
        heard.unread.get(0).part());
    assertTrue(heard.unread.get(0).why().contains("out"), heard.unread::toString);
  }
}
