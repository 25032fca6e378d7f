package dev.ingest.benchmarks.content;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * S3Proxy with its store in memory, in a process of its own, so that it shares neither heap nor
 * collector with those who are compared. It does not check signatures: of requests without TLS
 * those of whole bodies cost it a second digest, and those of the transfer manager's chunks it
 * passes over. The process ends when its standard input does, and so with the one that started it.
 */
final class ServerProcess implements AutoCloseable {

  private static final String KEY = "local-identity";
  private static final String SECRET = "local-credential";
  private static final String READY = "port ";

  private final Process process;
  private final URI endpoint;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.endpoint = URI.create("http://127.0.0.1:" + port);
  }

  /** Starts the server, and makes its credentials those of this process. */
  static ServerProcess start(int heapMegabytes) throws IOException {
    System.setProperty("aws.accessKeyId", KEY);
    System.setProperty("aws.secretAccessKey", SECRET);
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + heapMegabytes + "m",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ServerProcess.class.getName()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new IOException("the server did not start and said " + line);
    }
    return new ServerProcess(process, Integer.parseInt(line.substring(READY.length())));
  }

  /** The server itself. */
  public static void main(String[] arguments) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.NONE, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(128)
            .build();
    server.start();
    System.out.println(READY + server.getPort());
    System.out.flush();
    while (System.in.read() >= 0) {
      // Nobody writes to it; its end is awaited.
    }
    server.stop();
    System.exit(0);
  }

  URI endpoint() {
    return endpoint;
  }

  /** The processor time that it has used. */
  Duration used() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
