package dev.ingest.core.invariants;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A content store that remembers the use of every key (S14) and compares every deletion with the
 * ledger at the moment of its effect (S4). Stands directly around the effect, below whatever loses
 * or delays calls. Not safe for use by several threads.
 */
public final class WatchedContent implements ContentStore, ContentPurger {

  private final ContentAccess access;
  private final DeletionRules rules;
  private final Map<ContentKey, Use> uses = new HashMap<>();
  private Set<SequenceKey> touched = new LinkedHashSet<>();
  private long conflicts;

  private record Use(Digest digest, boolean deleted, String writer) {}

  /**
   * Watches a content backend.
   *
   * @param access both sides of the backend, without faults
   * @param ledger the ledger, without faults
   */
  public WatchedContent(ContentAccess access, LedgerStore ledger) {
    this.access = access;
    this.rules = new DeletionRules(ledger);
  }

  /**
   * Returns both sides as one process sees them, so that keys that two processes use show even
   * where both put the same bytes.
   *
   * @param process who puts
   * @return the backend, watched
   */
  public ContentAccess access(String process) {
    WatchedContent shared = this;
    ContentStore view =
        new ContentStore() {
          @Override
          public String name() {
            return shared.name();
          }

          @Override
          public ContentCapabilities capabilities() {
            return shared.capabilities();
          }

          @Override
          public ContentWriter writer(ContentPrefix prefix) {
            return shared.writer(prefix, process);
          }

          @Override
          public Optional<ContentStat> stat(ContentKey key) {
            return shared.stat(key);
          }

          @Override
          public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
            return shared.open(key, range, purpose);
          }

          @Override
          public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
            return shared.list(prefix, after, limit);
          }

          @Override
          public void close() {
            shared.close();
          }
        };
    return new ContentAccess(view, this, access.upkeep());
  }

  /**
   * Returns the sequences of which bytes were deleted since the last call.
   *
   * @return the keys in the order of the deletions
   */
  public Set<SequenceKey> drainTouched() {
    Set<SequenceKey> drained = touched;
    if (!drained.isEmpty()) {
      touched = new LinkedHashSet<>();
    }
    return drained;
  }

  /**
   * Forgets the use of keys whose bytes are deleted: the ledger was restored from a backup, which
   * may show an upload open that ended in the life that was lost, and whose parts are counted
   * again. While any bytes of that life are stored, their keys stay used.
   *
   * @param which those that may be used again
   */
  public void forgetDeleted(Predicate<ContentKey> which) {
    uses.entrySet().removeIf(use -> use.getValue().deleted() && which.test(use.getKey()));
  }

  /**
   * Counts puts of other bytes under a used key, which the store refused.
   *
   * @return 0 unless two writers share a prefix
   */
  public long conflicts() {
    return conflicts;
  }

  @Override
  public String name() {
    return access.store().name();
  }

  @Override
  public ContentCapabilities capabilities() {
    return access.store().capabilities();
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    return writer(prefix, "");
  }

  private ContentWriter writer(ContentPrefix prefix, String process) {
    return new Writer(access.store().writer(prefix), process);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    return access.store().stat(key);
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    return access.store().open(key, range, purpose);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    return access.store().list(prefix, after, limit);
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    rules.s4ExpiryGuard(permit);
    rules.s12Isolation(permit);
    List<Outcome> outcomes = access.purger().delete(permit);
    for (int i = 0; i < outcomes.size(); i++) {
      Use use = uses.get(permit.keys().get(i));
      if (use != null && outcomes.get(i).isApplied()) {
        uses.put(permit.keys().get(i), new Use(use.digest(), true, use.writer()));
      }
    }
    touched.add(permit.sequence());
    return outcomes;
  }

  @Override
  public void close() {
    access.close();
  }

  private void s14Keys(ContentKey key, Digest digest, String writer) {
    Use before = uses.get(key);
    Use now = new Use(digest, false, writer);
    if (before != null && !before.equals(now)) {
      throw new InvariantViolation("S14 Keys", key, "to be used once, as " + before, now + " too");
    }
    uses.put(key, now);
  }

  private final class Writer implements ContentWriter {

    private final ContentWriter writer;
    private final String process;
    private final Map<ContentKey, Digest> staged = new LinkedHashMap<>();

    Writer(ContentWriter writer, String process) {
      this.writer = writer;
      this.process = process;
    }

    @Override
    public ContentStat put(ContentKey key, ContentBody body) {
      try {
        ContentStat stat = writer.put(key, body);
        staged.put(key, body.digest());
        return stat;
      } catch (ContentConflictException e) {
        conflicts++;
        throw e;
      }
    }

    @Override
    public void commit() {
      try {
        writer.commit();
      } catch (ContentConflictException e) {
        conflicts++;
        throw e;
      }
      staged.forEach((key, digest) -> s14Keys(key, digest, process));
      staged.clear();
    }

    @Override
    public void close() {
      staged.clear();
      writer.close();
    }
  }
}
