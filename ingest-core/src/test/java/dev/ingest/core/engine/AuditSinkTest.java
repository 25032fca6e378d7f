package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Looked;
import dev.ingest.core.AuditReport.Quarantined;
import dev.ingest.core.AuditReport.Unread;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Remedy;
import dev.ingest.core.SetAside;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an audit counts of what it finds, how far it says to have come, and what ends it. */
final class AuditSinkTest {

  private static final int RANGES = 4;
  private static final Digest ROOT = Digest.ofUtf8("root");

  private final HeardAudit heard = new HeardAudit();
  private final AuditSink sink = new AuditSink(heard, RANGES);

  private static SequencePlace place(String digits) {
    return new SequencePlace(digits + "0".repeat(16 - digits.length()) + "/" + "0".repeat(32));
  }

  private static AuditFinding finding(Kind kind, SequencePlace place) {
    return new AuditFinding(
        kind,
        new AuditFinding.Subject(place, Optional.empty(), Optional.empty(), Optional.empty()),
        new AuditFinding.Span(Optional.empty(), Optional.empty()),
        "one",
        "another",
        Remedy.ADOPT);
  }

  @Test
  void findings_areCountedByKindAndToldInTheirOrder() {
    AuditFinding missing = finding(Kind.RAW_MISSING, place("1"));
    AuditFinding extra = finding(Kind.EXTRA_BYTES, place("2"));
    sink.found(List.of(missing, extra));
    sink.found(List.of(missing));
    assertEquals(List.of(missing, extra, missing), heard.found);
    assertEquals(Map.of(Kind.RAW_MISSING, 2L, Kind.EXTRA_BYTES, 1L), sink.report().findings());
  }

  @Test
  void receiptThatMissesItsEntry_standsForOneFindingOfItsPlace() {
    AuditFinding missed = finding(Kind.ENTRY_MISSING, place("1"));
    sink.missedReceipt(missed, ROOT);
    sink.missedReceipt(missed, ROOT);
    assertEquals(List.of(missed), heard.found, "the same receipt");
    AuditFinding elsewhere = finding(Kind.ENTRY_MISSING, place("2"));
    AuditFinding other = finding(Kind.RAW_MISSING, place("1"));
    sink.found(List.of(other, elsewhere, missed, missed));
    assertEquals(List.of(missed, other, elsewhere, missed), heard.found);
    assertEquals(3L, sink.report().findings().get(Kind.ENTRY_MISSING));
  }

  @Test
  void receiptsOfTwoRoots_standForOneFindingEach() {
    AuditFinding missed = finding(Kind.ENTRY_MISSING, place("1"));
    sink.missedReceipt(missed, ROOT);
    sink.missedReceipt(missed, Digest.ofUtf8("another"));
    sink.found(List.of(missed, missed, missed));
    assertEquals(3, heard.found.size());
  }

  /** Memory is bounded; what is forgotten is told once more, and never less. */
  @Test
  void ofMoreReceiptsThanAreKept_eachIsTold() {
    int kept = 100_000;
    for (int i = 0; i < kept + 2; i++) {
      sink.missedReceipt(finding(Kind.ENTRY_MISSING, place("%08x".formatted(i))), ROOT);
    }
    assertEquals(kept + 2, heard.found.size());
    AuditFinding last = finding(Kind.ENTRY_MISSING, place("%08x".formatted(kept - 1)));
    sink.found(List.of(last));
    assertEquals(kept + 2, heard.found.size(), "the last that is kept");
    sink.missedReceipt(finding(Kind.ENTRY_MISSING, place("%08x".formatted(kept))), ROOT);
    assertEquals(kept + 3, heard.found.size(), "there is room for one more");
    AuditFinding first = finding(Kind.ENTRY_MISSING, place("%08x".formatted(kept)));
    sink.found(List.of(first));
    assertEquals(kept + 3, heard.found.size());
    sink.found(List.of(finding(Kind.ENTRY_MISSING, place("%08x".formatted(kept + 1)))));
    assertEquals(kept + 4, heard.found.size(), "of which nothing is kept");
  }

  @Test
  void allThatIsUnread_isToldAndCountedAndAThousandAreKept() {
    for (int i = 0; i <= AuditReport.MAX_UNREAD; i++) {
      sink.unread("part " + i, "out");
    }
    AuditReport report = sink.report();
    assertEquals(AuditReport.MAX_UNREAD + 1, heard.unread.size());
    assertEquals(AuditReport.MAX_UNREAD + 1, report.unreadCount());
    assertEquals(heard.unread.subList(0, AuditReport.MAX_UNREAD), report.unread());
  }

  @Test
  void whatWasLookedAt_addsUp() {
    sink.looked(3, 12, place("0"));
    sink.looked(2, 7, place("4"));
    sink.comparedReceipts(5);
    sink.comparedReceipts(6);
    sink.goesOn();
    assertEquals(
        List.of(new Looked(3, 12, 0), new Looked(5, 19, 0), new Looked(5, 19, 11)), heard.looked);
    assertEquals(new Looked(5, 19, 11), sink.report().looked());
  }

