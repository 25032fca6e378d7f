package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Verdict;
import dev.ingest.core.engine.AuditRules.Presence;
import dev.ingest.core.engine.Examined.Spot;
import dev.ingest.core.engine.KeyLayout.RawPlace;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A close look at one place: its entry, its upload sessions and everything listed there.
 *
 * <p><b>What stands still.</b> The entry is read before the listings and after them; if it changed
 * in between, what was seen is of no one moment. And bytes may be on their way in or out without
 * the entry telling. So a look counts as clean if the entry stood still and nothing is wrong, and
 * as a finding only if the look after it says the very same. Both were then taken of a sequence at
 * rest: whoever uploads has an open session, whoever deletes has committed that before, whoever
 * works has a lease, and all three are looked at here.
 *
 * <p>For one thread.
 */
final class Examination {

  private final Node node;
  private final AuditRules rules;
  private final AuditOptions options;
  private final Quarantine quarantine;
  private final Runnable goingOn;

  Examination(Node node, AuditRules rules, AuditOptions options) {
    this(node, rules, options, () -> {});
  }

  /** Creates one that asks between items whether it shall go on, which throws to end long work. */
  Examination(Node node, AuditRules rules, AuditOptions options, Runnable goingOn) {
    this.goingOn = goingOn;
    this.node = node;
    this.rules = rules;
    this.options = options;
    this.quarantine = new Quarantine(node);
  }

  /** What is set aside at one place, read when it is first asked for. */
  private static final class Aside {
    private final Quarantine quarantine;
    private final SequencePlace place;
    private @Nullable Map<ContentKey, Long> keys;

    Aside(Quarantine quarantine, SequencePlace place) {
      this.quarantine = quarantine;
      this.place = place;
    }

    /** Tells whether what is stored was set aside as it is. */
    boolean has(ContentStat stat) {
      Map<ContentKey, Long> known = keys;
      if (known == null) {
        known = quarantine.keysAt(place);
        keys = known;
      }
      Long length = known.get(stat.key());
      return length != null && length == stat.length();
    }
  }

  /** What two looks came to. */
  sealed interface Outcome {

    /**
     * Nothing is wrong, or this is.
     *
     * @param findings what is wrong
     * @param version the version of the entry that was looked at; empty if there is none
     */
    record Settled(List<AuditFinding> findings, Optional<Long> version) implements Outcome {}

    /** It moves. */
    record Moving() implements Outcome {}
  }

  /**
   * Looks at a place, and again if something seems wrong.
   *
   * @throws ContentException if something could not be read
   * @throws dev.ingest.spi.ledger.LedgerException if something could not be read
   */
  Outcome of(SequencePlace place) {
    Optional<Outcome.Settled> first = look(place);
    if (first.isEmpty() || first.get().findings().isEmpty()) {
      return first.<Outcome>map(seen -> seen).orElse(new Outcome.Moving());
    }
    Optional<Outcome.Settled> second = look(place);
    boolean isSettled =
        second
            .map(Outcome.Settled::findings)
            .filter(now -> now.isEmpty() || now.equals(first.get().findings()))
            .isPresent();
    return isSettled ? second.orElseThrow() : new Outcome.Moving();
  }

  /** Returns what is wrong, or nothing if the entry changed meanwhile. */
  private Optional<Outcome.Settled> look(SequencePlace place) {
    AuditRow row = read(place);
    Examined examined = new Examined(place, row);
    Aside aside = new Aside(quarantine, place);
    if (row != null) {
      examineRow(row, examined);
      examineSets(row, aside, examined);
    }
    examineStrangers(aside, examined);
    AuditRow after = read(place);
    boolean stoodStill = row == null ? after == null : after != null && isSame(row, after);
    Optional<Long> version = Optional.ofNullable(row).map(known -> known.progress().version());
    return stoodStill
        ? Optional.of(new Outcome.Settled(examined.findings(), version))
        : Optional.empty();
  }

