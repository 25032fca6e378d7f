package dev.ingest.core.engine;

import dev.ingest.core.Evidence;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.Verdict;

/**
 * A pipeline's expectation and probes, asked one after the other until one does not pass. Whatever
 * throws or says nothing is UNKNOWN, and so is a result without items.
 */
final class Judgement {

  private Judgement() {}

  static Verdict of(Pipeline pipeline, Evidence evidence) {
    if (evidence.result().count() == 0) {
      return Verdict.unknown("the result has no items, so nothing can be said of it");
    }
    Verdict verdict = ask("the expectation", () -> pipeline.expectation().judge(evidence));
    for (Probe probe : pipeline.probes()) {
      if (verdict.kind() != Verdict.Kind.PASS) {
        break;
      }
      verdict = ask("probe " + probe.name(), () -> probe.check(evidence));
    }
    return verdict;
  }

  private static Verdict ask(String who, Question question) {
    Verdict answer;
    try {
      answer = question.ask();
    } catch (StageCancelledException | StoredEvidence.UnreadableException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verdict.unknown(who + " was interrupted");
    } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
      return Verdict.unknown(who + " threw " + Failures.describe(e));
    }
    return new Verdict(answer.kind(), who + ": " + answer.reason());
  }

  @FunctionalInterface
  private interface Question {
    Verdict ask() throws Exception;
  }
}