  @Test
  void rangesInAnyOrder_addUpToAll() {
    sink.looked(1, 1, place("bfffffff"));
    sink.looked(1, 1, place("20000000"));
    sink.looked(1, 1, place("10000000"));
    sink.passed(place("3fffffff"));
    assertEquals(3, heard.shares.size(), "passing on is told with the next look");
    sink.looked(1, 1, place("7fffffff"));
    sink.looked(1, 1, SequencePlace.LAST);
    double one = 1.0 / (1L << 32);
    assertEquals(0.25, heard.shares.get(0));
    assertEquals(0.375 + one, heard.shares.get(1));
    assertEquals(0.375 + one, heard.shares.get(2), "never less");
    assertEquals(0.75, heard.shares.get(3));
    assertEquals(1.0, heard.shares.get(4));
  }

  @Test
  void onceItHasEnded_everyCallSaysWhy() {
    IllegalStateException why = new IllegalStateException("one");
    sink.check();
    sink.end(why);
    sink.end(new IllegalStateException("two"));
    AuditFinding missed = finding(Kind.ENTRY_MISSING, place("1"));
    List<Runnable> calls =
        List.of(
            sink::check,
            sink::goesOn,
            () -> sink.found(List.of(missed)),
            () -> sink.found(List.of()),
            () -> sink.missedReceipt(missed, ROOT),
            () -> sink.unread("part", "out"),
            () -> sink.passed(place("1")),
            () -> sink.looked(1, 1, place("1")));
    for (Runnable call : calls) {
      assertSame(why, assertThrows(AuditEndedException.class, call::run).reason());
    }
    assertTrue(heard.found.isEmpty() && heard.unread.isEmpty() && heard.looked.isEmpty());
    assertEquals(Map.of(), sink.report().findings());
    assertTrue(sink.report().isComplete());
  }

  @Test
  void listenerThatThrows_endsItAndHearsNoMore() {
    IllegalStateException why = new IllegalStateException("enough");
    int[] heard = {0};
    AuditSink ended =
        new AuditSink(
            finding -> {
              heard[0]++;
              throw why;
            },
            RANGES);
    AuditFinding one = finding(Kind.RAW_MISSING, place("1"));
    assertSame(
        why,
        assertThrows(AuditEndedException.class, () -> ended.found(List.of(one, one))).reason());
    assertSame(why, assertThrows(AuditEndedException.class, ended::goesOn).reason());
    assertEquals(1, heard[0]);
  }

  @Test
  void whatIsSetAside_isCountedAndUnreadWhereItCannotBeRead() {
    Bench bench = new Bench();
    Quarantine quarantine = new Quarantine(bench.node(bench.ledger, bench.content));
    sink.countQuarantine(quarantine);
    assertEquals(Quarantined.NONE, sink.report().quarantined());
    setAside(quarantine, "1", 5, 7);
    setAside(quarantine, "2", 11);
    sink.countQuarantine(quarantine);
    assertEquals(new Quarantined(3, 23), sink.report().quarantined());
    assertTrue(sink.report().isComplete());
    bench
        .ledger
        .controls()
        .write(
            new ControlRecord(
                new ControlRecord.Key(QuarantineRecord.KIND, "of-a-newer-release"), 1, "?"));
    sink.countQuarantine(quarantine);
    assertEquals(1, sink.report().unreadCount(), "one record");
    sink.countQuarantine(new Quarantine(bench.node(bench.ledgerThatFails("list"), bench.content)));
    assertEquals(
        List.of("what is set aside", "what is set aside"),
        heard.unread.stream().map(Unread::part).toList());
  }

  private static void setAside(Quarantine quarantine, String digits, long... lengths) {
    SequencePlace place = place(digits);
    ContentPrefix scope = new ContentPrefix("raw/" + place.value());
    List<ContentStat> keys = new ArrayList<>();
    for (long length : lengths) {
      keys.add(new ContentStat(scope.key("key-" + length), length, Optional.empty()));
    }
    quarantine.add(
        new QuarantineRecord(
            scope,
            new SetAside(place, Optional.empty(), keys, Bench.START, "carol", "ticket"),
            false));
  }

  @Test
  void pace_isHeldOverAllThatWasLookedAt() {
    long[] nanos = {0};
    AuditPace pace = new AuditPace(AuditOptions.DEFAULT.withPerSecond(10), () -> nanos[0]);
    pace.looked(10);
    assertTrue(pace.isEarned(), "those of the first second");
    pace.looked(20);
    assertFalse(pace.isEarned());
    nanos[0] = TimeUnit.MILLISECONDS.toNanos(1_800);
    assertFalse(pace.isEarned());
    nanos[0] = TimeUnit.SECONDS.toNanos(2);
    assertTrue(pace.isEarned());
  }

  @Test
  void withoutABound_allIsEarnedAtOnce() {
    AuditPace pace = new AuditPace(AuditOptions.DEFAULT, () -> 0);
    pace.looked(Long.MAX_VALUE);
    assertTrue(pace.isEarned());
  }
}
