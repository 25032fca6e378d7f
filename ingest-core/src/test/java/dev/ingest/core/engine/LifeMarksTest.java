package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.lifecycle.Adopted;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When what takes long asks whether the ledger's life ended under it. */
final class LifeMarksTest {

  private static final Act CAROL = new Act("carol", "restored last night's backup");

  private final Bench bench = new Bench();
  private Duration stoodStill = Duration.ZERO;
  private final Node node =
      Bench.with(bench.node(bench.ledger, bench.content, Bench.copying()), seams());
  private final LifeMarks life = new LifeMarks(node);

  /** A monotonic time that stands still while the machine does. */
  private Seams seams() {
    return new Seams(
        bench.time,
        () -> 1,
        Runnable::run,
        wait -> true,
        Runnable::run,
        Seams.Commits.INLINE,
        () -> TimeUnit.MILLISECONDS.toNanos(bench.time.instant().minus(stoodStill).toEpochMilli()));
  }

  private IncarnationId renew() {
    return bench.engine(Bench.copying()).acting().beginIncarnation(CAROL, false);
  }

  @Test
  void lifeThatEndedUnderIt_isNoticedOnceItTookLong() {
    LifeMarks.Mark mark = life.mark();
    IncarnationId next = renew();
    assertEquals(Optional.empty(), life.after(mark), "it is brief so far");
    bench.time.advance(LifeMarks.BRIEF);
    assertEquals(Optional.of(next), life.after(mark));
  }

  @Test
  void machineThatStoodStill_didNotTakeBriefly() {
    LifeMarks.Mark mark = life.mark();
    IncarnationId next = renew();
    stoodStill = Duration.ofHours(3);
    bench.time.advance(stoodStill.plusMillis(1));
    assertEquals(Optional.of(next), life.after(mark));
  }

  @Test
  void clockThatWasSetBack_isAskedPast() {
    LifeMarks.Mark mark = life.mark();
    IncarnationId next = renew();
    stoodStill = Duration.ofSeconds(-10);
    bench.time.advance(stoodStill.plusMillis(1));
    assertEquals(Optional.of(next), life.after(mark));
  }

  @Test
  void lifeThatEndedLongBefore_isNotTakenForOneThatEndedUnderIt() {
    life.mark();
    renew();
    bench.time.advance(LifeMarks.KNOWN_FOR);
    LifeMarks.Mark mark = life.mark();
    bench.time.advance(LifeMarks.BRIEF);
    assertEquals(Optional.empty(), life.after(mark));
  }

  @Test
  void adoption_isNotRefusedForTheRestorationBeforeIt() {
    Engine engine = bench.engine(Bench.copying());
    Intake intake =
        new Intake(engine.node(), engine.committer(), engine.supervisor(), engine.routing());
    intake.open(SequenceKey.of("alice", "before")).close();
    Receipt receipt = Bench.submit(engine, SequenceKey.of("bob", "the-same"), "a", "x");
    renew();
    Adopted act = new Adopted(new SessionId("0".repeat(32)), CAROL);
    try (OpenUpload upload =
        intake.adopting(RIDE, new Adoption.Source(receipt.manifest().root(), act))) {
      Bench.add(upload, "a", "x");
      bench.time.advance(LifeMarks.BRIEF);
      assertEquals(receipt.manifest(), upload.submit().manifest());
    }
  }
}
