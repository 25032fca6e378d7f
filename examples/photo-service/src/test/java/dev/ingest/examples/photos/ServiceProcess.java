package dev.ingest.examples.photos;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The service as a process of its own, on a port that it chooses, with its files in a folder. */
final class ServiceProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private ServiceProcess(Process process) {
    this.process = process;
  }

  static ServiceProcess start(Path home, String... arguments)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                PhotoService.class.getName(),
                "--server.port=0",
                "--photos.home=" + home));
    command.addAll(List.of(arguments));
    ServiceProcess service =
        new ServiceProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread reader = new Thread(service::read, "service-output");
    reader.setDaemon(true);
    reader.start();
    try {
      service.port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return service;
    } catch (ExecutionException | TimeoutException e) {
      service.close();
      throw e;
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        Matcher started = STARTED.matcher(line);
        if (started.find()) {
          port.complete(Integer.valueOf(started.group(1)));
        }
      }
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
    port.completeExceptionally(new IOException("it ended without serving:\n" + output()));
  }

  String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  int port() {
    return port.join();
  }

  ServiceClient client() {
    return new ServiceClient(port());
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Asks it to end, and tells whether it did in time, with the status of a {@code SIGTERM}. */
  int terminate() throws InterruptedException {
    process.destroy();
    return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
