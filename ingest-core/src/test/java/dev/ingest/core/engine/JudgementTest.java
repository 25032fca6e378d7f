package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Evidence;
import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.Verdict;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a candidate, in which order, and what of it stays open. */
final class JudgementTest {

  private final Bench bench = new Bench();
  private final List<String> asked = new ArrayList<>();
  private int opened;
  private int closed;
  private ContentStore content =
      Care.opened(
          bench.content,
          (key, stored) -> {
            opened++;
            return new FilterInputStream(stored) {
              @Override
              public void close() throws IOException {
                closed++;
                super.close();
              }
            };
          });

  @BeforeEach
  void submit() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x", "b", "y");
  }

  private record Named(String name, Function<Evidence, Verdict> answer) implements Probe {
    @Override
    public Verdict check(Evidence evidence) {
      return answer.apply(evidence);
    }
  }

  private Verdict judged(Expectation expectation, Probe... probes) {
    return judged(StoredSet.raw(bench.entry(RIDE)), expectation, probes);
  }

  private Verdict judged(StoredSet result, Expectation expectation, Probe... probes) {
    Pipeline.Builder pipeline = Pipeline.named("test").stage(Stage.copy()).expect(expectation);
    for (Probe probe : probes) {
      pipeline.probe(probe);
    }
    Node node = bench.node(bench.watchedLedger, content);
    StoredSet raw = StoredSet.raw(bench.entry(RIDE));
    return new Judgement(node, raw, result).of(pipeline.build());
  }

  private Probe asking(String name, Verdict answer) {
    return new Named(
        name,
        evidence -> {
          asked.add(name);
          return answer;
        });
  }

  @Test
  void probes_areAskedInTheirOrderUntilOneDoesNotPass() {
    Verdict verdict =
        judged(
            evidence -> Verdict.pass(),
            asking("first", Verdict.pass()),
            asking("second", Verdict.fail("no such row")),
            asking("third", Verdict.pass()));
    assertEquals(Verdict.Kind.FAIL, verdict.kind());
    assertEquals("probe second: no such row", verdict.reason());
    assertEquals(List.of("first", "second"), asked);
  }

  @Test
  void expectationThatDoesNotPass_sparesTheProbes() {
    Verdict verdict =
        judged(evidence -> Verdict.unknown("perhaps"), asking("first", Verdict.pass()));
    assertEquals("the expectation: perhaps", verdict.reason());
    assertEquals(List.of(), asked);
  }

  @Test
  void resultWithoutItems_isUnknownAndNobodyIsAsked() {
    StoredSet raw = StoredSet.raw(bench.entry(RIDE));
    ManifestSummary none = new ManifestSummary(raw.summary().root(), 0, 0);
    StoredSet empty =
        new StoredSet(RIDE, StoredSet.What.RESULT, raw.manifestKey(), raw.itemKey(), none);
    Verdict verdict =
        judged(
            empty,
            evidence -> {
              asked.add("expectation");
              return Verdict.pass();
            });
    assertEquals(Verdict.Kind.UNKNOWN, verdict.kind());
    assertTrue(verdict.reason().contains("no items"), verdict.reason());
    assertEquals(List.of(), asked);
  }

  @Test
  void whatIsOpenedToJudge_endsWithEachQuestion() {
    Expectation reading =
        evidence -> {
          evidence.rawItems().next();
          evidence.resultItems().next();
          return Verdict.pass();
        };
    Probe probe =
        new Named(
            "index",
            evidence -> {
              assertEquals(2, closed, "the expectation's");
              evidence.resultItems().next();
              assertEquals(2, closed);
              throw new IllegalStateException("down");
            });
    Verdict verdict = judged(reading, probe);
    assertEquals(Verdict.Kind.UNKNOWN, verdict.kind());
    assertTrue(verdict.reason().contains("probe index threw"), verdict.reason());
    assertEquals(3, opened);
    assertEquals(3, closed);
  }

  @Test
  void evidence_hasAllItemsInOrder() {
    List<String> names = new ArrayList<>();
    judged(
        evidence -> {
          Iterator<ManifestItem> items = evidence.resultItems();
          while (items.hasNext()) {
            names.add(items.next().name().value());
          }
          assertThrows(NoSuchElementException.class, items::next);
          return Verdict.pass();
        });
    assertEquals(List.of("a", "b"), names);
  }

  @Test
  void storeThatCannotBeRead_isNoVerdict() {
    content = Care.opening(bench.content, purpose -> fail(new ContentException("out")));
    ProofReads.UnreadableException unreadable =
        assertThrows(ProofReads.UnreadableException.class, () -> judged(Expectation.onePerItem()));
    String message = String.valueOf(unreadable.getMessage());
    assertTrue(message.startsWith("the raw manifest of alice/ride-1 could not be read"), message);
  }

  @Test
  void manifestThatIsGone_isUnknownAndNoUnreadableStore() {
    bench.remove(StoredSet.raw(bench.entry(RIDE)).manifestKey());
    Verdict verdict = judged(Expectation.onePerItem());
    assertEquals(Verdict.Kind.UNKNOWN, verdict.kind());
    assertTrue(
        verdict.reason().contains(ContentMissingException.class.getSimpleName()), verdict.reason());
  }

  private static void fail(RuntimeException problem) {
    throw problem;
  }

  @Test
  void expectationThatIsCancelled_isNoVerdict() {
    assertThrows(
        StageCancelledException.class,
        () ->
            judged(
                evidence -> {
                  throw new StageCancelledException("the lease is lost");
                }));
  }

  /** For who runs the engine's ticks and checks it. */
  private static final class Seen extends UnhandledError {
    private static final long serialVersionUID = 1L;

    Seen() {
      super("seen");
    }
  }

  private static Verdict seen() {
    throw new Seen();
  }

  @Test
  void errorThatNothingHandles_isNoVerdictWhoeverThrowsIt() {
    Probe nameless =
        new Probe() {
          @Override
          public String name() {
            throw new Seen();
          }

          @Override
          public Verdict check(Evidence evidence) {
            return Verdict.pass();
          }
        };
    assertThrows(Seen.class, () -> judged(evidence -> seen()));
    assertThrows(
        Seen.class,
        () -> judged(evidence -> Verdict.pass(), new Named("index", evidence -> seen())));
    assertThrows(Seen.class, () -> judged(evidence -> Verdict.pass(), nameless));
  }

  @Test
  void probeWithoutAName_isSaidSo() {
    Probe nameless =
        new Probe() {
          @Override
          public String name() {
            throw new IllegalStateException("forgotten");
          }

          @Override
          public Verdict check(Evidence evidence) {
            return Verdict.unknown("it is rebuilt");
          }
        };
    String reason = judged(evidence -> Verdict.pass(), nameless).reason();
    assertTrue(reason.startsWith("a probe that has no name, since it threw"), reason);
    assertTrue(reason.endsWith(": it is rebuilt"), reason);
  }
}
