package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine of the commands that need the ledger alone. */
class LedgerEngineTest {

  @TempDir private Path temp;

  /** The content opens, lists what it has, and then reads none of it. */
  @Test
  void hold_isPlacedOverADiskThatStopsReading() throws IOException {
    Cli cli = new Cli(temp.resolve("home"));
    Path file = Files.writeString(temp.resolve("good.txt"), "wet road");
    cli.submitAndRun(file, "good", "--pipeline", "copy");
    EngineCommand command = command();
    try (Stores opened = Place.home(cli.home()).open(InstantSource.system());
        Ingest engine = command.ledgerEngine(new Stores(opened.ledger(), sick(opened.content())))) {
      SequenceKey key = SequenceKey.of("local", "good");
      assertTrue(engine.acts("carol", "the disk").hold(key).committed());
    }
    String history = cli.call("history", "good").hasStatus(0).out();
    assertTrue(history.contains("by carol"), history);
  }

  /** A disk that hangs answers nothing and refuses nothing. */
  @Test
  @Timeout(60)
  void ledger_isOpenedOverAContentThatHangs() throws Exception {
    Cli cli = new Cli(temp.resolve("home"));
    Path file = Files.writeString(temp.resolve("good.txt"), "wet road");
    cli.submitAndRun(file, "good", "--pipeline", "copy");
    Path marker = cli.home().resolve("content").resolve("ingest-content");
    byte[] marked = Files.readAllBytes(marker);
    Files.delete(marker);
    // Whoever opens it to read waits until somebody opens it to write.
    assumeTrue(new ProcessBuilder("mkfifo", marker.toString()).start().waitFor() == 0);
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (Stores opened =
        Place.home(cli.home())
            .openLedger(InstantSource.system(), terminal(told), Duration.ofMillis(300))) {
      assertFalse(opened.answers());
      try (Ingest engine = command().engineWithoutContent(opened)) {
        SequenceKey key = SequenceKey.of("local", "good");
        assertTrue(engine.acts("carol", "the disk hangs").hold(key).committed());
      }
      assertTrue(told.toString(StandardCharsets.UTF_8).contains("has neither ended nor failed"));
    } finally {
      // Opened for both, it waits for nobody.
      try (RandomAccessFile writer = new RandomAccessFile(marker.toFile(), "rw")) {
        writer.write(marked);
      }
    }
  }

  @Test
  @Timeout(60)
  void contentThatOpensTooLate_isClosed() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    ContentAccess late = new ContentAccess(closing(closed), permit -> List.of());
    assertThrows(
        ContentException.class,
        () ->
            LimitedOpening.within(
                Duration.ofMillis(10),
                () -> {
                  awaited(goesOn);
                  return late;
                }));
    goesOn.countDown();
    closed.await();
    assertSame(late, LimitedOpening.within(Duration.ofSeconds(30), () -> late));
    assertThrows(
        UsageException.class,
        () ->
            LimitedOpening.within(
                Duration.ofSeconds(30),
                () -> {
                  throw new UsageException("--content: not a URI");
                }));
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ContentStore closing(CountDownLatch closed) {
    return (ContentStore)
        Proxy.newProxyInstance(
            LedgerEngineTest.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close")) {
                closed.countDown();
                return null;
              }
              return method.getName().equals("equals") ? self == arguments[0] : 1;
            });
  }

  private static ContentAccess sick(ContentAccess access) {
    return new FaultingContent(
            access, call -> call.role() == Role.READ ? new Fault.FailBefore() : new Fault.None())
        .access();
  }

  private static Terminal terminal(OutputStream told) {
    PrintStream lines = new PrintStream(told, true, StandardCharsets.UTF_8);
    return new Terminal(lines, lines, false);
  }

  private static EngineCommand command() {
    Terminal terminal = terminal(OutputStream.nullOutputStream());
    return new EngineCommand(
        new Surroundings(terminal, InstantSource.system(), new SecureRandom())) {
      @Override
      int perform() {
        return ExitCodes.DONE;
      }
    };
  }
}
