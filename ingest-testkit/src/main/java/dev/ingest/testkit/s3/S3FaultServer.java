package dev.ingest.testkit.s3;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on the loopback address that speaks the part of the S3 protocol that a content adapter
 * uses, keeps what it is given in memory, and fails where an {@link S3Rule} says so.
 *
 * <p>Without a rule and with every {@link S3Switch} off it is strict: conditional writes are atomic
 * with their condition, checksums that come with bytes are checked, those of a multipart upload are
 * of the type that was asked for, and what it does not know is refused with 501. Addresses are in
 * the path style. Signatures are not checked, so any credentials do. Bodies may come in the {@code
 * aws-chunked} coding, and after {@code Expect: 100-continue}.
 *
 * <p>It holds as many bytes as its {@link S3ServerOptions} say, of which those of requests under
 * way are not counted. Its threads, {@code s3-fault-server-PORT-N}, are daemons; they and the JDK
 * server's dispatcher end with {@link #close()}. Safe for use by several threads.
 *
 * <p>Where the system property {@code sun.net.httpserver.nodelay} is not set, the first server sets
 * it to {@code true}: without it, the JDK's server answers 40 ms late.
 */
public final class S3FaultServer implements AutoCloseable {

  /** The most requests whose outcome {@link #exchanges()} keeps, the latest ones. */
  public static final int MAX_EXCHANGES = Traffic.MAX_LOGGED;

  private static final String NO_DELAY = "sun.net.httpserver.nodelay";
  private static final int BACKLOG = 256;
  private static final int MAX_WAITING = 1_024;
  private static final long END_SECONDS = 20;

  private final HttpServer http;
  private final ThreadPoolExecutor threads;
  private final Settings settings;
  private final Buckets buckets;
  private final Traffic traffic = new Traffic();
  private final Hangs hangs;

  private S3FaultServer(S3ServerOptions options) throws IOException {
    this.settings = new Settings(options);
    this.buckets = new Buckets(options, settings);
    this.hangs = new Hangs(options.longestHang());
    sendWithoutDelay();
    InetSocketAddress local =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    this.http = HttpServer.create(local, BACKLOG);
    this.threads = threads(options.threads(), http.getAddress().getPort());
    http.setExecutor(threads);
    http.createContext(
        "/", new FaultingHandler(options, new Operations(buckets, settings), traffic, hangs));
  }

  /**
   * The JDK's server sends headers and body apart, so that each reply with a body waits 40 ms for
   * an acknowledgement unless it sets TCP_NODELAY, and only this property, read before the first
   * server of the process, makes it.
   */
  private static void sendWithoutDelay() {
    if (System.getProperty(NO_DELAY) == null) {
      System.setProperty(NO_DELAY, "true");
    }
  }

