package dev.ingest.core.engine;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.spi.DistinctNames;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an upload session holds so far. Items that an earlier part recorded are kept by name, some
 * 300 bytes each, so that they can be compared; those of this part cost 16 bytes each.
 */
final class RecordedItems {

  private final Map<ItemName, ManifestItem> earlier = new HashMap<>();
  private final DistinctNames names = new DistinctNames();
  private int count;
  private long bytes;
  private Optional<ContentKey> missing = Optional.empty();

  private RecordedItems() {}

  /** Returns those of a session that has none yet. */
  static RecordedItems none() {
    return new RecordedItems();
  }

  /**
   * Reads the items beside one listing of all that is stored below the session.
   *
   * @param seen told of all that is listed, in key order
   */
  static RecordedItems load(Node node, UploadSession session, Consumer<ContentStat> seen) {
    RecordedItems items = none();
    RecordedBytes stored = new RecordedBytes(node.content(), session, seen);
    if (session.recorded().items() > 0) {
      Pages pages = new Pages(node.ledger().sessions(), session.id());
      while (pages.hasNext()) {
        ManifestItem item = pages.next();
        stored.look(items.count, item);
        items.earlier.put(item.name(), item);
        items.add(item);
      }
      items.missing = stored.missing();
    }
    stored.end();
    return items;
  }

  /** Returns where bytes of an earlier part are not stored any more, if that is so. */
  Optional<ContentKey> missing() {
    return missing;
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  Optional<ManifestItem> find(ItemName name) {
    return Optional.ofNullable(earlier.get(name));
  }

  void checkNew(SequenceKey key, ItemName name) {
    if (names.contains(name)) {
      throw new ItemRefusedException(
          ItemRefusedException.Reason.NAME_TAKEN,
          "item \"%s\" of %s: this name, or one that differs only in case or normalisation, is taken;"
                  .formatted(InvalidValueException.escape(name.value()), key)
              + " rename the item, or leave it out if this upload added it before");
    }
  }

  void add(ManifestItem item) {
    names.add(item.name());
    count++;
    bytes = Math.addExact(bytes, item.length());
  }

  /**
   * Streams the manifest from the ledger's rows, page by page, and from what is not recorded yet.
   */
  ManifestEncoder encode(UploadSessions sessions, SessionId id, List<SessionItem> unrecorded) {
    boolean rows = count > unrecorded.size();
    Iterator<ManifestItem> recorded =
        rows ? new Pages(sessions, id) : Collections.<ManifestItem>emptyIterator();
    Iterator<SessionItem> tail = unrecorded.iterator();
    return Manifest.encode(
        count,
        bytes,
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return recorded.hasNext() || tail.hasNext();
          }

          @Override
          public ManifestItem next() {
            return recorded.hasNext() ? recorded.next() : tail.next().item();
          }
        });
  }

  private static final class Pages implements Iterator<ManifestItem> {

    private final UploadSessions sessions;
    private final SessionId id;
    private Iterator<SessionItem> page = List.<SessionItem>of().iterator();
    private int after = -1;
    private boolean last;

    Pages(UploadSessions sessions, SessionId id) {
      this.sessions = sessions;
      this.id = id;
    }

    @Override
    public boolean hasNext() {
      if (!page.hasNext() && !last) {
        List<SessionItem> rows = sessions.items(id, after, ScanQuery.MAX_LIMIT);
        last = rows.size() < ScanQuery.MAX_LIMIT;
        page = rows.iterator();
      }
      return page.hasNext();
    }

    @Override
    public ManifestItem next() {
      if (!hasNext()) {
        throw new NoSuchElementException("session " + id + " has no item past " + after);
      }
      SessionItem row = page.next();
      after = row.ordinal();
      return row.item();
    }
  }
}
