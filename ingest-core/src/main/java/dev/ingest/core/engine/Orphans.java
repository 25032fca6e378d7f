package dev.ingest.core.engine;

import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.engine.KeyLayout.RawPlace;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether stored keys of one place are orphans, to which nothing refers and nothing ever will.
 *
 * <p><b>Why that lasts.</b> Keys are never used twice: an acceptance names the session in which its
 * bytes came, a commit of work the lease under which they were made, and neither is granted again.
 * So what no entry names, whose session the ledger does not have and whose lease is older than the
 * entry's can be referred to only by a ledger that knows more than this one. What such a ledger
 * would know begins with a manifest; so a manifest, and all below the same session or output, is an
 * orphan only if the entry has the same bytes whole elsewhere, or is done with its raw bytes and
 * knows that acceptance.
 *
 * <p>In doubt a key is no orphan. For one look at one place, by one thread; a later look needs
 * another.
 */
final class Orphans {

  private static final String NAMED = "the entry names it";

  private final Node node;
  private final Runnable goingOn;
  private final SequencePlace place;
  private final Optional<Entry> entry;
  private final Map<String, Boolean> proofs;
  private final Map<String, Judgment> sessions = new HashMap<>();
  private final Map<ContentPrefix, Judgment> outputs = new HashMap<>();

  private Orphans(
      Node node,
      Runnable goingOn,
      SequencePlace place,
      Optional<Entry> entry,
      Map<String, Boolean> proofs) {
    this.node = node;
    this.goingOn = goingOn;
    this.proofs = proofs;
    this.place = place;
    this.entry = entry;
  }

  /**
   * Begins to look.
   *
   * @param node whose stores they are
   * @param goingOn asked between items; throws to end long work
   * @param place the place
   */
  static Orphans at(Node node, Runnable goingOn, SequencePlace place) {
    return at(node, goingOn, place, new HashMap<>());
  }

  /** Begins to look, and relies on what earlier looks of the same pass have read back. */
  static Orphans at(Node node, Runnable goingOn, SequencePlace place, Map<String, Boolean> proofs) {
    Optional<Entry> entry =
        LedgerPlaces.at(node.ledger(), place)
            .flatMap(row -> node.ledger().ledger().find(List.of(row.key())).get(0));
    return new Orphans(node, goingOn, place, entry, proofs);
  }

  /** What a key is. */
  enum Kind {
    /** Nothing refers to it. */
    ORPHAN,
    /** Something may yet need it, or is about to delete it by itself. */
    WAITING,
    /** Something refers to it, or may. */
    REFERRED
  }

  /**
   * What a key is, and why.
   *
   * @param kind what it is
   * @param because why
   * @param isInMotion whether an upload, a run or the sweeper is at it, so that it is no finding
   */
  record Judgment(Kind kind, String because, boolean isInMotion) {

    static Judgment orphan(String because) {
      return new Judgment(Kind.ORPHAN, because, false);
    }

    static Judgment waiting(String because) {
      return new Judgment(Kind.WAITING, because, false);
    }

    static Judgment referred(String because) {
      return new Judgment(Kind.REFERRED, because, false);
    }

    Judgment inMotion() {
      return new Judgment(kind, because, true);
    }

    boolean isOrphan() {
      return kind == Kind.ORPHAN;
    }
  }

  Optional<Entry> entry() {
    return entry;
  }

  /**
   * Judges a key.
   *
   * @param key one below the place, in the area of raw bytes or of results
   */
  Judgment judge(ContentKey key) {
    if (KeyLayout.uploads().child(place.value()).covers(key)) {
      return KeyLayout.rawPlace(key)
          .map(raw -> judgeRaw(key, raw))
          .orElse(Judgment.orphan("no engine makes such a key"));
    }
    ContentPrefix runs = KeyLayout.allRuns().child(place.value());
    if (!runs.covers(key)) {
      return Judgment.referred("it is not at " + place);
    }
    return KeyLayout.leaseOutput(runs, key)
        .map(output -> judgeOutput(key, output))
        .orElse(Judgment.orphan("no engine makes such a key"));
  }

