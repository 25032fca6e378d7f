package dev.ingest.store.jdbc.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.store.jdbc.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes, writes again, reads and deletes an item in a process whose heap has 64 MB.
 *
 * <p>The item has three times as many bytes, 192 MiB; {@code -Dingest.content.bytes=1073741824}
 * takes a larger one through the same.
 */
@Tag("programme")
class LargeItemTest {

  private static final long BYTES = Long.getLong("ingest.content.bytes", 192L << 20);
  private static final long MIB_PER_SECOND = 2;

  @TempDir Path directory;

  @Test
  void itemLargerThanTheHeap_passesThroughSqlite() throws Exception {
    assertPasses(directory.resolve("content.db").toString());
  }

  @Test
  void itemLargerThanTheHeap_passesThroughPostgres() throws Exception {
    assertPasses(PostgresServer.urlOfEmptySchema());
  }

  private void assertPasses(String where) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                LargeItem.class.getName(),
                where,
                Long.toString(BYTES))
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      long limit = 60 + (BYTES >> 20) / MIB_PER_SECOND;
      assertTrue(process.waitFor(limit, TimeUnit.SECONDS), () -> text(output) + text(errors));
      assertEquals(0, process.exitValue(), () -> text(output) + text(errors));
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertEquals(
        List.of("written " + BYTES, "compared " + BYTES, "read " + BYTES, "deleted true"),
        lines.subList(0, 4));
    long heap = Long.parseLong(lines.get(4).substring("heap ".length()));
    assertTrue(heap <= 64, () -> "the heap had " + heap + " MiB");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return file + ": " + e;
    }
  }
}
