package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.LatestAudit;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything is audited although nobody asks, and what is found is told once per audit. */
final class AuditorTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final int SEQUENCES = 20;

  private final Bench bench = new Bench();
  private final List<SequenceKey> keys =
      IntStream.range(0, SEQUENCES).mapToObj(i -> SequenceKey.of("o" + i, "s")).toList();
  private boolean failing;

  @BeforeEach
  void fill() {
    Engine engine = bench.engine(Bench.copying());
    keys.forEach(key -> Bench.submit(engine, key, "a", "one of " + key));
    bench.run(engine);
  }

  private Auditor auditor() {
    return auditor(bench.ledger, bench.content, AuditOptions.DEFAULT);
  }

  private Auditor auditor(LedgerStore ledger, ContentStore content, AuditOptions options) {
    Node node = bench.node(ledger, content, Bench.copying());
    return new Auditor(
        node,
        options,
        DAY,
        new WatcherLease(ledger, Watcher.AUDITOR, node.identity().id(), node.seams()));
  }

  private ContentStore failingContent() {
    return new FaultingContent(
            bench.content.access(),
            call ->
                failing && call.method().equals("list") ? new Fault.FailBefore() : new Fault.None())
        .access()
        .store();
  }

  private LatestAudit latest() {
    return new AuditDiary(bench.ledger).latest().orElseThrow();
  }

  private List<AlertRow> told(String code) {
    return bench.ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().equals(code))
        .toList();
  }

  private ContentKey rawItem(SequenceKey key) {
    return KeyLayout.rawItem(key, bench.entry(key).raw(), 0);
  }

  /** A node that ended in the middle of an audit, and one that ends while it waits for its part. */
  @Test
  void endWhileAnotherHasAPart_isNoUnreadPart() {
    Node ended = bench.node(bench.ledger, bench.content, Bench.copying());
    AuditDiary.Begun audit = new AuditDiary(bench.ledger).begin(bench.time.instant());
    holdAPart(ended, audit.name());
    Node node = bench.node(bench.ledger, bench.content, Bench.copying());
    boolean[] isStopping = {false};
    Seams stopping = stopping(node.seams(), isStopping);
    Auditor auditor =
        new Auditor(
            Bench.with(node, stopping),
            AuditOptions.DEFAULT,
            DAY,
            new WatcherLease(bench.ledger, Watcher.AUDITOR, node.identity().id(), stopping));
    assertEquals(0, auditor.tick());
    assertTrue(isStopping[0], "it has waited");
    assertEquals(List.of(), told("AUDIT_INCOMPLETE"));
    assertTrue(new AuditDiary(bench.ledger).latest().isEmpty(), "it has come to nothing yet");
    auditor.release();
    bench.time.advance(SharedAudit.LEASE);
    assertEquals(SEQUENCES, auditor().tick());
    assertTrue(latest().isClean());
  }

  private void holdAPart(Node node, String name) {
    AuditRecord begun =
        AuditRecord.begun(
            "history=%s bytes=%s stuck-after=%s"
                .formatted(
                    AuditOptions.DEFAULT.history(),
                    AuditOptions.DEFAULT.bytes(),
                    AuditOptions.DEFAULT.stuckAfter()));
    AuditRecord.Part held =
        begun
            .parts()
            .get(7)
            .heldBy(node.identity().id(), bench.time.instant().plus(SharedAudit.LEASE));
    ControlRecord record =
        new ControlRecord(AuditRecord.key(name), 1, begun.with(7, held).format());
    assertTrue(bench.ledger.controls().write(record).isApplied());
  }

  /** Stops the node at its first wait. */
  private static Seams stopping(Seams seams, boolean[] isStopping) {
    return new Seams(
        seams.clock(),
        seams.randomBits(),
        seams.tasks(),
        wait -> {
          isStopping[0] |= !wait.isZero();
          return !isStopping[0];
        },
        seams.beside(),
        seams.commits(),
        seams.elapsed(),
        seams.questions());
  }

  @Test
  void everythingAsItMustBe_isAuditedOnceAnIntervalAndTellsNothing() {
    Auditor auditor = auditor();
    assertEquals(SEQUENCES, auditor.tick());
    assertTrue(latest().isClean());
    assertEquals(SEQUENCES, latest().sequences());
    assertEquals(4 * SEQUENCES, latest().objects());
    bench.time.advance(DAY.minusSeconds(1));
    assertEquals(0, auditor.tick());
    bench.time.advance(Duration.ofSeconds(1));
    assertEquals(SEQUENCES, auditor.tick());
    assertEquals(List.of(), told("AUDIT_FINDING"));
  }

  @Test
  void missingBytes_areToldByNameAtEachAuditAndOncePerAudit() {
    bench.content.remove(rawItem(keys.get(7)));
    Auditor auditor = auditor();
    auditor.tick();
    AlertRow row = told("AUDIT_FINDING").get(0);
    assertEquals(keys.get(7), row.sequence().orElseThrow());
    assertEquals("RAW_MISSING", row.group().stage());
    assertTrue(row.message().contains("find its raw bytes in a backup"), row::message);
    assertEquals(Map.of(Kind.RAW_MISSING, 1L), latest().findings());
    assertFalse(latest().isClean());
    auditor.tick();
    assertEquals(1, told("AUDIT_FINDING").size());
    bench.time.advance(DAY);
    auditor.tick();
    assertEquals(2, told("AUDIT_FINDING").size());
  }

  @Test
  void whatCannotBeRead_isToldAndReadLater() {
    Auditor auditor = auditor(bench.ledger, failingContent(), AuditOptions.DEFAULT);
    failing = true;
    auditor.tick();
    assertTrue(latest().unreadCount() > 0);
    assertFalse(latest().isClean());
    assertEquals(1, told("AUDIT_INCOMPLETE").size());
    failing = false;
    assertEquals(0, auditor.tick());
    bench.time.advance(Duration.ofMinutes(10));
    auditor.tick();
    assertTrue(latest().isClean(), () -> latest().toString());
    assertEquals(SEQUENCES, latest().sequences());
    assertEquals(1, told("AUDIT_COMPLETE").size());
  }

  @Test
  void alertThatTheLedgerDoesNotTake_isRaisedByTheNextTick() {
    bench.content.remove(rawItem(keys.get(7)));
    LedgerStore ledger =
        new FaultingLedger(
            bench.ledger,
            call ->
                failing && call.method().equals("raise")
                    ? new Fault.FailBefore()
                    : new Fault.None());
    Auditor auditor = auditor(ledger, bench.content, AuditOptions.DEFAULT);
    failing = true;
    assertThrows(LedgerException.class, auditor::tick);
    assertEquals(List.of(), told("AUDIT_FINDING"));
    failing = false;
    auditor.tick();
    assertEquals(1, told("AUDIT_FINDING").size());
    assertEquals(Map.of(Kind.RAW_MISSING, 1L), latest().findings());
  }

  @Test
  void nodeThatDiesBeforeItTells_leavesTheTellingToAnother() {
    bench.content.remove(rawItem(keys.get(7)));
    LedgerStore dying =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("raise") ? new Fault.FailBefore() : new Fault.None());
    assertThrows(LedgerException.class, auditor(dying, bench.content, AuditOptions.DEFAULT)::tick);
    Auditor other = auditor();
    assertEquals(0, other.tick());
    bench.time.advance(Watcher.AUDITOR.lease().orElseThrow());
    assertEquals(SEQUENCES, other.tick());
    assertEquals(1, told("AUDIT_FINDING").size());
  }

  @Test
  void crashBetweenTheResultAndTheEnd_isNoAuditOfNothingTheNextTime() {
    LedgerStore dying =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("delete") ? new Fault.FailBefore() : new Fault.None());
    assertThrows(LedgerException.class, auditor(dying, bench.content, AuditOptions.DEFAULT)::tick);
    assertTrue(latest().isClean());
    bench.content.remove(rawItem(keys.get(7)));
    bench.time.advance(DAY);
    auditor().tick();
    assertEquals(1, latest().findingCount());
    assertEquals(SEQUENCES, latest().sequences());
    List<ControlRecord> kept = bench.ledger.controls().list(AuditRecord.KIND, "", 10);
    assertEquals(List.of(), kept);
  }

  @Test
  void clockThatWasAhead_putsNoAuditOff() {
    bench.time.advance(Duration.ofDays(3_650));
    auditor().tick();
    bench.time.advance(Duration.ofDays(-3_649));
    bench.time.advance(Watcher.AUDITOR.lease().orElseThrow());
    bench.content.remove(rawItem(keys.get(7)));
    Auditor other = auditor();
    other.tick();
    bench.time.advance(Watcher.AUDITOR.lease().orElseThrow().multipliedBy(2));
    other.tick();
    assertEquals(1, latest().findingCount());
  }

  @Test
  void auditThatTakesLongerThanItsInterval_goesOnAndIsToldOf() {
    bench.content.remove(rawItem(keys.get(7)));
    LedgerStore dying =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("raise") ? new Fault.FailBefore() : new Fault.None());
    assertThrows(LedgerException.class, auditor(dying, bench.content, AuditOptions.DEFAULT)::tick);
    bench.time.advance(DAY.multipliedBy(3));
    auditor().tick();
    assertEquals(bench.time.instant().minus(DAY.multipliedBy(3)), latest().begunAt());
    assertEquals(SEQUENCES, latest().sequences());
    assertEquals(1, told("AUDIT_FINDING").size());
    assertEquals(1, told("AUDIT_INCOMPLETE").size());
    assertEquals(1, told("AUDIT_COMPLETE").size());
  }

  @Test
  void nodeThatStops_leavesTheRestWithoutAnError() {
    Node node = bench.node(bench.ledger, bench.content, Bench.copying());
    Seams seams = node.seams();
    Node stopping =
        Bench.with(
            node,
            new Seams(
                seams.clock(),
                seams.randomBits(),
                seams.tasks(),
                wait -> false,
                seams.beside(),
                seams.commits(),
                seams.elapsed()));
    WatcherLease lease =
        new WatcherLease(bench.ledger, Watcher.AUDITOR, node.identity().id(), stopping.seams());
    Auditor first = new Auditor(stopping, AuditOptions.DEFAULT, DAY, lease);
    assertEquals(0, first.tick());
    assertTrue(new AuditDiary(bench.ledger).latest().isEmpty());
    first.release();
    assertEquals(SEQUENCES, auditor().tick());
  }

  @Test
  void otherOptions_beginTheAuditAnew() {
    failing = true;
    auditor(bench.ledger, failingContent(), AuditOptions.DEFAULT).tick();
    bench.time.advance(Watcher.AUDITOR.lease().orElseThrow());
    Auditor thorough = auditor(bench.ledger, bench.content, AuditOptions.DEFAULT.withHistory(true));
    thorough.tick();
    bench.time.advance(DAY);
    thorough.tick();
    assertTrue(latest().isClean(), () -> latest().toString());
  }
}
