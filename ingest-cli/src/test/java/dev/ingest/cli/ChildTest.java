package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill tells of the process. */
@Tag("programme")
final class ChildTest {

  @TempDir private Path temp;

  @Test
  void kill_tellsWhetherItFoundTheProcessAlive() throws Exception {
    try (Child running = start("run", "--home", temp.resolve("home").toString());
        Child ended = start("--version")) {
      assertEquals(0, ended.exitStatus(), ended::describe);

      assertFalse(ended.kill(), ended::describe);
      assertTrue(running.kill(), running::describe);
    }
  }

  private Child start(String... args) throws IOException {
    return Child.start(temp.resolve("errors"), line -> {}, List.of(args));
  }
}
