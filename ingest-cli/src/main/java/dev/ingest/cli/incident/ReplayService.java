package dev.ingest.cli.incident;

import dev.ingest.core.Ingest;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A service of the replay, which works until its input ends.
 *
 * @param role which service
 * @param release which code it runs
 * @param home the directory of the replay
 */
public record ReplayService(Role role, Release release, Path home) {

  private static final long LOOK_MILLIS = 50;

  /**
   * Works on the library.
   *
   * @param ledger the ledger that all services share
   * @param content the content that all services share
   * @param until its end is the end of the work
   * @throws IOException if the input cannot be read
   */
  public void guarded(LedgerStore ledger, ContentAccess content, InputStream until)
      throws IOException {
    try (Ingest ingest = Platform.service(ledger, content, role, release, home).build()) {
      ingest.start();
      readToEnd(until);
    }
  }

  /**
   * Works on the imitation.
   *
   * @param clock the time
   * @param until its end is the end of the work
   * @throws IOException if a file cannot be read or written
   * @throws InterruptedException if this thread is interrupted
   */
  public void unguarded(InstantSource clock, InputStream until)
      throws IOException, InterruptedException {
    Imitation imitation = new Imitation(home, clock);
    CountDownLatch ended = new CountDownLatch(1);
    Thread reader = new Thread(() -> countAtEnd(until, ended), "incident-input");
    reader.setDaemon(true);
    reader.start();
    do {
      imitation.work(role, release);
      if (role == Role.DECODE) {
        imitation.expire(Terms.SHORT_LIFE);
      }
    } while (!ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
  }

  private static void countAtEnd(InputStream until, CountDownLatch ended) {
    try {
      readToEnd(until);
    } catch (IOException e) {
      throw new UncheckedIOException("the input of the service cannot be read: " + e, e);
    } finally {
      ended.countDown();
    }
  }

  private static void readToEnd(InputStream until) throws IOException {
    int read;
    do {
      read = until.read();
    } while (read >= 0);
  }
}
