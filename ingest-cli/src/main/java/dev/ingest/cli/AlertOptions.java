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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where alerts go. */
final class AlertOptions {

  private static final String SECRET = "INGEST_WEBHOOK_SECRET";

  @Option(
      names = "--webhook",
      paramLabel = "URI",
      description = "Post alerts here, signed with the secret in $" + SECRET + ".")
  private @Nullable URI webhook;

  @Option(
      names = "--alertmanager",
      paramLabel = "URI",
      description = "Send alerts to the Prometheus Alertmanager here.")
  private @Nullable URI alertmanager;

  @Option(
      names = "--heartbeat",
      paramLabel = "URI",
      description = "Ping this every minute, as long as the ledger answers.")
  private @Nullable URI heartbeat;

  /** What was opened, to be closed after the engine. */
  record Opened(List<AlertSink> sinks, @Nullable OutboundHeartbeat heartbeat)
      implements AutoCloseable {

    void addTo(IngestBuilder builder) {
      sinks.forEach(builder::sink);
      if (heartbeat != null) {
        builder.heartbeat(heartbeat);
      }
    }

    @Override
    public void close() {
      sinks.forEach(AlertSink::close);
      if (heartbeat != null) {
        heartbeat.close();
      }
    }
  }

  /** Opens the sinks in the order in which they are tried; the terminal is the last. */
  Opened open(Terminal terminal, InstantSource clock) {
    List<AlertSink> sinks = new ArrayList<>();
    if (webhook != null) {
      String secret = System.getenv(SECRET);
      if (secret == null) {
        throw new UsageException("--webhook needs the secret that signs alerts in $" + SECRET);
      }
      sinks.add(WebhookSink.open(HttpDestination.of(webhook), WebhookKey.of(secret), clock));
    }
    if (alertmanager != null) {
      sinks.add(AlertmanagerSink.open(HttpDestination.of(alertmanager), clock));
    }
    sinks.add(new TerminalSink(terminal));
    return new Opened(
        sinks,
        heartbeat == null
            ? null
            : OutboundHeartbeat.get(HttpDestination.of(heartbeat), Duration.ofMinutes(1)));
  }
}
