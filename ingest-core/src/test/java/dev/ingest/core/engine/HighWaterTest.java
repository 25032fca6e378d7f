package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Marks in the content store show that a ledger lost what it knew. */
final class HighWaterTest {

  private static final String HEAD = "ledger/mark/";

  private final Bench bench = new Bench();
  private final SplittableRandom random = new SplittableRandom(3);
  private final Engine engine = bench.engine(Bench.copying());
  private final HighWater water = water(bench.content);
  private int uploads;

  private HighWater water(ContentStore content) {
    return new HighWater(bench.ledger, content, random::nextLong);
  }

  private void move() {
    Bench.submit(engine, SequenceKey.of("alice", "ride-" + uploads++), "a", "x");
  }

  private List<String> marks() {
    return bench.content.keys().stream()
        .map(ContentKey::value)
        .filter(key -> key.startsWith(HEAD))
        .map(key -> key.substring(HEAD.length()))
        .toList();
  }

  private long number() {
    return RecordBody.parse(bench.ledger.controls().read(HighWater.RECORD).orElseThrow())
        .number("number");
  }

  private String lag() {
    return water.lag().orElseThrow();
  }

  @Test
  void ledgerThatMoved_isMarkedAndOneThatDidNotIsNot() {
    assertEquals(Optional.empty(), water.lag(), "never marked");
    water.mark();
    assertEquals(List.of("000000000001"), marks());
    water.mark();
    assertEquals(List.of("000000000001"), marks(), "nothing came in");
    move();
    water.mark();
    assertEquals(List.of("000000000001", "000000000002"), marks());
    assertEquals(2, number());
    assertEquals(Optional.empty(), water.lag());
  }

  @Test
  void ledgerFromABackup_lagsBehindItsMarks() {
    water.mark();
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(8, 8));
    move();
    water.mark();
    bench.ledger.goBack(backup);
    assertTrue(lag().contains("is at mark 1 and"), lag());
    assertTrue(lag().contains("has mark 2 of it"), lag());
  }

  @Test
  void ledgerFromABackupBeforeItsFirstMark_lagsToo() {
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(8, 8));
    water.mark();
    bench.ledger.goBack(backup);
    assertTrue(lag().contains("is at mark 0 and"), lag());
  }

  /** The copy came to the same number by itself. */
  @Test
  void copyOfTheLedgerThatGoesOnBesideIt_isFound() {
    water.mark();
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(8, 8));
    move();
    water.mark();
    bench.ledger.goBack(backup);
    move();
    water.mark();
    assertEquals(2, number());
    assertTrue(lag().contains("has mark 2 of another copy of"), lag());
  }

  @Test
  void onceTheLagWasDealtWith_marksGoOnPastThoseThatAreThere() {
    water.mark();
    InMemoryLedger backup = bench.ledger.backup(IncarnationId.ofBits(8, 8));
    for (int i = 0; i < 3; i++) {
      move();
      water.mark();
    }
    bench.ledger.goBack(backup);
    water.pass();
    assertEquals(5, number());
    assertEquals("000000000005", marks().get(4));
    assertEquals(Optional.empty(), water.lag());
    water.mark();
    assertEquals(6, number(), "what it counted before is not known");
  }

  @Test
  void markThatCannotBeRead_isNoAnswer() {
    water.mark();
    ContentStore sick =
        new FaultingContent(
            bench.content.access(),
            call -> call.role() == Role.READ ? new Fault.FailBefore() : new Fault.None());
    assertThrows(ContentException.class, () -> water(sick).lag());
    assertEquals(Optional.empty(), water.lag());
  }

  @Test
  void markWhoseObjectIsMissing_isCompletedByTheNext() {
    ContentStore out =
        new FaultingContent(
            bench.content.access(),
            call ->
                call.method().equals("put") || call.method().equals("commit")
                    ? new Fault.FailBefore()
                    : new Fault.None());
    assertThrows(ContentException.class, () -> water(out).mark());
    assertEquals(1, number(), "the ledger is first");
    assertEquals(List.of(), marks());
    assertEquals(Optional.empty(), water.lag());
    water.mark();
    assertEquals(List.of("000000000001"), marks());
    assertEquals(1, number());
    assertEquals(Optional.empty(), water.lag());
  }

  /** It marks between this one's look and its write. */
  @Test
  void whereAnotherMarksAtTheSameTime_oneObjectIsWrittenAndNothingLags() {
    boolean[] isFirst = {true};
    HighWater slower =
        new HighWater(
            bench.ledger,
            bench.content,
            () -> {
              if (isFirst[0]) {
                isFirst[0] = false;
                water.mark();
              }
              return 42;
            });
    slower.mark();
    assertEquals(List.of("000000000001"), marks());
    assertEquals(Optional.empty(), water.lag());
  }

  /** The store is listed first, and the other node's mark comes between. */
  @Test
  void markOfAnotherNodeDuringALook_isNoLag() {
    water.mark();
    boolean[] isListed = {false};
    ContentStore content =
        new FaultingContent(
            bench.content.access(),
            call -> {
              if (!call.method().equals("list") || isListed[0]) {
                return new Fault.None();
              }
              isListed[0] = true;
              return new Fault.Delay(
                  () -> {
                    move();
                    water.mark();
                  },
                  () -> {});
            });
    assertEquals(Optional.empty(), water(content).lag());
    assertEquals(2, number());
  }

  @Test
  void newestOfThousandsOfMarks_isFound() {
    for (int number = 1; number <= ContentStore.MAX_PAGE + 1; number++) {
      ContentKey key = KeyLayout.ledger().child("mark").key("%012d".formatted(number));
      Binding.put(bench.content, key, "of a ledger that is gone");
    }
    assertTrue(lag().contains("has mark " + (ContentStore.MAX_PAGE + 1) + " of it"), lag());
  }

  @Test
  void marksThatTheLedgerKnows_areNotListedAgain() {
    for (int number = 1; number <= ContentStore.MAX_PAGE; number++) {
      ContentKey key = KeyLayout.ledger().child("mark").key("%012d".formatted(number));
      Binding.put(bench.content, key, "as long ago");
    }
    water.pass();
    int[] pages = {0};
    ContentStore content =
        new FaultingContent(
            bench.content.access(),
            call -> {
              pages[0] += call.method().equals("list") ? 1 : 0;
              return new Fault.None();
            });
    assertEquals(Optional.empty(), water(content).lag());
    assertEquals(1, pages[0]);
  }
}
