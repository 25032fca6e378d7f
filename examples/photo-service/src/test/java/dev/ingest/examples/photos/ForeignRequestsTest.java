package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Requests as browsers send them for pages of this service, and of others; over sockets. */
final class ForeignRequestsTest {

  private static final int PATIENCE = 30_000;

  @TempDir private static Path home;
  private static ConfigurableApplicationContext service;
  private static int port;

  @BeforeAll
  static void start() {
    service =
        SpringApplication.run(
            PhotoService.class,
            "--server.port=0",
            "--photos.home=" + home,
            "--ingest.auto-startup=false");
    port = Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port"));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8080"})
  void nameOfTheService_isAnswered(String host) throws IOException {
    assertThat(ask("GET", "/owners/alice/sequences", "Host: " + host)).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "localhost.",
        "[::2]:8080",
        "::1",
        "0.0.0.0:8080",
        "2130706433"
      })
  void nameThatResolvesHere_isRefused(String host) throws IOException {
    for (String place : new String[] {"/owners/alice/sequences", "/actuator/ingest"}) {
      String answer = ask("GET", place, "Host: " + host);
      assertThat(answer).doesNotContain("\"sequences\"").doesNotContain("\"states\"");
      assertThat(answer.substring(0, 12)).isIn("HTTP/1.1 403", "HTTP/1.1 400");
    }
  }

  @Test
  void otherHost_isAProblemThatSaysSo() throws IOException {
    assertProblem(ask("GET", "/owners/alice/sequences", "Host: evil.example"), "other-host");
    assertProblem(
        ask("POST", "/owners/alice/sequences/s/receipt", "Host: evil.example:8080"), "other-host");
    assertProblem(ask("GET", "/no/such/place", "Host: evil.example"), "other-host");
  }

  @Test
  void hostThatIsMissing_isRefused() throws IOException {
    assertProblem(send("GET /owners/alice/sequences HTTP/1.0\r\n\r\n"), "other-host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost:8081",
        "Origin: http://localhost",
        "Origin: http://127.0.0.1:8080",
        "Origin: http://user@localhost:8080",
        "Origin: file://localhost:8080",
        "Origin:",
        "Origin: http://localhost:8080\r\nOrigin: https://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-site"
      })
  void formOfAnotherSite_changesNothing(String from) throws IOException {
    String form =
        "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\r\n\r\nx\r\n--X--";
    String place = "/owners/alice/sequences/foreign";
    String[] headers = {
      "Host: localhost:8080",
      from,
      "Content-Type: multipart/form-data; boundary=X",
      "Content-Length: " + form.length()
    };
    assertProblem(send(head("POST", place, headers) + form), "other-origin");
    assertProblem(ask("POST", place + "/receipt", "Host: localhost:8080", from), "other-origin");
    String put =
        head("PUT", place + "/items?name=a.jpg", "Host: localhost:8080", from, "Content-Length: 1");
    assertProblem(send(put + "x"), "other-origin");
    assertThat(ask("GET", place, "Host: localhost:8080")).startsWith("HTTP/1.1 404");
    assertThat(ask("GET", "/actuator/ingest", "Host: localhost")).contains("\"openUploads\":0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://localhost:8080",
        "Origin: https://LOCALHOST:8080",
        "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "Accept: */*"
      })
  void requestOfAnOwnPageOrOfNone_goesOn(String from) throws IOException {
    assertThat(ask("POST", "/owners/nobody/sequences/none/receipt", "Host: localhost:8080", from))
        .contains("urn:ingest:problem:no-items");
  }

  @Test
  void readingFromAnotherSite_isLeftToTheBrowser() throws IOException {
    assertThat(
            ask(
                "GET",
                "/owners/alice/sequences",
                "Host: localhost",
                "Origin: https://evil.example"))
        .startsWith("HTTP/1.1 200")
        .doesNotContainIgnoringCase("Access-Control-Allow-Origin");
  }

  /** There the host is no header; the client begins by HTTP/1.1 and goes on by HTTP/2. */
  @Test
  void hostOfHttp2_isJudgedAsThatOfAHeader() throws IOException, InterruptedException {
    Path place = Files.createDirectory(home.resolve("other"));
    try (ConfigurableApplicationContext other =
        SpringApplication.run(
            PhotoService.class,
            "--server.port=0",
            "--server.http2.enabled=true",
            "--photos.hosts=localhost",
            "--photos.home=" + place,
            "--ingest.auto-startup=false")) {
      String port = other.getEnvironment().getRequiredProperty("local.server.port");
      String own = "http://localhost:" + port;
      assertThat(secondByHttp2(own, own).body()).contains("urn:ingest:problem:no-items");
      assertThat(secondByHttp2(own, "http://localhost").body()).contains("other-origin");
      assertThat(secondByHttp2(own, "http://evil.example").body()).contains("other-origin");
      String foreign = "http://127.0.0.1:" + port;
      assertThat(secondByHttp2(foreign, foreign).body()).contains("problem:other-host");
    }
  }

  private static HttpResponse<String> secondByHttp2(String service, String origin)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service + "/owners/nobody/sequences/none/receipt"))
            .header("Origin", origin)
            .timeout(Duration.ofMillis(PATIENCE))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpRequest first =
        HttpRequest.newBuilder(URI.create(service + "/owners/nobody/sequences"))
            .timeout(Duration.ofMillis(PATIENCE))
            .build();
    client.send(first, HttpResponse.BodyHandlers.ofString());
    HttpResponse<String> second = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
    return second;
  }

  private static void assertProblem(String answer, String kind) {
    assertThat(answer)
        .startsWith("HTTP/1.1 403")
        .contains("application/problem+json", "\"urn:ingest:problem:" + kind + "\"");
  }

  private static String ask(String method, String place, String... headers) throws IOException {
    return send(head(method, place, headers));
  }

  private static String head(String method, String place, String... headers) {
    return "%s %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"
        .formatted(method, place, String.join("\r\n", headers));
  }

  private static String send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
