package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.engine.AuditRules.Presence;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an audit passes by number and sum of bytes, and what it looks at closely. */
final class TalliesTest {

  private static final SequenceKey KEY = Bench.RIDE;
  private static final SessionId SESSION = SessionId.ofBits(1, 2);

  private final Transitions transitions = new Transitions(7, () -> Bench.START);
  private final Entry accepted = transitions.accept(transitions.entry(KEY, SESSION)).after();
  private final RawTally raw = new RawTally();
  private final ResultTally result = new ResultTally();
  private final AuditRules rules =
      new AuditRules(new AuditOptions(false, false, Duration.ofHours(1), 1), Map.of());

  private void add(ContentKey key, long length) {
    raw.add(new ContentStat(key, length, Optional.empty()));
  }

  private void addRaw(RawLocation place, int part, String name, long length) {
    add(KeyLayout.part(KEY, place, part).key(name), length);
  }

  private static Entry at(Entry entry, RawLocation place) {
    return new Entry(
        entry.receipt(),
        place,
        entry.position(),
        entry.run(),
        entry.published(),
        entry.standing(),
        entry.chain());
  }

  @Test
  void rawBytes_areWholeByManifestNumberAndSum() {
    assertEquals(2_048, accepted.receipt().manifest().bytes());
    raw.begin(AuditRow.of(accepted));
    assertTrue(raw.isEmpty());
    addRaw(accepted.raw(), 0, "0000000", 2_000);
    assertFalse(raw.isEmpty());
    addRaw(accepted.raw(), 0, "0000001", 48);
    assertFalse(raw.isWhole(), "no manifest");
    addRaw(accepted.raw(), 0, "manifest", 99);
    assertTrue(raw.isWhole());
    assertFalse(raw.hasUnexplained());
    raw.begin(AuditRow.of(accepted));
    addRaw(accepted.raw(), 0, "manifest", 99);
    assertFalse(raw.isEmpty(), "a manifest");
    addRaw(accepted.raw(), 0, "0000000", 2_048);
    assertFalse(raw.isWhole(), "one item");
    addRaw(accepted.raw(), 0, "0000001", 1);
    assertFalse(raw.isWhole(), "a byte more");
    raw.begin(null);
    assertFalse(raw.isWhole());
    assertFalse(raw.hasUnexplained());
  }

  private void explained(boolean isExplained, Entry entry, ContentKey key) {
    raw.begin(AuditRow.of(entry));
    add(key, 5);
    assertEquals(!isExplained, raw.hasUnexplained(), key::value);
  }

  @Test
  void keysThatTheSessionDoesNotName_areUnexplained() {
    ContentPrefix part = KeyLayout.part(KEY, accepted.raw(), 0);
    explained(true, accepted, part.key("0000001"));
    explained(false, accepted, part.key("0000002"));
    explained(false, accepted, part.key("000000a"));
    explained(false, accepted, part.key("stray"));
    explained(true, accepted, part.key("manifest"));
    ContentPrefix session = KeyLayout.session(KEY, accepted.raw());
    explained(false, accepted, session.key("stray"));
    explained(false, accepted, session.child("00x0").key("0000000"));
    explained(false, accepted, session.child("0010").key("0000000"));
    RawLocation other = new RawLocation(SessionId.ofBits(1, 3), List.of(0));
    explained(false, accepted, KeyLayout.part(KEY, other, 0).key("0000000"));
    raw.begin(null);
    add(part.key("0000000"), 5);
    assertTrue(raw.hasUnexplained(), "no entry");
  }

  @Test
  void whatAnEarlierPartLeft_isExplainedAndCountsWhereItIsNamed() {
    RawLocation two = new RawLocation(SESSION, List.of(0, 1));
    Entry resumed = at(accepted, two);
    ContentPrefix first = KeyLayout.part(KEY, two, 0);
    ContentPrefix last = KeyLayout.part(KEY, two, 1);
    explained(true, resumed, first.key("0000001"));
    explained(true, resumed, first.key("0000009"));
    explained(true, resumed, first.key("manifest"));
    explained(false, resumed, first.key("strange"));
    explained(false, resumed, last.key("0000000"));
    explained(true, resumed, last.key("0000001"));
    ContentPrefix beyond = KeyLayout.part(KEY, new RawLocation(SESSION, List.of(0, 1, 2)), 2);
    explained(false, resumed, beyond.key("manifest"));
    raw.begin(AuditRow.of(resumed));
    addRaw(two, 0, "0000000", 2_000);
    addRaw(two, 0, "0000001", 77);
    addRaw(two, 1, "0000001", 48);
    addRaw(two, 0, "manifest", 99);
    assertFalse(raw.isWhole(), "the manifest of an earlier part");
    addRaw(two, 1, "manifest", 99);
    assertTrue(raw.isWhole());
  }

