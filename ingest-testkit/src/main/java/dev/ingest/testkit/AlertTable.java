package dev.ingest.testkit;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Alert rows without a digest, digests, and notices to owners. */
final class AlertTable {

  private static final Comparator<AlertRow.Group> ORDER =
      Comparator.comparing(AlertRow.Group::code)
          .thenComparing(AlertRow.Group::pipeline)
          .thenComparing(AlertRow.Group::stage)
          .thenComparing(AlertRow.Group::nodeVersion);

  private final List<AlertRow> rows = new ArrayList<>();
  private final NavigableMap<Long, AlertDigest> sealed = new TreeMap<>();
  private final NavigableMap<Long, AlertDigest> unsent = new TreeMap<>();
  private final NoticeTable notices;
  private long last;

  AlertTable() {
    this(new NoticeTable());
  }

  private AlertTable(NoticeTable notices) {
    this.notices = notices;
  }

  AlertTable copy() {
    AlertTable copy = new AlertTable(notices.copy());
    copy.rows.addAll(rows);
    copy.sealed.putAll(sealed);
    copy.unsent.putAll(unsent);
    copy.last = last;
    return copy;
  }

  void add(List<AlertRow> more) {
    rows.addAll(more);
  }

  List<AlertRow> pending() {
    return List.copyOf(rows);
  }

  NoticeTable notices() {
    return notices;
  }

  int count() {
    return rows.size();
  }

  AlertDigest seal(Instant now) {
    Map<AlertRow.Group, List<AlertRow>> groups = new TreeMap<>(ORDER);
    for (AlertRow row : rows) {
      groups.computeIfAbsent(row.group(), group -> new ArrayList<>()).add(row);
    }
    List<AlertDigest.Line> lines =
        groups.entrySet().stream().map(group -> line(group.getKey(), group.getValue())).toList();
    last++;
    AlertDigest digest = new AlertDigest(last, now, lines);
    sealed.put(last, digest);
    unsent.put(last, digest);
    rows.clear();
    return digest;
  }

  private static AlertDigest.Line line(AlertRow.Group group, List<AlertRow> members) {
    Instant first = Instant.MAX;
    Instant latest = Instant.MIN;
    NavigableSet<SequenceKey> samples = new TreeSet<>();
    for (AlertRow row : members) {
      first = row.at().isBefore(first) ? row.at() : first;
      latest = row.at().isAfter(latest) ? row.at() : latest;
      row.sequence().ifPresent(samples::add);
      if (samples.size() > AlertDigest.MAX_SAMPLES) {
        samples.pollLast();
      }
    }
    return new AlertDigest.Line(
        group,
        members.size(),
        first,
        latest,
        new ArrayList<>(samples),
        members.get(members.size() - 1).message());
  }

  List<AlertDigest> unsent(int limit) {
    return unsent.values().stream().limit(limit).toList();
  }

  List<AlertDigest> latest(int limit) {
    return sealed.descendingMap().values().stream().limit(limit).toList();
  }

  int prune(long keep, int limit) {
    long before = unsent.isEmpty() ? last + 1 : unsent.firstKey();
    List<Long> dropped =
        sealed.headMap(Math.min(before, last - keep + 1)).keySet().stream().limit(limit).toList();
    dropped.forEach(sealed::remove);
    return dropped.size();
  }

  boolean acknowledge(long ordinal) {
    unsent.remove(ordinal);
    return ordinal >= 1 && ordinal <= last;
  }
}
