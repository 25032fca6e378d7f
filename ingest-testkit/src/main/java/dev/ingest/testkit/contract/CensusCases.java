package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counts per hour of acceptance, pipeline and owner. */
abstract class CensusCases extends LedgerSharedCases {

  private static final Instant HOUR = CensusKey.hourOf(START);
  private static final List<State> AT_WILL =
      List.of(
          State.ACCEPTED,
          State.PROCESSED,
          State.VERIFIED,
          State.EXPIRING,
          State.EXPIRED,
          State.FAILED,
          State.DISCARDING,
          State.DISCARDED,
          State.LOST);

  /** Reads all pages, and leaves out cells of zeros, which a ledger may tell or not. */
  private NavigableMap<CensusKey, CensusCounts> hourly(CensusQuery first) {
    NavigableMap<CensusKey, CensusCounts> all = new TreeMap<>();
    CensusQuery next = first;
    boolean more = true;
    while (more) {
      CensusPage page = ledger().holdings().hourly(next);
      assertTrue(page.cells().size() <= first.limit(), "no more cells than asked for");
      assertTrue(
          page.cells().size() == first.limit() || !page.more(), "short only if no more follow");
      for (CensusCell cell : page.cells()) {
        assertTrue(next.fits(cell.key()), () -> cell + " was not asked for");
        next = next.after(cell.key());
        if (!cell.counts().equals(CensusCounts.NONE)) {
          all.put(cell.key(), cell.counts());
        }
      }
      more = page.more();
    }
    return all;
  }

  private NavigableMap<CensusKey, CensusCounts> recounted(CensusQuery first) {
    NavigableMap<CensusKey, CensusCounts> all = new TreeMap<>();
    CensusQuery next = first;
    boolean more = true;
    while (more) {
      CensusRecountPage page = ledger().holdings().recount(next);
      assertTrue(page.cells().size() <= first.limit(), "no more cells than asked for");
      assertTrue(
          page.cells().stream().map(cell -> cell.key().hour()).distinct().count() <= 1,
          "one hour in a page");
      for (CensusRecount cell : page.cells()) {
        assertTrue(next.fits(cell.key()), () -> cell + " was not asked for");
        assertTrue(cell.agrees(), () -> "kept as counted: " + cell);
        next = next.after(cell.key());
        if (!cell.counted().equals(CensusCounts.NONE)) {
          all.put(cell.key(), cell.counted());
        }
      }
      more = page.more();
    }
    return all;
  }

  private static NavigableMap<CensusKey, CensusCounts> expected(
      List<Entry> entries, CensusQuery query) {
    NavigableMap<CensusKey, CensusCounts> all = new TreeMap<>();
    entries.stream()
        .filter(entry -> query.fits(CensusKey.of(entry)))
        .forEach(
            entry -> all.merge(CensusKey.of(entry), CensusCounts.of(entry), CensusCounts::plus));
    return all;
  }

  private List<Entry> stored(List<Entry> entries) {
    return entries.stream().map(entry -> find(entry.key())).toList();
  }

  private void assertCounted(List<Entry> entries, CensusQuery query) {
    NavigableMap<CensusKey, CensusCounts> expected = expected(stored(entries), query);
    assertEquals(expected, hourly(query), "what is kept");
    assertEquals(expected, recounted(query), "what is counted");
    assertTrue(expected.values().stream().allMatch(CensusCounts::isConsistent));
  }

  private static CensusQuery all(int limit) {
    return CensusQuery.all(limit);
  }

  /** In three hours, of four owners and two pipelines. */
  private List<Entry> acceptSome() {
    List<Entry> entries = new ArrayList<>();
    for (int hour = 0; hour < 3; hour++) {
      int h = hour;
      List<SequenceKey> keys =
          IntStream.range(0, 12).mapToObj(i -> SequenceKey.of("o" + i % 4, h + "-" + i)).toList();
      entries.addAll(
          acceptAll(
              keys,
              entry ->
                  entry.key().id().value().hashCode() % 3 == 0
                      ? withStage(entry, "other", "first", 1)
                      : entry));
      time.advance(Duration.ofMinutes(61));
    }
    return entries;
  }

  @Test
  @DisplayName("an hourly census counts each acceptance once, in pages of any size")
  final void hourly_pages() {
    assertEquals(new CensusPage(List.of(), false), ledger().holdings().hourly(all(10)));
    assertEquals(new CensusRecountPage(List.of(), false), ledger().holdings().recount(all(10)));
    List<Entry> entries = acceptSome();
    for (int limit : List.of(1, 2, 5, 1_000)) {
      assertCounted(entries, all(limit));
    }
  }