  private static SealedOutput output(Entry entry, String name) {
    return new SealedOutput(KeyLayout.runs(KEY).child(name), entry.receipt().manifest());
  }

  private void addResult(SealedOutput of, String name, long length) {
    result.add(new ContentStat(of.prefix().key(name), length, Optional.empty()));
  }

  private Entry showing() {
    Entry expired = transitions.move(accepted, State.EXPIRED).after();
    Superseded before =
        new Superseded(new Publication(output(accepted, "e0"), 1, Bench.START), Bench.START);
    Entry shown =
        new Entry(
            expired.receipt(),
            expired.raw(),
            expired.position(),
            expired.run().movedTo(Optional.empty(), output(accepted, "e2")),
            Optional.of(new Publication(output(accepted, "e1"), 1, Bench.START)),
            expired.standing(),
            expired.chain());
    return shown.withBeside(shown.beside().withSuperseded(Optional.of(before)));
  }

  @Test
  void publishedResult_isWholeByManifestNumberAndSum() {
    SealedOutput shown = output(accepted, "e1");
    result.begin(AuditRow.of(showing()));
    assertTrue(result.isEmpty());
    addResult(shown, "0000000", 2_000);
    assertFalse(result.isEmpty());
    addResult(shown, "0000001", 48);
    assertFalse(result.isWhole(), "no manifest");
    addResult(shown, "manifest", 99);
    assertTrue(result.isWhole());
    addResult(shown, "0000002", 0);
    assertFalse(result.isWhole(), "an item more");
    result.begin(AuditRow.of(showing()));
    addResult(shown, "manifest", 99);
    assertFalse(result.isEmpty(), "a manifest");
    addResult(shown, "0000000", 2_000);
    addResult(shown, "0000001", 49);
    assertFalse(result.isWhole(), "a byte more");
    result.begin(null);
    assertFalse(result.isWhole());
    assertTrue(result.isEmpty());
  }

  @Test
  void outputsOfTheRunAndOfBefore_areNamedAndOthersAreNot() {
    for (String named : List.of("e0", "e1", "e2")) {
      result.begin(AuditRow.of(showing()));
      addResult(output(accepted, named), "0000000", 5);
      assertFalse(result.hasUnnamed(), named);
      assertFalse(result.isEmpty(), named);
    }
    result.begin(AuditRow.of(showing()));
    addResult(output(accepted, "e3"), "0000000", 5);
    assertTrue(result.hasUnnamed());
    assertFalse(result.isEmpty());
    result.begin(null);
    addResult(output(accepted, "e1"), "0000000", 5);
    assertTrue(result.hasUnnamed());
  }

  private Entry in(State state) {
    return state == State.ACCEPTED ? accepted : transitions.move(accepted, state).after();
  }

  @ParameterizedTest
  @EnumSource(value = State.class, mode = EnumSource.Mode.EXCLUDE, names = "PROCESSING")
  void eachState_promisesBytesOrMayLeaveThem(State state) {
    Presence wantsRaw =
        switch (state) {
          case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> Presence.WHOLE;
          case EXPIRING, DISCARDING, LOST -> Presence.ANY;
          case EXPIRED, DISCARDED -> Presence.NONE;
        };
    Presence wantsResult =
        switch (state) {
          case VERIFIED, EXPIRING, EXPIRED -> Presence.WHOLE;
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, LOST, DISCARDING -> Presence.ANY;
          case DISCARDED -> Presence.NONE;
        };
    boolean isAtRest =
        state == State.VERIFIED || state == State.EXPIRED || state == State.DISCARDED;
    assertEquals(wantsRaw, AuditRules.raw(state));
    assertEquals(wantsResult, AuditRules.result(state));
    Entry clean = in(state).withStanding(in(state).standing().withLeftovers(false));
    assertEquals(!isAtRest, AuditRules.mayLeaveOutput(AuditRow.of(clean)));
    Entry left = clean.withStanding(clean.standing().withLeftovers(true));
    assertTrue(AuditRules.mayLeaveOutput(AuditRow.of(left)));
  }

