package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A ledger whose file is taken from under it while it is open. */
@Timeout(60)
final class LostFileTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("node", "one");

  @TempDir Path directory;
  private final ManualTime time = Sample.time();

  private Path file() {
    return directory.resolve("ledger.db");
  }

  private Path log() {
    return directory.resolve("ledger.db-wal");
  }

  private JdbcLedger open() {
    return JdbcLedger.sqlite(file(), time);
  }

  private static void write(JdbcLedger ledger, long version) {
    assertTrue(
        ledger.controls().write(new ControlRecord(KEY, version, "version " + version)).isApplied());
  }

  /** Takes the file away, of which nothing is answered any more, not even that it is there. */
  private void assertRefusing(JdbcLedger ledger, String found) {
    Outcome.Unknown unknown =
        assertInstanceOf(
            Outcome.Unknown.class, outcome(ledger, new ControlRecord(KEY, 2, "version 2")));
    assertSays(unknown.cause(), found);
    assertSays(assertThrows(LedgerException.class, () -> ledger.controls().read(KEY)), found);
    Outcome.Unknown again =
        assertInstanceOf(
            Outcome.Unknown.class, outcome(ledger, new ControlRecord(KEY, 3, "version 3")));
    assertSays(again.cause(), found);
  }

  private static Outcome outcome(JdbcLedger ledger, ControlRecord record) {
    try {
      return ledger.controls().write(record);
    } catch (LedgerException e) {
      return new Outcome.Unknown(e);
    }
  }

  private static void assertSays(Throwable refusal, String found) {
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(found), message);
    assertTrue(message.contains("until the ledger is opened again"), message);
  }

  @Test
  void deletedFile_answersNothingAnyMore() throws IOException {
    try (JdbcLedger ledger = open()) {
      write(ledger, 1);
      for (String end : List.of("", "-wal", "-shm")) {
        Files.delete(directory.resolve("ledger.db" + end));
      }
      assertRefusing(ledger, file() + " is gone");
    }
  }

  @Test
  void movedFile_answersNothingUntilItIsOpenedAgain() throws IOException {
    try (JdbcLedger ledger = open()) {
      write(ledger, 1);
      Files.move(file(), directory.resolve("elsewhere.db"));
      assertRefusing(ledger, file() + " is gone");
      Files.move(directory.resolve("elsewhere.db"), file());
      assertRefusing(ledger, file() + " is gone");
    }
    try (JdbcLedger ledger = open()) {
      assertTrue(ledger.controls().read(KEY).isPresent());
      write(ledger, ledger.controls().read(KEY).orElseThrow().version() + 1);
    }
  }

  @Test
  void replacedFile_answersNothingAnyMore() throws IOException {
    try (JdbcLedger ledger = open()) {
      write(ledger, 1);
      Path copy = directory.resolve("copy.db");
      Files.copy(file(), copy);
      Files.move(file(), directory.resolve("elsewhere.db"));
      Files.move(copy, file());
      assertRefusing(ledger, file() + " is another file than was opened");
    }
  }

  @Test
  void deletedLog_answersNothingAnyMore() throws IOException {
    try (JdbcLedger ledger = open()) {
      write(ledger, 1);
      Files.delete(log());
      assertRefusing(ledger, log() + " is gone");
    }
  }

  @Test
  void filesThatStay_areNotInTheWay() {
    try (JdbcLedger ledger = open()) {
      write(ledger, 1);
      try (JdbcLedger other = open()) {
        write(other, 2);
      }
      write(ledger, 3);
      try (JdbcLedger other = open()) {
        assertEquals(3, other.controls().read(KEY).orElseThrow().version());
      }
      write(ledger, 4);
    }
  }
}