  @Test
  @DisplayName("an hourly census tells only the hours, pipeline and owner that are asked for")
  final void hourly_filters() {
    List<Entry> entries = acceptSome();
    Optional<String> other = Optional.of("other");
    Optional<OwnerId> owner = Optional.of(new OwnerId("o2"));
    Instant second = HOUR.plusSeconds(3_600);
    Instant end = Instant.MAX;
    for (int limit : List.of(1, 3, 100)) {
      for (Instant from : List.of(HOUR, HOUR.plusMillis(1), second, second.plusSeconds(7_200))) {
        for (Instant until : List.of(HOUR, second, second.plusMillis(1), end)) {
          assertCounted(
              entries,
              new CensusQuery(
                  from, until, Optional.empty(), Optional.empty(), Optional.empty(), limit));
          assertCounted(
              entries,
              new CensusQuery(from, until, other, Optional.empty(), Optional.empty(), limit));
          assertCounted(
              entries,
              new CensusQuery(from, until, Optional.empty(), owner, Optional.empty(), limit));
          assertCounted(
              entries, new CensusQuery(from, until, other, owner, Optional.empty(), limit));
        }
      }
    }
  }

  @Test
  @DisplayName("an hourly census follows a sequence from any state to any other, in any batch")
  final void hourly_followsStates() {
    List<Entry> entries = acceptSome();
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 12; round++) {
      List<Transition> batch =
          stored(entries).stream()
              .filter(entry -> random.nextInt(3) > 0)
              .map(
                  entry ->
                      random.nextInt(4) == 0
                          ? transitions.mark(entry, standing -> standing.withOverdue(true))
                          : transitions.move(entry, AT_WILL.get(random.nextInt(AT_WILL.size()))))
              .toList();
      applyAll(shuffled(batch, random));
      assertCounted(entries, all(100));
    }
  }

  @Test
  @DisplayName("an hourly census counts work under leases as in flight, and what came of it")
  final void hourly_leasedWork() {
    List<Entry> entries =
        acceptAll(IntStream.range(0, 9).mapToObj(i -> key("k" + i)).toList(), e -> e);
    NavigableMap<CensusKey, CensusCounts> accepted = hourly(all(10));
    for (Entry leased : claim(6, FIRST_WORK).stream().map(claimed -> claimed.entry()).toList()) {
      apply(transitions.stageDone(leased, Optional.empty()));
    }
    work().handBack(claim(1, FIRST_WORK).stream().map(one -> held(one.entry())).toList());
    assertEquals(accepted, hourly(all(10)));
    List<Transition> ends = new ArrayList<>();
    for (Entry leased : claim(6, VERIFICATION).stream().map(claimed -> claimed.entry()).toList()) {
      State to = ends.size() % 2 == 0 ? State.VERIFIED : State.FAILED;
      Transition made = transitions.move(leased, to);
      ends.add(
          transitions.change(
              leased,
              new Guard.WithLease(tokenOf(leased), leased.version()),
              made.row().step().kind(),
              made.after(),
              to == State.FAILED
                  ? new AlertRow[] {transitions.alert("STOPPED", leased.key())}
                  : new dev.ingest.spi.ledger.AlertRow[0]));
    }
    applyAll(ends);
    assertCounted(entries, all(10));
    CensusCounts counts = hourly(all(10)).firstEntry().getValue();
    assertEquals(3, counts.count(CensusCount.VERIFIED));
    assertEquals(3, counts.count(CensusCount.FAILED));
    assertEquals(3, counts.count(CensusCount.IN_FLIGHT));
    assertEquals(9, counts.count(CensusCount.ACCEPTED));
  }

  @Test
  @DisplayName("an hourly census tells a publication that stands from one that does not")
  final void hourly_publications() {
    Entry stands = acceptAs(key("a"), State.VERIFIED);
    Entry falls = acceptAs(key("b"), State.EXPIRED);
    Entry withdrawn = acceptAs(key("c"), State.VERIFIED);
    apply(transitions.move(stands, State.FAILED));
    apply(transitions.move(falls, State.LOST));
    Entry failed = transitions.move(withdrawn, State.FAILED).after();
    Entry without =
        new Entry(
            failed.receipt(),
            failed.raw(),
            failed.position(),
            failed.run(),
            Optional.empty(),
            failed.standing(),
            withdrawn.chain());
    apply(
        transitions.change(
            withdrawn, new Guard.AtVersion(withdrawn.version()), TransitionKind.FAILED, without));
    CensusCounts counts = hourly(all(10)).firstEntry().getValue();
    assertEquals(1, counts.count(CensusCount.FAILED_PUBLISHED));
    assertEquals(2, counts.count(CensusCount.FAILED));
    assertEquals(1, counts.count(CensusCount.LOST_PUBLISHED));
    assertCounted(List.of(stands, falls, withdrawn), all(10));
    applyAll(
        stored(List.of(stands, falls, withdrawn)).stream()
            .map(entry -> transitions.move(entry, State.DISCARDING))
            .toList());
    assertEquals(3, hourly(all(10)).firstEntry().getValue().count(CensusCount.DISCARDING));
    assertCounted(List.of(stands, falls, withdrawn), all(10));
  }

  @Test
  @DisplayName(
      "a re-upload is not counted twice: it moves to the hour in which it was accepted anew")
  final void hourly_readmitted() {
    Entry gone = acceptAs(key("a"), State.DISCARDED);
    Entry other = accept("b");
    time.advance(Duration.ofHours(5));
    SessionId session = openSession(key("a"));
    Transition readmit = transitions.readmit(gone, new RawLocation(session, List.of(0)));
    Instant now = time.instant();
    Receipt anew =
        new Receipt(
            gone.key(), gone.receipt().manifest(), now, now.plusSeconds(60), now.plusSeconds(600));
    Entry after =
        new Entry(
            anew,
            readmit.after().raw(),
            readmit.after().position(),
            readmit.after().run(),
            Optional.empty(),
            readmit.after().standing(),
            gone.chain());
    apply(transitions.change(gone, readmit.guard(), TransitionKind.READMITTED, after));
    NavigableMap<CensusKey, CensusCounts> cells = hourly(all(10));
    assertEquals(
        List.of(HOUR, CensusKey.hourOf(now)),
        cells.keySet().stream().map(CensusKey::hour).toList());
    assertEquals(1, cells.firstEntry().getValue().count(CensusCount.ACCEPTED));
    assertEquals(1, cells.lastEntry().getValue().count(CensusCount.ACCEPTED));
    assertEquals(1, cells.lastEntry().getValue().count(CensusCount.IN_FLIGHT));
    assertCounted(List.of(gone, other), all(10));
  }

  @Test
  @DisplayName("a sequence that is sent through another pipeline is counted there, and once")
  final void hourly_otherPipeline() {
    Entry failed = acceptAs(key("a"), State.FAILED);
    Entry redriven = withStage(transitions.move(failed, State.ACCEPTED).after(), "other", "x", 1);
    Run run = redriven.run();
    Entry next =
        redriven
            .withRun(
                new Run(
                    run.epoch() + 1, run.kind(), run.pipeline(), run.stage(), 0, Optional.empty()))
            .withChain(failed.chain());
    apply(
        transitions.change(
            failed, new Guard.AtVersion(failed.version()), TransitionKind.REDRIVEN, next));
    assertEquals(
        List.of("other"), hourly(all(10)).keySet().stream().map(CensusKey::pipeline).toList());
    assertCounted(List.of(failed), all(10));
    Entry leased = claimOne(new WorkRef("other", run.stage())).entry();
    Entry back = withStage(transitions.move(leased, State.FAILED).after(), "third", "y", 1);
    apply(
        transitions.change(
            leased,
            new Guard.WithLease(tokenOf(leased), leased.version()),
            TransitionKind.FAILED,
            back.withChain(leased.chain())));
    assertEquals(
        List.of("third"), hourly(all(10)).keySet().stream().map(CensusKey::pipeline).toList());
    assertCounted(List.of(failed), all(10));
  }

  @Test
  @DisplayName("a sequence that leaves its pipeline while it is in flight is counted in the other")
  final void hourly_rerouted() {
    Entry waiting = acceptAs(key("a"), State.ACCEPTED);
    Instant due = waiting.position().visibleAt();
    Entry moved = reroute(waiting, "other", due);
    assertEquals(
        List.of("other"), hourly(all(10)).keySet().stream().map(CensusKey::pipeline).toList());
    assertCounted(List.of(waiting), all(10));
    Entry leased = claimOne(new WorkRef("other", moved.run().stage())).entry();
    Entry back = reroute(leased, "third", due);
    assertEquals(Optional.empty(), find(leased.key()).position().lease());
    assertEquals(
        List.of("third"), hourly(all(10)).keySet().stream().map(CensusKey::pipeline).toList());
    assertCounted(List.of(waiting), all(10));
    assertEquals(
        back.run(),
        claimOne(new WorkRef("third", back.run().stage())).entry().run().withAttempts(0));
  }

  private Entry reroute(Entry read, String pipeline, Instant due) {
    Entry there = withStage(read, pipeline, "x", 1);
    Run run = there.run();
    Position old = read.position();
    Entry next =
        there.with(
            new Position(State.ACCEPTED, old.version() + 1, due, old.fence(), Optional.empty()),
            new Run(run.epoch() + 1, run.kind(), run.pipeline(), run.stage(), 0, Optional.empty()));
    apply(
        transitions.change(
            read, new Guard.AtVersion(read.version()), TransitionKind.REROUTED, next));
    return next;
  }

  @Test
  @DisplayName("a repeated or refused transition changes no census")
  final void hourly_repeated() {
    Entry entry = accept("a");
    Transition verified = transitions.move(entry, State.VERIFIED);
    Transition late = transitions.move(entry, State.FAILED);
    apply(verified);
    NavigableMap<CensusKey, CensusCounts> before = hourly(all(10));
    assertApplied(commit(verified));
    assertRefused(Outcome.Reason.STALE_VERSION, commit(late));
    assertEquals(before, hourly(all(10)));
    assertCounted(List.of(entry), all(10));
  }

  @Test
  @DisplayName("an entry of any content is counted under what it says")
  final void hourly_anyContent() {
    EntrySamples samples = new EntrySamples(11);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Entry before = accept("k" + i);
      entries.add(
          apply(
              transitions.change(
                  before,
                  new Guard.AtVersion(1),
                  TransitionKind.STAGE_RETRIED,
                  samples.vary(before))));
    }
    assertCounted(entries, all(7));
  }

  @Test
  @DisplayName("an hour's pipelines are those under which something was accepted in it")
  final void acceptingPipelines_named() {
    assertEquals(Set.of(), ledger().holdings().acceptingPipelines(HOUR));
    Entry only = accept(key("a"), entry -> withStage(entry, "other", "first", 1));
    accept(key("b"));
    accept(key("c"));
    String usual = Transitions.PIPELINE.name();
    assertEquals(Set.of("other", usual), ledger().holdings().acceptingPipelines(HOUR));
    assertEquals(Set.of(), ledger().holdings().acceptingPipelines(HOUR.plusSeconds(3_600)));
    apply(transitions.move(only, State.FAILED));
    assertEquals(Set.of("other", usual), ledger().holdings().acceptingPipelines(HOUR));
  }

  @Test
  @DisplayName("a correction leaves right counts as they are, and tells both sides")
  final void correct_rightCounts() {
    List<Entry> entries = acceptSome();
    NavigableMap<CensusKey, CensusCounts> before = hourly(all(100));
    List<CensusKey> keys = new ArrayList<>(before.descendingKeySet()).subList(0, 8);
    CensusKey nothing = new CensusKey(HOUR, "nothing", new OwnerId("nobody"));
    keys.add(3, nothing);
    List<CensusRecount> corrected = ledger().holdings().correct(keys);
    assertEquals(keys, corrected.stream().map(CensusRecount::key).toList());
    for (CensusRecount one : corrected) {
      CensusCounts counts = before.getOrDefault(one.key(), CensusCounts.NONE);
      assertEquals(new CensusRecount(one.key(), counts, counts), one);
    }
    assertEquals(before, hourly(all(100)));
    assertCounted(entries, all(100));
  }

  @Test
  @DisplayName("recounts beside traffic agree, since both sides are of one moment")
  final void recount_besideTraffic() {
    List<Entry> entries = acceptSome();
    List<Integer> moved =
        Race.run(
            3,
            thread ->
                () -> {
                  if (thread == 0) {
                    for (int i = 0; i < 20; i++) {
                      recounted(all(5));
                    }
                    return 0;
                  }
                  int applied = 0;
                  for (int i = thread; i < entries.size(); i += 2) {
                    Transition next;
                    synchronized (transitions) {
                      next = transitions.move(entries.get(i), State.VERIFIED);
                    }
                    applied += commit(next).isApplied() ? 1 : 0;
                  }
                  return applied;
                });
    assertEquals(entries.size() - 1, moved.stream().mapToInt(Integer::intValue).sum());
    assertCounted(entries, all(100));
  }
}
