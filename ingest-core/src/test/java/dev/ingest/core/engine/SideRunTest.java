package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.ActReport;
import dev.ingest.core.Expectation;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.PublishedResult;
import dev.ingest.core.ShadowComparator;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replacement and shadow runs beside a published result, by the whole engine. */
final class SideRunTest {

  private static final Event.Act CAROL = new Event.Act("carol", "the old version cut corners");

  private final Bench bench = new Bench();
  private Pipeline next = next(SideRunTest::upperCase);

  @AfterEach
  void everythingKeepsTheInvariants() {
    bench.checkInvariants();
    assertEquals(List.of(), bench.caught);
  }

  /** What a stage of the next version does. */
  private interface Work {
    void on(StageContext context) throws Exception;
  }

  private static Pipeline next(Work work) {
    return builder(work).build();
  }

  private static Pipeline.Builder builder(Work work) {
    return Pipeline.named("next")
        .expect(Expectation.onePerItem())
        .stage(Stage.copy())
        .stage(new Second(work));
  }

  private record Second(Work work) implements Stage {

    @Override
    public StageRef ref() {
      return new StageRef("second", 1);
    }

    @Override
    public void run(StageContext context) throws Exception {
      work.on(context);
    }
  }

  private static void upperCase(StageContext context) throws IOException {
    for (Iterator<StageItem> items = context.items(); items.hasNext(); ) {
      StageItem item = items.next();
      context.emit(item.name(), new ByteArrayInputStream(upper(item)));
    }
  }

  private static void copy(StageContext context) throws IOException {
    for (Iterator<StageItem> items = context.items(); items.hasNext(); ) {
      StageItem item = items.next();
      context.emit(item.name(), item.open());
    }
  }

  private static byte[] upper(StageItem item) throws IOException {
    try (InputStream body = item.open()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8)
          .toUpperCase(Locale.ROOT)
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private Engine verified() {
    Engine engine = bench.engine(Bench.copying(), next);
    Bench.submit(engine, Bench.RIDE, "a.txt", "alpha", "b.txt", "beta");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(Bench.RIDE));
    return engine;
  }

  private static ActReport start(Engine engine, RunKind kind) {
    return engine.acting().startRun(Bench.RIDE, kind, "next", Optional.empty(), CAROL, false);
  }

  private static ActReport cancel(Engine engine) {
    return engine.acting().act(Bench.RIDE, new SideRunEvent.Cancelled(CAROL), false);
  }

