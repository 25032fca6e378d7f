package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Verdict;
import dev.ingest.core.Verification;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import java.util.Optional;

/**
 * Examines one sequence on demand: raw bytes as long as they must be there, the published result,
 * and the hash chain of the history. Changes nothing.
 */
final class Inspection {

  private final Node node;

  Inspection(Node node) {
    this.node = node;
  }

  Verification of(Entry entry) {
    Examiner examiner = new Examiner(node.content(), () -> {});
    if (AuditRules.raw(entry.state()) == AuditRules.Presence.WHOLE) {
      examiner.readBack(StoredSet.raw(entry));
    }
    if (entry.published().isPresent()) {
      examineResult(entry, entry.published().get(), examiner);
    } else if (entry.state() != State.DISCARDED) {
      examiner.add(
          new Finding(
              Kind.NOT_VERIFIED,
              entry.key(),
              Optional.empty(),
              "a verified result",
              entry.state()
                  + entry
                      .standing()
                      .failure()
                      .map(failure -> ", " + failure.code() + ": " + failure.message())
                      .orElse("")));
    }
    examineHistory(entry, examiner);
    return new Verification(entry.key(), entry.state(), examiner.findings());
  }

  private void examineResult(Entry entry, Publication published, Examiner examiner) {
    StoredSet result = StoredSet.output(entry.key(), published.result());
    int before = examiner.findings().size();
    examiner.readBack(result);
    examiner.compareListing(result, published.result().prefix());
    Optional<Pipeline> pipeline =
        node.pipeline(entry.run().pipeline().name()).filter(Pipeline::verifies);
    boolean readable =
        examiner.findings().size() == before
            && AuditRules.raw(entry.state()) == AuditRules.Presence.WHOLE;
    if (pipeline.isPresent() && readable) {
      judge(entry, result, pipeline.get(), examiner);
    }
  }

  private void judge(Entry entry, StoredSet result, Pipeline pipeline, Examiner examiner) {
    Verdict verdict = judged(pipeline, new Judgement(node, StoredSet.raw(entry), result));
    if (verdict.kind() != Verdict.Kind.PASS) {
      examiner.add(
          new Finding(
              Kind.EXPECTATION_FAILED,
              entry.key(),
              Optional.empty(),
              "PASS",
              verdict.kind() + ", " + verdict.reason()));
    }
  }

  private static Verdict judged(Pipeline pipeline, Judgement judgement) {
    try {
      return judgement.of(pipeline);
    } catch (ProofReads.UnreadableException e) {
      return Verdict.unknown(Failures.describe(e));
    }
  }

  private void examineHistory(Entry entry, Examiner examiner) {
    HistoryCheck.of(node.ledger().ledger(), entry.key(), entry.chain())
        .ifPresent(
            broken ->
                examiner.add(
                    new Finding(
                        Kind.HISTORY_BROKEN,
                        entry.key(),
                        Optional.empty(),
                        broken.expected(),
                        broken.actual())));
  }
}
