package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentQuery.Window;
import dev.ingest.core.report.IncidentQuery.Work;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The records of backfills: changed one at a time, and read as they were ordered. */
final class BackfillBookTest {

  private static final String NAME = "march";
  private static final Act CAROL = new Act("carol", "an incident");

  private final Bench bench = new Bench();
  private Function<CallSite, Fault> faults = call -> new Fault.None();
  private int writes;

  private final LedgerStore ledger =
      new FaultingLedger(
          bench.ledger,
          call -> {
            writes += call.method().equals("write") ? 1 : 0;
            return faults.apply(call);
          });
  private final BackfillBook book = new BackfillBook(ledger);
  private final BackfillBook other = new BackfillBook(bench.ledger);

  private static BackfillRecord record(BackfillOrder order) {
    return BackfillRecord.ordered(
        NAME, BackfillPhase.LISTING, BackfillTerms.of(order, "why"), CAROL, Bench.START);
  }

  private static BackfillRecord record() {
    return record(BackfillOrder.of(IncidentQuery.ALL));
  }

  private static Function<CallSite, Fault> onWrites(Fault fault) {
    return call -> call.method().equals("write") ? fault : new Fault.None();
  }

  @Test
  void recordOfAName_isWrittenOnce() {
    assertEquals(Optional.empty(), book.find(NAME));
    assertThrows(ActRefusedException.class, () -> book.get(NAME));
    assertTrue(book.create(record()));
    assertFalse(book.create(record().in(BackfillPhase.FROZEN)));
    assertEquals(record(), book.get(NAME));
  }

  @Test
  void change_isOfTheRecordAsItIsAndNoWriteIfItChangesNothing() {
    book.create(record());
    BackfillRecord frozen = book.change(NAME, seen -> seen.in(BackfillPhase.FROZEN));
    assertEquals(BackfillPhase.FROZEN, frozen.phase());
    assertEquals(frozen, book.get(NAME));
    writes = 0;
    assertEquals(frozen, book.change(NAME, seen -> seen));
    assertEquals(0, writes);
    assertThrows(ActRefusedException.class, () -> book.change("april", seen -> seen));
  }

  @Test
  void changeThatAnotherCameBefore_isMadeOfWhatTheOtherLeft() {
    book.create(record());
    int[] others = {0};
    faults =
        call -> {
          if (call.method().equals("write") && others[0]++ == 0) {
            other.change(NAME, seen -> seen.in(BackfillPhase.HOLDING));
          }
          return new Fault.None();
        };
    BackfillRecord after =
        book.change(
            NAME,
            seen ->
                seen.phase() == BackfillPhase.HOLDING
                    ? seen.in(BackfillPhase.FROZEN)
                    : seen.by(CAROL, Bench.START.plusSeconds(9)));
    assertEquals(BackfillPhase.FROZEN, after.phase());
    assertEquals(after, book.get(NAME));
  }

