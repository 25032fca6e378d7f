package dev.ingest.core.engine;

import dev.ingest.core.Beat;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Reads the watchers' records for those who only look. */
public final class Beats {

  private Beats() {}

  /**
   * Reads the beats of all watchers that ever ran, or that one that runs has missed.
   *
   * @param ledger where the records are
   * @return the beats, in the order of the watchers' names
   */
  public static List<Beat> of(LedgerStore ledger) {
    WatcherRecords records = new WatcherRecords(ledger);
    return Arrays.stream(Watcher.values())
        .sorted(Comparator.comparing(Watcher::label))
        .flatMap(
            watcher ->
                records.read(watcher).record().stream()
                    .map(
                        record ->
                            new Beat(
                                watcher.label(),
                                record.holder(),
                                record.beat(),
                                record.period(),
                                record.beats())))
        .toList();
  }
}
