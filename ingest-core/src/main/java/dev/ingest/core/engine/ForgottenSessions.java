package dev.ingest.core.engine;

import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The upload sessions of a sequence that is disposed of which its history no longer names, since
 * the operator dropped that part of it.
 *
 * <p>Only where rows were dropped does a session count as one that was replaced although nothing
 * names it: if its own row still says that it was accepted, or if no row is left of it and its
 * manifest has the entry's root, which each of them has. An acceptance that this ledger does not
 * know may have that root too. It is nothing that is missed where the result is proven (EXPIRING),
 * and none where an erasure is under way, which takes what was uploaded before, and of which the
 * life that finished it would have left no raw bytes of the entry's own. At any other discard it
 * may be the upload that repairs damaged bytes, so that the entry's own must be read back whole.
 * The entry is read again after that, and must be as it was: so none of them was accepted
 * meanwhile.
 *
 * <p>For one disposal of one sequence, by one thread.
 */
final class ForgottenSessions {

  private final Node node;
  private final Entry entry;
  private final ReadBacks readBacks;
  private final Runnable goingOn;
  private final Map<String, Boolean> judged = new HashMap<>();
  private Optional<Boolean> dropped = Optional.empty();
  private Optional<Boolean> whole = Optional.empty();

  /**
   * @param readBacks what looks before this found
   * @param goingOn asked between items that are read back; throws to end long work
   */
  ForgottenSessions(Node node, Entry entry, ReadBacks readBacks, Runnable goingOn) {
    this.node = node;
    this.entry = entry;
    this.readBacks = readBacks;
    this.goingOn = goingOn;
  }

  /** Tells whether rows of the history were dropped, so that there may be any. */
  boolean mayBe() {
    if (dropped.isEmpty()) {
      dropped =
          Optional.of(!node.ledger().ledger().checkpoint(entry.key()).equals(ChainHead.EMPTY));
    }
    return dropped.get();
  }

  /** Tells whether a session that neither the entry nor its kept history names is one of them. */
  boolean has(String session) {
    return mayBe() && judged.computeIfAbsent(session, this::judge);
  }

  private boolean judge(String session) {
    Optional<UploadSession> row = node.ledger().sessions().find(new SessionId(session));
    boolean isReplaced =
        row.isPresent()
            ? row.get().state() == SessionState.ACCEPTED
            : hasRoot(session) && isSpare(session);
    return isReplaced && isUnchanged();
  }

  /** Tells whether bytes with the entry's root are nothing that would be missed. */
  private boolean isSpare(String session) {
    return entry.state() == State.EXPIRING
        || (isErased() ? hasOwnBytes() : areOwnBytesWholeBeside(session));
  }

  private boolean areOwnBytesWholeBeside(String session) {
    Optional<Boolean> known = readBacks.known(entry, session);
    if (known.isPresent()) {
      return known.get();
    }
    if (whole.isEmpty()) {
      whole = Optional.of(areOwnBytesWhole());
    }
    readBacks.note(entry, session, whole.get());
    return whole.get();
  }

  private boolean isErased() {
    return Histories.last(
            node.ledger().ledger(),
            entry.key(),
            entry.chain().length(),
            row -> row.step().kind() == TransitionKind.DISCARDING)
        .filter(SequenceBytes::isErasure)
        .isPresent();
  }

  private boolean hasOwnBytes() {
    return !new Listing(node.content(), KeyLayout.session(entry.key(), entry.raw()))
        .page()
        .isEmpty();
  }

  private boolean areOwnBytesWhole() {
    Examiner examiner = new Examiner(node.content(), goingOn);
    examiner.readBack(StoredSet.raw(entry));
    if (Certainty.damage(examiner.findings()).size() < examiner.findings().size()) {
      throw new IncompleteTickException(
          "whether the raw bytes of %s are whole could not be read, the next sweep looks again: %s"
              .formatted(entry.key(), examiner.findings()));
    }
    return examiner.findings().isEmpty();
  }

  private boolean hasRoot(String session) {
    Listing listing = new Listing(node.content(), KeyLayout.uploads(entry.key()).child(session));
    while (listing.hasMore()) {
      for (ContentStat stat : listing.page()) {
        if (KeyLayout.isManifest(stat.key())
            && SecondCopy.hasRoot(stat.key(), entry, node.content())) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isUnchanged() {
    return node.ledger()
        .ledger()
        .find(List.of(entry.key()))
        .get(0)
        .filter(now -> now.version() == entry.version())
        .isPresent();
  }
}
