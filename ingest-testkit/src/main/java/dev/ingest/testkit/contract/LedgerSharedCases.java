package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What must hold of two instances over one ledger, as two processes have them. A ledger that is not
 * shared has one user, who then does the part of both.
 */
abstract class LedgerSharedCases extends LedgerFixture {

  private static final ControlRecord.Key RECORD = new ControlRecord.Key("node", "n1");

  private List<LedgerStore> both() throws Exception {
    return List.of(store(), beside());
  }

  @Test
  @DisplayName("what one instance reported applied the other reads at once, also if it looked")
  final void appliedByOne_readByTheOther() throws Exception {
    List<LedgerStore> both = both();
    for (int round = 0; round < 6; round++) {
      LedgerStore writing = both.get(round % 2);
      LedgerStore looking = both.get(1 - round % 2);
      SequenceKey key = key("k" + round);
      assertEquals(Optional.empty(), looking.ledger().find(List.of(key)).get(0));
      SessionId session = transitions.sessionId();
      assertInstanceOf(
          SessionOpening.Opened.class,
          writing.sessions().open(session, key, ROOM, OwnerQuota.UNLIMITED));
      assertTrue(
          looking.sessions().find(session).isPresent(), () -> SecondInstance.unseen("a session"));
      Transition accept = transitions.accept(transitions.entry(key, session));
      assertApplied(commit(writing, accept));
      assertApplied(commit(looking, accept));
      assertEquals(accept.after(), find(looking, key));
      Entry marked = accept.after();
      Transition mark =
          transitions.mark(marked, marks -> marks.withOverdue(true), transitions.alert("M", key));
      assertApplied(commit(writing, mark));
      assertEquals(mark.after().standing(), find(looking, key).standing());
      assertEquals(2, looking.ledger().history(key, 0, 10).size());
      assertEquals(round + 1, looking.ledger().scan(ScanQuery.all(100)).entries().size());
      assertEquals(round + 1, looking.ledger().census(Optional.empty()).total());
      assertEquals(round + 1, looking.alerts().pending());
      assertEquals(SessionState.ACCEPTED, looking.sessions().find(session).orElseThrow().state());
    }
  }

  @Test
  @DisplayName("of racing decisions of two instances on one version exactly one applies")
  final void commitRaceOfBoth_oneWins() throws Exception {
    List<LedgerStore> both = both();
    Entry read = accept("a");
    for (int round = 0; round < 10; round++) {
      Entry current = read;
      List<Outcome> outcomes =
          Race.run(
              4,
              thread ->
                  () -> commit(both.get(thread % 2), transitions.mark(current, marks -> marks)));
      assertEquals(1, outcomes.stream().filter(Outcome::isApplied).count(), outcomes::toString);
      read = find(both.get(round % 2), key("a"));
      assertEquals(current.version() + 1, read.version());
    }
    assertEquals(11, history(key("a")).size());
  }

  @Test
  @DisplayName("of acceptance by one instance and abandonment by another exactly one wins")
  final void acceptAbandonRaceOfBoth_oneWins() throws Exception {
    List<LedgerStore> both = both();
    for (int round = 0; round < 20; round++) {
      LedgerStore accepting = both.get(round % 2);
      LedgerStore abandoning = both.get(1 - round % 2);
      SequenceKey key = key("r" + round);
      SessionId session = openSession(key);
      Transition accept = transitions.accept(transitions.entry(key, session));
      List<Outcome> outcomes =
          Race.run(
              2,
              thread ->
                  () ->
                      thread == 0
                          ? commit(accepting, accept)
                          : abandoning.sessions().abandon(session, Duration.ZERO));
      boolean accepted = outcomes.get(0).isApplied();
      assertTrue(accepted != outcomes.get(1).isApplied(), () -> "one of " + outcomes);
      for (LedgerStore each : both) {
        assertEquals(accepted, each.ledger().find(List.of(key)).get(0).isPresent());
        assertEquals(
            accepted ? SessionState.ACCEPTED : SessionState.ABANDONED,
            each.sessions().find(session).orElseThrow().state());
      }
    }
  }

