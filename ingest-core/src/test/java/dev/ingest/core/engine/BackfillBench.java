package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A bench with sequences that failed, and nodes that drive a backfill of them. */
final class BackfillBench {

  static final String NAME = "march";
  static final Act CAROL = new Act("carol", "the incident of March");
  static final BackfillPace PACE = new BackfillPace(1_000, 7);

  /** What is FAILED by now, at a pace that is no hindrance. */
  static final BackfillOrder FAILED_ONES =
      BackfillOrder.of(IncidentQuery.ALL.in(Set.of(State.FAILED))).at(PACE);

  final Bench bench = new Bench();

  /** Whether the stage of the good pipeline refuses everything. */
  boolean broken = true;

  /** Which sequences the good pipeline refuses, whatever else. */
  final Set<SequenceKey> poisoned = new TreeSet<>();

  final List<BackfillProgress> heard = new ArrayList<>();

  final Pipeline good =
      Bench.pipeline(
          Stage.perItem(
              "copy",
              1,
              (item, context) -> {
                if (broken || poisoned.contains(context.sequence())) {
                  throw new PermanentStageException("the release of March refuses it");
                }
                context.emit(item.name(), item.open());
              }));

  /** The old route of the incident: it reports success and writes nothing. */
  private final Pipeline silent =
      Pipeline.named("silent")
          .stage(Stage.perItem("vanish", 1, (item, context) -> {}))
          .expect(Expectation.onePerItem())
          .build();

  final Engine engine = engine(bench.watchedLedger);

  Engine engine(LedgerStore ledger) {
    return bench.engine(ledger, bench.watchedContent, good, silent);
  }

  /** A node that only drives backfills. */
  Backfiller node(LedgerStore ledger, Pipeline... pipelines) {
    return node(ledger, starter -> starter, pipelines);
  }

  /** One that starts its runs in another way. */
  Backfiller node(LedgerStore ledger, UnaryOperator<RunStarter> starts) {
    return node(ledger, starts, good, silent);
  }

  private Backfiller node(
      LedgerStore ledger, UnaryOperator<RunStarter> starts, Pipeline... pipelines) {
    Supervisor supervisor =
        new Supervisor(
            new EngineListener() {
              @Override
              public void backfillMoved(BackfillProgress progress) {
                heard.add(progress);
              }

              @Override
              public void driverFailed(String driver, Throwable cause, long total) {
                bench.caught.add(cause);
              }
            });
    Node node = bench.node(ledger, bench.watchedContent, pipelines);
    Committer committer = new Committer(node, supervisor);
    Intake intake = new Intake(node, committer, supervisor, new Routing(node, supervisor));
    Acting acting = new Acting(node, committer, intake);
    return new Backfiller(
        node,
        committer,
        starts.apply(new BackfillRuns(node, committer, acting)),
        new WatcherLease(ledger, Watcher.BACKFILLER, node.identity().id(), node.seams()),
        supervisor);
  }

  Backfiller node(LedgerStore ledger) {
    return node(ledger, good, silent);
  }

  /** What the parts of a node's backfills share. */
  BackfillTools tools(LedgerStore ledger, Runnable goOn) {
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    Node node = bench.node(ledger, bench.watchedContent, good, silent);
    Committer committer = new Committer(node, supervisor);
    Intake intake = new Intake(node, committer, supervisor, new Routing(node, supervisor));
    Acting acting = new Acting(node, committer, intake);
    return BackfillTools.of(node, committer, new BackfillRuns(node, committer, acting), goOn);
  }

  Backfilling backfills() {
    return engine.backfilling();
  }

  static SequenceKey key(int i) {
    return SequenceKey.of("owner-" + i % 5, "ride-%04d".formatted(i));
  }

  static Set<SequenceKey> keys(int count) {
    Set<SequenceKey> keys = new TreeSet<>();
    IntStream.range(0, count).forEach(i -> keys.add(key(i)));
    return keys;
  }