  private static String read(Optional<PublishedResult> result, String name) throws IOException {
    try (InputStream body = result.orElseThrow().open(ItemName.of(name)).orElseThrow()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Publication shown() {
    return bench.entry(Bench.RIDE).published().orElseThrow();
  }

  private void runThrough(Engine engine) {
    for (int i = 0; i < 20; i++) {
      bench.run(engine);
      bench.time.advance(Duration.ofMinutes(2));
    }
    bench.run(engine);
  }

  private boolean hasBytes(ContentPrefix prefix) {
    return bench.content.keys().stream().anyMatch(prefix::covers);
  }

  @Test
  void replacement_takesTheResultsPlaceOnceVerified() throws IOException {
    Engine engine = verified();
    Publication before = shown();
    ActReport report = start(engine, RunKind.REPLACEMENT);
    assertTrue(report.committed());
    assertEquals(before, shown());
    assertEquals(2, bench.entry(Bench.RIDE).active().epoch());
    bench.told.clear();
    assertEquals(1, engine.worker().tick());
    bench.runTasks();
    assertEquals(List.of(Bench.RIDE + " past copy"), bench.told);
    assertEquals(before, shown(), "after the first stage readers see the old result");
    assertEquals("alpha", read(engine.result(Bench.RIDE), "a.txt"));
    bench.run(engine);
    assertEquals("ALPHA", read(engine.result(Bench.RIDE), "a.txt"));
    assertEquals("alpha", read(engine.superseded(Bench.RIDE), "a.txt"));
    Entry after = bench.entry(Bench.RIDE);
    assertEquals(State.VERIFIED, after.state());
    assertEquals("next", after.run().pipeline().name());
    assertEquals(RunKind.PRIMARY, after.run().kind());
    assertEquals(2, after.published().orElseThrow().epoch());
    assertTrue(bench.kinds(Bench.RIDE).contains(TransitionKind.REPLACED));
    assertEquals(
        List.of(Bench.RIDE + " past copy", Bench.RIDE + " past second", Bench.RIDE + " replaced"),
        bench.told);
    assertTrue(engine.isIdle());
  }

  @Test
  void supersededResult_isSweptOnceItsTimeIsOver() throws IOException {
    Engine engine = verified();
    ContentPrefix before = shown().result().prefix();
    start(engine, RunKind.REPLACEMENT);
    bench.run(engine);
    bench.time.advance(Pipeline.Builder.KEEP_SUPERSEDED.minusSeconds(1));
    engine.sweeper().tick();
    assertTrue(hasBytes(before));
    assertEquals("alpha", read(engine.superseded(Bench.RIDE), "a.txt"));
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    engine.sweeper().tick();
    assertFalse(hasBytes(before));
    assertEquals(Optional.empty(), engine.superseded(Bench.RIDE));
    assertEquals("ALPHA", read(engine.result(Bench.RIDE), "a.txt"));
    assertFalse(bench.entry(Bench.RIDE).standing().leftovers());
  }

  @Test
  void secondReplacement_keepsOnlyTheLatestSuperseded() throws IOException {
    next = next(SideRunTest::copy);
    Engine engine = verified();
    ContentPrefix first = shown().result().prefix();
    start(engine, RunKind.REPLACEMENT);
    bench.run(engine);
    ContentPrefix second = shown().result().prefix();
    start(engine, RunKind.REPLACEMENT);
    bench.run(engine);
    assertEquals(
        second,
        bench
            .entry(Bench.RIDE)
            .beside()
            .superseded()
            .orElseThrow()
            .publication()
            .result()
            .prefix());
    assertEquals(3, shown().epoch());
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertFalse(hasBytes(first));
    assertTrue(hasBytes(second));
    assertEquals("alpha", read(engine.superseded(Bench.RIDE), "a.txt"));
  }

  @Test
  void noTimeToKeep_leavesNothingToCompare() {
    next = builder(SideRunTest::copy).keepSuperseded(Duration.ZERO).build();
    Engine engine = verified();
    ContentPrefix first = shown().result().prefix();
    start(engine, RunKind.REPLACEMENT);
    bench.run(engine);
    assertEquals(Optional.empty(), engine.superseded(Bench.RIDE));
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertFalse(hasBytes(first));
  }

  @Test
  void replacementThatFails_isToldAndLeavesTheResult() throws IOException {
    next =
        next(
            context -> {
              context.emit(ItemName.of("a.txt"), new ByteArrayInputStream(new byte[1]));
              throw new PermanentStageException("the new version does not understand it");
            });
    Engine engine = verified();
    Publication before = shown();
    start(engine, RunKind.REPLACEMENT);
    bench.told.clear();
    bench.run(engine);
    assertEquals(
        List.of(Bench.RIDE + " past copy", Bench.RIDE + " not replaced by next"), bench.told);
    Entry after = bench.entry(Bench.RIDE);
    assertEquals(Optional.empty(), after.beside().run());
    assertEquals(before, shown());
    assertEquals("test", after.run().pipeline().name());
    assertEquals(List.of("SIDE_RUN_FAILED"), bench.alertCodes());
    assertEquals(TransitionKind.SIDE_RUN_FAILED, bench.kinds(Bench.RIDE).get(last()));
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(
        List.of(before.result().prefix()),
        bench.content.keys().stream()
            .filter(KeyLayout.runs(Bench.RIDE)::covers)
            .map(key -> KeyLayout.leaseOutput(Bench.RIDE, key).orElseThrow().prefix())
            .distinct()
            .toList(),
        "nothing of the failed run is left, of its last lease neither");
    start(engine, RunKind.REPLACEMENT);
    assertEquals(3, bench.entry(Bench.RIDE).active().epoch(), "no epoch is given twice");
    cancel(engine);
  }

  private int last() {
    return bench.kinds(Bench.RIDE).size() - 1;
  }

  @Test
  void attemptsOfARun_areBounded() {
    next =
        next(
            context -> {
              throw new IOException("no luck");
            });
    Engine engine = verified();
    Publication before = shown();
    start(engine, RunKind.REPLACEMENT);
    runThrough(engine);
    assertEquals(Optional.empty(), bench.entry(Bench.RIDE).beside().run());
    assertEquals(before, shown());
    assertEquals(
        2, bench.kinds(Bench.RIDE).stream().filter(TransitionKind.STAGE_RETRIED::equals).count());
  }

  @Test
  void candidateThatDoesNotPass_isNeverSeen() {
    next =
        next(
            context -> {
              StageItem first = context.items().next();
              context.emit(first.name(), first.open());
            });
    Engine engine = verified();
    Publication before = shown();
    start(engine, RunKind.REPLACEMENT);
    bench.run(engine);
    assertEquals(before, shown());
    assertEquals(List.of("SIDE_RUN_FAILED"), bench.alertCodes());
  }

  @Test
  void deadNodesRun_isTakenOver() throws IOException {
    Engine dead = verified();
    start(dead, RunKind.REPLACEMENT);
    assertEquals(1, dead.worker().tick());
    bench.tasks.clear();
    bench.time.advance(Duration.ofMinutes(1));
    Engine engine = bench.engine(Bench.copying(), next);
    assertFalse(engine.isIdle());
    bench.run(engine);
    assertTrue(bench.kinds(Bench.RIDE).contains(TransitionKind.LEASE_LOST));
    assertEquals("ALPHA", read(engine.result(Bench.RIDE), "a.txt"));
  }

  @Test
  void runWhoseNodesAllDie_fails() {
    Engine dead = verified();
    Publication before = shown();
    start(dead, RunKind.REPLACEMENT);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, dead.worker().tick());
      bench.tasks.clear();
      bench.time.advance(Duration.ofMinutes(1));
    }
    bench.told.clear();
    bench.run(bench.engine(Bench.copying(), next));
    assertEquals(Optional.empty(), bench.entry(Bench.RIDE).beside().run());
    assertEquals(before, shown());
    assertTrue(bench.alertCodes().contains("SIDE_RUN_FAILED"));
    assertEquals(List.of(Bench.RIDE + " not replaced by next"), bench.told);
  }

