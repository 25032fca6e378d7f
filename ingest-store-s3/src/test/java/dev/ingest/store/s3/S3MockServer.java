package dev.ingest.store.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * S3Mock in a process of its own, from the jar that the build copies, behind {@link KeyLocks}. It
 * verifies every checksum and knows lifecycle rules; it does not check signatures. The process ends
 * with this one, and its directory with it.
 */
final class S3MockServer implements Server {

  private static final int TRIES = 1_200;
  private static final S3MockServer INSTANCE = new S3MockServer();

  private final URI raw;
  private final KeyLocks locks;

  private S3MockServer() {
    try {
      Path directory = Files.createTempDirectory("s3mock");
      int port = freePort();
      Process process = start(directory, port);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process, directory), "end-s3mock"));
      URI endpoint = URI.create("http://127.0.0.1:" + port);
      awaitAnswer(process, endpoint, directory.resolve("output"));
      raw = endpoint;
      locks = new KeyLocks(endpoint);
    } catch (IOException e) {
      throw new IllegalStateException("S3Mock did not start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while S3Mock started", e);
    }
  }

  static S3MockServer get() {
    return INSTANCE;
  }

  private static Process start(Path directory, int port) throws IOException {
    Path jar = Path.of("target", "servers", "s3mock.jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw new IOException(jar + " is missing; the build copies it before the tests");
    }
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Djava.io.tmpdir=" + directory,
                "-jar",
                jar.toString(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--http.port=" + port))
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitAnswer(Process process, URI endpoint, Path output)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(endpoint).timeout(Duration.ofSeconds(5)).build();
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < TRIES && process.isAlive(); i++) {
      try {
        if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet; a server that never does is told below.
      }
      never.await(50, TimeUnit.MILLISECONDS);
    }
    process.destroyForcibly();
    throw new IOException("no answer from S3Mock: " + Files.readString(output));
  }

  /** What it stored goes with it, once it is dead and stores no more. */
  private static void end(Process process, Path directory) {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      delete(directory);
    } catch (InterruptedException e) {
      process.destroyForcibly();
    } catch (IOException e) {
      throw new UncheckedIOException("what S3Mock stored in " + directory + " is left", e);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> found = Files.walk(directory)) {
      deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  @Override
  public URI endpoint() {
    return locks.endpoint();
  }

  @Override
  public Set<S3Risk> lacks() {
    return Set.of();
  }

  /** The server as it is, without what stands before it. */
  Server raw() {
    return new Raw(raw);
  }

  private record Raw(URI endpoint) implements Server {

    @Override
    public Set<S3Risk> lacks() {
      return Set.of();
    }
  }
}
