package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.s3.S3FaultServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes, writes again, reads and deletes an item in a process of its own, opened by URI, with
 * credentials from its environment.
 *
 * <p>With a heap of 128 MB the item has 136 MiB; {@code -Dingest.content.bytes=10737418240} takes a
 * larger one through the same.
 */
@Tag("programme")
class LargeItemTest {

  private static final long BYTES = Long.getLong("ingest.content.bytes", 136L << 20);
  private static final long MIB_PER_SECOND = 2;
  private static final List<String> WHOLE_REQUESTS =
      List.of(
          "org.apache.hc.client5.http.headers",
          "org.apache.hc.client5.http.wire",
          "software.amazon.awssdk.http.auth.aws.internal.signer");
  private static final String SESSION_TOKEN = "planted-token-1618033988";

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

  /**
   * The token goes over the line in each request, as the secret key never does, and the guide names
   * the loggers of libraries that write whole requests. All others are at their finest here.
   */
  @Test
  void everythingThatIsLogged_holdsNoSessionTokenButInTheLoggersThatTheGuideNames()
      throws Exception {
    String guide = Files.readString(Path.of("..", "docs", "guide", "s3.md"));
    List<String> quiet = new ArrayList<>();
    for (String logger : WHOLE_REQUESTS) {
      assertTrue(guide.contains("`" + logger + "`"), () -> logger + " is not in the guide");
      quiet.add("-Dorg.slf4j.simpleLogger.log." + logger + "=info");
    }
    String logged = runWithToken(quiet);
    assertTrue(logged.contains("Sending Request"), "nothing was logged");
    assertFalse(logged.contains(Server.SECRET_KEY), "the secret key was logged");
    assertFalse(
        logged.contains(SESSION_TOKEN),
        () -> "logged: " + logged.lines().filter(line -> line.contains(SESSION_TOKEN)).toList());
    // So the token is in use, and would have been found.
    assertTrue(runWithToken(List.of()).contains(SESSION_TOKEN), "no request had the token");
  }

  private String runWithToken(List<String> options) throws Exception {
    try (S3FaultServer server = S3FaultServer.start()) {
      server.createBucket("bucket");
      String uri = "s3://bucket/a?region=us-east-1&pathStyle=true&endpoint=" + server.endpoint();
      return run(uri, 1_000, "trace", options, Map.of("AWS_SESSION_TOKEN", SESSION_TOKEN));
    }
  }

  private String run(Server server, long bytes, String level)
      throws IOException, InterruptedException {
    String accepted = String.join(",", server.lacks().stream().map(Enum::name).toList());
    String uri =
        server.newPlace().place().name()
            + "?region=us-east-1&pathStyle=true&endpoint="
            + server.endpoint()
            + "&accept="
            + accepted;
    return run(uri, bytes, level, List.of(), Map.of());
  }

  private String run(
      String uri, long bytes, String level, List<String> options, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=" + level);
    command.addAll(options);
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
    builder.environment().putAll(environment);
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