  private Judgment judgeRaw(ContentKey key, RawPlace raw) {
    boolean isOwn =
        entry.filter(known -> known.raw().session().value().equals(raw.session())).isPresent();
    return isOwn
        ? judgeOwn(entry.orElseThrow(), key, raw)
        : sessions.computeIfAbsent(raw.session(), this::judgeSession);
  }

  private static Judgment judgeOwn(Entry known, ContentKey key, RawPlace raw) {
    return switch (known.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED ->
          isNamed(known, key, raw)
              ? Judgment.referred(NAMED).inMotion()
              : Judgment.orphan("the manifest of its session does not name it");
      case EXPIRING, DISCARDING -> Judgment.waiting("its sequence is being deleted").inMotion();
      case LOST -> Judgment.waiting("its sequence is LOST").inMotion();
      case EXPIRED, DISCARDED ->
          Judgment.orphan(
              "its sequence is " + known.state() + ", and its raw bytes are to be gone");
    };
  }

  /** What an earlier part of the session left belongs to it, whether it is named or not. */
  private static boolean isNamed(Entry known, ContentKey key, RawPlace raw) {
    int count = known.receipt().manifest().count();
    return raw.part() < known.raw().latestPart()
        || key.equals(KeyLayout.rawManifest(known.key(), known.raw()))
        || (raw.ordinal().isPresent()
            && raw.ordinal().getAsInt() < count
            && key.equals(KeyLayout.rawItem(known.key(), known.raw(), raw.ordinal().getAsInt())));
  }

  private Judgment judgeSession(String id) {
    SessionId session = new SessionId(id);
    Optional<UploadSession> upload = node.ledger().sessions().find(session);
    if (upload.filter(found -> found.state() != SessionState.ACCEPTED).isPresent()) {
      return Judgment.referred("upload session " + id + " is " + upload.get().state()).inMotion();
    }
    Optional<ContentKey> manifest =
        find(KeyLayout.uploads().child(place.value()).child(id), KeyLayout::isManifest);
    if (entry.isEmpty()) {
      return manifest.isPresent() || upload.isPresent()
          ? Judgment.referred("upload session " + id + " may have been accepted; adopt it")
          : Judgment.orphan("upload session " + id + " is in no ledger and has no manifest");
    }
    boolean isKnown =
        upload.isPresent()
            || SessionNote.isInHistory(node.ledger().ledger(), entry.get().key(), session);
    return manifest.isEmpty() && !isKnown
        ? Judgment.orphan("upload session " + id + " is in no ledger and has no manifest")
        : judgeAcceptance(entry.get(), session, manifest, isKnown);
  }

  /** Judges a session that was accepted once, or has a manifest. */
  private Judgment judgeAcceptance(
      Entry known, SessionId session, Optional<ContentKey> manifest, boolean isKnown) {
    boolean isSecondCopy =
        manifest.isPresent()
            && proofs.computeIfAbsent(
                "%s copy %s %d".formatted(place, session, known.version()),
                copy -> SecondCopy.is(session, manifest.get(), known, node.content(), goingOn));
    if (isSecondCopy) {
      return Judgment.orphan("its sequence has the same bytes whole elsewhere");
    } else if (!isKnown) {
      return Judgment.referred(
          "the ledger does not know session " + session + ", which has a manifest");
    }
    boolean isDone = known.state() == State.EXPIRED || known.state() == State.DISCARDED;
    return isDone
        ? Judgment.orphan("session " + session + " was replaced, and its sequence is done")
        : Judgment.waiting(
            "its sequence is %s, and session %s was accepted once: it may be needed to repair it"
                .formatted(known.state(), session));
  }

