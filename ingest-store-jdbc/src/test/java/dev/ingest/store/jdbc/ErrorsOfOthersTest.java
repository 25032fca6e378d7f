package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An error of a driver or a pool, such as a class that is not there, costs no thread for good. */
@Timeout(60)
final class ErrorsOfOthersTest {

  @TempDir private Path directory;

  @Test
  void openingThatAnErrorEnds_leavesNoWriterBehind() throws Exception {
    Set<Thread> before = writers();
    EmbeddedDialect broken =
        proxy(
            EmbeddedDialect.class,
            new SqliteDialect(directory.resolve("ledger.db"), InstantSource.system()),
            "beginReading");
    assertThrows(NoClassDefFoundError.class, () -> JdbcLedger.open(broken));
    Set<Thread> left = writers();
    left.removeAll(before);
    for (Thread writer : left) {
      writer.join(TimeUnit.SECONDS.toMillis(20));
      assertFalse(writer.isAlive(), writer::getName);
    }
  }

  @Test
  void errorOfTheSource_endsNoListening() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    DataSource source =
        (DataSource)
            Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  asked.countDown();
                  throw new NoClassDefFoundError("org/example/Pool");
                });
    ServerDatabase database =
        new ServerDatabase(source, new PostgresDialect("broken", "ingest_", Optional.empty()));
    try (PostgresListener listener = new PostgresListener(database)) {
      listener.start();
      assertTrue(asked.await(20, TimeUnit.SECONDS));
    }
    assertEquals(0, asked.getCount());
  }

  private static Set<Thread> writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ingest-ledger-writer"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Of which one method meets a class that is not there. */
  private static <T> T proxy(Class<T> type, T below, String broken) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals(broken)) {
                throw new NoClassDefFoundError("org/example/Driver");
              }
              try {
                return method.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