  @Test
  void recordThatOthersAlwaysChange_isAnErrorAfterEightAttempts() {
    book.create(record());
    int[] others = {0};
    faults =
        call -> {
          if (call.method().equals("write")) {
            Instant at = Bench.START.plusSeconds(++others[0]);
            other.change(NAME, seen -> seen.by(CAROL, at));
          }
          return new Fault.None();
        };
    LedgerException refused =
        assertThrows(
            LedgerException.class, () -> book.change(NAME, seen -> seen.in(BackfillPhase.FROZEN)));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("changed by others 8 times in a row"),
        refused::getMessage);
    assertEquals(8, others[0]);
  }

  @Test
  void writeWhoseReplyIsLost_countsIfItIsFound() {
    faults = onWrites(new Fault.ReplyLost());
    assertTrue(book.create(record()));
    assertEquals(
        BackfillPhase.FROZEN, book.change(NAME, seen -> seen.in(BackfillPhase.FROZEN)).phase());
    assertEquals(2, writes);
    faults = onWrites(new Fault.FailBefore());
    assertThrows(
        LedgerException.class, () -> book.change(NAME, seen -> seen.in(BackfillPhase.RUNNING)));
    assertEquals(BackfillPhase.FROZEN, other.get(NAME).phase());
    assertFalse(
        new BackfillBook(ledger)
            .create(
                BackfillRecord.ordered(
                    "april",
                    BackfillPhase.LISTING,
                    BackfillTerms.of(BackfillOrder.of(IncidentQuery.ALL), ""),
                    CAROL,
                    Bench.START)));
  }

  @Test
  void backfill_isSettledOnceItIsCompleteOrCancelledAndNotIfItCannotBeRead() {
    assertTrue(book.isSettled(NAME), "there is none");
    book.create(record());
    Set<BackfillPhase> settled = EnumSet.noneOf(BackfillPhase.class);
    for (BackfillPhase phase : BackfillPhase.values()) {
      book.change(NAME, seen -> seen.in(phase));
      if (book.isSettled(NAME)) {
        settled.add(phase);
      }
    }
    assertEquals(Set.of(BackfillPhase.COMPLETE, BackfillPhase.CANCELLED), settled);
    ControlRecord stored = book.list("", 10).get(0);
    assertTrue(BackfillBook.readable(stored).isPresent());
    ControlRecord newer =
        new ControlRecord(
            stored.key(), stored.version() + 1, stored.body().replace("phase=", "phase=X"));
    bench.ledger.controls().write(newer);
    assertFalse(book.isSettled(NAME));
    assertEquals(Optional.empty(), BackfillBook.readable(newer));
  }

  @Test
  void order_isReadBackAsItWasGiven() {
    BackfillOrder plain = BackfillOrder.of(IncidentQuery.ALL);
    IncidentQuery query =
        new IncidentQuery(
            Optional.of(OwnerId.of("alice")),
            Optional.of(new Window(Bench.START.minusNanos(1), Bench.START, false)),
            new Work(Optional.of("test"), Optional.of("copy@1"), Optional.of("v1, or later")),
            Set.of(State.FAILED, State.VERIFIED),
            Optional.of("STAGE_FAILED"));
    TreeSet<SequenceKey> given = new TreeSet<>(Set.of(Bench.RIDE));
    for (BackfillOrder order :
        List.of(
            plain,
            plain.split(Map.of("test", 1)),
            BackfillOrder.of(query).split(Map.of("test", 3, "silent", 0)).among(given))) {
      BackfillRecord record = record(order);
      assertEquals(record, BackfillRecord.parse(record.record(1)));
    }
    assertFalse(BackfillTerms.of(plain.among(given), "why").equals(BackfillTerms.of(plain, "why")));
    TreeSet<SequenceKey> others = new TreeSet<>(Set.of(SequenceKey.of("alice", "ride-2")));
    assertFalse(
        BackfillTerms.of(plain.among(given), "why")
            .equals(BackfillTerms.of(plain.among(others), "why")));
  }

  @Test
  void pipeline_isChosenByTheWeightsAndItsOwnWithoutThem() {
    BackfillOrder plain = BackfillOrder.of(IncidentQuery.ALL);
    assertEquals("own", BackfillTerms.of(plain, "").pipeline(NAME, Bench.RIDE, "own"));
    BackfillTerms terms = BackfillTerms.of(plain.split(Map.of("a", 3, "b", 1, "none", 0)), "");
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      SequenceKey key = SequenceKey.of("owner-" + i, "ride");
      String chosen = terms.pipeline(NAME, key, "own");
      assertEquals(chosen, terms.pipeline(NAME, key, "another"), "always the same");
      counts.merge(chosen, 1, Integer::sum);
    }
    assertEquals(Set.of("a", "b"), counts.keySet());
    assertTrue(counts.getOrDefault("a", 0) > 2 * counts.getOrDefault("b", 0), counts::toString);
  }

  @Test
  void whatSelects_isUpToAHundredAndTwentyEightPrintableCharacters() {
    for (String text : List.of("x".repeat(128), "from ~ to !")) {
      assertEquals(
          Optional.of(text), terms(text).query().work().nodeVersion(), "as long as it may be");
    }
    for (String text : List.of("x".repeat(129), "a\u007f", "a\u001f", "\u00e9")) {
      Optional<String> bad = Optional.of(text);
      Optional<String> none = Optional.empty();
      assertThrows(InvalidValueException.class, () -> terms(text));
      assertRefused(IncidentQuery.ALL.workedOnBy(new Work(bad, none, none)));
      assertRefused(IncidentQuery.ALL.workedOnBy(new Work(none, bad, none)));
      assertRefused(
          new IncidentQuery(none.map(OwnerId::of), Optional.empty(), Work.ANY, Set.of(), bad));
    }
  }

  private static void assertRefused(IncidentQuery query) {
    assertThrows(
        InvalidValueException.class, () -> BackfillTerms.of(BackfillOrder.of(query), "why"));
  }

  private static BackfillTerms terms(String version) {
    Work work = new Work(Optional.empty(), Optional.empty(), Optional.of(version));
    return BackfillTerms.of(BackfillOrder.of(IncidentQuery.ALL.workedOnBy(work)), "why");
  }

  @Test
  void recordWithWeightsOfNoPipelines_isRefused() {
    ControlRecord stored =
        record(BackfillOrder.of(IncidentQuery.ALL).split(Map.of("a", 1, "b", 2))).record(1);
    for (String weights : List.of("\u00e9:1", "a:1,a:2", "a:1,b", "a:1,b:x", ",", "a")) {
      ControlRecord bad =
          new ControlRecord(
              stored.key(), 1, stored.body().replace("weights=a:1,b:2", "weights=" + weights));
      assertEquals(Optional.empty(), BackfillBook.readable(bad), weights);
    }
  }
}
