package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.RawLocation;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where bytes lie: {@code AREA/OWNER/SEQUENCE/…}, where {@code OWNER/SEQUENCE} is the {@link
 * SequencePlace}, two hashes, so that no user text is in a key.
 *
 * <pre>
 * raw/OWNER/SEQUENCE/SESSION/PART/ORDINAL     an uploaded item
 * raw/OWNER/SEQUENCE/SESSION/PART/manifest    the raw manifest; marks a possible acceptance
 * run/OWNER/SEQUENCE/eEPOCH-FENCE-INCARNATION/ORDINAL    an item that a stage made under one lease
 * run/OWNER/SEQUENCE/eEPOCH-FENCE-INCARNATION/manifest   seals that output
 * run/OWNER/SEQUENCE/eEPOCH-FENCE-INCARNATION-CALL/…     the same, brought by another system
 * ledger/binding/NUMBER    says which ledger the store belongs to
 * ledger/mark/NUMBER       says how far that ledger had come
 * </pre>
 *
 * Ordinals have seven digits, so keys list in manifest order, the manifest last. No key is ever
 * used twice: session ids are random, parts only grow, a fence is granted once in an incarnation,
 * and each call of another system that brings the output of a stage draws 64 random bits.
 */
public final class KeyLayout {

  private static final String MANIFEST = "manifest";
  private static final String ZEROS = "000000000000";
  private static final Pattern RAW =
      Pattern.compile("raw/[0-9a-f]{16}/[0-9a-f]{32}/([0-9a-f]{32})/(\\d{4})/(\\d{7}|manifest)");

  /** An epoch has six digits, or more once a sequence has had a million. */
  private static final Pattern RUN =
      Pattern.compile("e(\\d{6,10})-(\\d{12})-([0-9a-f]{32})(?:-[0-9a-f]{16})?");

  private KeyLayout() {}

  /**
   * Returns what all bytes of one upload session lie below.
   *
   * @param key the sequence
   * @param raw the session
   * @return the prefix
   */
  public static ContentPrefix session(SequenceKey key, RawLocation raw) {
    return uploads(key).child(raw.session().value());
  }

  /**
   * Returns what the bytes of one part of an upload session lie below.
   *
   * @param key the sequence
   * @param raw the session
   * @param part the part
   * @return the prefix
   */
  public static ContentPrefix part(SequenceKey key, RawLocation raw, int part) {
    return part(session(key, raw), part);
  }

  private static ContentPrefix part(ContentPrefix session, int part) {
    return session.child(padded(part, 4));
  }

  /**
   * Returns the key of a raw item.
   *
   * @param key the sequence
   * @param raw the session and its parts
   * @param ordinal the item's ordinal
   * @return the key
   */
  public static ContentKey rawItem(SequenceKey key, RawLocation raw, int ordinal) {
    return rawItem(session(key, raw), raw, ordinal);
  }

  /**
   * Returns the same where the session's prefix is known: hashing the sequence's name for each of
   * many items costs more than all the rest.
   *
   * @param session what {@link #session} returns
   * @param raw the session and its parts
   * @param ordinal the item's ordinal
   * @return the key
   */
  public static ContentKey rawItem(ContentPrefix session, RawLocation raw, int ordinal) {
    return item(part(session, raw.partOf(ordinal)), ordinal);
  }

  /**
   * Returns the key of an accepted session's manifest, which its latest part wrote.
   *
   * @param key the sequence
   * @param raw the session and its parts
   * @return the key
   */
  public static ContentKey rawManifest(SequenceKey key, RawLocation raw) {
    return rawManifest(session(key, raw), raw);
  }

  /**
   * Returns the same where the session's prefix is known.
   *
   * @param session what {@link #session} returns
   * @param raw the session and its parts
   * @return the key
   */
  public static ContentKey rawManifest(ContentPrefix session, RawLocation raw) {
    return manifest(part(session, raw.latestPart()));
  }

  /**
   * Returns what all output of a sequence's runs lies below.
   *
   * @param key the sequence
   * @return the prefix
   */
  public static ContentPrefix runs(SequenceKey key) {
    return sequence("run", key);
  }

  /**
   * Returns what the output made under one lease lies below.
   *
   * @param key the sequence
   * @param epoch the run's epoch
   * @param token the lease token
   * @return the prefix
   */
  public static ContentPrefix output(SequenceKey key, int epoch, LeaseToken token) {
    return runs(key).child(outputName(epoch, token));
  }

