package dev.ingest.benchmarks.content;

import dev.ingest.benchmarks.gate.Count;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.store.s3.S3Content;
import dev.ingest.store.s3.S3ContentOptions;
import dev.ingest.store.s3.S3Risk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What a sequence on S3 asks of the server: requests, on S3Proxy in a process of its own. */
public final class RequestCounts {

  private static final String BUCKET = "counted";

  /** What S3Proxy is not asked for, since it does not know it. */
  private static final Set<S3Risk> ACCEPTED =
      Set.of(S3Risk.LIFECYCLE_UNKNOWN, S3Risk.OBJECT_LOCK_UNKNOWN);

  private static final int HEAP_MEGABYTES = 512;
  private static final int SMALL = 1 << 10;
  private static final int LARGE = 20 << 20;
  private static final int MANY = 1_000;

  private final LongAdder requests;
  private final ContentStore store;
  private final List<Count> counts = new ArrayList<>();

  private RequestCounts(LongAdder requests, ContentStore store) {
    this.requests = requests;
    this.store = store;
  }

  /**
   * Counts on a server that is started for it.
   *
   * @return requests by what was done
   * @throws Exception if the server does not start, or a request fails
   */
  public static List<Count> measure() throws Exception {
    LongAdder requests = new LongAdder();
    try (ServerProcess server = ServerProcess.start(HEAP_MEGABYTES)) {
      new Place(server.endpoint(), BUCKET, S3Options.DEFAULT.accepted()).create();
      try (S3Client client = client(server, requests)) {
        long before = requests.sum();
        try (S3Content content =
            S3Content.open(
                client,
                S3ContentOptions.of(BUCKET, "deployment").withAccepted(ACCEPTED),
                InstantSource.system())) {
          RequestCounts counting = new RequestCounts(requests, content.access().store());
          counting.counts.add(new Count("s3.opening.requests", requests.sum() - before));
          counting.sequences();
          return counting.counts;
        }
      }
    }
  }

  private static S3Client client(ServerProcess server, LongAdder requests) {
    return S3Client.builder()
        .httpClientBuilder(Apache5HttpClient.builder().maxConnections(100))
        .region(Place.REGION)
        .endpointOverride(server.endpoint())
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(config -> config.chunkedEncodingEnabled(false))
        .overrideConfiguration(config -> config.addExecutionInterceptor(new Requests(requests)))
        .build();
  }

  /** Counts each attempt of each request. */
  private record Requests(LongAdder count) implements ExecutionInterceptor {

    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      count.increment();
    }
  }

  private void sequences() throws IOException {
    stored("one-item", 1, SMALL);
    stored("many-items", MANY, SMALL);
    stored("large-item", 1, LARGE);
    ContentPrefix prefix = new ContentPrefix("raw/o1/one-item");
    counted("read", () -> read(key(prefix, 0)));
    counted("stat", () -> requireStored(key(prefix, 0)));
    counted(
        "list", () -> store.list(new ContentPrefix("raw/o1/many-items"), Optional.empty(), MANY));
  }

  private static ContentKey key(ContentPrefix prefix, int number) {
    return prefix.key("%07d".formatted(number));
  }

  /** Items and the manifest after them, as the engine puts them. */
  private void stored(String name, int items, int bytes) throws IOException {
    ContentPrefix prefix = new ContentPrefix("raw/o1/" + name);
    counted(
        "sequence-of-" + name,
        () -> {
          try (ContentWriter writer = store.writer(prefix)) {
            for (int i = 0; i < items; i++) {
              writer.put(key(prefix, i), DigestedBody.of(new byte[bytes]));
            }
            writer.put(prefix.key("manifest"), DigestedBody.of(new byte[SMALL]));
            writer.commit();
          }
        });
  }

  private void read(ContentKey key) throws IOException {
    try (InputStream in = store.open(key, ByteRange.ALL, ReadPurpose.USE)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private void requireStored(ContentKey key) {
    if (store.stat(key).isEmpty()) {
      throw new IllegalStateException(key + " is not there");
    }
  }

  private void counted(String what, Action action) throws IOException {
    long before = requests.sum();
    action.run();
    counts.add(new Count("s3." + what + ".requests", requests.sum() - before));
  }

  /** Something that asks the server. */
  private interface Action {
    void run() throws IOException;
  }
}
