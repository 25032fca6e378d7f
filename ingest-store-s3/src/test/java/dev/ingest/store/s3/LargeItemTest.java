package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes, writes again, reads and deletes an item in a process of its own, opened by URI, with
 * credentials from its environment.
 *
 * <p>With a heap of 128 MB the item has 136 MiB; {@code -Dingest.content.bytes=10737418240} takes a
 * larger one through the same.
 */
class LargeItemTest {

  private static final long BYTES = Long.getLong("ingest.content.bytes", 136L << 20);
  private static final long MIB_PER_SECOND = 2;

  @TempDir Path directory;

  @Test
  void itemLargerThanTheHeap_passes() throws Exception {
    List<String> lines = run(S3MockServer.get(), BYTES, "error").lines().toList();
    assertEquals(
        List.of("written " + BYTES, "compared " + BYTES, "read " + BYTES, "deleted true"),
        lines.subList(0, 4));
    long heap = Long.parseLong(lines.get(4).substring("heap ".length()));
    assertTrue(heap <= 128, () -> "the heap had " + heap + " MiB");
  }

  @Test
  void everythingThatIsLogged_holdsNoSecret() throws Exception {
    String logged = run(S3ProxyServer.get(), 100_000, "trace");
    assertTrue(logged.contains("Sending Request"), "nothing was logged");
    assertFalse(logged.contains(Server.SECRET_KEY), "the secret key was logged");
  }

  private String run(Server server, long bytes, String level)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    String accepted = String.join(",", server.lacks().stream().map(Enum::name).toList());
    String uri =
        server.newPlace().place().name()
            + "?region=us-east-1&pathStyle=true&endpoint="
            + server.endpoint()
            + "&accept="
            + accepted;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=" + level);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(LargeItem.class.getName(), uri, Long.toString(bytes)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ACCESS_KEY_ID",
                Server.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                Server.SECRET_KEY));
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      long limit = 60 + (bytes >> 20) / MIB_PER_SECOND;
      assertTrue(process.waitFor(limit, TimeUnit.SECONDS), () -> "no end: " + text(output));
      assertEquals(0, process.exitValue(), () -> text(output));
    } finally {
      process.destroyForcibly();
    }
    return text(output);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return file + ": " + e;
    }
  }
}
