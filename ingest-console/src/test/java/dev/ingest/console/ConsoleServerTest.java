package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The console by the JDK's server, on loopback. */
@Timeout(60)
final class ConsoleServerTest {

  private static final int CLIENTS = 2;

  private final Booth booth = new Booth();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ConsoleServer server;
  private Console console = booth.console(Booth.OPTIONS);

  ConsoleServerTest() throws IOException {
    console.close();
    server =
        ConsoleServer.start(
            InetAddress.getLoopbackAddress(),
            0,
            hosts -> {
              console = booth.console(Booth.OPTIONS.withHosts(hosts).withLiveClients(CLIENTS));
              return console;
            });
  }

  @AfterEach
  void close() {
    server.close();
    console.close();
    booth.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(server.uri().resolve(path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(20))
            .build(),
        BodyHandlers.ofString());
  }

  private int raw(String method, String path, String host) throws IOException {
    try (RawClient raw = new RawClient(server.uri())) {
      return raw.send(method, path, host).status();
    }
  }

  @Test
  void everyAnswer_hasTheHeadersThatKeepItWhereItIs() throws Exception {
    for (String path : new String[] {"/", "/nothing", "/console.js", "/api/v1/overview", "/act"}) {
      HttpResponse<String> response = send("GET", path);
      Reply.SAFE.forEach(
          (name, value) ->
              assertEquals(value, response.headers().firstValue(name).orElse("none"), path));
    }
    String policy = Reply.SAFE.getOrDefault("Content-Security-Policy", "");
    assertTrue(policy.contains("script-src 'self'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
  }

  @Test
  void pagesHaveNoInlineScriptNorStyle() throws Exception {
    booth.accepted("alice", "ride");
    for (String path : new String[] {"/", "/sequence?id=ride", "/nothing"}) {
      String page = send("GET", path).body();
      assertFalse(page.contains(" style="), page);
      assertFalse(page.contains("<style"), page);
      assertEquals(
          page.split("<script", -1).length,
          page.split("<script src=\"console.js\" defer=\"\"></script>", -1).length,
          page);
    }
  }

  @Test
  void typesAndStatuses_areWhatTheyMustBe() throws Exception {
    assertType("text/html; charset=utf-8", send("GET", "/"));
    assertType("application/json; charset=utf-8", send("GET", "/api/v1/overview"));
    assertType("text/css; charset=utf-8", send("GET", "/console.css"));
    assertType("text/javascript; charset=utf-8", send("GET", "/console.js"));
    assertEquals(404, send("GET", "/nothing").statusCode());
    assertEquals(404, send("GET", "/api/v2/overview").statusCode());
    assertTrue(send("GET", "/api/v2/overview").body().startsWith("{\"problem\":"));
    HttpResponse<String> post = send("POST", "/");
    assertEquals(405, post.statusCode());
    assertEquals("GET, HEAD", post.headers().firstValue("Allow").orElse("none"));
    assertEquals("POST", send("GET", "/act").headers().firstValue("Allow").orElse("none"));
    assertEquals(405, send("DELETE", "/api/v1/overview").statusCode());
  }

  private static void assertType(String type, HttpResponse<String> response) {
    assertEquals(200, response.statusCode());
    assertEquals(type, response.headers().firstValue("Content-Type").orElse("none"));
  }

  @Test
  void head_isGetWithoutABody() throws Exception {
    for (String path : new String[] {"/", "/api/v1/overview", "/console.css", "/live"}) {
      HttpResponse<String> response = send("HEAD", path);
      assertEquals(200, response.statusCode(), path);
      assertEquals("", response.body(), path);
    }
    assertEquals(404, send("HEAD", "/nothing").statusCode());
    assertEquals(0, console.liveClients());
  }

  @Test
  void onlyItsOwnHosts_areAnswered() throws Exception {
    String port = ":" + server.uri().getPort();
    assertEquals(200, raw("GET", "/", "127.0.0.1" + port));
    assertEquals(200, raw("GET", "/", "LocalHost" + port));
    assertEquals(421, raw("GET", "/", "evil.example" + port));
    assertEquals(421, raw("GET", "/api/v1/overview", "evil.example"));
    assertEquals(421, raw("GET", "/live", "127.0.0.1.evil.example" + port));
    assertTrue(server.uri().getHost().equals("127.0.0.1"), server.uri().toString());
  }

  @Test
  void changesAreTold_toABoundedNumberOfPages() throws Exception {
    String host = server.uri().getAuthority();
    try (RawClient one = new RawClient(server.uri()).send("GET", "/live", host);
        RawClient two = new RawClient(server.uri()).send("GET", "/live", host)) {
      assertTrue(one.head().contains("text/event-stream"));
      assertTrue(two.head().contains("text/event-stream"));
      one.until("retry: 3000");
      two.until("retry: 3000");
      assertEquals(503, raw("GET", "/live", host));
      one.until("data: 1\n");
      two.until("data: 1\n");
    }
    // Both are gone, which shows as soon as something is written to them.
    try (RawClient next = connected(host)) {
      next.until("data: ");
    }
  }

  private RawClient connected(String host) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    while (!never.await(50, TimeUnit.MILLISECONDS)) {
      RawClient next = new RawClient(server.uri()).send("GET", "/live", host);
      if (next.status() == 200) {
        return next;
      }
      next.close();
    }
    throw new IllegalStateException("never");
  }

  @Test
  void onePageThatDoesNotRead_holdsUpNoOther() throws Exception {
    String host = server.uri().getAuthority();
    try (RawClient slow = new RawClient(server.uri()).send("GET", "/live", host);
        RawClient quick = new RawClient(server.uri()).send("GET", "/live", host)) {
      assertEquals(200, quick.status());
      quick.until("data: 1\n");
      quick.until("data: 2\n");
      slow.head();
      slow.until("data: 2\n");
    }
  }

  @Test
  void aStream_endsAfterAFewKilobytes() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CountDownLatch ended = new CountDownLatch(1);
    Duration quick = Duration.ofMillis(1);
    try (LiveClients clients =
        new LiveClients(1, quick, () -> Snapshot.unknown(Long.MAX_VALUE, "a test"))) {
      clients.add(out, ended::countDown);
      assertTrue(clients.isFull());
      assertTrue(ended.await(20, TimeUnit.SECONDS));
      assertEquals(0, clients.size());
      String sent = out.toString(StandardCharsets.US_ASCII);
      assertEquals(LiveClients.MOST_EVENTS, sent.split("\n\n", -1).length - 1);
      assertTrue(sent.length() < 4_096, "sent " + sent.length());
    }
  }

