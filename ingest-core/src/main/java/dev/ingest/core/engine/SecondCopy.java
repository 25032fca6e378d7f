package dev.ingest.core.engine;

import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;

/**
 * Whether what one upload session stored is a second copy of what an entry has whole elsewhere.
 *
 * <p>The same root alone is no proof: the entry may be DISCARDED, LOST or FAILED over damaged
 * bytes, or a ledger from a backup may name bytes that were deleted after it, and the session may
 * be the re-upload that repaired it. So the entry must be in a state that keeps its raw bytes, and
 * these are read back just now.
 */
final class SecondCopy {

  private SecondCopy() {}

  /**
   * Tells whether it is one.
   *
   * @param session the session
   * @param manifest the manifest below it
   * @param entry the entry of its sequence
   * @param content where the bytes are
   * @param goingOn asked between items; throws to end long work
   */
  static boolean is(
      SessionId session, ContentKey manifest, Entry entry, ContentStore content, Runnable goingOn) {
    if (entry.raw().session().equals(session)
        || !keepsRawBytes(entry.state())
        || !hasRoot(manifest, entry, content)) {
      return false;
    }
    Examiner examiner = new Examiner(content, goingOn);
    examiner.readBack(StoredSet.raw(entry));
    return examiner.findings().isEmpty();
  }

  /** Tells whether a manifest has an entry's root. */
  static boolean hasRoot(ContentKey manifest, Entry entry, ContentStore content) {
    return entry.receipt().manifest().root().equals(StoredDigest.of(content, manifest));
  }

  private static boolean keepsRawBytes(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED -> true;
      case EXPIRING, EXPIRED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }
}