  @Test
  void shadow_isComparedAndNeverPublished() {
    Engine engine = verified();
    Publication before = shown();
    start(engine, RunKind.SHADOW);
    bench.run(engine);
    Entry after = bench.entry(Bench.RIDE);
    assertEquals(before, shown());
    assertEquals(Optional.empty(), after.beside().run());
    assertEquals(Optional.empty(), after.beside().superseded());
    assertEquals(List.of("SHADOW_DIFFERS"), bench.alertCodes());
    String detail = bench.history(Bench.RIDE).get(last()).note().detail();
    assertTrue(detail.contains("2 items compared, 2 differ"), detail);
    String heard = bench.told.get(bench.told.size() - 1);
    assertTrue(heard.startsWith(Bench.RIDE + " compared, different: "), heard);
    assertTrue(heard.contains("2 items compared, 2 differ"), heard);
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertFalse(after.equals(bench.entry(Bench.RIDE)));
    assertTrue(
        bench.content.keys().stream()
            .filter(KeyLayout.runs(Bench.RIDE)::covers)
            .allMatch(before.result().prefix()::covers));
  }

  @Test
  void equalShadow_isNoAlert() {
    next = next(SideRunTest::copy);
    Engine engine = verified();
    start(engine, RunKind.SHADOW);
    bench.run(engine);
    assertEquals(List.of(), bench.alertCodes());
    assertTrue(
        bench
            .history(Bench.RIDE)
            .get(last())
            .note()
            .detail()
            .contains("2 items compared, 0 differ"));
    assertEquals(Bench.RIDE + " compared, equal", bench.told.get(bench.told.size() - 1));
  }

  @Test
  void comparatorThatThrows_hasTheAttemptsOfAStage() {
    ShadowComparator broken =
        pair -> {
          throw new IOException("cannot decode " + pair.candidateItems().next().name());
        };
    next = builder(SideRunTest::copy).compareShadows(broken).build();
    Engine engine = verified();
    start(engine, RunKind.SHADOW);
    runThrough(engine);
    assertEquals(Optional.empty(), bench.entry(Bench.RIDE).beside().run());
    assertEquals(TransitionKind.SIDE_RUN_FAILED, bench.kinds(Bench.RIDE).get(last()));
    assertTrue(bench.history(Bench.RIDE).get(last()).note().detail().contains("cannot decode"));
  }

