package dev.ingest.core.engine;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listing of one area between two places, a key at a time in the order of keys, of which two
 * pages are in memory: one is read ahead. For one thread.
 *
 * <p>A store that lists out of order would make an audit miss what it is there to find, so that is
 * an error. Keys that have no place, which no engine makes, are told apart and passed over.
 */
final class ListedArea {

  private static final int OWNER_END = 16;
  private static final int PLACE_CHARS = 49;

  private final ContentStore store;
  private final ContentPrefix area;
  private final String head;
  private final SequencePlace until;
  private final Consumer<ContentKey> misplaced;
  private final PageAhead<ContentPage> ahead;
  private List<ContentStat> page = List.of();
  private int next;
  private boolean more = true;
  private @Nullable ContentKey last;
  private @Nullable ContentStat current;
  private @Nullable SequencePlace place;
  private long objects;

  /**
   * Begins after a place.
   *
   * @param store the store
   * @param area what its keys lie below
   * @param range between which places
   * @param misplaced hears of keys without a place
   * @param beside where the page after is read
   */
  ListedArea(
      ContentStore store,
      ContentPrefix area,
      Reconciliation.Range range,
      Consumer<ContentKey> misplaced,
      Executor beside) {
    this.store = store;
    this.area = area;
    this.head = area.value() + "/";
    this.until = range.until();
    this.misplaced = misplaced;
    this.ahead = new PageAhead<>(beside);
    // No part of a key that an engine makes sorts after this one.
    this.last = range.after().map(from -> new ContentKey(head + from.value() + "/zz")).orElse(null);
  }

  /** Returns how many keys were taken, or passed over as they have no place. */
  long objects() {
    return objects;
  }

  /** Returns the place of the key that is next, or null at the end. Reads a page if need be. */
  @Nullable SequencePlace place() {
    while (current == null && advance()) {
      ContentStat stat = page.get(next - 1);
      if (hasPlace(stat.key())) {
        current = stat;
      } else if (isWithin(stat.key())) {
        objects++;
        misplaced.accept(stat.key());
      } else {
        more = false;
        next = page.size();
      }
    }
    return current == null ? null : place;
  }

  /** Takes all keys of the place that is next. */
  void take(SequencePlace of, Consumer<ContentStat> each) {
    while (of.equals(place())) {
      ContentStat stat = current;
      current = null;
      if (stat != null) {
        objects++;
        each.accept(stat);
      }
    }
  }

  private boolean advance() {
    if (next == page.size() && more) {
      readPage();
    }
    if (next == page.size()) {
      return false;
    }
    next++;
    return true;
  }

  private void readPage() {
    ContentPage read = ahead.take(() -> read(last));
    ContentKey before = last;
    for (ContentStat stat : read.entries()) {
      if (before != null && before.compareTo(stat.key()) >= 0) {
        throw new ContentException(
            store.name() + " lists " + stat.key() + " after " + before + ", which is out of order");
      }
      before = stat.key();
    }
    page = read.entries();
    next = 0;
    last = before;
    more = read.more();
    ContentKey end = last;
    if (more && end != null && isWithin(end)) {
      ahead.begin(() -> read(end));
    }
  }

  private ContentPage read(@Nullable ContentKey after) {
    return store.list(area, Optional.ofNullable(after), ContentStore.MAX_PAGE);
  }

  /** Sets the place of a key, if it has one up to the end. */
  private boolean hasPlace(ContentKey key) {
    String value = key.value();
    int end = head.length() + PLACE_CHARS;
    if (value.length() <= end || value.charAt(end) != '/') {
      return false;
    }
    SequencePlace known = place;
    if (known != null && value.startsWith(known.value(), head.length())) {
      return true;
    }
    if (value.charAt(head.length() + OWNER_END) != '/') {
      return false;
    }
    SequencePlace found;
    try {
      found = new SequencePlace(value.substring(head.length(), end));
    } catch (InvalidValueException e) {
      return false;
    }
    if (found.compareTo(until) > 0) {
      return false;
    }
    place = found;
    return true;
  }

  private boolean isWithin(ContentKey key) {
    return until.equals(SequencePlace.LAST)
        || key.value().compareTo(head + until.value() + "/zz") <= 0;
  }
}