  private static boolean isSame(AuditRow row, AuditRow after) {
    return row.progress().version() == after.progress().version()
        && row.progress().leased() == after.progress().leased();
  }

  private @Nullable AuditRow read(SequencePlace place) {
    return LedgerPlaces.at(node.ledger(), place).orElse(null);
  }

  /** Returns the name of the sequence at a place, if the ledger has it. */
  Optional<SequenceKey> name(SequencePlace place) {
    return Optional.ofNullable(read(place)).map(AuditRow::key);
  }

  private void examineRow(AuditRow row, Examined examined) {
    Instant now = node.ledger().ledger().now();
    if (rules.isStuck(row, now)) {
      examined.add(
          Kind.STUCK,
          Spot.WHOLE,
          (AuditRules.isToBeDeleted(row.state())
                  ? "bytes that are deleted within "
                  : "work that is taken up within ")
              + options.stuckAfter(),
          "%s, due at %s".formatted(row.state(), row.progress().visibleAt()));
    }
    if (!AuditRules.isProven(row, examined.place())) {
      examined.add(
          Kind.UNPROVEN,
          Spot.WHOLE,
          "a result of its own, with the time of its proof",
          row.state() + " with " + row.published().map(Publication::toString).orElse("none"));
    } else if (!rules.isCovered(row)) {
      examined.add(
          Kind.NOT_COVERED,
          Spot.WHOLE,
          "%d items or more of %d uploaded"
              .formatted(rules.leastItems(row), row.receipt().manifest().count()),
          row.published().map(found -> found.result().manifest().count()).orElse(0) + " items");
    }
    examineExpiry(row, now, examined);
    examineHistory(row, examined);
  }

  /** That it began is judged by when it was decided, since a clock may have been set back. */
  private void examineExpiry(AuditRow row, Instant now, Examined examined) {
    boolean seemsEarly = AuditRules.seemsEarly(row, now);
    if (!seemsEarly && !(options.history() && AuditRules.isGoing(row))) {
      return;
    }
    Ledger ledger = node.ledger().ledger();
    Optional<Instant> began =
        Histories.last(
                ledger,
                row.key(),
                row.chain().length(),
                found -> found.step().kind() == TransitionKind.EXPIRING)
            .map(found -> found.step().at());
    boolean isEarly =
        began.isPresent()
            ? began.get().isBefore(row.receipt().expiresAt())
            : seemsEarly || ledger.checkpoint(row.key()).equals(ChainHead.EMPTY);
    if (isEarly) {
      examined.add(
          Kind.DELETED_EARLY,
          Spot.WHOLE,
          "raw bytes until " + row.receipt().expiresAt(),
          row.state()
              + began.map(at -> " since " + at).orElse(" and no record of when that began"));
    }
  }

  private void examineHistory(AuditRow row, Examined examined) {
    if (row.chain().length() == 0) {
      examined.add(Kind.HISTORY_BROKEN, Spot.WHOLE, "1 row or more", "an entry without history");
    } else if (options.history()) {
      HistoryCheck.of(node.ledger().ledger(), row.key(), row.chain())
          .ifPresent(
              broken ->
                  examined.add(
                      Kind.HISTORY_BROKEN, Spot.WHOLE, broken.expected(), broken.actual()));
    }
  }

  private void examineSets(AuditRow row, Aside aside, Examined examined) {
    if (AuditRules.raw(row.state()) == Presence.WHOLE) {
      StoredSet raw = StoredSet.raw(row);
      try (SetWalk walk = new SetWalk(node.content(), raw, examined)) {
        walk.compare(
            KeyLayout.session(row.key(), row.raw()),
            stat -> isLeftByEarlierPart(row, stat.key()) || aside.has(stat));
      }
      readBack(raw, examined);
    }
    if (AuditRules.result(row.state()) == Presence.WHOLE && row.published().isPresent()) {
      SealedOutput output = row.published().get().result();
      StoredSet result = StoredSet.output(row.key(), output);
      try (SetWalk walk = new SetWalk(node.content(), result, examined)) {
        walk.compare(output.prefix(), aside::has);
      }
      readBack(result, examined);
      judge(row, result, examined);
    }
  }

