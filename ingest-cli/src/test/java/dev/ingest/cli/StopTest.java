package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Beat;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running process that is asked to stop. */
class StopTest {

  private static final int SEQUENCES = 60;

  @TempDir private Path temp;

  @Test
  void run_toldToStop_handsBackWhatItHolds() throws IOException, InterruptedException {
    Cli cli = new Cli(temp.resolve("home"));
    List<String> submit = new ArrayList<>(List.of("submit"));
    for (int i = 0; i < SEQUENCES; i++) {
      Path file = temp.resolve("file-" + i);
      Files.writeString(file, "text " + i);
      submit.add(file.toString());
    }
    cli.call(submit.toArray(String[]::new)).hasStatus(0);
    CountDownLatch busy = new CountDownLatch(5);

    try (Child runner =
        Child.start(
            temp.resolve("errors"),
            line -> busy.countDown(),
            List.of("run", "--home", cli.home().toString(), "--lease", "600"))) {
      assertTrue(busy.await(120, TimeUnit.SECONDS), runner::describe);
      runner.terminate();
      // 128 + SIGTERM: the process ended by the signal, after its shutdown hook.
      assertEquals(143, runner.exitStatus(), runner::describe);
    }

    List<Entry> leased = new ArrayList<>();
    try (Stores stores = Place.home(cli.home()).open(InstantSource.system())) {
      Accounts accounts =
          Accounts.of(
              stores.ledger().ledger(),
              Optional.empty(),
              entry -> entry.position().lease().ifPresent(lease -> leased.add(entry)));
      assertEquals(SEQUENCES, accounts.accepted());
    }
    assertEquals(List.of(), leased, "a lease of ten minutes that nobody holds any more");
    cli.call("run", "--until-idle").hasStatus(0);
  }

  @Test
  void run_toldToStopWhileItWaitsForAKilledOne_leavesNobodySilent()
      throws IOException, InterruptedException {
    Cli cli = new Cli(temp.resolve("home"));
    cli.call("run", "--until-idle").hasStatus(0);
    KilledPump.in(
        cli.home(),
        ledger -> {
          AlertRow.Group group = new AlertRow.Group("SEQUENCE_FAILED", "copy", "", "v1");
          Instant now = ledger.ledger().now();
          ledger.alerts().raise(List.of(new AlertRow(group, now, Optional.empty(), "no")));
          KilledPump.plant(ledger, Duration.ofHours(1), 17);
        });
    Path errors = temp.resolve("errors");

    try (Child runner =
        Child.start(
            errors, line -> {}, List.of("run", "--until-idle", "--home", cli.home().toString()))) {
      until(() -> Files.readString(errors).contains("alerts wait for killed"), runner::describe);
      until(() -> held(cli).contains("sentinel"), runner::describe);
      runner.terminate();
      assertEquals(143, runner.exitStatus(), runner::describe);
    }

    assertEquals(List.of("pump"), held(cli), "whose lease is the killed one's");
  }

  /** Which watchers have not ended in order. */
  private static List<String> held(Cli cli) {
    List<String> held = new ArrayList<>();
    KilledPump.in(
        cli.home(),
        ledger ->
            Beat.in(ledger).stream()
                .filter(beat -> beat.holder().isPresent())
                .map(Beat::watcher)
                .forEach(held::add));
    return held;
  }

  /** What comes true in another process. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void until(Condition condition, Supplier<String> what) throws IOException {
    long begun = System.nanoTime();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - begun < TimeUnit.MINUTES.toNanos(1), what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