  private Judgment judgeOutput(ContentKey key, LeaseOutput output) {
    if (entry.isPresent() && names(entry.get(), key)) {
      return Judgment.referred(NAMED).inMotion();
    }
    return outputs.computeIfAbsent(output.prefix(), prefix -> judgeOutput(output));
  }

  private static boolean names(Entry known, ContentKey key) {
    boolean isShown =
        known.published().filter(shown -> names(known.key(), shown.result(), key)).isPresent();
    boolean isMade =
        known.state() != State.DISCARDED
            && Stream.of(known.run(), known.active())
                .flatMap(run -> run.output().stream())
                .anyMatch(made -> names(known.key(), made, key));
    boolean isKept =
        known
            .beside()
            .superseded()
            .filter(kept -> names(known.key(), kept.publication().result(), key))
            .isPresent();
    return isShown || isMade || isKept;
  }

  private static boolean names(SequenceKey sequence, SealedOutput output, ContentKey key) {
    if (!output.prefix().covers(key)) {
      return false;
    }
    StoredSet set = StoredSet.output(sequence, output);
    String last = output.prefix().relative(key);
    boolean isOrdinal = last.length() == 7 && last.chars().allMatch(Character::isDigit);
    return key.equals(set.manifestKey())
        || (isOrdinal && Integer.parseInt(last) < output.manifest().count());
  }

  private Judgment judgeOutput(LeaseOutput output) {
    if (entry.isEmpty()) {
      return judgeUnknownOutput(output);
    }
    Entry known = entry.get();
    if (known.standing().leftovers() || known.position().lease().isPresent()) {
      return Judgment.waiting("the sweeper will look at it, or a node works on its sequence")
          .inMotion();
    }
    boolean isOurs = output.incarnation().equals(node.ledger().incarnation().value());
    if (isOurs && output.fence() > known.position().fence()) {
      return Judgment.referred(
          "it was made under fence %d, and the ledger has granted %d"
              .formatted(output.fence(), known.position().fence()));
    }
    return switch (known.state()) {
      case VERIFIED, EXPIRED, DISCARDED ->
          find(output.prefix(), KeyLayout::isManifest).isEmpty() || isShownWhole(known)
              ? Judgment.orphan("its sequence does not name it")
              : Judgment.waiting(
                  "it was sealed, and no published result of its sequence is whole: it may be the only one");
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, LOST, EXPIRING, DISCARDING ->
          Judgment.waiting("its sequence is " + known.state()).inMotion();
    };
  }

  /** Reads back what is published, unless an earlier look of this pass did. */
  private boolean isShownWhole(Entry known) {
    return proofs.computeIfAbsent(
        "%s result %d".formatted(place, known.version()),
        result ->
            known.published().isPresent()
                && isWhole(StoredSet.output(known.key(), known.published().get().result())));
  }

  private boolean isWhole(StoredSet set) {
    Examiner examiner = new Examiner(node.content(), goingOn);
    examiner.readBack(set);
    return examiner.findings().isEmpty();
  }

  /** A sealed output that has no entry may be the result of a sequence that the ledger lost. */
  private Judgment judgeUnknownOutput(LeaseOutput output) {
    boolean mayBeKnownElsewhere =
        find(output.prefix(), KeyLayout::isManifest).isPresent()
            || find(KeyLayout.uploads().child(place.value()), KeyLayout::isManifest).isPresent();
    return mayBeKnownElsewhere
        ? Judgment.referred("it may be the result of a sequence that the ledger does not know")
        : Judgment.orphan("it was never sealed, and no ledger has an entry of it");
  }

  private Optional<ContentKey> find(ContentPrefix below, Predicate<ContentKey> wanted) {
    Listing listing = new Listing(node.content(), below);
    while (listing.hasMore()) {
      goingOn.run();
      for (ContentStat stat : listing.page()) {
        if (wanted.test(stat.key())) {
          return Optional.of(stat.key());
        }
      }
    }
    return Optional.empty();
  }
}