  /** What an uploader left in a part that another one resumed. */
  private static boolean isLeftByEarlierPart(AuditRow row, ContentKey key) {
    return KeyLayout.rawPlace(row.key(), key)
        .filter(
            place ->
                place.session().equals(row.raw().session().value())
                    && place.part() < row.raw().latestPart())
        .isPresent();
  }

  /** Reads every byte, if asked to; what is missing altogether has been told. */
  private void readBack(StoredSet set, Examined examined) {
    if (!options.bytes()) {
      return;
    }
    Examiner examiner = new Examiner(node.content(), goingOn);
    examiner.readBack(set);
    for (Finding finding : examiner.findings()) {
      switch (finding.kind()) {
        case RAW_DIFFERS, RESULT_DIFFERS ->
            examined.addOnce(
                finding.kind(),
                new Spot(finding.item(), Optional.empty()),
                finding.expected(),
                finding.actual());
        case UNREADABLE ->
            throw new ContentException(
                "expected " + finding.expected() + ", got " + finding.actual());
        case RAW_MISSING,
            RESULT_MISSING,
            MANIFEST_DIFFERS,
            EXTRA_BYTES,
            EXPECTATION_FAILED,
            HISTORY_BROKEN,
            NOT_VERIFIED,
            NOT_COVERED,
            UNPROVEN,
            ENTRY_MISSING,
            STUCK,
            DELETED_EARLY -> {}
      }
    }
  }

  private void judge(AuditRow row, StoredSet result, Examined examined) {
    Optional<Pipeline> pipeline = rules.pipeline(row);
    boolean canJudge =
        options.bytes()
            && pipeline.isPresent()
            && AuditRules.raw(row.state()) == Presence.WHOLE
            && examined.findings().isEmpty();
    if (!canJudge) {
      return;
    }
    try {
      Verdict verdict = new Judgement(node, StoredSet.raw(row), result).of(pipeline.get());
      if (verdict.kind() == Verdict.Kind.FAIL) {
        examined.add(Kind.EXPECTATION_FAILED, Spot.WHOLE, "PASS", verdict.reason());
      } else if (verdict.kind() == Verdict.Kind.UNKNOWN) {
        throw new ContentException("the expectation says nothing: " + verdict.reason());
      }
    } catch (ProofReads.UnreadableException e) {
      throw new ContentException("the evidence cannot be read", e);
    }
  }

  /** What lies here and belongs to no session or run that the entry names. */
  private void examineStrangers(Aside aside, Examined examined) {
    AuditRow row = examined.row();
    SequencePlace place = examined.place();
    Stranger misnamed = new Stranger("");
    Stranger current = new Stranger("");
    Listing uploads = new Listing(node.content(), KeyLayout.uploads().child(place.value()));
    while (uploads.hasMore()) {
      for (ContentStat stat : uploads.page()) {
        String session = KeyLayout.rawPlace(stat.key()).map(RawPlace::session).orElse("");
        if (isOwn(session, row) || aside.has(stat)) {
          continue;
        }
        if (!session.isEmpty() && !session.equals(current.session)) {
          // The keys of a session are listed one after the other.
          examineStranger(current, examined);
          current = new Stranger(session);
        }
        (session.isEmpty() ? misnamed : current).add(stat.key());
      }
    }
    examineStranger(current, examined);
    examineStranger(misnamed, examined);
    boolean isTold = examined.has(Kind.ENTRY_MISSING) || examined.has(Kind.UNPROVEN);
    if (!isTold && (row == null || !AuditRules.mayLeaveOutput(row))) {
      examineOutputs(aside, examined);
    }
  }