  @Test
  @DisplayName("racing openings of two instances never exceed the quota together")
  final void quotaRaceOfBoth_holds() throws Exception {
    List<LedgerStore> both = both();
    OwnerQuota quota = new OwnerQuota(100, 5 * ROOM.bytes());
    List<Integer> opened =
        Race.run(
            4,
            thread ->
                () -> {
                  int count = 0;
                  for (int i = 0; i < 5; i++) {
                    SessionOpening opening =
                        both.get(thread % 2)
                            .sessions()
                            .open(
                                transitions.sessionId(), key("t" + thread + "-" + i), ROOM, quota);
                    count += opening instanceof SessionOpening.Opened ? 1 : 0;
                  }
                  return count;
                });
    assertEquals(5, opened.stream().mapToInt(count -> count).sum(), opened::toString);
  }

  @Test
  @DisplayName("concurrent claimers of two instances never get the same entry, and together all")
  final void claimRaceOfBoth_disjoint() throws Exception {
    List<LedgerStore> both = both();
    List<SequenceKey> keys =
        IntStream.range(0, 100).mapToObj(i -> key(String.format("%03d", i))).toList();
    acceptAll(keys, entry -> entry);
    List<SequenceKey> claimed = new ArrayList<>();
    for (int turn = 0; turn < 10; turn++) {
      claimed.addAll(claimedKeys(claim(both.get(turn % 2), 3, FIRST_WORK)));
    }
    assertEquals(30, claimed.stream().distinct().count(), "granted in turns, each once");
    Race.run(4, thread -> () -> claimAll(both.get(thread % 2))).forEach(claimed::addAll);
    assertEquals(keys, claimed.stream().sorted().toList());
    for (SequenceKey key : keys) {
      assertEquals(1, find(both.get(1), key).position().fence());
    }
  }

  private static List<SequenceKey> claimAll(LedgerStore by) {
    List<SequenceKey> mine = new ArrayList<>();
    List<Claimed> claimed = claim(by, 7, FIRST_WORK);
    while (!claimed.isEmpty()) {
      mine.addAll(claimedKeys(claimed));
      claimed = claim(by, 7, FIRST_WORK);
    }
    return mine;
  }

  @Test
  @DisplayName("a lease is of the ledger: a takeover by one instance fences the token for both")
  final void takeoverByTheOther_fencedForBoth() throws Exception {
    List<LedgerStore> both = both();
    accept("a");
    Entry old = claimOf(both.get(0));
    assertEquals(List.of(), claim(both.get(1), 1, FIRST_WORK));
    assertApplied(both.get(1).work().renew(List.of(held(old)), LEASE).get(0));
    time.advance(LEASE);
    Entry current = claimOf(both.get(1));
    for (LedgerStore each : both) {
      assertRefused(Reason.FENCED, each.work().renew(List.of(held(old)), LEASE).get(0));
      assertRefused(Reason.FENCED, each.work().handBack(List.of(held(old))).get(0));
      assertRefused(Reason.FENCED, commit(each, transitions.stageDone(old, Optional.empty())));
    }
    assertApplied(commit(both.get(0), transitions.stageDone(current, Optional.empty())));
    assertRefused(Reason.FENCED, both.get(1).work().handBack(List.of(held(current))).get(0));
  }

  private static Entry claimOf(LedgerStore by) {
    List<Claimed> claimed = claim(by, 1, FIRST_WORK);
    assertEquals(1, claimed.size(), "one entry is due");
    return claimed.get(0).entry();
  }

  @Test
  @DisplayName("a life begun by one instance is the other's too, and refuses what that one held")
  final void lifeBegunByOne_fencesTheOther() throws Exception {
    List<LedgerStore> both = both();
    for (int round = 0; round < 4; round++) {
      LedgerStore renewing = both.get(round % 2);
      LedgerStore holding = both.get(1 - round % 2);
      accept("a" + round);
      Entry leased = claimOf(holding);
      Held held = held(leased);
      IncarnationId before = holding.incarnation();
      IncarnationId next = IncarnationId.ofBits(71, 80 + round);
      assertApplied(renewing.renew(before, next));
      assertEquals(next, holding.incarnation());
      for (LedgerStore each : both) {
        assertRefused(Reason.FENCED, each.work().renew(List.of(held), LEASE).get(0));
        assertRefused(Reason.FENCED, each.work().handBack(List.of(held)).get(0));
        assertRefused(Reason.FENCED, commit(each, transitions.stageDone(leased, Optional.empty())));
      }
      assertRefused(Reason.CONFLICT, holding.renew(before, IncarnationId.ofBits(71, 99)));
      time.advance(LEASE);
      Entry again = claimOf(holding);
      assertEquals(next, tokenOf(again).incarnation());
      assertApplied(commit(renewing, transitions.stageDone(again, Optional.empty())));
    }
  }

