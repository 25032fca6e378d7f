package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who tells that the content store is out, when, and how often. */
final class ContentWatchTest {

  private final Bench bench = new Bench();

  /** A node that can be told to see a store that is out, and its watch. */
  private final class Watching {
    private final boolean[] down = {false};
    private final boolean[] full = {false};
    private final Engine engine;
    private final Driver watch;

    private Watching(LedgerStore ledger) {
      engine = bench.engine(ledger, content(() -> down[0]), Bench.copying());
      watch = engine.contentWatch();
    }

    private HookedContent content(BooleanSupplier isDown) {
      FaultingContent faulting =
          new FaultingContent(
              bench.watchedContent.access("node"),
              call -> isDown.getAsBoolean() ? new Fault.FailBefore() : new Fault.None());
      return new HookedContent(
          faulting,
          () -> {
            if (full[0]) {
              throw new ContentException("no space left");
            }
          },
          () -> {});
    }
  }

  private List<Watching> nodes(int count) {
    return nodes(count, bench.watchedLedger);
  }

  private List<Watching> nodes(int count, LedgerStore ledger) {
    return IntStream.range(0, count).mapToObj(i -> new Watching(ledger)).toList();
  }

  /** Has each node look, every five seconds. */
  private void look(List<Watching> nodes, Duration time) {
    for (long s = 0; s < time.toSeconds(); s += 5) {
      nodes.forEach(node -> assertEquals(0, node.watch.tick().getAsInt()));
      bench.time.advance(Duration.ofSeconds(5));
    }
  }

  private void assertTold(int begins, int ends) {
    assertEquals(begins, bench.told("CONTENT_UNREACHABLE"));
    assertEquals(ends, bench.told("CONTENT_BACK"));
  }

  @Test
  void contentThatDoesNotAnswer_isToldOnceWithinAMinuteAndItsEndOnce() {
    List<Watching> nodes = nodes(3);
    look(nodes, Duration.ofMinutes(1));
    nodes.forEach(node -> node.down[0] = true);
    look(nodes, Duration.ofSeconds(15));
    assertTold(0, 0);
    look(nodes, Duration.ofSeconds(35));
    assertTold(1, 0);
    look(nodes, Duration.ofHours(3));
    assertTold(1, 0);
    nodes.forEach(node -> node.down[0] = false);
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
    look(nodes, Duration.ofMinutes(10));
    assertTold(1, 1);
  }

  @Test
  void outageOfOneNodeAlone_isOverWhenThatNodeSeesItNoMore() {
    List<Watching> nodes = nodes(3);
    nodes.get(1).down[0] = true;
    look(nodes, Duration.ofMinutes(30));
    assertTold(1, 0);
    nodes.get(2).down[0] = true;
    look(nodes, Duration.ofMinutes(1));
    nodes.get(1).down[0] = false;
    look(nodes, Duration.ofMinutes(30));
    assertTold(1, 0);
    nodes.get(2).down[0] = false;
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  @Test
  void nodeThatDiedWhileItSawAnOutage_isForgotten() {
    List<Watching> nodes = nodes(2);
    nodes.get(0).down[0] = true;
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 0);
    look(nodes.subList(1, 2), Duration.ofMinutes(4));
    assertTold(1, 1);
  }

  @Test
  void nodeThatStartsWithinAnOutage_doesNotTellItAgain() {
    List<Watching> nodes = nodes(1);
    nodes.get(0).down[0] = true;
    look(nodes, Duration.ofMinutes(1));
    List<Watching> next = nodes(1);
    next.get(0).down[0] = true;
    look(next, Duration.ofMinutes(10));
    assertTold(1, 0);
    next.get(0).down[0] = false;
    look(next, Duration.ofMinutes(1));
    assertTold(1, 1);
    next.get(0).down[0] = true;
    look(next, Duration.ofMinutes(1));
    assertTold(2, 1);
  }

