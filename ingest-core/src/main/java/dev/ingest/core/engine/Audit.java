package dev.ingest.core.engine;

import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.Pipeline;
import dev.ingest.core.engine.Reconciliation.Range;
import dev.ingest.spi.SequencePlace;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One audit of everything: first the receipts that somebody else holds, then all places, in ranges
 * of which each is read as far as it can be, several at a time. Holds nothing whose size grows with
 * what is stored. To be run by one thread at a time, which takes part in the reading.
 */
public final class Audit {

  private static final int RANGES = 16;

  private final Node node;
  private final AuditOptions options;

  /**
   * Prepares an audit. Does no I/O.
   *
   * @param node whose stores are compared
   * @param options how thorough and how fast
   */
  public Audit(Node node, AuditOptions options) {
    this.node = node;
    this.options = options;
  }

  /**
   * Audits.
   *
   * @param receipts what somebody else holds as proof of acceptances
   * @param listener hears of findings as they are confirmed
   * @return how it ended
   */
  public AuditReport run(Iterator<KnownReceipt> receipts, AuditListener listener) {
    AuditSink sink = new AuditSink(listener, RANGES);
    return AuditEndedException.unwrapped(() -> run(receipts, sink));
  }

  private AuditReport run(Iterator<KnownReceipt> receipts, AuditSink sink) {
    new ReceiptAudit(node, sink).run(receipts);
    Queue<Range> left = new ConcurrentLinkedQueue<>(ranges(RANGES));
    Supplier<RangeAudit> audits = RangeAudit.several(node, options, sink);
    SideBySide.run(
        options.ranges(),
        node.seams().beside(),
        sink::end,
        () -> {
          RangeAudit audit = audits.get();
          for (Range range = left.poll(); range != null; range = left.poll()) {
            audit.run(range, (place, sequences, objects) -> {});
          }
        });
    sink.countQuarantine(new Quarantine(node));
    return sink.report();
  }

  static AuditRules rules(Node node, AuditOptions options) {
    Map<String, Pipeline> pipelines =
        node.pipelines().stream()
            .collect(
                Collectors.toMap(
                    pipeline -> pipeline.ref().name(), Function.identity(), (one, other) -> one));
    return new AuditRules(options, pipelines);
  }

  /** Divides all places into up to 256 ranges, by the first digits of the owners' hashes. */
  static List<Range> ranges(int count) {
    List<Range> ranges = new ArrayList<>(count);
    Optional<SequencePlace> after = Optional.empty();
    for (int i = 1; i <= count; i++) {
      String head = "%02x".formatted(i * 256 / count - 1);
      SequencePlace until = new SequencePlace(head + SequencePlace.LAST.value().substring(2));
      ranges.add(new Range(after, until));
      after = Optional.of(until);
    }
    return ranges;
  }
}
