package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dropping history on SQLite, row by row. */
final class SqliteHistoryTest extends HistoryRetentionCases {

  @TempDir Path directory;

  @Override
  JdbcLedger open() {
    return JdbcLedger.sqlite(directory.resolve("ledger.db"), time);
  }

  @Test
  void oldRowBehindAYoungOne_staysSinceItsClockWasSetBack() {
    try (JdbcLedger store = open()) {
      Entry first = accept(store, "a");
      time.advance(Duration.ofDays(-30));
      Entry second = applied(store, transitions.mark(first, s -> s.withOverdue(true)));
      time.advance(Duration.ofDays(40));
      assertEquals(0, store.dropHistoryBefore(time.instant().minus(Duration.ofDays(20))));
      assertEquals(ChainHead.EMPTY, store.ledger().checkpoint(second.key()));
      assertEquals(2, store.ledger().history(second.key(), 0, 100).size());
    }
  }
}