  /** Batch jobs, none of which lives for as long as an end takes. */
  @Test
  void outageWhoseNodesHaveAllEnded_isAnotherWhenItIsSeenAgain() {
    List<Watching> first = nodes(1);
    first.get(0).down[0] = true;
    look(first, Duration.ofMinutes(1));
    assertTold(1, 0);
    for (int day = 0; day < 7; day++) {
      bench.time.advance(Duration.ofDays(1));
      look(nodes(1), Duration.ofSeconds(25));
    }
    List<Watching> later = nodes(1);
    later.get(0).down[0] = true;
    Instant begun = bench.time.instant();
    look(later, Duration.ofMinutes(10));
    assertTold(2, 0);
    assertTrue(ContentWatch.outSince(bench.watchedLedger).orElseThrow().isAfter(begun));
  }

  /** The ledger is out for longer than the marks of those last that saw the store out. */
  @Test
  void outageOfTheLedgerWithinIt_doesNotHaveItToldAgain() {
    boolean[] out = {false};
    List<Watching> nodes =
        nodes(
            2,
            new FaultingLedger(
                bench.watchedLedger, call -> out[0] ? new Fault.FailBefore() : new Fault.None()));
    nodes.forEach(node -> node.down[0] = true);
    look(nodes, Duration.ofMinutes(1));
    out[0] = true;
    for (int i = 0; i < 60; i++) {
      nodes.forEach(
          node -> assertThrows(LedgerException.class, () -> node.watch.tick().getAsInt()));
      bench.time.advance(Duration.ofSeconds(5));
    }
    out[0] = false;
    look(nodes, Duration.ofMinutes(10));
    assertTold(1, 0);
    nodes.forEach(node -> node.down[0] = false);
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  @Test
  void markOfAClockThatWasAhead_isForgottenLikeAnyOther() {
    List<Watching> nodes = nodes(2);
    nodes.get(0).down[0] = true;
    bench.ledgerAhead = Duration.ofDays(30);
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 0);
    bench.ledgerAhead = Duration.ZERO;
    look(nodes.subList(1, 2), Duration.ofMinutes(4));
    assertTold(1, 1);
    assertEquals(Optional.empty(), ContentWatch.outSince(bench.watchedLedger));
  }

  @Test
  void tellingThatDiedUnderAClockThatWasAhead_isMadeGood() {
    List<Watching> dying =
        nodes(
            1,
            new FaultingLedger(
                bench.watchedLedger,
                call -> call.method().equals("raise") ? new Fault.FailBefore() : new Fault.None()));
    dying.get(0).down[0] = true;
    bench.ledgerAhead = Duration.ofDays(30);
    assertThrows(LedgerException.class, () -> look(dying, Duration.ofMinutes(1)));
    bench.ledgerAhead = Duration.ZERO;
    List<Watching> other = nodes(1);
    other.get(0).down[0] = true;
    look(other, Duration.ofMinutes(2));
    assertTold(1, 0);
  }

  /** The ledger takes seconds for the alert, in which another says that it sees the outage, too. */
  @Test
  void outageThatOthersSeeWhileItIsTold_isToldOnce() {
    List<List<Watching>> others = new ArrayList<>();
    LedgerStore slow =
        new FaultingLedger(
            bench.watchedLedger,
            call -> {
              if (call.method().equals("raise") && !others.isEmpty()) {
                look(others.remove(0), Duration.ofSeconds(5));
              }
              return new Fault.None();
            });
    List<Watching> nodes = nodes(3, slow);
    nodes.forEach(node -> node.down[0] = true);
    look(nodes, Duration.ofSeconds(30));
    assertTold(0, 0);
    others.add(nodes.subList(1, 3));
    look(nodes, Duration.ofMinutes(5));
    assertEquals(List.of(), others);
    assertTold(1, 0);
  }

