package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditReport;
import dev.ingest.core.AuditReport.Unread;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.AuditRow.Progress;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What could not be read, or did not stand still, is told and excuses nothing. */
final class AuditUnreadTest extends AuditFixture {

  @Test
  void whatNeverStandsStill_isUnread() {
    bench.content.remove(below("raw", RIDE).get(0));
    long[] version = {100};
    bend(
        RIDE,
        row -> {
          Progress was = row.progress();
          return new AuditRow(
              row.receipt(),
              row.raw(),
              new Progress(was.state(), version[0]++, was.visibleAt(), was.fence(), false),
              row.made(),
              row.published(),
              row.chain());
        });
    AuditReport report = audit(LISTINGS);
    assertFalse(report.isComplete());
    assertEquals(List.of(), found);
    assertEquals(1, report.unreadCount());
    assertTrue(report.unread().get(0).part().startsWith("alice/ride-1 at "), report::toString);
  }

  /** Twice in its own range, and in the range of another owner, which is after it. */
  @Test
  void rowToldAgain_leavesItsRangesUnread() {
    AuditRow ride = AuditRow.of(bench.entry(RIDE));
    bent.row = row -> Optional.of(ride);
    assertOutOfOrder(RIDE, 2);
  }

  /** In the range of another owner, which is before it, and there alone. */
  @Test
  void rowToldTooEarly_leavesThatRangeUnread() {
    AuditRow other = AuditRow.of(bench.entry(OTHER));
    bent.row = row -> row.key().equals(RIDE) ? Optional.empty() : Optional.of(other);
    assertOutOfOrder(OTHER, 1);
  }

  /** What else was there, and was not told, cannot be known. */
  private void assertOutOfOrder(SequenceKey told, int unread) {
    AuditReport report = audit(LISTINGS);
    assertFalse(report.isComplete());
    assertEquals(unread, report.unreadCount(), report::toString);
    for (Unread one : report.unread()) {
      assertTrue(one.part().startsWith("places after "), one::toString);
      assertTrue(one.why().contains(told + " at " + SequencePlace.of(told)), one::toString);
      assertTrue(one.why().contains("which is out of order"), one::toString);
    }
  }

  @Test
  void storeThatCannotBeListed_isIncomplete() {
    ContentStore content = failing("list", Long.MAX_VALUE);
    AuditReport report = audit(LISTINGS, content, List.<KnownReceipt>of().iterator());
    assertFalse(report.isComplete());
    assertFalse(report.isClean());
    assertEquals(16, report.unreadCount());
    assertTrue(report.unread().get(0).part().startsWith("places after the start to 0fff"));
  }

  @Test
  void storeThatFailsNowAndThen_isReadAllTheSame() {
    bench.content.truncate(below("raw", RIDE).get(1), 1);
    for (long call = 1; call <= 12; call++) {
      AuditReport report =
          audit(LISTINGS, failing("list", call), List.<KnownReceipt>of().iterator());
      assertTrue(report.isComplete(), report::toString);
      assertEquals(List.of(Kind.RAW_DIFFERS), found.stream().map(AuditFinding::kind).toList());
      assertEquals(3, report.looked().sequences());
    }
  }

  /** What cannot be compared with a manifest that is there must not pass as compared. */
  @Test
  void manifestThatIsListedAndNotOpened_excusesNothing() {
    bench.content.truncate(below("raw", RIDE).get(1), 1);
    ContentKey manifest = below("raw", RIDE).get(2);
    byte[] bytes = bench.content.bytes(manifest);
    ContentPrefix part =
        new ContentPrefix(manifest.value().substring(0, manifest.value().lastIndexOf('/')));
    for (long hidden = 1; hidden <= 6; hidden++) {
      long which = hidden;
      boolean[] isHidden = {false};
      ContentStore content =
          new FaultingContent(
              bench.content.access(),
              call -> {
                if (call.method().equals("open") && call.count() == which) {
                  isHidden[0] = true;
                  return new Fault.Delay(() -> bench.content.remove(manifest), () -> {});
                }
                boolean isShown = isHidden[0];
                isHidden[0] = false;
                return isShown
                    ? new Fault.Delay(() -> store(part, "manifest", bytes), () -> {})
                    : new Fault.None();
              });
      AuditReport report = audit(LISTINGS, content, List.<KnownReceipt>of().iterator());
      assertTrue(report.isComplete(), report::toString);
      assertEquals(
          List.of(Kind.RAW_DIFFERS), found.stream().map(AuditFinding::kind).toList(), "" + hidden);
    }
  }

  @Test
  void receiptThatCannotBeLookedUp_isUnreadAndNotPassed() {
    AuditSink sink = new AuditSink(finding -> {}, 1);
    ReceiptAudit receiptAudit =
        new ReceiptAudit(
            bench.node(
                new FaultingLedger(bench.ledger, call -> new Fault.FailBefore()), bench.content),
            sink);
    receiptAudit.run(receipts.stream().map(KnownReceipt::of).iterator());
    assertEquals(receipts.size(), sink.report().unread().size());
  }

  private ContentStore failing(String method, long which) {
    return new FaultingContent(
        bench.content.access(),
        call ->
            call.method().equals(method) && (which == Long.MAX_VALUE || call.count() == which)
                ? new Fault.FailBefore()
                : new Fault.None());
  }
}
