package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What an Alertmanager is sent, held to the definition {@code postableAlerts} of its OpenAPI
 * description: an array of objects with {@code labels} (required, texts by name), {@code
 * annotations} (texts by name), {@code startsAt} and {@code endsAt} (RFC 3339) and {@code
 * generatorURL}. Beside it the server refuses alerts that end before they start, without labels or
 * with labels that are no names.
 */
@Timeout(60)
final class AlertmanagerSinkTest {

  private static final Set<String> FIELDS =
      Set.of("labels", "annotations", "startsAt", "endsAt", "generatorURL");

  private final ManualTime time = new ManualTime(AlertSamples.TIME.plusSeconds(5));
  private final Receiver receiver = new Receiver();

  @AfterEach
  void end() {
    receiver.close();
  }

  @Test
  void line_isAnAlertOfItsOwn() {
    sink().send(AlertSamples.digest(AlertSamples.failed()));
    Receiver.Request request = receiver.requests.get(0);
    assertEquals("POST", request.method());
    assertEquals("/am/api/v2/alerts", request.path());
    assertEquals("application/json", request.header("Content-Type"));
    assertEquals(
        List.of(
            Map.of(
                "labels",
                Map.of(
                    "alertname",
                    "IngestSequenceFailed",
                    "code",
                    "SEQUENCE_FAILED",
                    "severity",
                    "critical",
                    "pipeline",
                    "photos",
                    "stage",
                    "thumbnail@2",
                    "version",
                    "v1.4",
                    "ledger",
                    AlertSamples.LEDGER.value(),
                    "digest",
                    "17"),
                "annotations",
                Map.of(
                    "summary",
                    AlertCode.SEQUENCE_FAILED.title(),
                    "what_happened",
                    AlertCode.SEQUENCE_FAILED.whatHappened(),
                    "what_to_do",
                    AlertCode.SEQUENCE_FAILED.whatToDo(),
                    "count",
                    "3",
                    "first",
                    "2026-03-01T09:59:10Z",
                    "last",
                    "2026-03-01T09:59:58Z",
                    "sequences",
                    "alice/ride-1, bob/ride-2",
                    "message",
                    "CORRUPT_INPUT: item 3 is no JPEG"),
                "startsAt",
                "2026-03-01T09:59:10Z",
                "endsAt",
                "2026-03-01T10:15:05Z")),
        alerts(0));
  }

  @Test
  void resentDigest_isTheSameAlertAndTheNextDigestAnother() {
    AlertmanagerSink sink = sink();
    sink.send(AlertSamples.digest(AlertSamples.failed()));
    sink.send(AlertSamples.digest(AlertSamples.failed()));
    sink.send(
        new AlertMessage.Digest(
            AlertSamples.LEDGER,
            new AlertDigest(18, AlertSamples.TIME, List.of(AlertSamples.failed()))));
    assertEquals(labels(0), labels(1));
    Map<String, Object> other = labels(2);
    assertFalse(labels(0).equals(other));
  }

  @Test
  void digestThatWasHeldUpForDays_firesFromItsSending() {
    time.advance(Duration.ofDays(3));
    sink().withFiring(Duration.ofMinutes(30)).send(AlertSamples.digest(AlertSamples.failed()));
    Map<String, Object> alert = JsonReader.object(alerts(0).get(0));
    assertEquals("2026-03-01T09:59:10Z", alert.get("startsAt"));
    assertEquals("2026-03-04T10:30:05Z", alert.get("endsAt"));
  }

  @Test
  void ledgerAheadOfTheNode_givesNoAlertThatEndsBeforeItStarts() {
    time.advance(Duration.ofDays(-30));
    sink().send(AlertSamples.digest(AlertSamples.failed()));
    checkAgainstTheDescription();
  }

  @Test
  void emptyDigest_isAnEmptyListAndWithHeartbeatOneAlert() {
    sink().send(AlertSamples.digest());
    assertEquals(List.of(), alerts(0));
    sink().withHeartbeat().send(AlertSamples.digest());
    assertEquals("IngestAlertsFlow", labels(1).get("alertname"));
    checkAgainstTheDescription();
  }

