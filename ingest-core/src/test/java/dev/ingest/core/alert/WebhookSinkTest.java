package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.testkit.ManualTime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a webhook is sent, and what counts as its acknowledgement. */
@Timeout(60)
final class WebhookSinkTest {

  private static final String SECRET = "0123456789abcdef-planted-secret";
  private static final String TOKEN = "planted-token";
  private static final HttpPolicy PATIENT = policy(Duration.ofSeconds(8));
  private static final HttpPolicy QUICK = policy(Duration.ofSeconds(1));

  private final ManualTime time = new ManualTime(AlertSamples.TIME);
  private final Receiver receiver = new Receiver();

  @AfterEach
  void end() {
    receiver.close();
  }

  @Test
  void digest_isPostedAsJson() {
    sink("/hook?room=7").send(AlertSamples.digest(AlertSamples.failed()));
    Receiver.Request request = only();
    assertEquals("POST", request.method());
    assertEquals("/hook?room=7", request.path());
    assertEquals("application/json", request.header("Content-Type"));
    assertEquals(AlertSamples.LEDGER.value() + "/17", request.header("Idempotency-Key"));
    assertEquals("Bearer " + TOKEN, request.header("Authorization"));
    Map<String, Object> alert =
        Map.ofEntries(
            Map.entry("code", "SEQUENCE_FAILED"),
            Map.entry("severity", "critical"),
            Map.entry("title", AlertCode.SEQUENCE_FAILED.title()),
            Map.entry("whatHappened", AlertCode.SEQUENCE_FAILED.whatHappened()),
            Map.entry("whatToDo", AlertCode.SEQUENCE_FAILED.whatToDo()),
            Map.entry("pipeline", "photos"),
            Map.entry("stage", "thumbnail@2"),
            Map.entry("nodeVersion", "v1.4"),
            Map.entry("count", 3L),
            Map.entry("first", "2026-03-01T09:59:10Z"),
            Map.entry("last", "2026-03-01T09:59:58Z"),
            Map.entry("message", "CORRUPT_INPUT: item 3 is no JPEG"),
            Map.entry(
                "sequences",
                List.of(
                    Map.of("owner", "alice", "id", "ride-1"),
                    Map.of("owner", "bob", "id", "ride-2"))));
    assertEquals(
        Map.of(
            "version",
            1L,
            "key",
            AlertSamples.LEDGER.value() + "/17",
            "ledger",
            AlertSamples.LEDGER.value(),
            "kind",
            "digest",
            "ordinal",
            17L,
            "sealedAt",
            "2026-03-01T10:00:00Z",
            "alerts",
            List.of(alert)),
        JsonReader.read(request.text()));
  }

  @Test
  void emptyDigest_isSentToo() {
    sink("/").send(AlertSamples.digest());
    assertEquals(List.of(), JsonReader.object(JsonReader.read(only().text())).get("alerts"));
  }

  @Test
  void directAlert_bringsItsMessage() {
    sink("/").send(AlertSamples.direct("the ledger is gone"));
    Map<String, Object> body = JsonReader.object(JsonReader.read(only().text()));
    assertEquals("direct", body.get("kind"));
    assertEquals("direct/0123456789abcdef0123456789abcdef", body.get("key"));
    Map<String, Object> alert =
        JsonReader.object(JsonReader.array(body.getOrDefault("alerts", "")).get(0));
    assertEquals("the ledger is gone", alert.get("message"));
    assertEquals(2L, alert.get("count"));
  }

  @Test
  void hostileText_staysText() {
    sink("/").send(AlertSamples.digest(AlertSamples.nasty()));
    Map<String, Object> body = JsonReader.object(JsonReader.read(only().text()));
    assertEquals(1, JsonReader.array(body.getOrDefault("alerts", "")).size());
    Map<String, Object> alert =
        JsonReader.object(JsonReader.array(body.getOrDefault("alerts", "")).get(0));
    assertEquals(AlertSamples.NASTY, alert.get("pipeline"));
    assertEquals(AlertSamples.NASTY, alert.get("message"));
    assertEquals("critical", alert.get("severity"), "an unknown code is urgent");
  }

