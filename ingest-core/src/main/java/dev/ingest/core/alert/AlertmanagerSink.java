package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Posts alerts to the version 2 API of a Prometheus Alertmanager.
 *
 * <p><b>Events as alerts.</b> An Alertmanager knows conditions that last; a line of a digest is
 * something that happened. So each line is an alert of its own, told apart by the labels {@code
 * ledger} and {@code digest} (a message that is sent twice is one alert there), and fires from when
 * it was first raised until {@code firing} after it was sent; then it counts as resolved, which
 * says nothing of the sequences. Without the label {@code digest} a second failure within {@code
 * firing} would only change the annotations of an alert that fires already, and nobody would be
 * notified. Group notifications by {@code alertname}, never by {@code digest}.
 *
 * <p><b>Silence.</b> An empty digest posts an empty list, which only shows that the Alertmanager
 * answers. With {@link #withHeartbeat()} every digest also renews an alert named {@code
 * IngestAlertsFlow} that fires all the time: route it to something that complains when it stops.
 *
 * <p>Thread-safe.
 */
public final class AlertmanagerSink implements AlertSink {

  private static final Duration FIRING = Duration.ofMinutes(15);
  private static final Duration HEARTBEAT = Duration.ofMinutes(5);

  /** How many alerts one request carries at most. */
  private static final int MAX_ALERTS = 500;

  private final String name;
  private final HttpDestination destination;
  private final HttpSender sender;
  private final InstantSource clock;
  private final Duration firing;
  private final boolean heartbeat;

  private AlertmanagerSink(
      String name,
      HttpDestination destination,
      InstantSource clock,
      Duration firing,
      boolean heartbeat) {
    this.name = name;
    this.destination = destination;
    this.sender = new HttpSender(destination);
    this.clock = clock;
    this.firing = firing;
    this.heartbeat = heartbeat;
  }

  /**
   * Opens a sink whose alerts fire for 15 minutes, without heartbeat, and whose name is made of the
   * address's host and port. Does no I/O.
   *
   * @param base the Alertmanager's address, without {@code /api/v2/alerts}
   * @param clock the time from which an alert fires
   * @return the sink
   */
  public static AlertmanagerSink open(HttpDestination base, InstantSource clock) {
    return open(SinkName.of("alertmanager", base.uri()), base, clock);
  }

  /**
   * Opens a sink with a name of its own, where one host and port has several. Does no I/O.
   *
   * @param name 1 to 64 lower-case letters, digits or {@code . _ -}, starting with a letter or
   *     digit
   * @param base the Alertmanager's address, without {@code /api/v2/alerts}
   * @param clock the time from which an alert fires
   * @return the sink
   * @throws ConfigurationException if the name has another form
   */
  public static AlertmanagerSink open(String name, HttpDestination base, InstantSource clock) {
    return new AlertmanagerSink(
        SinkName.chosen(name), base.below("/api/v2/alerts"), clock, FIRING, false);
  }

  /**
   * Copies with another time for which alerts fire.
   *
   * @param changed 1 minute to 7 days, and longer than the Alertmanager's {@code group_interval},
   *     or else nobody may be notified
   * @return the copy
   */
  public AlertmanagerSink withFiring(Duration changed) {
    if (changed.compareTo(Duration.ofMinutes(1)) < 0 || changed.compareTo(Duration.ofDays(7)) > 0) {
      throw new ConfigurationException("alerts fire for 1 minute to 7 days, not " + changed);
    }
    return new AlertmanagerSink(name, destination, clock, changed, heartbeat);
  }