  @Test
  void secondRunBesideAFirst_isRefused() {
    Engine engine = verified();
    start(engine, RunKind.SHADOW);
    assertThrows(ActRefusedException.class, () -> start(engine, RunKind.REPLACEMENT));
    bench.run(engine);
  }

  @Test
  void cancelledRun_leavesTheResult() {
    Engine engine = verified();
    Publication before = shown();
    start(engine, RunKind.REPLACEMENT);
    assertEquals(1, engine.worker().tick());
    cancel(engine);
    bench.run(engine);
    assertEquals(before, shown());
    assertEquals(TransitionKind.SIDE_RUN_CANCELLED, bench.kinds(Bench.RIDE).get(last()));
    assertThrows(ActRefusedException.class, () -> cancel(engine));
  }

  @Test
  void erasureInTheMiddle_endsTheRunAndDeletesAll() {
    Engine engine = verified();
    start(engine, RunKind.REPLACEMENT);
    assertEquals(1, engine.worker().tick());
    engine.acting().act(Bench.RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
    bench.run(engine);
    assertEquals(State.DISCARDING, bench.state(Bench.RIDE));
    assertEquals(Optional.empty(), bench.entry(Bench.RIDE).beside().run());
    assertEquals(Optional.empty(), engine.result(Bench.RIDE));
  }

  @Test
  void holdAndReading_leaveTheRunAlone() throws IOException {
    Engine engine = verified();
    start(engine, RunKind.REPLACEMENT);
    assertEquals(1, engine.worker().tick());
    engine
        .acting()
        .act(
            Bench.RIDE,
            new Event.HoldPlaced(new Hold("carol", "court order", bench.time.instant())),
            false);
    bench.time.advance(Duration.ofSeconds(1));
    assertTrue(engine.acting().reverify(Bench.RIDE, CAROL, false).report().committed());
    bench.run(engine);
    assertEquals("ALPHA", read(engine.result(Bench.RIDE), "a.txt"));
    assertTrue(bench.entry(Bench.RIDE).standing().hold().isPresent());
  }

  @Test
  void damageOfTheResult_endsTheRun_andARedriveGoesOn() throws IOException {
    Engine engine = verified();
    start(engine, RunKind.REPLACEMENT);
    assertEquals(1, engine.worker().tick());
    bench.corrupt(KeyLayout.item(shown().result().prefix(), 0));
    engine.acting().reverify(Bench.RIDE, CAROL, false);
    assertEquals(State.FAILED, bench.state(Bench.RIDE));
    bench.run(engine);
    assertEquals(Optional.empty(), bench.entry(Bench.RIDE).beside().run());
    Acting acting = engine.acting();
    Entry failed = bench.entry(Bench.RIDE);
    Pipeline next = engine.node().pipeline("next").orElseThrow();
    Optional<String> march = Optional.of("bf-1");
    acting.act(
        Bench.RIDE, acting.redriven(failed, next, march, CAROL, bench.time.instant()), false);
    bench.run(engine);
    Entry after = bench.entry(Bench.RIDE);
    assertEquals(3, after.run().epoch());
    assertEquals(march, after.run().backfill());
    assertEquals("ALPHA", read(engine.result(Bench.RIDE), "a.txt"));
  }

  @Test
  void runInABackfillsName_isKnownByIt() {
    Engine engine = verified();
    engine
        .acting()
        .startRun(Bench.RIDE, RunKind.REPLACEMENT, "next", Optional.of("march"), CAROL, false);
    bench.run(engine);
    assertEquals(Optional.of("march"), bench.entry(Bench.RIDE).run().backfill());
    assertTrue(bench.history(Bench.RIDE).get(last()).note().detail().contains("backfill=march"));
  }

  @Test
  void rehearsal_changesNothing() {
    Engine engine = verified();
    Entry before = bench.entry(Bench.RIDE);
    ActReport report =
        engine
            .acting()
            .startRun(Bench.RIDE, RunKind.REPLACEMENT, "next", Optional.empty(), CAROL, true);
    assertFalse(report.committed());
    assertTrue(report.after().beside().run().isPresent());
    assertEquals(before, bench.entry(Bench.RIDE));
  }

  @Test
  void unknownPipeline_isRefused() {
    Engine engine = verified();
    assertThrows(
        ActRefusedException.class,
        () ->
            engine
                .acting()
                .startRun(Bench.RIDE, RunKind.SHADOW, "another", Optional.empty(), CAROL, false));
  }
}
