package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who lives, what is blocked, and how the work goes, as the command tells it. */
@Timeout(180)
class NodesCommandTest {

  private static final List<String> STAGES = List.of("scale", "crop", "index");

  @TempDir private Path temp;

  @Test
  void workOfNodesThatEnded_isInTheRates() throws IOException {
    Cli cli = new Cli(temp.resolve("home"));
    Path folder = Files.createDirectories(temp.resolve("f"));
    Files.writeString(folder.resolve("a.txt"), "text");
    cli.call("submit", "--pipeline", "copy", "--id", "s1", folder.toString()).hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);

    String text = cli.call("nodes", "--rates").hasStatus(0).out();
    Json json = cli.call("nodes", "--rates", "--json").hasStatus(0).json();

    assertTrue(text.contains("0 live, 0 silent"), text);
    assertTrue(text.contains("rate  copy copy@1  unpackaged  1 attempts: 1 done"), text);
    assertTrue(text.contains("rate  copy verification  unpackaged  1 attempts: 1 verified"), text);
    assertEquals(2, json.list("rates").size());
    assertEquals(1, json.list("rates").get(0).number("done"));
    assertEquals(0, json.list("nodes").size());
    cli.call("nodes", "--rates", "--within", "3h").hasStatus(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.Kind.class,
      names = {"SQLITE_AND_FILES", "POSTGRES_FOR_BOTH"})
  void threeServices_runTheirStagesAndTellWhatIsBlocked(Backend.Kind kind) throws Exception {
    try (Backend backend = Backend.make(kind, temp);
        Stores stores = backend.place().create(InstantSource.system());
        Ingest first = service(stores, 0).build();
        Ingest third = service(stores, 2).build()) {
      first.start();
      third.start();
      for (int i = 0; i < 20; i++) {
        first.submit(
            SequenceKey.of("alice", "s" + i), upload -> upload.add(ItemName.of("a"), new byte[9]));
      }
      // A look may come between two of the commits by which the first stage ends.
      await(() -> third.outlook().blockedSequences() == 20);
      assertBlocked(backend);
      try (Ingest second = service(stores, 1).withoutWatch().build()) {
        second.start();
        await(() -> verified(stores) == 20);
        await(() -> third.outlook().blocked().isEmpty());
        assertEquals(3, third.nodes().all().size());
        assertTrue(second.drain(Duration.ofSeconds(10)));
        assertTrue(third.nodes().all().get(1).isDraining());
      }
      assertEquals(2, third.nodes().all().size());
      // What they counted is told with their beats.
      await(
          () ->
              third.nodes().rates(Duration.ofHours(1)).stream()
                      .mapToLong(rate -> rate.counts().done())
                      .sum()
                  == 60);
    }
  }

  private static void assertBlocked(Backend backend) {
    Place place = backend.place();
    String[] at = {"--ledger", place.ledger().toString(), "--content", place.content().toString()};
    Cli.Result nodes = Cli.callAsIs("nodes", at[0], at[1], at[2], at[3]).hasStatus(1);
    assertTrue(nodes.out().contains("BLOCKED  main crop@1  20 sequences wait"), nodes.out());
    assertTrue(nodes.out().contains("service-0  v1  lives"), nodes.out());
    assertTrue(nodes.out().contains("main: index@1 verification"), nodes.out());
    Cli.Result status = Cli.callAsIs("status", at[0], at[1], at[2], at[3]).hasStatus(1);
    assertTrue(status.err().contains("BLOCKED  main crop@1"), status.err());
    Json json = Cli.callAsIs("nodes", "--json", at[0], at[1], at[2], at[3]).hasStatus(1).json();
    assertEquals(20, json.list("blocked").get(0).number("sequences"));
    assertEquals("crop@1", json.list("blocked").get(0).text("stage"));
    assertEquals(2, json.list("nodes").size());
  }

  private static long verified(Stores stores) {
    return stores.ledger().ledger().census(Optional.empty()).count(State.VERIFIED);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 600; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      never.await(100, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError("did not come within a minute");
  }

  private static IngestBuilder service(Stores stores, int own) {
    Pipeline.Builder pipeline = Pipeline.named("main");
    for (int i = 0; i < STAGES.size(); i++) {
      StageRef ref = new StageRef(STAGES.get(i), 1);
      pipeline.stage(
          i == own
              ? Stage.perItem(
                  ref.name(), 1, (item, context) -> context.emit(item.name(), item.open()))
              : Stage.elsewhere(ref));
    }
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content())
        .node(new NodeId("service-" + own), "v1")
        .limits(new IntakeLimits(10, 100, 1_000, OwnerQuota.UNLIMITED, Duration.ofHours(1)))
        .pipeline(
            own == 2
                ? pipeline.expect(Expectation.onePerItem()).build()
                : pipeline.verifiedElsewhere().build());
  }
}
