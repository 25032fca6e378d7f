package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ingest.console.Chromium.Tab;
import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.console.ConsoleAuthenticator.Refused;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser; skipped by name where there is none. */
@Timeout(120)
final class ChromiumTest {

  private static final String HOSTILE =
      "</td><script>alert('x')</script><img src=x onerror=alert(2)>\"&amp;\u202e\u200bgpj";
  private static final List<Integer> WIDTHS = List.of(400, 1_600);

  /** Where pictures for the documentation go; none are made without it. */
  private static final @Nullable String SCREENSHOTS =
      System.getProperty("ingest.console.screenshots");

  @TempDir private static Path profile;

  private static @Nullable Chromium browser;

  private final Booth booth = new Booth();
  private final ConsoleServer server;
  private final Tab tab;
  private @Nullable Console console;

  @BeforeAll
  static void startBrowser() throws Exception {
    Optional<Path> program = Chromium.find();
    assumeTrue(program.isPresent(), "SKIPPED: no chromium on the PATH");
    browser = Chromium.start(program.get(), profile);
  }

  @AfterAll
  static void endBrowser() throws Exception {
    if (browser != null) {
      browser.end();
    }
  }

  ChromiumTest() throws Exception {
    server = ConsoleServer.start(InetAddress.getLoopbackAddress(), 0, this::open);
    if (browser == null) {
      throw new IllegalStateException("there is no browser");
    }
    tab = browser.open();
  }

  private Console open(Set<String> hosts) {
    Console opened =
        booth.console(
            Booth.OPTIONS
                .withHosts(hosts)
                .withActs(
                    request ->
                        request
                            .header("X-Actor")
                            .<ConsoleAuthenticator.Decision>map(Actor::new)
                            .orElseGet(() -> new Refused("who?", Optional.empty()))));
    console = opened;
    return opened;
  }

  @AfterEach
  void close() {
    tab.close();
    server.close();
    if (console != null) {
      console.close();
    }
    booth.close();
  }

  private void go(String path) throws Exception {
    tab.go(server.uri().resolve(path));
  }

  private void assertInert() {
    assertEquals(0, tab.told("Page.javascriptDialogOpening"));
    assertEquals(0, tab.told("Runtime.exceptionThrown"));
  }

  @Test
  void figures_areThoseOfTheLedger() throws Exception {
    for (int i = 0; i < 4; i++) {
      booth.accepted("alice", "ride-" + i);
    }
    booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    Census census = booth.ledger.ledger().census(Optional.empty());
    go("/");
    assertEquals("0", tab.textOf("unaccounted-for"));
    assertEquals(Long.toString(census.total()), tab.textOf("accepted"));
    assertEquals(Long.toString(census.count(State.VERIFIED)), tab.textOf("verified"));
    for (State state : State.values()) {
      assertEquals(Long.toString(census.count(state)), tab.textOf("state-" + state), state.name());
    }
    assertEquals("1", tab.text("document.querySelectorAll('#unproven tbody tr').length"));
    assertEquals("0", tab.text("document.querySelectorAll('.unknown').length"));
    assertInert();
  }

  @Test
  void hostileTexts_areShownAsTheyAreAndDoNothing() throws Exception {
    SequenceKey key = booth.failed("bob", "ride-7", "<svg onload=alert(3)>.jpg", HOSTILE);
    booth.work();
    booth.ingest.acts("<b>eve</b>", "\"><script>alert(4)</script>").hold(key);
    Entry entry = booth.entry(key);
    Failure failure = entry.standing().failure().orElseThrow();
    assertTrue(failure.message().contains(HOSTILE), failure.message());
    go("/");
    assertEquals("1", tab.text("document.scripts.length"));
    assertEquals("0", tab.text("document.querySelectorAll('img, svg, b').length"));
    go("/sequence?owner=bob&id=ride-7");
    assertEquals("0", tab.text("document.scripts.length"));
    assertEquals("0", tab.text("document.querySelectorAll('img, svg, b').length"));
    String fact =
        "[...document.querySelectorAll('dt')].find(dt => dt.textContent === '%s')"
            + ".nextElementSibling.textContent";
    assertEquals(
        "%s %s %s".formatted(failure.code(), failure.stage().orElseThrow(), failure.message()),
        tab.text(fact.formatted("Failure")));
    String held = tab.text(fact.formatted("Held"));
    assertTrue(held.endsWith(" by <b>eve</b>: \"><script>alert(4)</script>"), held);
    assertInert();
    // That a script which did run would have shown.
    HttpServer careless = site("<script>alert('" + failure.code() + "')</script>");
    try {
      tab.go(URI.create("http://127.0.0.1:%d/".formatted(careless.getAddress().getPort())));
      assertEquals(1, tab.told("Page.javascriptDialogOpening"));
    } finally {
      careless.stop(0);
    }
  }