  @Test
  void refusalsThatWereTold_areNotBackByARestart() {
    List<Watching> first = nodes(1);
    first.get(0).full[0] = true;
    refuse(first.get(0), "one");
    refuse(first.get(0), "two");
    look(first, Duration.ofMinutes(1));
    assertTold(1, 0);
    List<Watching> next = nodes(1);
    look(next, Duration.ofHours(1));
    assertTold(1, 0);
    Bench.submit(next.get(0).engine, RIDE, "a", "x");
    look(next, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  @Test
  void contentThatIsHeardOf_isNotAsked() {
    int[] asked = {0};
    FaultingContent counting =
        new FaultingContent(
            bench.watchedContent.access("node"),
            call -> {
              asked[0] += call.method().equals("stat") ? 1 : 0;
              return new Fault.None();
            });
    Engine engine = bench.engine(bench.watchedLedger, counting, Bench.copying());
    Driver watch = engine.contentWatch();
    for (int i = 0; i < 20; i++) {
      Bench.submit(engine, SequenceKey.of("owner", "of-" + i), "a", "x");
      int before = asked[0];
      assertEquals(0, watch.tick().getAsInt());
      assertEquals(before, asked[0]);
      bench.time.advance(Duration.ofSeconds(5));
    }
    bench.time.advance(Duration.ofSeconds(10));
    int before = asked[0];
    assertEquals(0, watch.tick().getAsInt());
    assertEquals(before + 1, asked[0]);
  }

  @Test
  void shortDisturbances_areNotTold() {
    List<Watching> nodes = nodes(1);
    for (int i = 0; i < 10; i++) {
      nodes.get(0).down[0] = true;
      look(nodes, Duration.ofSeconds(25));
      nodes.get(0).down[0] = false;
      look(nodes, Duration.ofSeconds(5));
    }
    assertTold(0, 0);
  }

  @Test
  void contentThatAnswersAndTakesNoBytes_isTold() {
    List<Watching> nodes = nodes(1);
    Watching node = nodes.get(0);
    Bench.submit(node.engine, RIDE, "a", "x");
    node.full[0] = true;
    refuse(node, "one");
    refuse(node, "two");
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 0);
    assertTrue(
        bench.alert("CONTENT_UNREACHABLE").message().contains("no space left"),
        () -> bench.alert("CONTENT_UNREACHABLE").message());
    node.full[0] = false;
    bench.run(node.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  @Test
  void contentThatRefusesTheBytesOfOneSequence_isNotOut() {
    List<Watching> nodes = nodes(1);
    nodes.get(0).full[0] = true;
    for (int i = 0; i < 10; i++) {
      refuse(nodes.get(0), "one");
      look(nodes, Duration.ofMinutes(1));
    }
    assertTold(0, 0);
  }

  @Test
  void refusalsThatNothingFollows_areToldUntilBytesAreTaken() {
    List<Watching> nodes = nodes(1);
    Watching node = nodes.get(0);
    node.full[0] = true;
    refuse(node, "one");
    refuse(node, "two");
    for (int i = 0; i < 12; i++) {
      look(nodes, Duration.ofMinutes(10));
      refuse(node, "next-" + i);
    }
    assertTold(1, 0);
    node.full[0] = false;
    Bench.submit(node.engine, RIDE, "a", "x");
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  @Test
  void refusalsOfOneSequenceThatNothingFollows_areForgotten() {
    List<Watching> nodes = nodes(1);
    nodes.get(0).full[0] = true;
    refuse(nodes.get(0), "one");
    look(nodes, Duration.ofMinutes(6));
    refuse(nodes.get(0), "two");
    look(nodes, Duration.ofMinutes(2));
    assertTold(0, 0);
  }

  @Test
  void contentThatComesAndGoes_isToldOnce() {
    List<Watching> nodes = nodes(1);
    for (int i = 0; i < 70; i++) {
      nodes.get(0).down[0] = true;
      look(nodes, Duration.ofSeconds(45));
      nodes.get(0).down[0] = false;
      look(nodes, Duration.ofSeconds(5));
    }
    assertTold(1, 0);
    look(nodes, Duration.ofMinutes(1));
    assertTold(1, 1);
  }

  private static void refuse(Watching node, String id) {
    SequenceKey key = SequenceKey.of("owner", id);
    assertThrows(ContentException.class, () -> Bench.submit(node.engine, key, "a", "x"));
  }
}