  private static ThreadPoolExecutor threads(int count, int port) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            task -> {
              Thread thread =
                  new Thread(task, "s3-fault-server-" + port + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Starts a server with {@link S3ServerOptions#DEFAULT} on a free port.
   *
   * @return the server, to be closed by the caller
   * @throws IOException if no port is free
   */
  public static S3FaultServer start() throws IOException {
    return start(S3ServerOptions.DEFAULT);
  }

  /**
   * Starts a server on a free port.
   *
   * @param options its bounds
   * @return the server, to be closed by the caller
   * @throws IOException if no port is free
   */
  public static S3FaultServer start(S3ServerOptions options) throws IOException {
    S3FaultServer server = new S3FaultServer(options);
    server.http.start();
    return server;
  }

  /**
   * Returns where clients connect to.
   *
   * @return for example {@code http://127.0.0.1:40000}
   */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  /**
   * Creates a bucket below the protocol, if it is not there.
   *
   * @param name its name, by S3's rules
   */
  public void createBucket(String name) {
    try {
      buckets.create(name);
    } catch (Refusal e) {
      throw new IllegalArgumentException(e.message(), e);
    }
  }

  /**
   * Sets the rule for all requests from now on, in place of the one before.
   *
   * @param rule the rule
   */
  public void rule(S3Rule rule) {
    traffic.rule(rule);
  }

  /**
   * Turns a switch, for all buckets and from the next request on.
   *
   * @param one the switch
   * @param on whether it is on
   */
  public void set(S3Switch one, boolean on) {
    settings.set(one, on);
  }

  /**
   * Sets the lifecycle rules that all buckets tell.
   *
   * @param rules the rules; none for a bucket without a lifecycle configuration
   */
  public void lifecycle(List<S3LifecycleRule> rules) {
    settings.lifecycle(
        rules.isEmpty() ? Optional.empty() : Optional.of(Settings.lifecycleXml(rules)));
  }

  /**
   * Sets the lifecycle configuration that all buckets tell, as it goes over the line.
   *
   * @param document the whole XML document
   */
  public void lifecycleXml(String document) {
    settings.lifecycle(Optional.of(document.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Sets that all buckets lock objects, and so keep versions: a version is not deleted before its
   * time is over by the server's clock.
   *
   * @param days how long each version is locked, 0 or more; 0 for a bucket that could lock and has
   *     no default retention
   */
  public void lockObjects(int days) {
    if (days < 0) {
      throw new IllegalArgumentException("objects are locked for 0 days or more, not " + days);
    }
    settings.lockDays(OptionalInt.of(days));
  }

  /** Sets that no bucket locks objects. */
  public void unlockObjects() {
    settings.lockDays(OptionalInt.empty());
  }

  /** Lets every request go on that hangs now. */
  public void release() {
    hangs.release();
  }

  /**
   * Waits until requests hang.
   *
   * @param requests how many at least
   * @param most how long to wait
   * @return whether that many hang
   */
  public boolean awaitHanging(int requests, Duration most) {
    return hangs.await(requests, most);
  }

  /**
   * Counts the requests that came, whatever became of them.
   *
   * @return the count since the start
   */
  public long requests() {
    return traffic.requests();
  }

  /**
   * Counts the requests of one operation that came, whatever became of them.
   *
   * @param operation the operation
   * @return the count since the start
   */
  public long requests(S3Operation operation) {
    return traffic.requests(operation);
  }

  /**
   * Returns what became of requests, in the order in which they were answered or cut off. A request
   * is among them before its client can know.
   *
   * @return the latest ones, {@link #MAX_EXCHANGES} at most
   */
  public List<S3Exchange> exchanges() {
    return traffic.log();
  }

  /**
   * Counts the faults of one kind that struck.
   *
   * @param kind the kind
   * @return the count since the start
   */
  public long struck(S3Fault.Kind kind) {
    return traffic.struck(kind);
  }

  /**
   * Counts the faults that struck.
   *
   * @return the counts since the start by kind, without the kinds that did not
   */
  public Map<S3Fault.Kind, Long> struck() {
    return traffic.struck();
  }

  /**
   * Names the current objects of a bucket, below the protocol.
   *
   * @param bucket the bucket, which is there
   * @return the objects in the order of their keys' bytes
   */
  public List<S3StoredVersion> objects(String bucket) {
    return versions(bucket).stream()
        .filter(version -> version.latest() && !version.deleteMarker())
        .toList();
  }

  /**
   * Names all versions of objects and all delete markers of a bucket, below the protocol.
   *
   * @param bucket the bucket, which is there
   * @return them in the order of their keys' bytes, the newest of a key first
   */
  public List<S3StoredVersion> versions(String bucket) {
    return bucket(bucket).objects().stored();
  }

  /**
   * Reads an object below the protocol.
   *
   * @param bucket the bucket, which is there
   * @param key the key
   * @return a copy of its bytes; empty if there is no current object
   */
  public Optional<byte[]> bytes(String bucket, String key) {
    return bucket(bucket).objects().current(key).map(version -> version.object().bytes().clone());
  }

  /**
   * Returns what came with an object and is told again with it, below the protocol: content type,
   * metadata, encryption, tags.
   *
   * @param bucket the bucket, which is there
   * @param key the key
   * @return the headers, with names in lower case; empty if there is no current object
   */
  public Optional<Map<String, String>> headers(String bucket, String key) {
    return bucket(bucket)
        .objects()
        .current(key)
        .map(version -> Map.copyOf(version.object().headers()));
  }

  /**
   * Names the multipart uploads of a bucket that were neither completed nor aborted, below the
   * protocol.
   *
   * @param bucket the bucket, which is there
   * @return the uploads in the order of their keys' bytes, those of one key as they began
   */
  public List<S3StoredUpload> uploads(String bucket) {
    return bucket(bucket).uploads().stored();
  }

  /**
   * Flips a byte of a stored object below the protocol. What is told of it, such as its checksum,
   * stays as it was.
   *
   * @param bucket the bucket, which is there
   * @param key the key of a current object
   * @param position which byte, from 0
   */
  public void damage(String bucket, String key, int position) {
    bucket(bucket).objects().damage(key, position);
  }

  /**
   * Takes an object away below the protocol, all its versions with it.
   *
   * @param bucket the bucket, which is there
   * @param key the key
   * @return whether there was anything
   */
  public boolean lose(String bucket, String key) {
    return bucket(bucket).objects().lose(key);
  }

  private Bucket bucket(String name) {
    return buckets
        .find(name)
        .orElseThrow(() -> new IllegalArgumentException("there is no bucket " + name));
  }

  /**
   * Closes every connection, those that hang too, and waits for the threads to end. Idempotent.
   *
   * @throws IllegalStateException if a rule or the server failed, with what it threw, or a thread
   *     does not end
   */
  @Override
  public void close() {
    hangs.close();
    http.stop(0);
    threads.shutdownNow();
    boolean ended = false;
    try {
      ended = threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Throwable failure = traffic.failure();
    if (failure != null) {
      throw new IllegalStateException("the server or its rule failed", failure);
    }
    if (!ended) {
      throw new IllegalStateException(
          "a thread of the server at " + endpoint() + " does not end; a rule may be waiting");
    }
  }

  @Override
  public String toString() {
    return "S3 fault server at " + endpoint();
  }
}