  @Test
  void everyPage_fitsNarrowAndWideWindows() throws Exception {
    String owner = "o".repeat(128);
    String id = "i".repeat(128);
    booth.failed(owner, id, "n".repeat(200), "x".repeat(500));
    for (int i = 0; i < 3; i++) {
      booth.accepted("alice", "ride-" + i);
    }
    booth.work();
    tab.header("X-Actor", "c".repeat(128));
    for (int width : WIDTHS) {
      tab.width(width, 900);
      for (String path : List.of("/", "/sequence?owner=" + owner + "&id=" + id, "/nothing")) {
        go(path);
        assertFits(width, path);
      }
      go("/sequence?owner=" + owner + "&id=" + id);
      tab.text("document.querySelector('[name=reason]').value = 'r'.repeat(500)");
      tab.follow("button[value=discard]");
      assertFits(width, "a rehearsal");
    }
  }

  private void assertFits(int width, String what) throws Exception {
    assertEquals(Integer.toString(width), tab.text("innerWidth"));
    int needed = Integer.parseInt(tab.text("document.documentElement.scrollWidth"));
    assertTrue(needed <= width, what + " needs " + needed + " of " + width);
  }

  @Test
  void anAct_isDecidedInTwoSteps() throws Exception {
    SequenceKey key = booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    tab.header("X-Actor", "carol");
    go("/sequence?owner=bob&id=ride-7");
    tab.text("document.querySelector('[name=reason]').value = 'a \"dispute\" <1>'");
    tab.follow("button[value=hold]");
    assertTrue(booth.entry(key).standing().hold().isEmpty());
    tab.follow("button[value=commit]");
    assertEquals("a \"dispute\" <1>", booth.entry(key).standing().hold().orElseThrow().reason());
    assertEquals("carol", booth.entry(key).standing().hold().orElseThrow().actor());
    assertEquals("/sequence", tab.text("location.pathname"));
    assertTrue(tab.textOf("history").contains("HELD"), tab.textOf("history"));
  }

  @Test
  void aFormOfAnotherSite_isRefusedEvenWithTheRightToken() throws Exception {
    SequenceKey key = booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    tab.header("X-Actor", "carol");
    go("/sequence?owner=bob&id=ride-7");
    String token = tab.text("document.querySelector('[name=token]').value");
    HttpServer evil =
        site(
            "<form method=post action='%sact'>".formatted(server.uri())
                + "<input name=owner value=bob><input name=id value=ride-7>"
                + "<input name=token value='%s'><input name=act value=hold>".formatted(token)
                + "<input name=reason value=x><button name=step value=commit>free</button></form>");
    try {
      tab.go(URI.create("http://127.0.0.1:%d/".formatted(evil.getAddress().getPort())));
      tab.follow("button");
      assertTrue(
          tab.textOf("problem").contains("does not come from a page of the console"),
          tab.textOf("problem"));
      assertTrue(booth.entry(key).standing().hold().isEmpty());
    } finally {
      evil.stop(0);
    }
  }

  private static HttpServer site(String page) throws IOException {
    HttpServer site =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    site.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    site.start();
    return site;
  }

