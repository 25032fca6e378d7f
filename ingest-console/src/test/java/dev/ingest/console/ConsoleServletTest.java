package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.console.ConsoleAuthenticator.Refused;
import dev.ingest.spi.SequenceKey;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The console as a servlet below a folder, in a real container. */
@Timeout(60)
final class ConsoleServletTest {

  private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

  private final Booth booth = new Booth();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Server server = new Server();
  private final URI root;
  private final Console console;

  ConsoleServletTest() throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    connector.open();
    root = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/ops/console/");
    console =
        booth.console(
            Booth.OPTIONS
                .withHosts(Set.of(root.getAuthority()))
                .withActs(
                    request ->
                        request
                            .header("X-Actor")
                            .<ConsoleAuthenticator.Decision>map(Actor::new)
                            .orElseGet(() -> new Refused("who?", Optional.empty()))));
    ServletContextHandler context = new ServletContextHandler("/ops");
    ServletHolder holder = new ServletHolder(new ConsoleServlet(console));
    holder.setAsyncSupported(true);
    context.addServlet(holder, "/console/*");
    // As a filter for hidden methods does, of every request.
    FilterHolder filter = new FilterHolder((asked, answer, chain) -> read(asked, answer, chain));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    server.setHandler(context);
    server.start();
  }

  private static void read(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request instanceof HttpServletRequest http && http.getHeader("X-Filtered") != null) {
      assertNull(request.getParameter("_method"));
    }
    chain.doFilter(request, response);
  }

  @AfterEach
  void close() throws Exception {
    console.close();
    server.stop();
    booth.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void itsAddresses_areBelowItsFolder() throws Exception {
    HttpResponse<String> bare = send(to("../console"));
    assertEquals(303, bare.statusCode());
    assertEquals("./console/", bare.headers().firstValue("Location").orElse("none"));
    assertEquals(
        Reply.SAFE.get("Content-Security-Policy"),
        bare.headers().firstValue("Content-Security-Policy").orElse("none"));
    assertEquals(
        405, send(to("../console").POST(HttpRequest.BodyPublishers.noBody())).statusCode());
    try (RawClient raw = new RawClient(root)) {
      raw.send("GET", "/ops/console", "elsewhere.example");
      assertTrue(raw.head().contains(" 421 "), "a host that it is not known by");
    }
    HttpResponse<String> page = send(to(""));
    assertEquals(200, page.statusCode());
    assertTrue(page.body().contains("id=\"unaccounted-for\">0<"), page.body());
    assertEquals(
        Reply.SAFE.get("Content-Security-Policy"),
        page.headers().firstValue("Content-Security-Policy").orElse("none"));
    assertEquals(200, send(to("console.js")).statusCode());
    assertEquals(200, send(to("api/v1/overview")).statusCode());
    assertEquals(404, send(to("nothing")).statusCode());
    assertEquals("", send(to("").method("HEAD", HttpRequest.BodyPublishers.noBody())).body());
  }

  @Test
  void hostOfHttp2_isTheServersNameWhereThereIsNoHeader() {
    assertEquals(List.of("ops.example"), hosts("HTTP/2.0", "https", 443, List.of()));
    assertEquals(List.of("ops.example:8443"), hosts("HTTP/2.0", "https", 8443, List.of()));
    assertEquals(List.of("ops.example:443"), hosts("HTTP/3.0", "http", 443, List.of()));
    assertEquals(List.of("given"), hosts("HTTP/2.0", "https", 443, List.of("given")));
    assertEquals(List.of(), hosts("HTTP/1.1", "http", 80, List.of()));
    assertEquals(List.of(), hosts("HTTP/1.0", "http", 80, List.of()));
  }

  private static List<String> hosts(
      String protocol, String scheme, int port, List<String> headers) {
    HttpServletRequest request =
        (HttpServletRequest)
            Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) ->
                    switch (method.getName()) {
                      case "getHeaders" -> Collections.enumeration(headers);
                      case "getProtocol" -> protocol;
                      case "getScheme" -> scheme;
                      case "getServerName" -> "ops.example";
                      case "getServerPort" -> port;
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return ConsoleServlet.headers(request, "Host");
  }

  @Test
  void changes_areTold() throws Exception {
    try (RawClient raw = new RawClient(root)) {
      raw.send("GET", root.getPath() + "live", root.getAuthority());
      String head = raw.head();
      assertTrue(head.contains("text/event-stream"), head);
      assertTrue(head.contains("X-Accel-Buffering: no"), "a proxy hands it on at once: " + head);
      assertTrue(head.contains("no-transform"), head);
      raw.until("data: 1\n");
    }
  }

  /** The token of the page of bob's ride-7. */
  private String tokenOfCarol() throws Exception {
    String page = send(to("sequence?owner=bob&id=ride-7").header("X-Actor", "carol")).body();
    Matcher token = TOKEN.matcher(page);
    assertTrue(token.find(), page);
    return token.group(1);
  }

  @Test
  void anAct_isDoneByWhoeverTheServiceSays() throws Exception {
    SequenceKey key = booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    String body = "owner=bob&id=ride-7&act=hold&reason=why&step=commit&token=" + tokenOfCarol();
    HttpRequest.Builder form =
        to("act")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("X-Actor", "carol")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    assertEquals(403, send(form.copy()).statusCode());
    assertFalse(booth.entry(key).standing().hold().isPresent());
    HttpResponse<String> done = send(form.header("Origin", "http://" + root.getAuthority()));
    assertEquals(303, done.statusCode());
    assertEquals("carol", booth.entry(key).standing().hold().orElseThrow().actor());
  }

  @Test
  void aFormThatAFilterHasRead_isTakenFromItsParameters() throws Exception {
    SequenceKey key = booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    String body = "owner=bob&id=ride-7&act=hold&reason=a+%26+%C3%BC&token=" + tokenOfCarol();
    assertEquals(400, send(filtered("act", body + "&act=release")).statusCode(), "twice");
    assertEquals(400, send(filtered("act?step=commit", body)).statusCode(), "in the query");
    assertFalse(booth.entry(key).standing().hold().isPresent());
    HttpResponse<String> done = send(filtered("act", body + "&step=commit"));
    assertEquals(303, done.statusCode(), done.body());
    assertEquals("a & \u00fc", booth.entry(key).standing().hold().orElseThrow().reason());
  }

  private HttpRequest.Builder filtered(String path, String body) {
    return to(path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Origin", "http://" + root.getAuthority())
        .header("X-Actor", "carol")
        .header("X-Filtered", "yes")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }
}
