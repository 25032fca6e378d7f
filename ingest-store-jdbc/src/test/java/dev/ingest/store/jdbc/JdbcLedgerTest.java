package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcLedgerTest {

  private static final OwnerId OWNER = Sample.key(1).owner();

  @TempDir Path directory;

  private final ManualTime time = Sample.time();
  private Optional<JdbcLedger> opened = Optional.empty();

  private JdbcLedger store() {
    return opened.orElseThrow();
  }

  @BeforeEach
  void open() {
    opened = Optional.of(JdbcLedger.sqlite(directory.resolve("ledger.db"), time));
  }

  @AfterEach
  void close() {
    store().close();
  }

  @Test
  void claimedEntry_isWhatFindReturns() {
    Sample.accepted(store(), Sample.key(1));
    Entry claimed = Sample.claimOne(store());
    assertEquals(claimed, Sample.find(store(), Sample.key(1)));
    assertEquals(State.PROCESSING, claimed.state());
    assertEquals(2, claimed.version());
    assertEquals(1, claimed.position().fence());
    assertEquals(1, claimed.run().attempts());
  }

  @Test
  void expiredLease_isTakenOverAndNamed() {
    Sample.accepted(store(), Sample.key(1));
    Entry first = Sample.claimOne(store());
    time.advance(Duration.ofSeconds(30));
    Claimed second = store().work().claim(Sample.claim("node-2", 5, Sample.WORK)).get(0);
    assertEquals(first.position().lease(), second.takenFrom());
    Outcome late = store().ledger().commit(List.of(Sample.processed(first))).get(0);
    assertEquals(Outcome.Reason.FENCED, reason(late));
  }

  @Test
  void claimOverSeveralKindsOfWork_takesTheLongestDueWithinTheLimit() {
    for (int i = 1; i <= 3; i++) {
      Sample.accepted(store(), Sample.key(i));
      time.advance(Duration.ofSeconds(1));
    }
    Sample.commit(store(), Sample.processed(Sample.claimOne(store())));
    List<SequenceKey> claimed =
        store().work().claim(Sample.claim("node-1", 2, Sample.VERIFICATION, Sample.WORK)).stream()
            .map(one -> one.entry().key())
            .toList();
    assertEquals(List.of(Sample.key(2), Sample.key(3)), claimed);
  }

  @Test
  void handedBackLease_isDueAtOnceAndRefunded() {
    Sample.accepted(store(), Sample.key(1));
    Entry claimed = Sample.claimOne(store());
    Held held = new Held(claimed.key(), lease(claimed).token());
    assertEquals(List.of(Outcome.APPLIED), store().work().handBack(List.of(held)));
    Entry free = Sample.find(store(), claimed.key());
    assertEquals(State.ACCEPTED, free.state());
    assertEquals(0, free.run().attempts());
    assertEquals(3, free.version());
    assertEquals(Outcome.Reason.FENCED, reason(store().work().handBack(List.of(held)).get(0)));
    assertEquals(1, store().ledger().census(Optional.empty()).count(State.ACCEPTED));
  }

  @Test
  void markThatKeepsTheLease_doesNotUndoARenewal() {
    Sample.accepted(store(), Sample.key(1));
    Entry claimed = Sample.claimOne(store());
    Transition mark = Sample.overdue(claimed);
    time.advance(Duration.ofSeconds(10));
    Held held = new Held(claimed.key(), lease(claimed).token());
    store().work().renew(List.of(held), Duration.ofSeconds(30));
    Sample.commit(store(), mark);
    Entry marked = Sample.find(store(), claimed.key());
    assertEquals(Sample.START.plusSeconds(40), lease(marked).until());
    assertEquals(Sample.START.plusSeconds(40), marked.position().visibleAt());
    assertTrue(marked.standing().overdue());
    assertEquals(1, store().alerts().pending());
  }

  @Test
  void leaseKeptInAStateThatHasNone_isRefusedAlone() {
    Sample.accepted(store(), Sample.key(1));
    Entry claimed = Sample.claimOne(store());
    Entry discarding =
        claimed.withPosition(Sample.position(claimed, State.DISCARDING, Optional.empty()));
    Transition wrong =
        Sample.transition(
            new Guard.AtVersion(claimed.version()),
            Optional.of(claimed.state()),
            discarding,
            LeaseEffect.KEEP,
            TransitionKind.DISCARDING);
    assertInstanceOf(Outcome.Unknown.class, store().ledger().commit(List.of(wrong)).get(0));
    assertEquals(claimed, Sample.find(store(), claimed.key()));
  }

  @Test
  void transitionCommittedAgain_isAppliedEvenAfterLaterOnes() {
    Transition accept = Sample.openAndPrepare(store(), Sample.key(1));
    Sample.commit(store(), accept);
    Transition processed = Sample.processed(Sample.claimOne(store()));
    Sample.commit(store(), processed);
    Sample.commit(store(), accept);
    Sample.commit(store(), processed);
    assertEquals(2, store().ledger().history(Sample.key(1), 0, 10).size());
    assertEquals(1, store().ledger().census(Optional.empty()).total());
  }

  @Test
  void batchWithTwoOfOneSequence_isRefusedBeforeAnythingIsWritten() {
    Transition one = Sample.openAndPrepare(store(), Sample.key(1));
    assertThrows(InvalidValueException.class, () -> store().ledger().commit(List.of(one, one)));
    assertEquals(0, store().ledger().census(Optional.empty()).total());
  }

  @Test
  void batchPastTheLimit_isRefused() {
    List<SequenceKey> keys =
        IntStream.rangeClosed(0, store().capabilities().maxBatch()).mapToObj(Sample::key).toList();
    assertThrows(InvalidValueException.class, () -> store().ledger().find(keys));
  }

  @Test
  void usage_followsSessionsAndSequences() {
    Transition accept = Sample.openAndPrepare(store(), Sample.key(1));
    assertEquals(new OwnerUsage(1, 1_000, 0), store().ledger().holdings().usage(OWNER));
    Sample.commit(store(), accept);
    assertEquals(new OwnerUsage(0, 0, 100), store().ledger().holdings().usage(OWNER));
    SessionId other = Sample.session();
    OwnerQuota quota = new OwnerQuota(1, 1_100);
    assertInstanceOf(
        SessionOpening.OverQuota.class,
        store().sessions().open(other, Sample.key(2), new Reservation(1, 1_001), quota));
    assertInstanceOf(
        SessionOpening.Opened.class,
        store().sessions().open(other, Sample.key(2), new Reservation(1, 1_000), quota));
    assertEquals(
        Outcome.Reason.LIMIT,
        reason(store().sessions().reserve(other, new Reservation(1, 1_001), quota)));
    assertEquals(Outcome.APPLIED, store().sessions().abandon(other, Duration.ZERO));
    assertEquals(new OwnerUsage(0, 0, 100), store().ledger().holdings().usage(OWNER));
  }

  @Test
  void sessionWithManyItems_isForgottenInSteps() {
    SessionId session = Sample.session();
    int items = 2 * SessionTable.FORGET_STEP + 100;
    store()
        .sessions()
        .open(session, Sample.key(1), new Reservation(items, 100_000), OwnerQuota.UNLIMITED);
    int batch = store().capabilities().maxBatch();
    for (int first = 0; first < items; first += batch) {
      List<SessionItem> some =
          IntStream.range(first, Math.min(items, first + batch)).mapToObj(Sample::item).toList();
      assertEquals(Outcome.APPLIED, store().sessions().record(session, 0, some));
    }
    assertEquals(Outcome.APPLIED, store().sessions().abandon(session, Duration.ZERO));
    long before = ((EmbeddedDatabase) store().database()).commits();
    assertEquals(Outcome.APPLIED, store().sessions().forget(session));
    assertTrue(((EmbeddedDatabase) store().database()).commits() - before >= 3);
    assertEquals(Optional.empty(), store().sessions().find(session));
    assertEquals(List.of(), store().sessions().items(session, -1, 10));
    assertEquals(Outcome.APPLIED, store().sessions().forget(session));
  }

  @Test
  void pages_coverEveryEntryOnceWhateverTheFilter() {
    List<SequenceKey> all = new ArrayList<>();
    for (String owner : List.of("a", "b", "c")) {
      for (int i = 0; i < 7; i++) {
        SequenceKey key = SequenceKey.of(owner, "s" + i);
        Sample.accepted(store(), key);
        all.add(key);
      }
    }
    ScanQuery everything = ScanQuery.all(4);
    assertEquals(all, pages(everything));
    assertEquals(all.subList(7, 14), pages(filtered(Optional.of("b"), Optional.empty())));
    assertEquals(
        List.of(all.get(3), all.get(10), all.get(17)),
        pages(filtered(Optional.empty(), Optional.of("s3"))));
    assertEquals(
        List.of(all.get(3), all.get(10), all.get(17)),
        pages(filtered(Optional.empty(), Optional.of("s3")).after(SequenceKey.of("a", "s2"))));
    assertEquals(
        List.of(all.get(10), all.get(17)),
        pages(filtered(Optional.empty(), Optional.of("s3")).after(SequenceKey.of("a", "s4"))));
    assertEquals(
        all.subList(7, 14),
        pages(filtered(Optional.of("b"), Optional.empty()).after(SequenceKey.of("a", "s2"))));
    assertEquals(
        List.of(),
        pages(filtered(Optional.of("b"), Optional.empty()).after(SequenceKey.of("c", "s2"))));
  }

  private static ScanQuery filtered(Optional<String> owner, Optional<String> id) {
    return new ScanQuery(
        owner.map(OwnerId::of),
        id.map(SequenceId::of),
        Set.of(State.ACCEPTED, State.FAILED),
        Optional.empty(),
        2);
  }

  private List<SequenceKey> pages(ScanQuery query) {
    List<SequenceKey> keys = new ArrayList<>();
    ScanQuery next = query;
    EntryPage page;
    do {
      page = store().ledger().scan(next);
      page.entries().forEach(entry -> keys.add(entry.key()));
      next = page.more() ? query.after(keys.get(keys.size() - 1)) : query;
    } while (page.more());
    return keys;
  }

  @Test
  void due_respectsLeadAndMarks() {
    Entry entry = Sample.accepted(store(), Sample.key(1));
    DueQuery now = DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, 10);
    DueQuery early = DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ofHours(1), 10);
    DueQuery ever = DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ofSeconds(Long.MAX_VALUE), 10);
    assertEquals(List.of(), store().ledger().due(now));
    assertEquals(List.of(entry), store().ledger().due(early));
    assertEquals(List.of(entry), store().ledger().due(ever));
    Sample.commit(store(), Sample.overdue(entry));
    assertEquals(List.of(), store().ledger().due(early));
  }

  @Test
  void sealedDigest_hasALinePerGroupWithTenKeysInOrder() {
    for (int i = 40; i > 0; i--) {
      AlertRow row = Sample.alert(i % 2 == 0 ? "EVEN" : "ODD", Sample.key(i / 2));
      store().alerts().raise(List.of(row, row));
    }
    store().alerts().raise(List.of(withoutSequence()));
    AlertDigest digest = store().alerts().seal();
    assertEquals(1, digest.ordinal());
    assertEquals(
        List.of("EVEN", "NONE", "ODD"),
        digest.lines().stream().map(line -> line.group().code()).toList());
    AlertDigest.Line even = digest.lines().get(0);
    assertEquals(40, even.count());
    assertEquals(AlertDigest.MAX_SAMPLES, even.samples().size());
    assertEquals(even.samples().stream().sorted().distinct().toList(), even.samples());
    assertTrue(
        IntStream.rangeClosed(1, 20).mapToObj(Sample::key).toList().containsAll(even.samples()));
    assertEquals(List.of(), digest.lines().get(1).samples());
    assertEquals(0, store().alerts().pending());
    AlertDigest empty = store().alerts().seal();
    assertEquals(2, empty.ordinal());
    assertEquals(List.of(), empty.lines());
    assertEquals(List.of(digest, empty), store().alerts().unsent(10));
    assertEquals(Outcome.APPLIED, store().alerts().acknowledge(1));
    assertEquals(Outcome.APPLIED, store().alerts().acknowledge(1));
    assertEquals(Outcome.Reason.ABSENT, reason(store().alerts().acknowledge(3)));
    assertEquals(List.of(empty), store().alerts().unsent(10));
  }

  private static AlertRow withoutSequence() {
    return new AlertRow(
        new AlertRow.Group("NONE", "", "", ""), Sample.START, Optional.empty(), "no pump");
  }

  private static Lease lease(Entry entry) {
    return entry.position().lease().orElseThrow();
  }

  private static Outcome.Reason reason(Outcome outcome) {
    return assertInstanceOf(Outcome.NotApplied.class, outcome).reason();
  }
}
