package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Upload;
import dev.ingest.core.engine.Orphans.Judgment;
import dev.ingest.core.engine.Orphans.Kind;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.testkit.Bodies;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which bytes nothing refers to, and which something may yet need. */
final class OrphansTest extends QuarantineFixture {

  private static final SequenceKey RIDE = Bench.RIDE;
  private static final String NAMED = "the entry names it";

  private final Entry verified = verified();
  private final SealedOutput result = verified.published().orElseThrow().result();

  private Entry verified() {
    care.verified(RIDE);
    return bench.entry(RIDE);
  }

  /** Judges as if the entry at a place were another, or none. */
  private Judgment judge(Optional<Entry> shown, SequenceKey at, ContentKey key) {
    LedgerStore ledger =
        new ForwardedLedger(bench.ledger) {
          @Override
          public Ledger ledger() {
            return showing(store.ledger(), shown);
          }
        };
    Node node = bench.node(ledger, bench.content);
    return Orphans.at(node, () -> {}, SequencePlace.of(at)).judge(key);
  }

  private static Ledger showing(Ledger ledger, Optional<Entry> shown) {
    return (Ledger)
        Proxy.newProxyInstance(
            Ledger.class.getClassLoader(),
            new Class<?>[] {Ledger.class},
            (proxy, method, args) -> {
              if (method.getName().equals("find")) {
                return List.of(shown);
              }
              try {
                return method.invoke(ledger, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void judged(Kind kind, String because, boolean isInMotion, Entry shown, ContentKey key) {
    assertEquals(new Judgment(kind, because, isInMotion), judge(Optional.of(shown), RIDE, key));
  }

  private static Entry in(State state, Entry entry) {
    boolean isBroken = state == State.FAILED || state == State.LOST;
    Failure failure = new Failure("STAGE_ERROR", Optional.empty(), "made up");
    Standing standing =
        entry.standing().withFailure(isBroken ? Optional.of(failure) : Optional.empty());
    Position old = entry.position();
    return entry
        .withStanding(standing)
        .withPosition(
            new Position(state, old.version(), old.visibleAt(), old.fence(), Optional.empty()));
  }

  private ContentKey raw(int ordinal) {
    return KeyLayout.rawItem(RIDE, verified.raw(), ordinal);
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ACCEPTED", "PROCESSING"})
  void rawKeysOfItsSession_areNeededByTheStatesThatPromiseThem(State state) {
    Entry shown = in(state, verified);
    ContentKey last = raw(verified.receipt().manifest().count() - 1);
    ContentKey manifest = KeyLayout.rawManifest(RIDE, verified.raw());
    for (ContentKey key : List.of(raw(0), last, manifest)) {
      switch (state) {
        case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED ->
            judged(Kind.REFERRED, NAMED, true, shown, key);
        case EXPIRING, DISCARDING ->
            judged(Kind.WAITING, "its sequence is being deleted", true, shown, key);
        case LOST -> judged(Kind.WAITING, "its sequence is LOST", true, shown, key);
        case EXPIRED, DISCARDED ->
            judged(
                Kind.ORPHAN,
                "its sequence is " + state + ", and its raw bytes are to be gone",
                false,
                shown,
                key);
      }
    }
  }

  @Test
  void keyPastTheLastItem_isNotNamed() {
    String because = "the manifest of its session does not name it";
    int count = verified.receipt().manifest().count();
    judged(Kind.ORPHAN, because, false, verified, raw(count));
    ContentPrefix part = KeyLayout.part(RIDE, verified.raw(), 0);
    ContentKey stray = plant(part, "0000009").get(0);
    judged(Kind.ORPHAN, because, false, verified, stray);
  }

  @Test
  void whatAnEarlierPartLeft_belongsToTheSession() {
    RawLocation two = new RawLocation(verified.raw().session(), List.of(0, 1));
    Entry resumed =
        new Entry(
            verified.receipt(),
            two,
            verified.position(),
            verified.run(),
            verified.published(),
            verified.standing(),
            verified.chain());
    ContentPrefix first = KeyLayout.part(RIDE, verified.raw(), 0);
    judged(Kind.REFERRED, NAMED, true, resumed, first.key("0000009"));
    judged(
        Kind.ORPHAN,
        "the manifest of its session does not name it",
        false,
        resumed,
        KeyLayout.part(RIDE, two, 1).key("0000009"));
  }

  private SealedOutput planted(int fence) {
    ContentPrefix prefix = output(RIDE, fence);
    plant(prefix, "0000000", "0000001", "manifest");
    return new SealedOutput(prefix, result.manifest());
  }

  private void names(Entry shown, SealedOutput output) {
    assertEquals(2, output.manifest().count());
    ContentPrefix prefix = output.prefix();
    for (String part : List.of("0000000", "0000001", "manifest")) {
      judged(Kind.REFERRED, NAMED, true, shown, prefix.key(part));
    }
    for (String part : List.of("0000002", "00000001", "000000a", "strange")) {
      Judgment other = judge(Optional.of(shown), RIDE, prefix.key(part));
      assertTrue(!other.because().equals(NAMED), other::toString);
    }
  }

  @Test
  void outputsThatTheEntryRefersTo_areNamedUpToTheirLastItem() {
    names(verified, result);
    names(in(State.EXPIRED, verified), result);
    SealedOutput made = planted(1);
    names(
        in(State.PROCESSED, verified).withRun(verified.run().movedTo(Optional.empty(), made)),
        made);
    SealedOutput shown = planted(3);
    names(publishing(shown), shown);
    SealedOutput before = planted(2);
    Superseded kept = new Superseded(new Publication(before, 1, Bench.START), Bench.START);
    names(verified.withBeside(verified.beside().withSuperseded(Optional.of(kept))), before);
  }

  private Entry publishing(SealedOutput shown) {
    return new Entry(
        verified.receipt(),
        verified.raw(),
        verified.position(),
        verified.run(),
        Optional.of(new Publication(shown, 1, Bench.START)),
        verified.standing(),
        verified.chain());
  }

  @Test
  void outputOfWhatIsDiscarded_isNamedByNothing() {
    Entry withdrawn =
        new Entry(
            verified.receipt(),
            verified.raw(),
            in(State.DISCARDED, verified).position(),
            verified.run(),
            Optional.empty(),
            verified.standing().withLeftovers(false),
            verified.chain());
    judged(
        Kind.WAITING,
        "it was sealed, and no published result of its sequence is whole: it may be the only one",
        false,
        withdrawn,
        KeyLayout.manifest(result.prefix()));
    ContentPrefix open = output(RIDE, 1);
    judged(
        Kind.ORPHAN,
        "its sequence does not name it",
        false,
        withdrawn,
        plant(open, "0000000").get(0));
  }

  private ContentKey under(long fence) {
    LeaseToken token = new LeaseToken(bench.ledger.incarnation(), fence);
    return plant(KeyLayout.output(RIDE, 1, token), "0000005").get(0);
  }

  private Entry settled() {
    return verified.withStanding(verified.standing().withLeftovers(false));
  }

  @Test
  void outputOfALeaseThatTheLedgerHasNotGranted_isReferredTo() {
    long fence = verified.position().fence();
    judged(Kind.ORPHAN, "its sequence does not name it", false, settled(), under(fence));
    judged(
        Kind.REFERRED,
        "it was made under fence %d, and the ledger has granted %d".formatted(fence + 1, fence),
        false,
        settled(),
        under(fence + 1));
    // The fences of another incarnation are no fences of this one.
    ContentKey other = plant(output(RIDE, (int) fence + 9), "0000000").get(0);
    judged(Kind.ORPHAN, "its sequence does not name it", false, settled(), other);
  }

  @Test
  void outputThatTheSweeperOrAnUnfinishedRunMayTouch_waits() {
    ContentKey key = plant(output(RIDE, 1), "0000000").get(0);
    String because = "the sweeper will look at it, or a node works on its sequence";
    judged(
        Kind.WAITING,
        because,
        true,
        verified.withStanding(verified.standing().withLeftovers(true)),
        key);
    Position old = verified.position();
    Lease lease =
        new Lease(
            new LeaseToken(bench.ledger.incarnation(), old.fence()),
            new NodeId("node-1"),
            "v1",
            Bench.START);
    Entry leased =
        in(State.PROCESSED, settled())
            .withPosition(
                new Position(
                    State.PROCESSED,
                    old.version(),
                    old.visibleAt(),
                    old.fence(),
                    Optional.of(lease)));
    judged(Kind.WAITING, because, true, leased, key);
    for (State state : List.of(State.PROCESSED, State.FAILED, State.LOST, State.EXPIRING)) {
      judged(Kind.WAITING, "its sequence is " + state, true, in(state, settled()), key);
    }
  }

  @Test
  void sealedOutputBesideADamagedResult_mayBeTheOnlyOne() {
    ContentKey sealed = plant(output(RIDE, 1), "0000000", "manifest").get(0);
    judged(Kind.ORPHAN, "its sequence does not name it", false, settled(), sealed);
    bench.corrupt(KeyLayout.item(result.prefix(), 0));
    judged(
        Kind.WAITING,
        "it was sealed, and no published result of its sequence is whole: it may be the only one",
        false,
        settled(),
        sealed);
  }

  private void unknown(Kind kind, String because, ContentKey key) {
    assertEquals(new Judgment(kind, because, false), judge(Optional.empty(), GHOST, key));
  }

  @Test
  void bytesWithoutAnEntry_areOrphansOnlyIfNoManifestIsThere() {
    ContentKey made = plant(output(GHOST, 1), "0000000").get(0);
    String never = "it was never sealed, and no ledger has an entry of it";
    String lost = "it may be the result of a sequence that the ledger does not know";
    unknown(Kind.ORPHAN, never, made);
    ContentPrefix session = session(GHOST);
    ContentKey uploaded = plant(session, "0000000").get(0);
    String id = "0000000000000063" + "0000000000000000";
    unknown(Kind.ORPHAN, "upload session " + id + " is in no ledger and has no manifest", uploaded);
    unknown(Kind.ORPHAN, never, made);
    plant(session, "manifest");
    unknown(Kind.REFERRED, "upload session " + id + " may have been accepted; adopt it", uploaded);
    unknown(Kind.REFERRED, lost, made);
  }

  @Test
  void sealedOutputWithoutAnEntry_mayBeAResult() {
    ContentKey made = plant(output(GHOST, 1), "0000000", "manifest").get(0);
    unknown(
        Kind.REFERRED, "it may be the result of a sequence that the ledger does not know", made);
  }

  @Test
  void openUpload_refersToItsBytes() {
    try (Upload upload = engine.upload(GHOST)) {
      Bench.add(upload, "a", "one");
      var open =
          bench
              .ledger
              .sessions()
              .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 1)
              .get(0);
      ContentKey key = KeyLayout.rawItem(GHOST, open.raw(), 0);
      assertEquals(
          new Judgment(Kind.REFERRED, "upload session " + open.id() + " is OPEN", true),
          judge(Optional.empty(), GHOST, key));
    }
  }

  /** The entry as if another session of the sequence had been accepted last. */
  private Entry movedOn(State state) {
    Entry shown = in(state, verified);
    return new Entry(
        shown.receipt(),
        new RawLocation(SessionId.ofBits(5, 5), List.of(0)),
        shown.position(),
        shown.run(),
        shown.published(),
        shown.standing(),
        shown.chain());
  }

  @Test
  void sessionThatWasAcceptedOnce_isNeededUntilItsSequenceIsDone() {
    String session = verified.raw().session().toString();
    judged(
        Kind.WAITING,
        "its sequence is VERIFIED, and session %s was accepted once: it may be needed to repair it"
            .formatted(session),
        false,
        movedOn(State.VERIFIED),
        raw(0));
    for (State done : List.of(State.EXPIRED, State.DISCARDED)) {
      judged(
          Kind.ORPHAN,
          "session " + session + " was replaced, and its sequence is done",
          false,
          movedOn(done),
          raw(0));
    }
  }

  @Test
  void strangeSessionOfAKnownSequence_isAnOrphanWithoutAManifest() {
    ContentPrefix strange = session(RIDE);
    ContentKey key = plant(strange, "0000000").get(0);
    String id = "0000000000000063" + "0000000000000000";
    judged(
        Kind.ORPHAN,
        "upload session " + id + " is in no ledger and has no manifest",
        false,
        verified,
        key);
    plant(strange, "manifest");
    judged(
        Kind.REFERRED,
        "the ledger does not know session " + id + ", which has a manifest",
        false,
        verified,
        key);
  }

  @Test
  void secondCopyOfWhatIsWholeElsewhere_isAnOrphan() {
    ContentPrefix copy = session(RIDE);
    ContentKey key = plant(copy, "0000000").get(0);
    byte[] manifest = bench.content.bytes(KeyLayout.rawManifest(RIDE, verified.raw()));
    try (ContentWriter writer = bench.content.writer(copy)) {
      writer.put(copy.key("manifest"), Bodies.body(manifest));
      writer.commit();
    }
    judged(Kind.ORPHAN, "its sequence has the same bytes whole elsewhere", false, verified, key);
    bench.corrupt(raw(1));
    assertEquals(Kind.REFERRED, judge(Optional.of(verified), RIDE, key).kind());
  }

  @Test
  void keysThatNoEngineMakes_areOrphansAtTheirPlaceAlone() {
    String because = "no engine makes such a key";
    ContentPrefix uploads = KeyLayout.uploads().child(SequencePlace.of(RIDE).value());
    judged(Kind.ORPHAN, because, false, verified, uploads.key("stray"));
    judged(Kind.ORPHAN, because, false, verified, KeyLayout.runs(RIDE).key("stray"));
    judged(
        Kind.REFERRED,
        "it is not at " + SequencePlace.of(RIDE),
        false,
        verified,
        KeyLayout.runs(GHOST).key("stray"));
  }
}