  @Test
  void aConsoleWithoutAHost_isRefused() {
    assertThrows(
        InvalidValueException.class, () -> booth.console(Booth.OPTIONS.withHosts(Set.of())));
  }

  @Test
  void aClosedConsole_endsItsStreams() throws Exception {
    String host = server.uri().getAuthority();
    try (RawClient one = new RawClient(server.uri()).send("GET", "/live", host)) {
      one.until("retry: 3000");
      console.close();
      assertThrows(IOException.class, () -> one.until("data: 1000"));
    }
    assertTrue(send("GET", "/").body().contains("the console is closed"));
  }

  @Test
  void itsAddress_isLoopback() {
    assertEquals(URI.create("http://127.0.0.1:" + server.uri().getPort() + "/"), server.uri());
  }

  @Test
  void hosts_areThoseThatBrowsersSend() throws Exception {
    assertEquals(Set.of("ops.example:8443"), ConsoleServer.hosts(List.of("ops.example"), 8443));
    assertEquals(
        Set.of("ops.example:80", "ops.example"), ConsoleServer.hosts(List.of("ops.example"), 80));
    assertEquals("127.0.0.1", ConsoleServer.name(InetAddress.getAllByName("127.0.0.1")[0]));
    for (String written :
        List.of(
            "[::1]", "[::]", "[2001:db8::1]", "[1:0:0:2::3]", "[2001:db8::1:0:0:1]", "[1:2::]")) {
      assertEquals(written, ConsoleServer.name(InetAddress.getAllByName(written)[0]));
    }
  }
}
