package dev.ingest.cli;

import dev.ingest.core.IngestBuilder;
import dev.ingest.core.alert.AlertmanagerSink;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.core.alert.WebhookKey;
import dev.ingest.core.alert.WebhookSink;
import dev.ingest.spi.alert.AlertSink;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where alerts go. The terminal alone if nothing else is named; otherwise it is no sink, because a
 * line that perhaps nobody reads would count as the acknowledgement of a digest while the
 * destinations are down.
 */
final class AlertOptions {

  private static final String SECRET = "INGEST_WEBHOOK_SECRET";
  private static final Duration HEARTBEAT = Duration.ofMinutes(1);

  @Option(
      names = "--webhook",
      paramLabel = "URI",
      converter = StoreUri.Converter.class,
      description = "Post alerts here, signed with the secret in $" + SECRET + ".")
  private @Nullable URI webhook;

  @Option(
      names = "--alertmanager",
      paramLabel = "URI",
      converter = StoreUri.Converter.class,
      description = "Send alerts to the Prometheus Alertmanager here; after --webhook if both are.")
  private @Nullable URI alertmanager;

  @Option(
      names = "--heartbeat",
      paramLabel = "URI",
      converter = StoreUri.Converter.class,
      description = "Ping this every minute, as long as the ledger takes writes.")
  private @Nullable URI heartbeat;

  /** What was opened, to be closed after the engine. */
  record Opened(List<AlertSink> sinks, Optional<OutboundHeartbeat> heartbeat)
      implements AutoCloseable {

    void addTo(IngestBuilder builder) {
      sinks.forEach(builder::sink);
      heartbeat.ifPresent(builder::heartbeat);
    }

    @Override
    public void close() {
      sinks.forEach(AlertSink::close);
      heartbeat.ifPresent(OutboundHeartbeat::close);
    }
  }

  /** Opens the sinks in the order in which they are tried. */
  Opened open(AlertSink terminal, InstantSource clock) {
    return open(terminal, clock, System.getenv(SECRET));
  }

  /** The same with a secret that may be missing. */
  Opened open(AlertSink terminal, InstantSource clock, @Nullable String secret) {
    Optional<HttpDestination> hook = destination(webhook);
    Optional<WebhookKey> key = hook.map(any -> key(secret));
    Optional<HttpDestination> manager = destination(alertmanager);
    Optional<HttpDestination> monitor = destination(heartbeat);
    List<AlertSink> sinks = new ArrayList<>();
    hook.ifPresent(to -> sinks.add(WebhookSink.open(to, key.orElseThrow(), clock)));
    manager.ifPresent(to -> sinks.add(AlertmanagerSink.open(to, clock)));
    if (sinks.isEmpty()) {
      sinks.add(terminal);
    }
    return new Opened(sinks, monitor.map(to -> OutboundHeartbeat.get(to, HEARTBEAT)));
  }

  private static Optional<HttpDestination> destination(@Nullable URI uri) {
    return Optional.ofNullable(uri).map(HttpDestination::of);
  }

  private static WebhookKey key(@Nullable String secret) {
    if (secret == null) {
      throw new UsageException("--webhook needs the secret that signs alerts in $" + SECRET);
    }
    return WebhookKey.of(secret);
  }
}