  @Test
  void work_isStuckOnceItIsDueForLongerThanItMay() {
    AuditRow row = AuditRow.of(accepted);
    Instant due = accepted.position().visibleAt();
    Duration hour = Duration.ofHours(1);
    assertFalse(rules.isStuck(row, due.plus(hour)));
    assertTrue(rules.isStuck(row, due.plus(hour).plusMillis(1)));
    // A clock that was ahead made it due too late.
    assertFalse(rules.isStuck(row, due.minus(hour)));
    assertTrue(rules.isStuck(row, due.minus(hour).minusMillis(1)));
    AuditRow settled = AuditRow.of(in(State.VERIFIED));
    assertFalse(rules.isStuck(settled, due.plus(hour.multipliedBy(9))));
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"EXPIRING", "DISCARDING"})
  void bytesThatAreToBeDeleted_areStuckOnceTheyHaveStoodForLong(State state) {
    AuditRow row = AuditRow.of(in(state));
    Instant due = row.progress().visibleAt();
    Duration hour = Duration.ofHours(1);
    assertFalse(rules.isStuck(row, due.plus(hour)));
    assertTrue(rules.isStuck(row, due.plus(hour).plusMillis(1)));
    assertFalse(rules.isStuck(row, due.minus(hour).minusMillis(1)), "a clock that was set back");
  }

  @Test
  void result_isProvenByAPublicationAtItsPlace() {
    SequencePlace place = SequencePlace.of(KEY);
    AuditRow shown = AuditRow.of(showing());
    assertTrue(AuditRules.isProven(shown, place));
    assertFalse(AuditRules.isProven(shown, SequencePlace.of(SequenceKey.of("bob", "x"))));
    AuditRow none =
        new AuditRow(
            shown.receipt(),
            shown.raw(),
            shown.progress(),
            shown.made(),
            Optional.empty(),
            shown.chain());
    assertFalse(AuditRules.isProven(none, place));
    assertTrue(AuditRules.isProven(AuditRow.of(accepted), place));
    Publication elsewhere =
        new Publication(
            new SealedOutput(
                new ContentPrefix("raw/" + place.value() + "/e1"), accepted.receipt().manifest()),
            1,
            Bench.START);
    AuditRow odd =
        new AuditRow(
            shown.receipt(),
            shown.raw(),
            shown.progress(),
            shown.made(),
            Optional.of(elsewhere),
            shown.chain());
    assertFalse(AuditRules.isProven(odd, place));
  }

  private static AuditRow ofItems(AuditRow row, int items) {
    Publication shown = row.published().orElseThrow();
    ManifestSummary manifest = new ManifestSummary(Digest.ofUtf8("made"), items, items);
    return new AuditRow(
        row.receipt(),
        row.raw(),
        row.progress(),
        row.made(),
        Optional.of(
            new Publication(new SealedOutput(shown.result().prefix(), manifest), 1, Bench.START)),
        row.chain());
  }

  @Test
  void result_coversWhatItsPipelineExpectsOrOneItem() {
    AuditRow shown = AuditRow.of(showing());
    assertFalse(rules.isCovered(ofItems(shown, 0)));
    assertTrue(rules.isCovered(ofItems(shown, 1)), "nobody knows the pipeline");
    assertEquals(1, rules.leastItems(shown));
    assertEquals(Optional.empty(), rules.pipeline(shown));
    Pipeline known = RouteBench.named("photos", Stage.copy());
    AuditRules knowing = new AuditRules(AuditOptions.DEFAULT, Map.of("photos", known));
    assertEquals(2, knowing.leastItems(shown));
    assertFalse(knowing.isCovered(ofItems(shown, 1)));
    assertTrue(knowing.isCovered(ofItems(shown, 2)));
    assertEquals(Optional.of(known), knowing.pipeline(shown));
    assertTrue(knowing.isCovered(AuditRow.of(accepted)), "nothing is promised yet");
  }

  @Test
  void expiry_seemsEarlyBeforeItsTimeAlone() {
    Instant end = accepted.receipt().expiresAt();
    for (State state : List.of(State.EXPIRING, State.EXPIRED)) {
      AuditRow row = AuditRow.of(in(state));
      assertTrue(AuditRules.seemsEarly(row, end.minusMillis(1)));
      assertFalse(AuditRules.seemsEarly(row, end));
    }
    assertFalse(AuditRules.seemsEarly(AuditRow.of(accepted), end.minusMillis(1)));
  }

  @Test
  void soundRow_breaksNoRuleAndHasAHistory() {
    SequencePlace place = SequencePlace.of(KEY);
    AuditRow shown = AuditRow.of(showing());
    Instant late = accepted.receipt().expiresAt();
    assertTrue(rules.isSound(shown, place, late));
    assertFalse(rules.isSound(shown, place, late.minusMillis(1)), "early");
    assertFalse(rules.isSound(shown, SequencePlace.of(SequenceKey.of("bob", "x")), late));
    AuditRow bare = AuditRow.of(showing().withChain(ChainHead.EMPTY));
    assertFalse(rules.isSound(bare, place, late), "no history");
    assertFalse(rules.isSound(AuditRow.of(accepted), place, late), "stuck");
    assertTrue(rules.isSound(AuditRow.of(accepted), place, Bench.START));
  }
}