  /**
   * Returns what the output that one call of another system brings lies below. A call that broke
   * off leaves its bytes behind, and the next must not meet them.
   *
   * @param key the sequence
   * @param epoch the run's epoch
   * @param token the lease token
   * @param call 64 random bits
   */
  static ContentPrefix output(SequenceKey key, int epoch, LeaseToken token, long call) {
    return runs(key).child("%s-%016x".formatted(outputName(epoch, token), call));
  }

  private static String outputName(int epoch, LeaseToken token) {
    return "e"
        + padded(epoch, 6)
        + "-"
        + padded(token.fence(), 12)
        + "-"
        + token.incarnation().value();
  }

  /**
   * Finds the prefix of one lease's output that a key lies below, and its fence.
   *
   * @param key the sequence
   * @param stored a key below {@link #runs}
   * @return the output's prefix and fence, or empty if the key has another form
   */
  static Optional<LeaseOutput> leaseOutput(SequenceKey key, ContentKey stored) {
    return leaseOutput(runs(key), stored);
  }

  /**
   * Finds the same below the prefix of all runs of a place.
   *
   * @param runs the prefix
   * @param stored a key below it
   */
  static Optional<LeaseOutput> leaseOutput(ContentPrefix runs, ContentKey stored) {
    String relative = runs.relative(stored);
    int slash = relative.indexOf('/');
    Matcher form = RUN.matcher(slash < 0 ? relative : relative.substring(0, slash));
    if (slash < 0 || !form.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new LeaseOutput(runs.child(form.group()), Long.parseLong(form.group(2)), form.group(3)));
  }

  record LeaseOutput(ContentPrefix prefix, long fence, String incarnation) {}

  /** Returns what a ledger writes about itself below. */
  static ContentPrefix ledger() {
    return new ContentPrefix("ledger");
  }

  /** Returns what all output of stages lies below. */
  static ContentPrefix allRuns() {
    return new ContentPrefix("run");
  }

  /** Returns what all raw bytes lie below. */
  static ContentPrefix uploads() {
    return new ContentPrefix("raw");
  }

  /** Returns what the raw bytes of all of a sequence's sessions lie below. */
  static ContentPrefix uploads(SequenceKey key) {
    return sequence("raw", key);
  }

  /** Finds the session whose manifest a key below {@link #uploads()} is, if it is one. */
  static Optional<SessionId> sessionOfManifest(ContentKey stored) {
    // Most keys are of items, which their ends tell without the pattern.
    if (!isManifest(stored)) {
      return Optional.empty();
    }
    Matcher form = RAW.matcher(stored.value());
    return form.matches() ? Optional.of(new SessionId(form.group(1))) : Optional.empty();
  }

  /** Finds the place of a key below {@link #uploads(SequenceKey)}, if it has the form of one. */
  static Optional<RawPlace> rawPlace(SequenceKey key, ContentKey stored) {
    return uploads(key).covers(stored) ? rawPlace(stored) : Optional.empty();
  }

  /** Finds the place of a key below {@link #uploads()}, if it has the form of one. */
  static Optional<RawPlace> rawPlace(ContentKey stored) {
    Matcher form = RAW.matcher(stored.value());
    if (!form.matches()) {
      return Optional.empty();
    }
    OptionalInt ordinal =
        form.group(3).equals(MANIFEST)
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(form.group(3)));
    return Optional.of(new RawPlace(form.group(1), Integer.parseInt(form.group(2)), ordinal));
  }

  /** Tells whether a key is that of raw bytes, or of their manifest. */
  static boolean isRaw(ContentKey stored) {
    return rawPlace(stored).isPresent();
  }

  record RawPlace(String session, int part, OptionalInt ordinal) {}

  /**
   * Returns the key of an item of a prefix.
   *
   * @param prefix the part's or output's prefix
   * @param ordinal the item's ordinal
   * @return the key
   */
  public static ContentKey item(ContentPrefix prefix, int ordinal) {
    return prefix.key(padded(ordinal, 7));
  }

  /** Keys are made for each item of each reading, where a format would cost as much as the key. */
  private static String padded(long number, int width) {
    String digits = Long.toString(number);
    return ZEROS.substring(0, Math.max(0, width - digits.length())) + digits;
  }

  /**
   * Returns the key of the manifest of a prefix.
   *
   * @param prefix the part's or output's prefix
   * @return the key
   */
  public static ContentKey manifest(ContentPrefix prefix) {
    return prefix.key(MANIFEST);
  }

  static boolean isManifest(ContentKey key) {
    return key.value().endsWith("/" + MANIFEST);
  }

  private static ContentPrefix sequence(String area, SequenceKey key) {
    return new ContentPrefix(area + "/" + SequencePlace.of(key).value());
  }
}
