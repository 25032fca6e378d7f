package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.engine.AuditRecord.Part;
import dev.ingest.core.engine.RangeAudit.Ended;
import dev.ingest.core.engine.Reconciliation.Range;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * An audit with a name, whose progress the ledger keeps: several nodes share it, part by part, and
 * what one left is taken up by another, or by a later call. A node reads several parts at a time.
 *
 * <p><b>Parts</b> are held under leases of {@value #LEASE_SECONDS} s, which saving the progress
 * renews. The lease spreads the work; that two nodes do one part twice, after a pause of one, does
 * no harm, for an audit changes nothing and findings are kept by place.
 *
 * <p><b>Findings</b> are kept as places, before the progress past them is. Whoever ends an audit,
 * or takes it up, looks at the places again that it has not looked at itself: so everybody hears
 * all that is wrong then, and nothing that was put right meanwhile. The same goes for what could
 * not be read. To be run by one thread at a time, which takes part in the reading.
 */
final class SharedAudit {

  private static final int LEASE_SECONDS = 60;
  static final Duration LEASE = Duration.ofSeconds(LEASE_SECONDS);
  private static final Duration WAIT = Duration.ofMillis(500);
  private static final int MAX_ATTEMPTS = 8;
  private static final int MOST_TOLD = 100_000;

  private final Node node;
  private final AuditOptions options;
  private final String name;

  /**
   * Held while the record is changed, so that this node's parts do not refuse one another, and no
   * part's progress is saved while places found in it are still on their way with another part's.
   */
  private final Object changing = new Object();

  private final Set<Integer> attempted = ConcurrentHashMap.newKeySet();
  private final Set<SequencePlace> fresh = ConcurrentHashMap.newKeySet();
  private final Set<SequencePlace> told = ConcurrentHashMap.newKeySet();

  SharedAudit(Node node, AuditOptions options, String name) {
    this.node = node;
    this.options = options;
    this.name = name;
  }

  /** Another node has the part. */
  private static final class PartLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PartLostException(int index) {
      super("part " + index + " of the audit is another node's now");
    }
  }

  AuditReport run(Iterator<KnownReceipt> receipts, AuditListener listener) {
    AuditSink sink = new AuditSink(noting(listener), AuditRecord.PARTS);
    return AuditEndedException.unwrapped(() -> run(receipts, sink));
  }

  private AuditReport run(Iterator<KnownReceipt> receipts, AuditSink sink) {
    new ReceiptAudit(node, sink).run(receipts);
    fresh.clear();
    Supplier<RangeAudit> audits = RangeAudit.several(node, options, sink);
    boolean goesOn = true;
    while (goesOn) {
      SideBySide.run(
          options.ranges(), node.seams().beside(), sink::end, () -> runFree(audits.get(), sink));
      sink.goesOn();
      goesOn = othersAreAtWork() && node.seams().pause().await(WAIT);
    }
    lookAgain(audits.get());
    return totals(sink);
  }

  /** Runs parts until none is free. */
  private void runFree(RangeAudit audit, AuditSink sink) {
    for (Optional<Integer> part = take(sink); part.isPresent(); part = take(sink)) {
      run(part.get(), audit, sink);
    }
  }

  /** Forgets all that is kept of an audit. Without effect if there is nothing. */
  void forget() {
    Optional<ControlRecord> record = controls().read(AuditRecord.key(name));
    for (ControlRecord.Key set : List.of(AuditRecord.found(name), AuditRecord.unread(name))) {
      List<SequenceKey> page = controls().members(set, Optional.empty(), ScanQuery.MAX_LIMIT);
      int most = node.ledger().capabilities().maxBatch();
      while (!page.isEmpty()) {
        controls().remove(set, page.subList(0, Math.min(most, page.size())));
        page = controls().members(set, Optional.empty(), ScanQuery.MAX_LIMIT);
      }
    }
    if (record.isPresent()) {
      controls().delete(AuditRecord.key(name), record.get().version());
    }
  }

  /** Notes at which places something was found. */
  private AuditListener noting(AuditListener listener) {
    return new AuditListener() {
      @Override
      public void found(AuditFinding finding) {
        fresh.add(finding.subject().place());
        if (told.size() < MOST_TOLD) {
          told.add(finding.subject().place());
        }
        listener.found(finding);
      }

      @Override
      public void unread(AuditReport.Unread part) {
        listener.unread(part);
      }

      @Override
      public void reached(AuditReport.Looked looked, double share) {
        listener.reached(looked, share);
      }
    };
  }

  private void run(int index, RangeAudit audit, AuditSink sink) {
    Part begun = read().parts().get(index);
    Range range = AuditRecord.range(index);
    Range left = begun.reached().map(range::from).orElse(range);
    Saving saving = new Saving(index, begun);
    try {
      Ended ended = audit.run(left, saving::reached);
      add(AuditRecord.unread(name), ended.unsettled());
      told.addAll(ended.unsettled());
      saving.end(ended.isWhole());
    } catch (PartLostException e) {
      attempted.remove(index);
    } catch (LedgerException e) {
      sink.unread(left.toString(), "its progress could not be kept: " + Failures.describe(e));
    }
  }

  /** Keeps the progress of one part. */
  private final class Saving {

    private final int index;
    private Part part;
    private long savedAt = elapsed();

    Saving(int index, Part part) {
      this.index = index;
      this.part = part;
    }

    void reached(SequencePlace place, long sequences, long objects) {
      part =
          new Part(
              false,
              Optional.of(place),
              part.holder(),
              part.until(),
              part.sequences() + sequences,
              part.objects() + objects);
      if (elapsed() - savedAt >= LEASE.dividedBy(3).toNanos()) {
        save(part.heldBy(self(), now().plus(LEASE)));
        savedAt = elapsed();
      }
    }

    void end(boolean isWhole) {
      save(part.left(isWhole));
    }

    private void save(Part changed) {
      boolean isMine;
      synchronized (changing) {
        keepFresh();
        isMine =
            change(
                    before ->
                        before.parts().get(index).holder().equals(Optional.of(self()))
                            ? Optional.of(before.with(index, changed))
                            : Optional.empty())
                .isPresent();
      }
      if (!isMine) {
        throw new PartLostException(index);
      }
      part = changed;
    }
  }

  /** Takes a part that is not done and that nobody holds. */
  private Optional<Integer> take(AuditSink sink) {
    Instant now = now();
    Optional<AuditRecord> taken;
    Optional<Integer> part;
    synchronized (changing) {
      taken =
          change(
              before ->
                  free(before, now)
                      .map(
                          index ->
                              before.with(
                                  index,
                                  before.parts().get(index).heldBy(self(), now.plus(LEASE)))));
      part = taken.flatMap(this::held);
      part.ifPresent(attempted::add);
    }
    taken.ifPresent(record -> pass(record, sink));
    return part;
  }

  /** What others have read, or earlier calls, counts for how far all is. */
  private static void pass(AuditRecord record, AuditSink sink) {
    for (int index = 0; index < AuditRecord.PARTS; index++) {
      Part part = record.parts().get(index);
      part.reached().ifPresent(sink::passed);
      if (part.isDone()) {
        sink.passed(AuditRecord.range(index).until());
      }
    }
  }

  private Optional<Integer> free(AuditRecord record, Instant now) {
    return IntStream.range(0, AuditRecord.PARTS)
        .filter(index -> !attempted.contains(index))
        .filter(
            index ->
                !record.parts().get(index).isDone()
                    && record.parts().get(index).isFree(self(), now))
        .boxed()
        .findFirst();
  }

  private Optional<Integer> held(AuditRecord record) {
    return IntStream.range(0, AuditRecord.PARTS)
        .filter(index -> !attempted.contains(index))
        .filter(index -> record.parts().get(index).holder().equals(Optional.of(self())))
        .boxed()
        .findFirst();
  }

  private boolean othersAreAtWork() {
    AuditRecord now = read();
    return IntStream.range(0, AuditRecord.PARTS)
        .anyMatch(index -> !attempted.contains(index) && !now.parts().get(index).isDone());
  }

  /** Looks at what others found and could not read, or earlier calls. */
  private void lookAgain(RangeAudit audit) {
    List<SequencePlace> settled = new ArrayList<>();
    each(
        AuditRecord.unread(name),
        place -> {
          if (!told.contains(place) && audit.examine(place)) {
            settled.add(place);
          }
        });
    each(
        AuditRecord.found(name),
        place -> {
          if (!told.contains(place) && !audit.examine(place)) {
            add(AuditRecord.unread(name), Set.of(place));
          }
        });
    keepFresh();
    for (SequencePlace place : settled) {
      controls().remove(AuditRecord.unread(name), List.of(AuditRecord.member(place)));
    }
  }

  /** Keeps where something was found since the last time. */
  private void keepFresh() {
    Set<SequencePlace> places = Set.copyOf(fresh);
    add(AuditRecord.found(name), places);
    fresh.removeAll(places);
  }

  private AuditReport totals(AuditSink sink) {
    AuditRecord record = read();
    for (int index = 0; index < AuditRecord.PARTS; index++) {
      if (!record.parts().get(index).isDone() && !attempted.contains(index)) {
        sink.unread(AuditRecord.range(index).toString(), "another node has not finished it");
      }
    }
    sink.countQuarantine(new Quarantine(node));
    AuditReport own = sink.report();
    return new AuditReport(
        new AuditReport.Looked(
            record.parts().stream().mapToLong(Part::sequences).sum(),
            record.parts().stream().mapToLong(Part::objects).sum(),
            own.looked().receipts()),
        own.findings(),
        own.unread(),
        own.unreadCount(),
        own.quarantined());
  }

  private void each(ControlRecord.Key set, Consumer<SequencePlace> visit) {
    Optional<SequenceKey> after = Optional.empty();
    boolean more = true;
    while (more) {
      List<SequenceKey> page = controls().members(set, after, ScanQuery.MAX_LIMIT);
      page.forEach(member -> visit.accept(AuditRecord.place(member)));
      more = page.size() == ScanQuery.MAX_LIMIT;
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1));
    }
  }

  private void add(ControlRecord.Key set, Set<SequencePlace> places) {
    List<SequenceKey> members = places.stream().map(AuditRecord::member).sorted().toList();
    int most = node.ledger().capabilities().maxBatch();
    for (int from = 0; from < members.size(); from += most) {
      controls().add(set, members.subList(from, Math.min(from + most, members.size())));
    }
  }

  private AuditRecord read() {
    return controls()
        .read(AuditRecord.key(name))
        .map(AuditRecord::parse)
        .orElseThrow(
            () ->
                new LedgerException(
                    "%s: the record of audit %s is gone while it runs; begin it again"
                        .formatted(node.ledger().name(), name)));
  }

  /** Changes the record by compare-and-set; returns what is in place, or empty if refused. */
  private Optional<AuditRecord> change(Function<AuditRecord, Optional<AuditRecord>> next) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<ControlRecord> stored = controls().read(AuditRecord.key(name));
      AuditRecord before =
          stored.map(AuditRecord::parse).orElseGet(() -> AuditRecord.begun(kept()));
      if (!before.options().equals(kept())) {
        throw new ConfigurationException(
            "audit %s was begun with %s and is to be taken up with %s; give it another name"
                .formatted(name, before.options(), kept()));
      }
      Optional<AuditRecord> after = next.apply(before);
      if (after.isEmpty()) {
        return after;
      }
      long version = stored.map(ControlRecord::version).orElse(0L) + 1;
      ControlRecord written =
          new ControlRecord(AuditRecord.key(name), version, after.get().format());
      if (RecordWrite.of(written, controls()).isDone()) {
        return after;
      }
    }
    throw new LedgerException(
        "%s: the record of audit %s was changed by others %d times in a row; take it up again"
            .formatted(node.ledger().name(), name, MAX_ATTEMPTS));
  }

  private String kept() {
    return "history=%s bytes=%s stuck-after=%s"
        .formatted(options.history(), options.bytes(), options.stuckAfter());
  }

  private ControlRecords controls() {
    return node.ledger().controls();
  }

  private NodeId self() {
    return node.identity().id();
  }

  private Instant now() {
    return node.ledger().ledger().now();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
