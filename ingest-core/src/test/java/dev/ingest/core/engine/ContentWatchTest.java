package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.time.Duration;
import java.util.List;
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
    private final Engine engine =
        bench.engine(bench.watchedLedger, content(() -> down[0]), Bench.copying());
    private final Driver watch = engine.contentWatch();

    private RefusingContent content(BooleanSupplier isDown) {
      FaultingContent faulting =
          new FaultingContent(
              bench.watchedContent.access("node"),
              call -> isDown.getAsBoolean() ? new Fault.FailBefore() : new Fault.None());
      return new RefusingContent(faulting, () -> full[0]);
    }
  }

  private List<Watching> nodes(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Watching()).toList();
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
