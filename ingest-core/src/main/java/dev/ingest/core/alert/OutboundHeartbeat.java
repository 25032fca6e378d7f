package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * A request to an external monitor at intervals, which complains when it stops coming: the only way
 * to hear that all nodes are gone. The engine sends it after the ledger has taken a write, and not
 * otherwise. Thread-safe.
 */
public final class OutboundHeartbeat implements AutoCloseable {

  private final HttpDestination destination;
  private final HttpSender sender;
  private final Duration interval;
  private final String method;

  private OutboundHeartbeat(HttpDestination destination, Duration interval, String method) {
    if (interval.compareTo(Duration.ofSeconds(1)) < 0
        || interval.compareTo(Duration.ofHours(1)) > 0) {
      throw new ConfigurationException(
          "an outbound heartbeat's interval is 1 s to 1 h, not " + interval);
    }
    this.destination = destination;
    this.sender = new HttpSender(destination);
    this.interval = interval;
    this.method = method;
  }

  /**
   * Pings with GET, as most dead-man switches expect.
   *
   * @param destination the monitor's URI
   * @param interval 1 s to 1 h; have the monitor complain after three
   * @return the heartbeat
   */
  public static OutboundHeartbeat get(HttpDestination destination, Duration interval) {
    return new OutboundHeartbeat(destination, interval, "GET");
  }

  /**
   * Pings with an empty POST.
   *
   * @param destination the monitor's URI
   * @param interval 1 s to 1 h; have the monitor complain after three
   * @return the heartbeat
   */
  public static OutboundHeartbeat post(HttpDestination destination, Duration interval) {
    return new OutboundHeartbeat(destination, interval, "POST");
  }

  /**
   * Tells how often it is sent.
   *
   * @return the interval
   */
  public Duration interval() {
    return interval;
  }

  /**
   * Sends one ping; bounded by the destination's policy.
   *
   * @throws dev.ingest.spi.alert.AlertSinkException if the monitor did not answer with a status of
   *     200 to 299
   */
  public void send() {
    sender.send(
        () ->
            HttpRequest.newBuilder(destination.uri())
                .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Ends a running ping. Idempotent. */
  @Override
  public void close() {
    sender.close();
  }

  @Override
  public String toString() {
    return "heartbeat to " + destination + " every " + interval;
  }
}
