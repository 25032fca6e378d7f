package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentUpkeep;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3ServerOptions;
import dev.ingest.testkit.s3.S3Switch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A place on a server of its own that fails on demand, with small parts, three attempts of each
 * request without pauses, and a client that waits for a reply as long as it is told to.
 */
final class FaultyPlace implements AutoCloseable {

  static final String BUCKET = "bucket";
  static final int PART = 2_000;
  static final int ATTEMPTS = 3;
  static final Duration PATIENCE = Duration.ofMillis(300);

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final S3Transfer TRANSFER =
      new S3Transfer(
          S3Transfer.MIN_PART,
          4,
          S3Transfer.MIN_PART,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          new S3ReadRate(1_000, Duration.ofMillis(500)));

  /** One for all, since each takes long to make. */
  private static final SdkHttpClient HTTP = http(PATIENCE);

  /** Where requests are counted, a busy machine must have none of them repeated. */
  private static final SdkHttpClient PATIENT_HTTP = http(LONG);

  private static SdkHttpClient http(Duration patience) {
    return Apache5HttpClient.builder()
        .socketTimeout(patience)
        .connectionTimeout(Duration.ofSeconds(5))
        .maxConnections(100)
        .build();
  }

  private final ManualTime time = new ManualTime(Instant.parse("2026-11-25T00:00:00Z"));
  private final S3FaultServer server;
  private final S3Client client;
  private final S3ContentOptions options =
      S3ContentOptions.of(BUCKET, "deployment/a")
          .withTransfer(TRANSFER)
          .withAbandonedAfter(ABANDONED);
  private @Nullable S3Content content;
  private Map<S3Fault.Kind, Long> struckBefore = Map.of();

  FaultyPlace(boolean versioned) {
    this(versioned, HTTP);
  }

  private FaultyPlace(boolean versioned, SdkHttpClient http) {
    try {
      server =
          S3FaultServer.start(
              S3ServerOptions.DEFAULT.withClock(time).withMinPartBytes(PART).withLongestHang(LONG));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createBucket(BUCKET);
    server.set(S3Switch.VERSIONING, versioned);
    client = new Loopback(server.endpoint()).client(http);
  }

  /** A place that is open, on a server that has not failed yet. */
  static FaultyPlace opened() {
    FaultyPlace place = new FaultyPlace(false);
    place.open();
    return place;
  }

  /** One whose client waits for long, for tests that count requests and let none hang. */
  static FaultyPlace patient() {
    return new FaultyPlace(false, PATIENT_HTTP);
  }

  private record Loopback(URI endpoint) implements Server {

    @Override
    public Set<S3Risk> lacks() {
      return Set.of();
    }

    S3Client client(SdkHttpClient http) {
      return builder()
          .httpClientBuilder(null)
          .httpClient(http)
          .overrideConfiguration(
              config ->
                  config.retryStrategy(
                      strategy ->
                          strategy
                              .maxAttempts(ATTEMPTS)
                              .backoffStrategy(BackoffStrategy.retryImmediately())
                              .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())))
          .build();
    }
  }

  S3FaultServer server() {
    return server;
  }

  S3Client client() {
    return client;
  }

  S3ContentOptions options() {
    return options;
  }

  /** Opens the content, again if it was open. */
  void open() {
    open(options);
  }

  /** Opens the content unless it is open. */
  void requireOpen() {
    if (content == null) {
      open();
    }
  }

  void open(S3ContentOptions changed) {
    S3Content before = content;
    if (before != null) {
      before.close();
      content = null;
    }
    content = S3Content.open(client, changed, new PartSizes(PART), time);
  }

  private S3Content content() {
    S3Content open = content;
    if (open == null) {
      throw new IllegalStateException("the place was not opened");
    }
    return open;
  }

  ContentStore store() {
    return content().access().store();
  }

  ContentPurger purger() {
    return content().access().purger();
  }

  ContentUpkeep upkeep() {
    return content().access().upkeep();
  }

  Swept sweep() {
    return content().sweep();
  }

  /** Moves the time until what is unfinished counts as abandoned. */
  void abandon() {
    time.advance(ABANDONED.plusSeconds(1));
  }

  /** Lets the server fail no more, and waits until what hangs has landed. */
  void calm() {
    server.rule(S3Rule.NONE);
    land();
  }

  /** Counts the faults that struck since it was emptied, by kind. */
  Map<S3Fault.Kind, Long> struck() {
    Map<S3Fault.Kind, Long> since = new EnumMap<>(S3Fault.Kind.class);
    server
        .struck()
        .forEach(
            (kind, count) -> {
              long more = count - struckBefore.getOrDefault(kind, 0L);
              if (more > 0) {
                since.put(kind, more);
              }
            });
    return since;
  }

  /**
   * Takes all objects away below the protocol, so that it serves as a new one.
   *
   * @return whether it can, as the server keeps the outcome of so many requests only
   */
  boolean empty() {
    calm();
    BelowProtocol below = BelowProtocol.of(this);
    below.requireNoUploads();
    server.versions(BUCKET).forEach(one -> server.lose(BUCKET, one.key()));
    below.requireNothing();
    struckBefore = server.struck();
    return server.requests() < S3FaultServer.MAX_EXCHANGES / 2;
  }

  /** Lets what hangs land, and waits for it. */
  void land() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (server.exchanges().size() < server.requests()) {
      server.release();
      if (System.nanoTime() > end) {
        throw new AssertionError("requests of " + server + " do not end");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    S3Content open = content;
    if (open != null) {
      open.close();
    }
    client.close();
    server.close();
  }
}
