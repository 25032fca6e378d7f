package dev.ingest.simulator;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Finding;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.engine.Audit;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.NodeId;
import java.util.Collections;
import java.util.List;

/**
 * An audit when everything has come to an end, as an operator would make it: it reads everything,
 * and finds what rotted, bytes that nothing refers to any more and uploads that may have been
 * accepted, and nothing else.
 */
final class FinalAudit {

  private static final String NAME = "S2 Conservation";

  private FinalAudit() {}

  static void check(World world) {
    Node node =
        new Node(
            new Node.Identity(new NodeId("auditor"), "v1"),
            world.rawLedger(),
            world.rawContent(),
            List.of(),
            new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
            new Seams(world::now, () -> 0, Runnable::run, time -> true));
    AuditReport report =
        new Audit(node, AuditOptions.DEFAULT.withHistory(true))
            .run(Collections.emptyIterator(), finding -> judge(world, finding));
    if (!report.isComplete()) {
      throw new InvariantViolation(NAME, "the audit", "that it reads all", report.toString());
    }
    long accepted = world.oracle().accepted().size();
    if (report.looked().sequences() < accepted) {
      throw new InvariantViolation(
          NAME, "the audit", accepted + " sequences or more", report.toString());
    }
    report.findings().forEach((kind, count) -> world.tally().add("audit " + kind, count));
  }

  /** Throws for a finding that nothing explains. */
  static void judge(World world, AuditFinding finding) {
    boolean isRot =
        finding.subject().key().filter(key -> world.witness().isDamaged(key)).isPresent();
    boolean isLeft =
        finding.kind() == Finding.Kind.EXTRA_BYTES || finding.kind() == Finding.Kind.ENTRY_MISSING;
    boolean isOfLostLife =
        (finding.kind() == Finding.Kind.DELETED_EARLY
                || finding.kind() == Finding.Kind.RESULT_MISSING)
            && finding
                .subject()
                .sequence()
                .filter(world.restoration()::wasDeletedBefore)
                .isPresent();
    if (!isRot && !isLeft && !isOfLostLife) {
      throw new InvariantViolation(NAME, finding.subject(), "no finding", finding.toString());
    }
  }
}
