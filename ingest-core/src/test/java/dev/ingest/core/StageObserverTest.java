package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who observes a stage sees its attempts, and decides nothing. */
@Timeout(60)
final class StageObserverTest {

  private final Shelf shelf = new Shelf();
  private final List<String> seen = new ArrayList<>();

  private State work(String text, StageObserver observer) throws IOException {
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              seen.add("at work");
              if (text.equals("bad")) {
                throw new PermanentStageException("it is bad");
              }
              context.emit(item.name(), item.open());
            });
    SequenceKey key = SequenceKey.of("alice", "ride-1");
    Pipeline pipeline =
        Pipeline.named("copy")
            .stage(stage)
            .observe(observer)
            .expect(Expectation.onePerItem())
            .build();
    try (Ingest ingest = shelf.bare().pipeline(pipeline).withoutWatch().build()) {
      ingest.submit(
          key, upload -> upload.add(ItemName.of("a"), text.getBytes(StandardCharsets.UTF_8)));
      shelf.untilIdle(ingest);
      return ingest.find(key).orElseThrow().state();
    }
  }

  @Test
  void anAttempt_isSeenWithItsStageAndSequence() throws IOException {
    StageObserver observer =
        (pipeline, stage, sequence, attempt) -> {
          seen.add("before " + pipeline + " " + stage + " " + sequence);
          attempt.run();
          seen.add("after");
        };
    assertEquals(State.VERIFIED, work("good", observer));
    assertEquals(List.of("before copy copy@1 alice/ride-1", "at work", "after"), seen);
  }

  @Test
  void anObserverThatThrows_changesNothing() throws IOException {
    StageObserver before =
        (pipeline, stage, sequence, attempt) -> {
          throw new IllegalStateException("no span");
        };
    assertEquals(State.VERIFIED, work("good", before));
    assertEquals(List.of("at work"), seen);
  }

  @Test
  void anObserverThatThrowsAfterwards_changesNothing() throws IOException {
    StageObserver after =
        (pipeline, stage, sequence, attempt) -> {
          attempt.run();
          throw new AssertionError("the span does not end");
        };
    assertEquals(State.VERIFIED, work("good", after));
    assertEquals(List.of("at work"), seen);
  }

  @Test
  void anObserverThatThrowsSomethingOfANewKind_changesNothing() throws IOException {
    StageObserver after =
        (pipeline, stage, sequence, attempt) -> {
          attempt.run();
          throw new Error("the span does not end");
        };
    assertEquals(State.VERIFIED, work("good", after));
    assertEquals(List.of("at work"), seen);
  }

  @Test
  void anObserverThatHidesAFailure_doesNotHideIt() throws IOException {
    StageObserver hiding =
        (pipeline, stage, sequence, attempt) -> {
          try {
            attempt.run();
          } catch (PermanentStageException e) {
            seen.add(String.valueOf(e.getMessage()));
          }
        };
    assertEquals(State.FAILED, work("bad", hiding));
    assertEquals(List.of("at work", "it is bad"), seen);
  }

  @Test
  void anObserverThatRunsItTwice_runsItOnce() throws IOException {
    StageObserver twice =
        (pipeline, stage, sequence, attempt) -> {
          attempt.run();
          attempt.run();
        };
    assertEquals(State.VERIFIED, work("good", twice));
    assertEquals(List.of("at work"), seen);
  }

  @Test
  void anObserverThatRunsItOnAnotherThread_isRefused() throws IOException {
    List<String> refused = new ArrayList<>();
    StageObserver elsewhere =
        (pipeline, stage, sequence, attempt) -> {
          Thread other =
              new Thread(
                  () -> {
                    try {
                      attempt.run();
                    } catch (Exception e) {
                      refused.add(String.valueOf(e.getMessage()));
                    }
                  },
                  "other");
          other.start();
          other.join();
        };
    assertEquals(State.VERIFIED, work("good", elsewhere));
    assertEquals(List.of("at work"), seen);
    assertEquals(1, refused.size());
    assertTrue(refused.get(0).endsWith("which called the observer, not by other"), refused.get(0));
  }

  @Test
  void declarations_stayAsTheyAre() {
    StageRef before = new StageRef("scale", 1);
    StageObserver none = (pipeline, stage, sequence, attempt) -> attempt.run();
    Stage crop = Stage.perItem("crop", 2, (item, context) -> {}).accepting(before).alsoRunning(1);
    Pipeline pipeline =
        Pipeline.named("photos")
            .remote(before)
            .stage(crop)
            .observe(none)
            .expect(Expectation.onePerItem())
            .build();
    assertTrue(pipeline.stage(before).isEmpty(), "its code is elsewhere, observed or not");
    assertTrue(pipeline.stage(new StageRef("crop", 1)).isPresent());
    assertEquals(Set.of(before), pipeline.stages().get(1).accepts());
    assertFalse(pipeline.stageWork().isEmpty());
  }
}
