package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.Pipeline;
import dev.ingest.core.ShadowReport;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.Verdict;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.Digest;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.SealedOutput;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads a candidate back, asks the expectation and the probes, and says what may be committed.
 *
 * <p>A store that cannot be read is asked again for as long as it takes: the deadline alarms. A
 * candidate that was read whole but on which the expectation or a probe comes to no conclusion has
 * the attempts of a stage, and is then FAILED; and so has one that they refuse although it was
 * begun under another plan than this node has, and one of which something is missing at two looks:
 * a store may show late, or for a while not at all, what it has.
 */
final class VerifyTask implements LeasedDriver.Task {

  /** The attempt whose back-off spaces the readings of a store that cannot be read. */
  private static final int UNREADABLE_ATTEMPT = 5;

  private final Node node;
  private final Committer committer;

  VerifyTask(Node node, Committer committer) {
    this.node = node;
    this.committer = committer;
  }

  @Override
  public Optional<Event> perform(Entry entry, HeldLeases.Grip grip) {
    return Optional.of(verified(entry, grip));
  }

  private Event verified(Entry entry, HeldLeases.Grip grip) {
    Instant began = committer.now(grip);
    SealedOutput candidate = entry.active().output().orElseThrow();
    StoredSet result = StoredSet.output(entry.key(), candidate);
    Examiner examiner = new Examiner(node.content(), grip::checkActive);
    Optional<Digest> observed = look(examiner, result, candidate);
    if (Certainty.isMissingSomething(examiner.findings())) {
      examiner = new Examiner(node.content(), grip::checkActive);
      observed = look(examiner, result, candidate);
    }
    List<Finding> damage = Certainty.damage(examiner.findings());
    if (!damage.isEmpty()) {
      return mismatch(entry, grip, damage);
    }
    if (!examiner.findings().isEmpty() || observed.isEmpty()) {
      return unknown(
          entry,
          grip,
          failure("CONTENT_UNREADABLE", Failures.describe(examiner.findings())),
          OptionalInt.empty());
    }
    Pipeline pipeline = node.pipeline(entry.active().pipeline().name()).orElseThrow();
    Verdict verdict;
    try {
      verdict = judge(pipeline, entry, result);
    } catch (ProofReads.UnreadableException e) {
      return unknown(
          entry, grip, failure("CONTENT_UNREADABLE", Failures.describe(e)), OptionalInt.empty());
    }
    grip.checkActive();
    return switch (verdict.kind()) {
      case PASS -> passed(pipeline, entry, grip, observed.get(), began);
      case FAIL -> refused(pipeline, entry, grip, verdict.reason());
      case UNKNOWN ->
          unknown(
              entry,
              grip,
              failure("EXPECTATION_UNKNOWN", verdict.reason()),
              OptionalInt.of(node.policies().work().maxAttempts()));
    };
  }

  private static Optional<Digest> look(
      Examiner examiner, StoredSet result, SealedOutput candidate) {
    Optional<Digest> observed = examiner.readBack(result);
    examiner.compareListing(result, candidate.prefix());
    return observed;
  }

  /** Other bytes stay what they are; what is not seen may only be out of sight for a while. */
  private Event mismatch(Entry entry, HeldLeases.Grip grip, List<Finding> damage) {
    Failure cause = failure("VERIFICATION_MISMATCH", Failures.describe(damage));
    return Certainty.isMissingSomething(damage)
        ? unknown(entry, grip, cause, OptionalInt.of(node.policies().work().maxAttempts()))
        : new Event.VerificationFailed(cause);
  }

  /**
   * During a deployment versions run beside each other, and the expectation of one may refuse what
   * the other makes. So what was accepted under another plan than this node has is left to a node
   * that may know better, as long as there are attempts.
   */
  private Event refused(Pipeline pipeline, Entry entry, HeldLeases.Grip grip, String reason) {
    PipelineRef accepted = entry.active().pipeline();
    if (accepted.equals(pipeline.ref())) {
      return new Event.VerificationFailed(failure("EXPECTATION_FAILED", reason));
    }
    return unknown(
        entry,
        grip,
        failure(
            "EXPECTATION_FAILED",
            "%s; judged by plan %s, begun under plan %s"
                .formatted(reason, pipeline.ref().plan(), accepted.plan())),
        OptionalInt.of(node.policies().work().maxAttempts()));
  }

  private Event passed(
      Pipeline pipeline, Entry entry, HeldLeases.Grip grip, Digest observed, Instant began) {
    return switch (entry.active().kind()) {
      case PRIMARY -> {
        boolean strays = entry.position().fence() > pipeline.stages().size() + 1L;
        yield new Event.Verified(observed, began, strays);
      }
      case REPLACEMENT -> new SideRunEvent.Replaced(observed, began, pipeline.keepSuperseded());
      case SHADOW -> compared(pipeline, entry, grip, observed);
    };
  }

  /** A comparison that throws has come to no conclusion, like an expectation that does. */
  private Event compared(Pipeline pipeline, Entry entry, HeldLeases.Grip grip, Digest observed) {
    StoredSet published = StoredSet.output(entry.key(), entry.published().orElseThrow().result());
    StoredSet candidate = StoredSet.output(entry.key(), entry.active().output().orElseThrow());
    Throwable problem;
    try (ProofReads reads = new ProofReads(node.content())) {
      ShadowReport report =
          pipeline.shadowComparator().compare(new StoredPair(reads, published, candidate));
      grip.checkActive();
      return new SideRunEvent.Compared(
          observed, report.isEqual(), BoundedText.of(report.text(), Failure.MAX_MESSAGE));
    } catch (ProofReads.UnreadableException e) {
      return unknown(
          entry, grip, failure("CONTENT_UNREADABLE", Failures.describe(e)), OptionalInt.empty());
    } catch (StageCancelledException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = e;
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      problem = e;
    }
    grip.checkActive();
    return unknown(
        entry,
        grip,
        failure("COMPARISON_UNKNOWN", "the comparator threw " + Failures.describe(problem)),
        OptionalInt.of(node.policies().work().maxAttempts()));
  }

  private Verdict judge(Pipeline pipeline, Entry entry, StoredSet result) {
    return new Judgement(node, StoredSet.raw(entry), result).of(pipeline);
  }

  private Event unknown(Entry entry, HeldLeases.Grip grip, Failure cause, OptionalInt maxAttempts) {
    int attempt = maxAttempts.isPresent() ? entry.active().attempts() : UNREADABLE_ATTEMPT;
    Instant retryAt =
        committer.now(grip).plus(node.policies().work().backoff(attempt, node.seams().unit()));
    return new Event.VerificationUnknown(cause, maxAttempts, retryAt);
  }

  private static Failure failure(String code, String message) {
    return Failures.of(code, Optional.empty(), message);
  }
}