  @Test
  void everyMessage_keepsToTheDescription() {
    AlertmanagerSink sink = sink().withHeartbeat();
    sink.send(AlertSamples.digest(AlertSamples.failed(), AlertSamples.nasty()));
    sink.send(AlertSamples.direct(AlertSamples.NASTY));
    checkAgainstTheDescription();
    assertEquals(
        AlertSamples.NASTY,
        JsonReader.object(JsonReader.object(alerts(0).get(1)).getOrDefault("labels", ""))
            .get("stage"));
    assertEquals(
        AlertSamples.NASTY,
        JsonReader.object(JsonReader.object(alerts(1).get(0)).getOrDefault("annotations", ""))
            .get("message"));
  }

  @Test
  void manyLines_areSentInSeveralRequestsAndNoneIsLeftOut() {
    List<AlertDigest.Line> lines = new ArrayList<>();
    for (int i = 0; i < 1_201; i++) {
      lines.add(
          new AlertDigest.Line(
              new AlertRow.Group("SEQUENCE_FAILED", "", "", "v" + i),
              1,
              AlertSamples.TIME,
              AlertSamples.TIME,
              List.of(),
              ""));
    }
    sink().send(AlertSamples.digest(lines.toArray(AlertDigest.Line[]::new)));
    Set<Object> versions = new HashSet<>();
    for (int i = 0; i < receiver.requests.size(); i++) {
      assertTrue(alerts(i).size() <= 500);
      alerts(i).forEach(alert -> versions.add(labelsOf(alert).get("version")));
    }
    assertEquals(1_201, versions.size());
    assertEquals(3, receiver.requests.size());
  }

  @Test
  void refusal_isNoAcknowledgement() {
    receiver.reply(Receiver.status(400));
    AlertSinkException error =
        assertThrows(
            AlertSinkException.class,
            () -> sink().send(AlertSamples.digest(AlertSamples.failed())));
    assertTrue(error.toString().contains("status 400"), error::toString);
  }

  @Test
  void firing_isBounded() {
    assertThrows(ConfigurationException.class, () -> sink().withFiring(Duration.ofSeconds(59)));
    assertThrows(ConfigurationException.class, () -> sink().withFiring(Duration.ofDays(8)));
    int port = receiver.uri("/").getPort();
    assertEquals("alertmanager-127.0.0.1-" + port, sink().name());
    assertEquals(sink().name(), sink().withHeartbeat().withFiring(Duration.ofHours(1)).name());
  }

  private void checkAgainstTheDescription() {
    for (int i = 0; i < receiver.requests.size(); i++) {
      for (Object one : alerts(i)) {
        Map<String, Object> alert = JsonReader.object(one);
        assertTrue(FIELDS.containsAll(alert.keySet()), alert::toString);
        Map<String, Object> labels = labelsOf(alert);
        assertFalse(String.valueOf(labels.getOrDefault("alertname", "")).isEmpty());
        labels.forEach(AlertmanagerSinkTest::checkLabel);
        JsonReader.object(alert.getOrDefault("annotations", ""))
            .forEach(AlertmanagerSinkTest::checkLabel);
        Instant start = Instant.parse(String.valueOf(alert.get("startsAt")));
        Instant end = Instant.parse(String.valueOf(alert.get("endsAt")));
        assertTrue(start.isBefore(end), alert::toString);
        assertTrue(end.isAfter(time.instant()), alert::toString);
      }
    }
  }

  private static void checkLabel(String name, Object value) {
    assertTrue(name.matches("[a-zA-Z_][a-zA-Z0-9_]*"), name);
    assertTrue(value instanceof String, name);
  }

  private List<Object> alerts(int request) {
    return JsonReader.array(JsonReader.read(receiver.requests.get(request).text()));
  }

  private Map<String, Object> labels(int request) {
    return labelsOf(alerts(request).get(0));
  }

  private static Map<String, Object> labelsOf(Object alert) {
    return JsonReader.object(JsonReader.object(alert).getOrDefault("labels", ""));
  }

  private AlertmanagerSink sink() {
    HttpPolicy policy =
        new HttpPolicy(
            Duration.ofSeconds(2),
            Duration.ofSeconds(8),
            2,
            Duration.ofMillis(1),
            Duration.ofSeconds(9));
    return AlertmanagerSink.open(HttpDestination.of(receiver.uri("/am/")).withPolicy(policy), time);
  }
}