  @Test
  void signature_isTheHmacOfTimeAndBody() throws GeneralSecurityException {
    sink("/").send(AlertSamples.digest(AlertSamples.failed()));
    time.advance(Duration.ofSeconds(1));
    sink("/").send(AlertSamples.direct(AlertSamples.NASTY));
    assertEquals(2, receiver.requests.size());
    for (int i = 0; i < 2; i++) {
      Receiver.Request request = receiver.requests.get(i);
      long seconds = AlertSamples.TIME.getEpochSecond() + i;
      assertEquals(
          "t=" + seconds + ",v1=" + hmac(seconds + ".", request.body()),
          request.header("Ingest-Signature"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void status2xx_isAnAcknowledgement(int status) {
    receiver.reply(Receiver.status(status));
    sink("/").send(AlertSamples.digest());
    assertEquals(1, receiver.requests.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void passingError_isTriedAgainWithTheSameKey(int status) {
    receiver.reply(Receiver.status(status), Receiver.status(status));
    sink("/").send(AlertSamples.digest());
    assertEquals(3, receiver.requests.size());
    assertEquals(
        1,
        receiver.requests.stream().map(sent -> sent.header("Idempotency-Key")).distinct().count());
    receiver.reply(Receiver.status(status), Receiver.status(status), Receiver.status(status));
    AlertSinkException error =
        assertThrows(AlertSinkException.class, () -> sink("/").send(AlertSamples.digest()));
    assertEquals(6, receiver.requests.size(), "three attempts");
    assertTrue(error.toString().contains("status " + status), error::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 410, 413, 422})
  void refusal_isNotTriedAgain(int status) {
    receiver.reply(Receiver.status(status));
    assertThrows(AlertSinkException.class, () -> sink("/").send(AlertSamples.digest()));
    assertEquals(1, receiver.requests.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirect_isNotFollowed(int status) {
    try (Receiver other = new Receiver()) {
      receiver.reply(Receiver.header(status, "Location", other.uri("/stolen").toString()));
      assertThrows(AlertSinkException.class, () -> sink("/").send(AlertSamples.digest()));
      assertEquals(1, receiver.requests.size());
      assertEquals(0, other.requests.size());
    }
  }

  @Test
  void noAnswer_endsInTime() {
    receiver.reply(receiver.silence(), receiver.silence());
    sink("/", QUICK).send(AlertSamples.digest());
    assertEquals(3, receiver.requests.size(), "two time-outs and an answer");
  }

  @Test
  void total_boundsAllAttempts() {
    receiver.reply(receiver.silence(), receiver.silence(), receiver.silence());
    HttpPolicy policy =
        new HttpPolicy(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            10,
            Duration.ofMillis(1),
            Duration.ofMillis(1_500));
    long begun = System.nanoTime();
    assertThrows(AlertSinkException.class, () -> sink("/", policy).send(AlertSamples.digest()));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    assertTrue(millis >= 1_400 && millis < 5_000, () -> millis + " ms");
    assertEquals(2, receiver.requests.size());
  }

  @Test
  void longRetryAfter_endsTheSendInsteadOfWaiting() {
    receiver.reply(Receiver.header(429, "Retry-After", "3600"));
    WebhookSink sink = sink("/");
    long begun = System.nanoTime();
    assertThrows(AlertSinkException.class, () -> sink.send(AlertSamples.digest()));
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(8));
    assertEquals(1, receiver.requests.size());
  }

  @Test
  void bodyThatHangs_doesNotUndoTheStatus() {
    receiver.reply(receiver.slowBody(200));
    sink("/", QUICK).send(AlertSamples.digest());
    assertEquals(1, receiver.requests.size());
    receiver.reply(receiver.slowBody(404));
    assertThrows(AlertSinkException.class, () -> sink("/", QUICK).send(AlertSamples.digest()));
    assertEquals(2, receiver.requests.size());
  }

  @Test
  void bodyWithoutEnd_isCutOff() {
    receiver.reply(Receiver.endlessBody(200), Receiver.endlessBody(500));
    sink("/", HttpPolicy.DEFAULT).send(AlertSamples.digest());
    long begun = System.nanoTime();
    sink("/", HttpPolicy.DEFAULT).send(AlertSamples.digest());
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3), "cut by size, not by time");
    assertEquals(3, receiver.requests.size());
  }

  @Test
  void nobodyListening_isAnError() {
    receiver.close();
    AlertSinkException error =
        assertThrows(AlertSinkException.class, () -> sink("/").send(AlertSamples.digest()));
    assertTrue(error.toString().contains("attempt 3"), error::toString);
    assertInstanceOf(java.io.IOException.class, error.getCause());
  }

  @Test
  void secrets_areNeverPrinted() {
    receiver.reply(
        Receiver.status(403), receiver.silence(), receiver.silence(), receiver.silence());
    WebhookSink sink = sink("/hooks/" + TOKEN + "?key=" + TOKEN, QUICK);
    List<String> printed = new ArrayList<>();
    printed.add(sink.toString());
    printed.add(sink.name());
    printed.add(WebhookKey.of(SECRET).toString());
    printed.add(destination("/" + TOKEN, QUICK).toString());
    for (int i = 0; i < 2; i++) {
      printed.add(
          trace(assertThrows(AlertSinkException.class, () -> sink.send(AlertSamples.digest()))));
    }
    receiver.close();
    printed.add(
        trace(assertThrows(AlertSinkException.class, () -> sink.send(AlertSamples.digest()))));
    printed.add(
        trace(
            assertThrows(
                ConfigurationException.class,
                () -> destination("/", QUICK).withHeader("X-Token", TOKEN + "\r\nEvil: 1"))));
    printed.add(
        trace(
            assertThrows(
                ConfigurationException.class,
                () -> HttpDestination.of(URI.create("http://user:" + TOKEN + "@127.0.0.1/")))));
    for (String text : printed) {
      assertFalse(text.contains(TOKEN), text);
      assertFalse(text.contains(SECRET), text);
    }
  }

  @Test
  void close_endsARunningSend() throws Exception {
    receiver.reply(receiver.silence());
    WebhookSink sink = sink("/", HttpPolicy.DEFAULT);
    CompletableFuture<Void> send =
        CompletableFuture.runAsync(() -> sink.send(AlertSamples.digest()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (receiver.requests.isEmpty() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    long begun = System.nanoTime();
    sink.close();
    Exception error =
        assertThrows(
            java.util.concurrent.ExecutionException.class, () -> send.get(20, TimeUnit.SECONDS));
    assertInstanceOf(AlertSinkException.class, error.getCause());
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3));
    assertThrows(AlertSinkException.class, () -> sink.send(AlertSamples.digest()));
  }

  @Test
  void interrupt_endsTheSendAndStays() {
    receiver.reply(receiver.silence());
    Thread.currentThread().interrupt();
    try {
      assertThrows(
          AlertSinkException.class,
          () -> sink("/", HttpPolicy.DEFAULT).send(AlertSamples.digest()));
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void unfitConfiguration_isRefused() {
    for (String uri :
        List.of("ftp://host/", "file:/etc", "/path", "http:opaque", "http://h/#f", "mailto:a@b")) {
      assertThrows(
          ConfigurationException.class, () -> HttpDestination.of(URI.create(uri)), () -> uri);
    }
    assertThrows(ConfigurationException.class, () -> WebhookKey.of("short"));
    for (String name : List.of("", "Pager", "a b", "-a", "x".repeat(65))) {
      assertThrows(
          ConfigurationException.class,
          () -> WebhookSink.open(name, destination("/", QUICK), WebhookKey.of(SECRET), time));
    }
    assertThrows(
        ConfigurationException.class, () -> destination("/", QUICK).withHeader("Host", "other"));
    assertThrows(
        ConfigurationException.class,
        () ->
            new HttpPolicy(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                Duration.ZERO,
                Duration.ofSeconds(11)));
  }

  private static HttpPolicy policy(Duration answer) {
    return new HttpPolicy(
        Duration.ofSeconds(2), answer, 3, Duration.ofMillis(1), Duration.ofSeconds(9));
  }

  private static String trace(Throwable error) {
    StringWriter out = new StringWriter();
    error.printStackTrace(new PrintWriter(out));
    return out.toString();
  }

  /** The HMAC of RFC 2104, from the digest alone. */
  private static String hmac(String prefix, byte[] body) throws GeneralSecurityException {
    byte[] key = Arrays.copyOf(SECRET.getBytes(StandardCharsets.UTF_8), 64);
    byte[] inner = key.clone();
    byte[] outer = key.clone();
    for (int i = 0; i < 64; i++) {
      inner[i] ^= 0x36;
      outer[i] ^= 0x5c;
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(inner);
    digest.update(prefix.getBytes(StandardCharsets.US_ASCII));
    byte[] within = digest.digest(body);
    digest.update(outer);
    byte[] whole = digest.digest(within);
    assertArrayEquals(new int[] {32}, new int[] {whole.length});
    return HexFormat.of().formatHex(whole);
  }

  private Receiver.Request only() {
    assertEquals(1, receiver.requests.size());
    return receiver.requests.get(0);
  }

  private HttpDestination destination(String path, HttpPolicy policy) {
    return HttpDestination.of(receiver.uri(path))
        .withHeader("Authorization", "Bearer " + TOKEN)
        .withPolicy(policy);
  }

  private WebhookSink sink(String path) {
    return sink(path, PATIENT);
  }

  private WebhookSink sink(String path, HttpPolicy policy) {
    return WebhookSink.open(destination(path, policy), WebhookKey.of(SECRET), time);
  }
}
