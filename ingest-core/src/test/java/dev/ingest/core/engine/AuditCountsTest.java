package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each thing that is wrong is told once, and none because of another is not. */
final class AuditCountsTest extends AuditFixture {

  private static final int MANY = 1_000;

  private static ContentPrefix session(SequenceKey key, long high, long low) {
    return KeyLayout.uploads(key).child(SessionId.ofBits(high, low).value()).child("0000");
  }

  private long found(Kind kind) {
    return found.stream().filter(finding -> finding.kind() == kind).count();
  }

  @Test
  void keyWithoutAPlace_isToldOnceThoughItsBatchIsReadAgain() {
    store(new ContentPrefix("raw"), "0-nobody-makes-this");
    store(new ContentPrefix("run"), "0-nor-this");
    for (long call = 1; call <= 40; call++) {
      long which = call;
      ContentStore content =
          new FaultingContent(
              bench.content.access(),
              made ->
                  made.method().equals("list") && made.count() == which
                      ? new Fault.FailBefore()
                      : new Fault.None());
      AuditReport report = audit(LISTINGS, content, List.<KnownReceipt>of().iterator());
      assertTrue(report.isComplete(), report::toString);
      assertEquals(2, found(Kind.EXTRA_BYTES), () -> "call " + which + ": " + found);
      assertEquals(2, found.size());
    }
  }

  @Test
  void receiptThatMissesItsEntry_hidesOneAcceptanceOfItsPlaceAndNoOther() {
    SequenceKey lost = SequenceKey.of("carol", "lost");
    store(session(lost, 1, 1), "manifest");
    store(session(lost, 2, 2), "manifest");
    audit(LISTINGS, bench.content, List.of(new KnownReceipt(lost, Digest.ofUtf8("x"))).iterator());
    assertEquals(2, found(Kind.ENTRY_MISSING), found::toString);
    assertEquals(2, found.size());
    assertEquals(Optional.of(lost), found.get(0).subject().sequence());
    assertTrue(
        found.stream()
            .map(AuditFinding::subject)
            .anyMatch(subject -> subject.key().equals(key(lost))));
  }

  @Test
  void receiptThatIsGivenTwice_isToldOnceAndHidesOneAcceptance() {
    SequenceKey lost = SequenceKey.of("carol", "lost");
    store(session(lost, 1, 1), "manifest");
    store(session(lost, 2, 2), "manifest");
    KnownReceipt receipt = new KnownReceipt(lost, Digest.ofUtf8("x"));
    AuditReport report = audit(LISTINGS, bench.content, List.of(receipt, receipt).iterator());
    assertEquals(2, found.size(), found::toString);
    assertEquals(2, found(Kind.ENTRY_MISSING));
    assertTrue(
        found.stream()
            .map(AuditFinding::subject)
            .anyMatch(subject -> subject.key().equals(key(lost))),
        found::toString);
    assertEquals(2, report.looked().receipts());
  }

  @Test
  void receiptsOfTwoRoots_hideBothAcceptancesOfTheirPlace() {
    SequenceKey lost = SequenceKey.of("carol", "lost");
    store(session(lost, 1, 1), "manifest");
    store(session(lost, 2, 2), "manifest");
    audit(
        LISTINGS,
        bench.content,
        List.of(
                new KnownReceipt(lost, Digest.ofUtf8("x")),
                new KnownReceipt(lost, Digest.ofUtf8("y")))
            .iterator());
    assertEquals(2, found(Kind.ENTRY_MISSING), found::toString);
    assertTrue(
        found.stream().allMatch(finding -> finding.subject().key().isEmpty()), found::toString);
  }

  private static Optional<ContentKey> key(SequenceKey lost) {
    return Optional.of(session(lost, 2, 2).key("manifest"));
  }

  @Test
  void manySessionsOfOnePlace_hideNoAcceptanceBehindThem() {
    for (int i = 0; i < MANY; i++) {
      store(session(RIDE, 0, i), "0000000");
    }
    store(session(RIDE, -1, 0), "manifest");
    AuditReport report = audit(LISTINGS);
    assertTrue(report.isComplete(), report::toString);
    assertEquals(1, found(Kind.ENTRY_MISSING));
    assertEquals(Examined.MOST, found(Kind.EXTRA_BYTES));
  }
}
