package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.ManualTime;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two opened ledgers on one file share nothing but the file, as two processes do. */
@Timeout(120)
class SharedFileTest {

  @TempDir Path directory;

  private final ManualTime time = Sample.time();

  private Path file() {
    return directory.resolve("ledger.db");
  }

  private JdbcLedger open() {
    return JdbcLedger.sqlite(file(), time);
  }

  private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void openedAtOnce_agreeOnOneIncarnation() throws Exception {
    List<Callable<JdbcLedger>> opening = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      opening.add(this::open);
    }
    List<JdbcLedger> stores = atOnce(opening);
    Set<Object> incarnations = new HashSet<>();
    for (JdbcLedger store : stores) {
      incarnations.add(store.incarnation());
      store.close();
    }
    assertEquals(1, incarnations.size());
  }

  @Test
  void commitOfOne_isSeenByTheOther() {
    try (JdbcLedger one = open();
        JdbcLedger other = open()) {
      for (int i = 0; i < 20; i++) {
        Sample.accepted(one, Sample.key(i));
        assertEquals(Sample.find(one, Sample.key(i)), Sample.find(other, Sample.key(i)));
        assertEquals(i + 1L, other.ledger().census(Optional.empty()).count(State.ACCEPTED));
      }
    }
  }

  /** Where the file is locked whole, even reads fail, as in a recovery or a last checkpoint. */
  @Test
  void fileLockedWholeElsewhere_isWaitedForByAnOpening() throws Exception {
    open().close();
    FutureTask<JdbcLedger> opening = new FutureTask<>(this::open);
    Thread thread = new Thread(opening);
    try (Statements other = new SqliteDialect(file(), time).openWriter()) {
      other.sql("PRAGMA locking_mode = EXCLUSIVE").first(Row::text);
      other.run("BEGIN IMMEDIATE");
      other.run("DELETE FROM alerts");
      other.run("COMMIT");
      assertThrows(SQLException.class, this::readSchema);
      thread.start();
      while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
    try (JdbcLedger store = opening.get()) {
      assertEquals(1, store.alerts().seal().ordinal());
    }
  }

  private void readSchema() throws SQLException {
    SqliteDialect dialect = new SqliteDialect(file(), time);
    try (Statements reader = dialect.openReader()) {
      reader.sql("PRAGMA busy_timeout = 0").first(Row::text);
      dialect.presentSchema(reader);
    }
  }

  @Test
  void writeLockHeldElsewhere_isWaitedFor() throws Exception {
    try (JdbcLedger store = open();
        Statements other = new SqliteDialect(file(), time).openWriter()) {
      other.run("BEGIN IMMEDIATE");
      ExecutorService threads = Executors.newSingleThreadExecutor();
      try {
        Future<Long> sealed = threads.submit(() -> store.alerts().seal().ordinal());
        assertEquals(0, store.alerts().pending());
        other.run("COMMIT");
        assertEquals(1, sealed.get());
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void closeWhileTheWriteLockIsHeldElsewhere_failsTheCallWithoutEffect() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    JdbcLedger store = open();
    try (Statements other = new SqliteDialect(file(), time).openWriter()) {
      other.run("BEGIN IMMEDIATE");
      Future<Long> sealed = threads.submit(() -> store.alerts().seal().ordinal());
      store.close();
      ExecutionException error = assertThrows(ExecutionException.class, sealed::get);
      assertInstanceOf(LedgerException.class, error.getCause());
      other.run("COMMIT");
    } finally {
      threads.shutdownNow();
    }
    try (JdbcLedger again = open()) {
      assertEquals(1, again.alerts().seal().ordinal());
    }
  }

  @Test
  void claimsOfBoth_areDisjointAndComplete() throws Exception {
    int sequences = 300;
    try (JdbcLedger one = open();
        JdbcLedger other = open()) {
      for (int i = 0; i < sequences; i++) {
        Sample.accepted(i % 2 == 0 ? one : other, Sample.key(i));
      }
      List<Callable<List<SequenceKey>>> claiming = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JdbcLedger store = i % 2 == 0 ? one : other;
        String node = "node-" + i;
        claiming.add(() -> claimAll(store, node));
      }
      List<SequenceKey> claimed = new ArrayList<>();
      atOnce(claiming).forEach(claimed::addAll);
      assertEquals(sequences, claimed.size());
      assertEquals(sequences, new HashSet<>(claimed).size());
      assertEquals(sequences, one.ledger().census(Optional.empty()).count(State.PROCESSING));
    }
  }

  private static List<SequenceKey> claimAll(JdbcLedger store, String node) {
    List<SequenceKey> keys = new ArrayList<>();
    List<Claimed> claimed;
    do {
      claimed = store.work().claim(Sample.claim(node, 7, Sample.WORK));
      assertTrue(claimed.size() <= 7);
      claimed.forEach(one -> keys.add(one.entry().key()));
    } while (!claimed.isEmpty());
    return keys;
  }

  @Test
  void reservationsOfBoth_neverPassTheQuota() throws Exception {
    OwnerQuota quota = new OwnerQuota(1_000, 100);
    try (JdbcLedger one = open();
        JdbcLedger other = open()) {
      List<Callable<Integer>> opening = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JdbcLedger store = i % 2 == 0 ? one : other;
        int first = i * 20;
        opening.add(() -> openSome(store, first, quota));
      }
      int accepted = atOnce(opening).stream().mapToInt(Integer::intValue).sum();
      assertEquals(14, accepted);
      assertEquals(98, one.ledger().holdings().usage(Sample.key(0).owner()).reservedBytes());
    }
  }

  private static int openSome(JdbcLedger store, int first, OwnerQuota quota) {
    int opened = 0;
    for (int i = first; i < first + 20; i++) {
      SessionOpening opening =
          store.sessions().open(Sample.session(), Sample.key(i), new Reservation(1, 7), quota);
      opened += opening instanceof SessionOpening.Opened ? 1 : 0;
    }
    return opened;
  }
}