  @Test
  void whatIsNew_isShownByItself() throws Exception {
    booth.accepted("alice", "ride-1");
    go("/");
    assertEquals("1", tab.textOf("accepted"));
    booth.accepted("alice", "ride-2");
    tab.await("document.getElementById('accepted').textContent === '2'");
    tab.await("document.getElementById('live').textContent === 'live'");
    assertInert();
  }

  /** As behind a proxy that holds it back; with a clock that is a hundred times as fast. */
  @Test
  void aStreamThatStaysOpenAndSilent_isNotWaitedForMoreThanAMinute() throws Exception {
    tab.before(
        "window.EventSource = class {"
            + "  static CLOSED = 2; readyState = 1; addEventListener() {}"
            + "};"
            + "const now = performance.now.bind(performance);"
            + "performance.now = () => 100 * now();"
            + "const every = window.setInterval.bind(window);"
            + "window.setInterval = (work, time) => every(work, time / 100);"
            + "const ask = window.fetch.bind(window);"
            + "window.reads = [];"
            + "window.fetch = (...of) => { reads.push(performance.now()); return ask(...of); };");
    booth.accepted("alice", "ride-1");
    go("/");
    assertEquals("1", tab.textOf("accepted"));
    booth.accepted("alice", "ride-2");
    tab.await("document.getElementById('accepted').textContent === '2'");
    tab.await("document.getElementById('live').textContent === 'live'");
    tab.await("reads.some((at, i) => i > 0 && at - reads[i - 1] < 60000)");
    assertInert();
  }

  @Test
  void anotherPageInItsPlace_isUnknownAndNoFigures() throws Exception {
    booth.accepted("alice", "ride-1");
    go("/");
    tab.text("window.fetch = async () => new Response('<h1>Sign in</h1>')");
    tab.await("document.body.classList.contains('stale')");
    assertTrue(tab.textOf("live").startsWith("UNKNOWN"), tab.textOf("live"));
    assertEquals("1", tab.textOf("accepted"));
  }

  @Test
  void aSectionThatHasTheKeyboard_isShownAnewAndKeepsIt() throws Exception {
    booth.accepted("alice", "ride-1");
    go("/");
    tab.text("document.querySelector('#unproven a').focus()");
    booth.accepted("alice", "ride-2");
    tab.await("document.getElementById('unproven').textContent.includes('ride-2')");
    assertEquals("alice/ride-1", tab.text("document.activeElement.textContent"));
  }

  @Test
  void withoutScripts_everythingIsThere() throws Exception {
    booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    tab.withoutScripts();
    tab.header("X-Actor", "carol");
    go("/");
    assertEquals("1", tab.textOf("accepted"));
    tab.follow("#unproven a");
    assertEquals("bob/ride-7", tab.textOf("key"));
    assertFalse(tab.textOf("acts").isEmpty());
  }

  @Test
  void theKeyboard_reachesTheContentFirst() throws Exception {
    go("/");
    tab.press("Tab");
    assertEquals("skip", tab.text("document.activeElement.className"));
  }

  @Test
  void pictures_areMadeWhereTheyAreAskedFor() throws Exception {
    assumeTrue(SCREENSHOTS != null, "SKIPPED: no -Dingest.console.screenshots=FOLDER");
    Path folder = Files.createDirectories(Path.of(String.valueOf(SCREENSHOTS)));
    for (int i = 0; i < 42; i++) {
      booth.accepted("alice", "ride-%02d".formatted(i));
    }
    booth.failed("bob", "ride-7", "IMG_0001.JPG", "the photograph is truncated");
    booth.work();
    booth.accepted("carol", "ride-8");
    tab.width(1_000, 860);
    for (String scheme : List.of("light", "dark")) {
      tab.colours(scheme);
      go("/");
      Files.write(
          folder.resolve("console-" + scheme + ".png"), Base64.getDecoder().decode(tab.picture()));
    }
    tab.header("X-Actor", "dana");
    tab.colours("light");
    tab.width(900, 620);
    go("/sequence?owner=bob&id=ride-7");
    Files.write(folder.resolve("console-sequence.png"), Base64.getDecoder().decode(tab.picture()));
  }
}
