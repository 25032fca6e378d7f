package dev.ingest.testkit;

import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Counts per hour of acceptance, pipeline and owner. */
final class HourlyCounts {

  private final NavigableMap<CensusKey, CensusCounts> cells = new TreeMap<>();

  /** Counts an entry as it is, and no longer as it was. */
  void move(@Nullable Entry before, Entry after) {
    CensusKey key = CensusKey.of(after);
    if (before != null) {
      CensusKey last = CensusKey.of(before);
      if (last.equals(key) && isCountedAlike(before, after)) {
        return;
      }
      set(last, get(last).minus(CensusCounts.of(before)));
    }
    set(key, get(key).plus(CensusCounts.of(after)));
  }

  /** Most changes of an entry are of its lease, its marks or its run, which nothing here counts. */
  private static boolean isCountedAlike(Entry before, Entry after) {
    return before.state() == after.state()
        && before.published().isPresent() == after.published().isPresent();
  }

  CensusCounts get(CensusKey key) {
    return cells.getOrDefault(key, CensusCounts.NONE);
  }

  void set(CensusKey key, CensusCounts counts) {
    if (counts.equals(CensusCounts.NONE)) {
      cells.remove(key);
    } else {
      cells.put(key, counts);
    }
  }

  /** Finds up to {@code limit} cells. */
  List<CensusCell> page(CensusQuery query, int limit) {
    return query.after().map(key -> cells.tailMap(key, false)).orElse(cells).entrySet().stream()
        .filter(cell -> query.fits(cell.getKey()))
        .limit(limit)
        .map(cell -> new CensusCell(cell.getKey(), cell.getValue()))
        .toList();
  }

  Set<String> acceptingPipelines(Instant hour) {
    Set<String> names = new TreeSet<>();
    cells.forEach(
        (key, counts) -> {
          if (key.hour().equals(hour) && counts.count(CensusCount.ACCEPTED) > 0) {
            names.add(key.pipeline());
          }
        });
    return names;
  }
}