  /** Leaves so many sequences FAILED, and the release mended. */
  void fail(int count) {
    IntStream.range(0, count).forEach(i -> Bench.submit(engine, key(i), "a", "x" + i));
    bench.run(engine);
    keys(count).forEach(key -> assertEquals(State.FAILED, bench.state(key)));
    broken = false;
  }

  void verify(SequenceKey key) {
    broken = false;
    Bench.submit(engine, key, "a", "x");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(key));
  }

  BackfillProgress planAndStart(BackfillOrder order) {
    backfills().plan(NAME, order, CAROL);
    return backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
  }

  BackfillProgress progress() {
    return backfills().find(NAME).orElseThrow();
  }

  /** Lets a node drive, and all the others work, until the backfill is in one of some phases. */
  BackfillProgress drive(Backfiller node, BackfillPhase... until) {
    Set<BackfillPhase> phases = EnumSet.of(until[0], until);
    for (int tick = 0; tick < 2_000; tick++) {
      if (phases.contains(progress().phase())) {
        return progress();
      }
      step(node);
    }
    throw new AssertionError("after 2,000 ticks it is " + progress() + "; caught " + bench.caught);
  }

  void step(Backfiller node) {
    node.tick();
    bench.run(engine);
    bench.time.advance(Duration.ofMillis(500));
  }

  BackfillProgress toItsEnd(Backfiller node) {
    return drive(node, BackfillPhase.COMPLETE, BackfillPhase.INCOMPLETE, BackfillPhase.CANCELLED);
  }

  /** The ids with an outcome, and the causes. */
  Map<SequenceKey, String> outcomes(Outcome.Kind kind) {
    Map<SequenceKey, String> outcomes = new TreeMap<>();
    backfills()
        .report(
            NAME,
            Set.of(kind),
            (key, outcome, entry) ->
                assertTrue(
                    outcomes.put(key, outcome.cause()) == null, key + " has two outcomes " + kind));
    return outcomes;
  }

  /** Invariant S11: planned = done ⊎ failed ⊎ pending, and every count is the truth. */
  void checkS11(Set<SequenceKey> planned) {
    Set<SequenceKey> all = new TreeSet<>();
    long sum = 0;
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      if (kind != Outcome.Kind.UNRECOVERABLE) {
        Map<SequenceKey, String> ids = outcomes(kind);
        sum += ids.size();
        all.addAll(ids.keySet());
      }
    }
    assertEquals(planned, all, "planned is what is done, failed or pending");
    assertEquals(planned.size(), sum, "nothing is in two of them");
    BackfillProgress.Counts counts = progress().counts();
    assertEquals(planned.size(), counts.planned());
    assertEquals(outcomes(Outcome.Kind.DONE).size(), counts.done());
    assertEquals(outcomes(Outcome.Kind.FAILED).size(), counts.failed());
    assertEquals(counts.planned(), counts.done() + counts.failed() + counts.pending());
  }

  /** How often the backfill has started a run of a sequence. */
  long starts(SequenceKey key) {
    return bench.history(key).stream()
        .filter(
            row ->
                row.step().kind() == TransitionKind.REDRIVEN
                    || row.step().kind() == TransitionKind.SIDE_RUN_STARTED)
        .filter(row -> row.note().actor().equals("backfill/" + NAME))
        .count();
  }

  void assertEachStartedOnce(Set<SequenceKey> keys) {
    keys.forEach(key -> assertEquals(1, starts(key), key + " is started once"));
  }

  String holder(SequenceKey key) {
    return bench.entry(key).standing().hold().map(hold -> hold.actor()).orElse("");
  }

  void assertHeldBy(String actor, Set<SequenceKey> keys) {
    keys.forEach(key -> assertEquals(actor, holder(key), key.toString()));
  }

  void apply(SequenceKey key, Event event) {
    Entry entry = bench.entry(key);
    Committer.Result result = engine.committer().apply(entry, event);
    assertTrue(result instanceof Committer.Result.Committed, result::toString);
  }
}