  /** The bytes of one session: the first key, the number of keys, and its manifest. */
  private static final class Stranger {
    private final String session;
    private Optional<ContentKey> first = Optional.empty();
    private Optional<ContentKey> manifest = Optional.empty();
    private long keys;

    Stranger(String session) {
      this.session = session;
    }

    void add(ContentKey key) {
      keys++;
      first = first.or(() -> Optional.of(key));
      if (!session.isEmpty() && KeyLayout.isManifest(key)) {
        manifest = Optional.of(key);
      }
    }
  }

  private static boolean isOwn(String session, @Nullable AuditRow row) {
    return row != null
        && session.equals(row.raw().session().value())
        && AuditRules.raw(row.state()) != Presence.NONE;
  }

  private void examineStranger(Stranger stranger, Examined examined) {
    if (stranger.first.isEmpty()) {
      return;
    }
    String session = stranger.session;
    AuditRow row = examined.row();
    boolean isOwn = row != null && session.equals(row.raw().session().value());
    Optional<UploadSession> upload =
        session.isEmpty() || isOwn
            ? Optional.empty()
            : node.ledger().sessions().find(new SessionId(session));
    boolean isSwept = upload.filter(found -> found.state() != SessionState.ACCEPTED).isPresent();
    if (isSwept) {
      return;
    }
    if (!isOwn && isUnknownAcceptance(upload, stranger, row)) {
      examined.missingEntry(
          upload.map(UploadSession::key),
          stranger.manifest.orElseThrow(),
          "an entry that was accepted with upload session " + session,
          sessionOf(row));
    } else {
      examined.add(
          Kind.EXTRA_BYTES,
          Spot.at(stranger.first.get()),
          "nothing of upload session " + session,
          stranger.keys + " keys");
    }
  }

  private static String sessionOf(@Nullable AuditRow row) {
    return row == null ? "none" : "one of session " + row.raw().session();
  }

  /** A session that was accepted says so, and without one a manifest says that it may have been. */
  private boolean isUnknownAcceptance(
      Optional<UploadSession> upload, Stranger stranger, @Nullable AuditRow row) {
    return stranger.manifest.isPresent()
        && (row == null || (upload.isEmpty() && !isSecondCopy(row, stranger)));
  }

  /** What was uploaded again after a failure has the same root. */
  private boolean isSecondCopy(AuditRow row, Stranger stranger) {
    return StoredDigest.of(node.content(), stranger.manifest.orElseThrow())
        .equals(row.receipt().manifest().root());
  }

  private void examineOutputs(Aside aside, Examined examined) {
    AuditRow row = examined.row();
    Optional<ContentPrefix> published =
        row == null ? Optional.empty() : row.published().map(found -> found.result().prefix());
    Optional<ContentPrefix> output = row == null ? Optional.empty() : row.made().output();
    Optional<ContentPrefix> superseded = row == null ? Optional.empty() : row.made().superseded();
    boolean named = row != null && AuditRules.result(row.state()) != Presence.NONE;
    Listing runs = new Listing(node.content(), KeyLayout.allRuns().child(examined.place().value()));
    long extra = 0;
    Optional<ContentKey> first = Optional.empty();
    while (runs.hasMore()) {
      for (ContentStat stat : runs.page()) {
        boolean isNamed =
            named
                && (published.filter(prefix -> prefix.covers(stat.key())).isPresent()
                    || output.filter(prefix -> prefix.covers(stat.key())).isPresent()
                    || superseded.filter(prefix -> prefix.covers(stat.key())).isPresent());
        if (!isNamed && !aside.has(stat)) {
          extra++;
          first = first.or(() -> Optional.of(stat.key()));
        }
      }
    }
    if (first.isPresent()) {
      examined.add(
          Kind.EXTRA_BYTES, Spot.at(first.get()), "no output that nothing names", extra + " keys");
    }
  }
}
