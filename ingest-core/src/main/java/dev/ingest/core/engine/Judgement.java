package dev.ingest.core.engine;

import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.Verdict;
import dev.ingest.spi.UnhandledError;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's expectation and probes, asked one after the other until one does not pass. Whatever
 * throws, says nothing or does not answer in its time is UNKNOWN, and so is a result without items.
 *
 * <p>A probe asks another system, which may never answer. So it is asked on a thread that nobody
 * needs ({@link Seams.Questions}), with evidence of its own, which is opened, read and closed
 * there: one that still goes on when its time is over shares nothing with what follows. An
 * expectation reads nothing but the evidence, however long that is, and has no such bound.
 */
final class Judgement {

  private final Node node;
  private final StoredSet raw;
  private final StoredSet result;

  /**
   * Creates a judgement of one candidate.
   *
   * @param node where it is stored
   * @param raw what was uploaded
   * @param result the candidate
   */
  Judgement(Node node, StoredSet raw, StoredSet result) {
    this.node = node;
    this.raw = raw;
    this.result = result;
  }

  Verdict of(Pipeline pipeline) {
    if (result.summary().count() == 0) {
      return Verdict.unknown("the result has no items, so nothing can be said of it");
    }
    Verdict verdict = answer("the expectation", () -> expected(pipeline));
    for (Probe probe : pipeline.probes()) {
      if (verdict.kind() != Verdict.Kind.PASS) {
        break;
      }
      verdict = answer(name(probe), () -> asked(probe));
    }
    return verdict;
  }

  private StoredEvidence shown(ProofReads reads) {
    return new StoredEvidence(reads, raw, result);
  }

  private @Nullable Verdict expected(Pipeline pipeline) {
    try (ProofReads reads = new ProofReads(node.content())) {
      return pipeline.expectation().judge(shown(reads));
    }
  }

  private @Nullable Verdict asked(Probe probe) throws Exception {
    Duration longest = probe.timeLimit();
    try {
      return node.seams()
          .questions()
          .ask(
              probe,
              longest,
              () -> {
                try (ProofReads reads = new ProofReads(node.content())) {
                  return probe.check(shown(reads));
                }
              });
    } catch (TimeoutException e) {
      return Verdict.unknown(
          "no answer within %d ms: %s".formatted(longest.toMillis(), e.getMessage()));
    }
  }

  private static String name(Probe probe) {
    try {
      return "probe " + probe.name();
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      Interrupts.keep(e);
      return "a probe that has no name, since it threw " + Failures.describe(e);
    }
  }

  private static Verdict answer(String who, Callable<@Nullable Verdict> question) {
    @Nullable Verdict answer;
    try {
      answer = question.call();
    } catch (StageCancelledException | ProofReads.UnreadableException | UnhandledError e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verdict.unknown(who + " was interrupted");
    } catch (Throwable e) {
      return Verdict.unknown(who + " threw " + Failures.describe(e));
    }
    return answer == null || answer.kind() == null
        ? Verdict.unknown(who + " said nothing")
        : new Verdict(answer.kind(), who + ": " + answer.reason());
  }
}
