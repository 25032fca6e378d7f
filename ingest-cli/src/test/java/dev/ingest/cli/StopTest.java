package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
}