  @Test
  @DisplayName("a life begun by one instance refuses what the other held before it has looked")
  final void lifeBegunByOne_fencesTheOtherUnseen() throws Exception {
    List<LedgerStore> both = both();
    for (int round = 0; round < 4; round++) {
      LedgerStore renewing = both.get(round % 2);
      LedgerStore holding = both.get(1 - round % 2);
      IncarnationId before = renewing.incarnation();
      assertEquals(before, holding.incarnation());
      accept("a" + round);
      Entry leased = claimOf(holding);
      Held held = held(leased);
      assertApplied(renewing.renew(before, IncarnationId.ofBits(72, 80 + round)));
      assertRefused(Reason.FENCED, holding.work().renew(List.of(held), LEASE).get(0));
      assertRefused(Reason.FENCED, holding.work().handBack(List.of(held)).get(0));
      assertRefused(
          Reason.FENCED, commit(holding, transitions.stageDone(leased, Optional.empty())));
      assertEquals(leased.version(), find(leased.key()).version(), "nothing of it took effect");
      holding.incarnation();
      time.advance(LEASE);
      assertApplied(commit(holding, transitions.stageDone(claimOf(holding), Optional.empty())));
    }
  }

  @Test
  @DisplayName("no update of a control record is lost when two instances write at once")
  final void controlRaceOfBoth_noLostUpdate() throws Exception {
    List<LedgerStore> both = both();
    assertApplied(store().controls().write(new ControlRecord(RECORD, 1, "0")));
    int rounds = 15;
    Race.run(4, thread -> () -> countUp(both.get(thread % 2), rounds));
    for (LedgerStore each : both) {
      assertEquals(
          Optional.of(new ControlRecord(RECORD, 4 * rounds + 1, Integer.toString(4 * rounds))),
          each.controls().read(RECORD));
    }
  }

  private static int countUp(LedgerStore by, int rounds) {
    int done = 0;
    while (done < rounds) {
      ControlRecord read = by.controls().read(RECORD).orElseThrow();
      String next = Integer.toString(Integer.parseInt(read.body()) + 1);
      Outcome written = by.controls().write(new ControlRecord(RECORD, read.version() + 1, next));
      done += written.isApplied() ? 1 : 0;
    }
    return done;
  }

  @Test
  @DisplayName("digests of two instances have no gaps, and each alert is in exactly one")
  final void sealRaceOfBoth_eachOnce() throws Exception {
    List<LedgerStore> both = both();
    List<SequenceKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + i)).toList();
    List<Entry> entries = acceptAll(keys, entry -> entry);
    List<List<AlertDigest>> shares =
        Race.run(4, thread -> () -> alertAndSeal(both.get(thread % 2), entries, thread));
    List<AlertDigest> digests = new ArrayList<>(shares.stream().flatMap(List::stream).toList());
    digests.add(store().alerts().seal());
    List<Long> ordinals = digests.stream().map(AlertDigest::ordinal).sorted().toList();
    assertEquals(
        IntStream.rangeClosed(1, digests.size()).mapToObj(i -> (long) i).toList(), ordinals);
    long sealed =
        digests.stream()
            .flatMap(digest -> digest.lines().stream())
            .mapToLong(AlertDigest.Line::count)
            .sum();
    assertEquals(entries.size(), sealed);
    assertEquals(0, beside().alerts().pending());
  }

  /** Of four threads each raises a quarter of the alerts, and seals after each. */
  private List<AlertDigest> alertAndSeal(LedgerStore by, List<Entry> entries, int thread) {
    List<AlertDigest> digests = new ArrayList<>();
    for (int i = thread; i < entries.size(); i += 4) {
      Entry entry = entries.get(i);
      assertApplied(
          commit(
              by,
              transitions.mark(
                  entry, marks -> marks.withOverdue(true), transitions.alert("R", entry.key()))));
      digests.add(by.alerts().seal());
    }
    return digests;
  }
}
