package dev.ingest.core.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.Evidence;
import dev.ingest.core.Verdict;
import dev.ingest.core.Verdict.Kind;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service may answer, and what it may do instead. */
@Timeout(60)
final class HttpProbeTest {

  private static final Evidence RIDE = new Shown(SequenceKey.of("alice", "ride-1"));
  private static final Duration SHORT = Duration.ofMillis(300);

  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private volatile Reply reply = exchange -> answer(exchange, 200, "there");

  private interface Reply {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            reply.to(exchange);
          }
        });
    server.start();
  }

  @AfterEach
  void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private HttpProbe probe() {
    return HttpProbe.of(
            "index", evidence -> uri("/secret-path/" + evidence.sequence().id() + "?t=secret"))
        .withHeader("Authorization", "Bearer secret");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void hang() {
    try {
      assertTrue(end.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertUnknown(String words, Verdict verdict) {
    assertEquals(Kind.UNKNOWN, verdict.kind(), verdict::reason);
    assertTrue(verdict.reason().contains(words), verdict.reason());
    assertFalse(verdict.reason().contains("secret"), verdict.reason());
  }

  @Test
  void answer_passesWithoutARule() throws InterruptedException {
    StringBuilder seen = new StringBuilder();
    reply =
        exchange -> {
          seen.append(exchange.getRequestMethod())
              .append(' ')
              .append(exchange.getRequestURI())
              .append(' ')
              .append(exchange.getRequestHeaders().getFirst("Authorization"));
          answer(exchange, 204, "");
        };
    assertEquals(Kind.PASS, probe().check(RIDE).kind());
    assertEquals("GET /secret-path/ride-1?t=secret Bearer secret", seen.toString());
  }

  @Test
  void everyQuestion_asksCachesToAskAnew() throws InterruptedException {
    List<List<String>> seen = new CopyOnWriteArrayList<>();
    reply =
        exchange -> {
          seen.add(List.copyOf(exchange.getRequestHeaders().get("Cache-Control")));
          answer(exchange, 204, "");
        };
    assertEquals(Kind.PASS, probe().check(RIDE).kind());
    assertEquals(Kind.PASS, probe().withHeader("cache-control", "no-store").check(RIDE).kind());
    assertEquals(List.of(List.of("no-cache"), List.of("no-store")), seen);
  }

  @Test
  void proxyOfTheSystem_isNotUsed() throws InterruptedException {
    AtomicInteger consulted = new AtomicInteger();
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            consulted.incrementAndGet();
            return List.of(
                new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("127.0.0.1", 1)));
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException cause) {
            consulted.incrementAndGet();
          }
        });
    try {
      assertEquals(Kind.PASS, probe().check(RIDE).kind());
    } finally {
      ProxySelector.setDefault(before);
    }
    assertEquals(0, consulted.get());
    assertEquals(1, asked.get());
  }

  @Test
  void rule_decidesOnTheAnswer() throws InterruptedException {
    HttpProbe rule =
        probe()
            .expecting(
                (evidence, answer) -> {
                  assertArrayEquals("there".getBytes(StandardCharsets.UTF_8), answer.bytes());
                  return answer.status() == 200 && answer.text().equals("there")
                      ? Verdict.pass()
                      : Verdict.fail("expected it there, got " + answer);
                });
    assertEquals(Kind.PASS, rule.check(RIDE).kind());
    assertEquals(
        Kind.FAIL, probe().expecting((e, answer) -> Verdict.fail("no")).check(RIDE).kind());
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void absence_failsUnlessItIsChosenOtherwise(int status) throws InterruptedException {
    reply = exchange -> answer(exchange, status, "");
    assertEquals(Kind.FAIL, probe().check(RIDE).kind());
    assertEquals(Kind.UNKNOWN, probe().whereAbsent(Kind.UNKNOWN).check(RIDE).kind());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 400, 401, 403, 429, 500, 502, 503, 504})
  void otherStatus_isUnknown(int status) throws InterruptedException {
    reply =
        exchange -> {
          exchange.getResponseHeaders().set("Location", uri("/elsewhere").toString());
          answer(exchange, status, "secret");
        };
    assertUnknown("status " + status, probe().check(RIDE));
    assertEquals(1, asked.get(), "no redirect is followed");
  }

  @Test
  void bodyThatIsCutOff_isUnknown() throws InterruptedException {
    reply =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write(new byte[500]);
          exchange.getResponseBody().flush();
          throw new IOException("the service dies");
        };
    assertUnknown("no whole answer", probe().check(RIDE));
  }

  @Test
  void bodyBeyondTheBound_isUnknownAndNotJudged() throws InterruptedException {
    reply = exchange -> answer(exchange, 200, "x".repeat(101));
    HttpProbe bounded =
        probe()
            .withLimits(Duration.ofSeconds(10), 100)
            .expecting(
                (evidence, answer) ->
                    answer.bytes().length == 100 ? Verdict.pass() : Verdict.fail("not whole"));
    assertUnknown("more than 100 bytes", bounded.check(RIDE));
    reply = exchange -> answer(exchange, 200, "x".repeat(100));
    assertEquals(Kind.PASS, bounded.check(RIDE).kind());
  }

  @Test
  void endlessBody_isUnknown() throws InterruptedException {
    reply =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (end.getCount() > 0) {
            exchange.getResponseBody().write(new byte[8_192]);
          }
        };
    assertUnknown("more than 65536 bytes", probe().check(RIDE));
  }

  @Test
  void silence_isUnknownInTime() throws InterruptedException {
    reply = exchange -> hang();
    assertUnknown("within 300 ms", probe().withLimits(SHORT, 100).check(RIDE));
  }

  @Test
  void bodyThatStops_isUnknownInTime() throws InterruptedException {
    reply =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          hang();
        };
    assertUnknown("within 300 ms", probe().withLimits(SHORT, 2_000).check(RIDE));
  }

  @Test
  void serviceThatIsNotThere_isUnknown() throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    HttpProbe gone =
        HttpProbe.of("index", evidence -> URI.create("http://127.0.0.1:" + port + "/secret"));
    assertUnknown("ConnectException", gone.check(RIDE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:/secret", "/secret", "http:/secret", "http://a:secret@host/", "secret path"})
  void otherUri_isUnknownAndNotAsked(String text) throws InterruptedException {
    assertUnknown("URI", HttpProbe.of("index", evidence -> URI.create(text)).check(RIDE));
  }

  @Test
  void interrupt_endsTheQuestion() {
    reply = exchange -> hang();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> probe().check(RIDE));
  }

  @Test
  void settings_areChecked() {
    HttpProbe probe = probe();
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> probe.withHeader("X", "secret\n"));
    assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
    assertThrows(InvalidValueException.class, () -> probe.withLimits(Duration.ZERO, 1));
    assertThrows(InvalidValueException.class, () -> probe.withLimits(Duration.ofMinutes(6), 1));
    assertThrows(InvalidValueException.class, () -> probe.withLimits(SHORT, -1));
    assertThrows(InvalidValueException.class, () -> probe.withLimits(SHORT, (1 << 26) + 1));
    assertEquals(SHORT.plusSeconds(1), probe.withLimits(SHORT, 1).timeLimit());
    assertEquals("probe index", probe.toString());
  }
}
