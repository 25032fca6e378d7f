package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.SetAside;
import dev.ingest.core.engine.Orphans.Judgment;
import dev.ingest.core.engine.Quarantine.Stored;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets the orphans of one place aside: lists all that lies there, judges each key, and records
 * those to which nothing refers, some hundreds at a time. Setting them aside again adds what is not
 * recorded yet. For one look, by one thread.
 */
final class SettingAside {

  private final Node node;
  private final Quarantine quarantine;
  private final Act by;
  private final boolean rehearse;
  private final List<ContentStat> page = new ArrayList<>();
  private Optional<ContentPrefix> scope = Optional.empty();
  private Optional<SequenceKey> sequence = Optional.empty();
  private SequencePlace place = SequencePlace.LAST;
  private Instant at = Instant.EPOCH;
  private int chars;
  private int records;
  private long keys;
  private long bytes;
  private long kept;
  private long same;
  private String because = "";

  SettingAside(Node node, Quarantine quarantine, Act by, boolean rehearse) {
    this.node = node;
    this.quarantine = quarantine;
    this.by = by;
    this.rehearse = rehearse;
  }

  /**
   * What was set aside, or would be.
   *
   * @param keys how many keys
   * @param bytes how many bytes
   * @param stay how many keys that nothing names stay nevertheless
   * @param because why the first of them does
   * @param known how many keys are set aside already, as they are
   */
  record Result(long keys, long bytes, long stay, String because, long known) {}

  /**
   * Sets all orphans of a place aside. What was set aside and has another length now is recorded
   * anew, with the time of now, together with the others of its record.
   *
   * @param where the place
   * @param version the version of the entry that was looked at; empty if there was none
   */
  Result at(SequencePlace where, Optional<Long> version) {
    Orphans orphans = begin(where);
    if (!orphans.entry().map(Entry::version).equals(version)) {
      throw new ActRefusedException(
          "the entry at %s changed after it was looked at; repeat it".formatted(where));
    }
    List<Stored> before = quarantine.at(where);
    records = before.size();
    before.forEach(stored -> refresh(stored, orphans));
    Map<ContentKey, Long> known = quarantine.keysAt(where);
    for (ContentPrefix area : List.of(KeyLayout.uploads(), KeyLayout.allRuns())) {
      Listing listing = new Listing(node.content(), area.child(where.value()));
      while (listing.hasMore()) {
        for (ContentStat stat : listing.page()) {
          if (!known.containsKey(stat.key())) {
            take(stat, orphans.judge(stat.key()));
          } else if (known.get(stat.key()) == stat.length()) {
            same++;
          }
        }
      }
    }
    write();
    return new Result(keys, bytes, kept, because, same);
  }

  /** Sets one key aside that has no place. */
  Result misplaced(ContentKey key) {
    begin(SequencePlace.LAST);
    Optional<ContentStat> stat = node.content().stat(key);
    boolean isKnown = quarantine.hasMisplaced(key);
    if (isKnown) {
      same++;
    } else if (stat.isPresent()) {
      take(stat.get(), Judgment.orphan("no engine makes such a key"));
      write();
    }
    return new Result(keys, bytes, kept, because, same);
  }

  /** Records what has another length now, unless that is no orphan, or is being deleted. */
  private void refresh(Stored stored, Orphans orphans) {
    SetAside old = stored.content().kept();
    List<ContentStat> now = new ArrayList<>();
    long changed = 0;
    for (ContentStat recorded : old.keys()) {
      Optional<ContentStat> other =
          node.content().stat(recorded.key()).filter(stat -> stat.length() != recorded.length());
      now.add(other.orElse(recorded));
      if (other.isPresent()) {
        changed++;
        Judgment judgment = orphans.judge(recorded.key());
        if (stored.content().isGoing() || !judgment.isOrphan()) {
          String why = stored.content().isGoing() ? "it is being deleted" : judgment.because();
          kept++;
          because = because.isEmpty() ? recorded.key() + ": " + why : because;
          return;
        }
      }
    }
    if (changed > 0) {
      SetAside aside = new SetAside(place, sequence, now, at, by.actor(), by.reason());
      QuarantineRecord next = new QuarantineRecord(stored.content().scope(), aside, false);
      if (!rehearse && quarantine.replace(stored, next).isEmpty()) {
        throw new ActRefusedException(
            "what is set aside at %s changed meanwhile; look again".formatted(place));
      }
      keys += changed;
      bytes += aside.bytes() - old.bytes();
    }
  }

  private Orphans begin(SequencePlace where) {
    place = where;
    at = ClockGuard.latest(node);
    Orphans orphans = Orphans.at(node, () -> {}, where);
    sequence = orphans.entry().map(Entry::key);
    return orphans;
  }

  private void take(ContentStat stat, Judgment judgment) {
    if (judgment.kind() == Orphans.Kind.ORPHAN) {
      ContentPrefix below = scope(stat.key());
      int more = QuarantineRecord.chars(below, stat);
      boolean isFull =
          page.size() == QuarantineRecord.MAX_KEYS || chars + more > QuarantineRecord.MAX_CHARS;
      if (isFull || !scope.equals(Optional.of(below))) {
        write();
        scope = Optional.of(below);
      }
      page.add(stat);
      chars += more;
    } else if (!judgment.isInMotion()) {
      kept++;
      because = because.isEmpty() ? stat.key() + ": " + judgment.because() : because;
    }
  }

  /** What one permit covers: a session or an output, or for any other key what it lies in. */
  private static ContentPrefix scope(ContentKey key) {
    String[] parts = key.value().split("/", -1);
    int most = Math.min(4, parts.length - 1);
    return new ContentPrefix(String.join("/", List.of(parts).subList(0, most)));
  }

  private void write() {
    if (page.isEmpty()) {
      return;
    }
    if (++records > Quarantine.MOST_RECORDS) {
      throw new ActRefusedException(
          "%d keys at %s were set aside now, and there are more than %d records of it; take them back, or"
                  .formatted(keys, place, Quarantine.MOST_RECORDS)
              + " wait until they are deleted, and repeat");
    }
    SetAside aside = new SetAside(place, sequence, page, at, by.actor(), by.reason());
    if (!rehearse) {
      quarantine.add(new QuarantineRecord(scope.orElseThrow(), aside, false));
    }
    keys += page.size();
    bytes += aside.bytes();
    page.clear();
    chars = 0;
  }
}