  /**
   * Copies with an alert that fires as long as digests come.
   *
   * @return the copy
   */
  public AlertmanagerSink withHeartbeat() {
    return new AlertmanagerSink(name, destination, clock, firing, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void send(AlertMessage message) {
    List<Alert> alerts = alerts(message);
    for (int from = 0; from == 0 || from < alerts.size(); from += MAX_ALERTS) {
      post(alerts.subList(from, Math.min(alerts.size(), from + MAX_ALERTS)));
    }
  }

  private void post(List<Alert> alerts) {
    byte[] body = json(alerts).getBytes(StandardCharsets.UTF_8);
    sender.send(
        () ->
            HttpRequest.newBuilder(destination.uri())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** One alert of the API. */
  private record Alert(
      Map<String, String> labels,
      Map<String, String> annotations,
      Instant startsAt,
      Instant endsAt) {}

  private List<Alert> alerts(AlertMessage message) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Alert> alerts = new ArrayList<>();
    if (message instanceof AlertMessage.Digest digest) {
      for (AlertDigest.Line line : digest.digest().lines()) {
        alerts.add(alert(digest, line, now));
      }
      if (heartbeat) {
        alerts.add(heartbeat(message, now));
      }
    } else if (message instanceof AlertMessage.Direct direct) {
      alerts.add(alert(direct, now));
    }
    return alerts;
  }

  private Alert alert(AlertMessage.Digest message, AlertDigest.Line line, Instant now) {
    Map<String, String> labels = labels(message, line.group());
    labels.put("digest", Long.toString(message.digest().ordinal()));
    Map<String, String> annotations = annotations(line.group(), line.count());
    annotations.put("first", line.first().toString());
    annotations.put("last", line.last().toString());
    annotations.put("sequences", AlertText.keys(line.samples()));
    annotations.put("message", line.message());
    return new Alert(labels, annotations, earlier(line.first(), now), now.plus(firing));
  }

  private Alert alert(AlertMessage.Direct message, Instant now) {
    AlertRow row = message.row();
    Map<String, String> labels = labels(message, row.group());
    labels.put("digest", message.key());
    Map<String, String> annotations = annotations(row.group(), message.count());
    annotations.put("first", row.at().toString());
    annotations.put("last", row.at().toString());
    annotations.put("sequences", AlertText.keys(row.sequence()));
    annotations.put("message", row.message());
    return new Alert(labels, annotations, earlier(row.at(), now), now.plus(firing));
  }

  private static Alert heartbeat(AlertMessage message, Instant now) {
    return new Alert(
        Map.of("alertname", "IngestAlertsFlow", "ledger", message.incarnation().value()),
        Map.of("summary", "Digests of alerts arrive; complain when this stops"),
        now,
        now.plus(HEARTBEAT));
  }

  /** An alert that ends before it starts is refused, and the ledger's clock may be ahead. */
  private static Instant earlier(Instant raised, Instant now) {
    return raised.isBefore(now) ? raised : now;
  }

  private static Map<String, String> labels(AlertMessage message, AlertRow.Group group) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("alertname", alertName(group.code()));
    labels.put("code", group.code());
    labels.put("severity", AlertText.severity(group).name().toLowerCase(Locale.ROOT));
    labels.put("pipeline", group.pipeline());
    labels.put("stage", group.stage());
    labels.put("version", group.nodeVersion());
    labels.put("ledger", message.incarnation().value());
    return labels;
  }

  private static Map<String, String> annotations(AlertRow.Group group, long count) {
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("summary", AlertText.title(group));
    annotations.put("what_happened", AlertText.whatHappened(group));
    annotations.put("what_to_do", AlertText.whatToDo(group));
    annotations.put("count", Long.toString(count));
    return annotations;
  }

  /** SEQUENCE_FAILED becomes IngestSequenceFailed. */
  private static String alertName(String code) {
    return Stream.of(code.split("_"))
        .filter(word -> !word.isEmpty())
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining("", "Ingest", ""));
  }

  private static String json(List<Alert> alerts) {
    JsonWriter out = new JsonWriter();
    out.array(
        all ->
            alerts.forEach(
                alert ->
                    all.object(
                        json -> {
                          json.name("labels").texts(alert.labels());
                          json.name("annotations").texts(alert.annotations());
                          json.name("startsAt").text(alert.startsAt().toString());
                          json.name("endsAt").text(alert.endsAt().toString());
                        })));
    return out.toString();
  }

  @Override
  public void close() {
    sender.close();
  }

  @Override
  public String toString() {
    return name + " at " + destination;
  }
}
