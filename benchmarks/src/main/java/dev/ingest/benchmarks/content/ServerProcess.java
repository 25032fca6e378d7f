package dev.ingest.benchmarks.content;

import dev.ingest.benchmarks.Folders;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /** Of a key pair that lives as long as the server, in a folder that only its user reads. */
  private static final String PASSWORD = "local-password";

  private final Process process;
  private final URI endpoint;
  private final Optional<Path> keys;

  private ServerProcess(Process process, int port, Optional<Path> keys) {
    this.process = process;
    this.keys = keys;
    this.endpoint = URI.create((keys.isPresent() ? "https" : "http") + "://127.0.0.1:" + port);
  }

  /** Starts the server without TLS, and makes its credentials those of this process. */
  static ServerProcess start(int heapMegabytes) throws IOException {
    return start(heapMegabytes, Optional.empty());
  }

  /**
   * Starts the server with a certificate that it has made, and makes that the only one that this
   * process trusts.
   */
  static ServerProcess startWithTls(int heapMegabytes) throws IOException {
    Path keys = Folders.create("s3-server-keys");
    try {
      Path store = keys.resolve("keys.p12");
      makeKeys(store);
      System.setProperty("javax.net.ssl.trustStore", store.toString());
      System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
      return start(heapMegabytes, Optional.of(keys));
    } catch (IOException | RuntimeException e) {
      Folders.delete(keys);
      throw e;
    }
  }

  private static void makeKeys(Path store) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=127.0.0.1",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-ext",
                    "bc=ca:true",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    store.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool made no keys and said " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IOException("interrupted while keytool ran", e);
    }
  }

  private static ServerProcess start(int heapMegabytes, Optional<Path> keys) throws IOException {
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
                    ServerProcess.class.getName(),
                    keys.map(folder -> folder.resolve("keys.p12").toString()).orElse("")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new IOException("the server did not start and said " + line);
    }
    return new ServerProcess(process, Integer.parseInt(line.substring(READY.length())), keys);
  }

  /** The server itself; its one argument is the file of its keys, empty for none. */
  public static void main(String[] arguments) throws Exception {
    boolean tls = !arguments[0].isEmpty();
    S3Proxy.Builder builder =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .awsAuthentication(AuthenticationType.NONE, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(128);
    if (tls) {
      builder.secureEndpoint(URI.create("https://127.0.0.1:0")).keyStore(arguments[0], PASSWORD);
    } else {
      builder.endpoint(URI.create("http://127.0.0.1:0"));
    }
    S3Proxy server = builder.build();
    server.start();
    System.out.println(READY + (tls ? server.getSecurePort() : server.getPort()));
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
    if (keys.isPresent()) {
      Folders.delete(keys.get());
    }
  }
}
