package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.core.alert.WebhookKey;
import dev.ingest.core.alert.WebhookSink;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.ledger.Entry;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/**
 * A node of a service that embeds the engine, in a process of its own; it runs until it is killed.
 *
 * <p>{@code stall HOME} copies, and never comes to an end with the sequence {@code stuck}. {@code
 * watch HOME URI} watches alone, by the same name at each start, and tells the webhook.
 */
final class TestNode {

  static final SequenceId STUCK = SequenceId.of("stuck");
  static final String SECRET = "0123456789abcdef0123456789abcdef";

  private TestNode() {}

  /** Runs a node. */
  public static void main(String[] args) throws Exception {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    InstantSource clock = InstantSource.system();
    try (Stores stores = Place.home(Path.of(args[1])).open(clock)) {
      IngestBuilder builder =
          Ingest.builder().ledger(stores.ledger()).content(stores.content()).listener(PRINTING);
      if (args[0].equals("stall")) {
        builder.pipeline(stalling()).withoutWatch();
      } else {
        builder
            .withoutWork()
            .node(new NodeId("watch-1"), "v1")
            .sink(
                WebhookSink.open(
                    HttpDestination.of(URI.create(args[2])), WebhookKey.of(SECRET), clock));
      }
      try (Ingest ingest = builder.build()) {
        ingest.start();
        new CountDownLatch(1).await();
      }
    }
  }

  private static final EngineListener PRINTING =
      new EngineListener() {
        @Override
        public void published(Entry entry) {
          print("published " + entry.key());
        }

        @Override
        public void driverFailed(String driver, Throwable cause, long total) {
          print(driver + " failed: " + cause);
        }
      };

  private static Pipeline stalling() {
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              if (context.sequence().id().equals(STUCK)) {
                print("stalled " + context.sequence());
                new CountDownLatch(1).await();
              }
              context.emit(item.name(), item.open());
            });
    return Pipeline.named("copy").stage(stage).expect(Expectation.onePerItem()).build();
  }

  @SuppressWarnings("SystemOut") // What the test waits for.
  private static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
