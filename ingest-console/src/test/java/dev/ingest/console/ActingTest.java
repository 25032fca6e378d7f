package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.console.ConsoleAuthenticator.Refused;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.Fault;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may decide what, and what a decision leaves behind. */
@Timeout(60)
final class ActingTest {

  private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

  /** Goes by a header, as a service would by what its proxy vouches for. */
  private static final ConsoleAuthenticator BY_HEADER =
      request ->
          request
              .header("X-Actor")
              .<ConsoleAuthenticator.Decision>map(Actor::new)
              .orElseGet(() -> new Refused("sign in first", Optional.of("Basic realm=\"ingest\"")));

  private final Booth booth = new Booth();
  private final SequenceKey key = booth.failed("bob", "ride-7", "a", "broken");
  private final Console console;

  ActingTest() {
    booth.work();
    console = booth.console(Booth.OPTIONS.withActs(BY_HEADER));
  }

  @AfterEach
  void close() {
    console.close();
    booth.close();
  }

  private static Map<String, String> own() {
    return new HashMap<>(
        Map.of(
            "Host",
            Booth.HOST,
            "Origin",
            "http://" + Booth.HOST,
            "Content-Type",
            "application/x-www-form-urlencoded",
            "X-Actor",
            "carol"));
  }

  private String token(String actor, String id) {
    Map<String, String> headers = own();
    headers.put("X-Actor", actor);
    Reply page =
        console.answer(Booth.request("GET", "/sequence", "owner=bob&id=" + id, headers, ""));
    Matcher token = TOKEN.matcher(Booth.text(page));
    assertTrue(token.find(), Booth.text(page));
    return token.group(1);
  }

  private Reply post(Map<String, String> headers, String body) {
    return console.answer(Booth.request("POST", "/act", "", headers, body));
  }

  private String form(String act, String reason, String token) {
    return "owner=bob&id=ride-7&act=%s&reason=%s&token=%s"
        .formatted(act, URLEncoder.encode(reason, StandardCharsets.UTF_8), token);
  }

  private String commit(String act, String reason) {
    return form(act, reason, token("carol", "ride-7")) + "&step=commit";
  }

  private HistoryRow lastRow() {
    List<HistoryRow> rows = booth.ledger.ledger().history(key, 0, 100);
    return rows.get(rows.size() - 1);
  }

  private void assertRefused(int status, Reply reply) {
    assertEquals(status, Booth.status(reply), () -> Booth.text(reply));
    assertTrue(booth.entry(key).standing().hold().isEmpty());
    assertEquals(TransitionKind.FAILED, lastRow().step().kind());
  }

  @Test
  void whatAnActWouldDo_isShownFirstAndChangesNothing() {
    Reply shown = post(own(), form("hold", "a \"dispute\"", token("carol", "ride-7")));
    assertRefused(200, shown);
    String page = Booth.text(shown);
    assertTrue(page.contains("value=\"a &quot;dispute&quot;\""), page);
    assertTrue(page.contains("value=\"commit\""), page);
    Matcher token = TOKEN.matcher(page);
    assertTrue(token.find());
    Reply done = post(own(), form("hold", "a \"dispute\"", token.group(1)) + "&step=commit");
    assertEquals(303, Booth.status(done));
    assertEquals("sequence?owner=bob&id=ride-7", ((Reply.Whole) done).headers().get("Location"));
    assertEquals("carol", booth.entry(key).standing().hold().orElseThrow().actor());
    assertEquals("a \"dispute\"", booth.entry(key).standing().hold().orElseThrow().reason());
  }

  @Test
  void eachAct_isRecordedWithWhoAndWhy() {
    assertEquals(303, Booth.status(post(own(), commit("hold", "one"))));
    assertEquals("carol", lastRow().note().actor());
    assertTrue(lastRow().note().detail().contains("one"), lastRow().note().detail());
    assertEquals(303, Booth.status(post(own(), commit("release", "two"))));
    assertTrue(booth.entry(key).standing().hold().isEmpty());
    assertEquals(303, Booth.status(post(own(), commit("redrive", "three"))));
    assertEquals(2, booth.entry(key).run().epoch());
    booth.work();
    assertEquals(State.FAILED, booth.entry(key).state());
    assertEquals(303, Booth.status(post(own(), commit("discard", "four"))));
    assertEquals("carol", lastRow().note().actor());
    assertEquals(State.DISCARDING, booth.entry(key).state());
  }

  @Test
  void withoutAnAuthenticator_nothingCanBeDone() {
    try (Console readOnly = booth.console(Booth.OPTIONS)) {
      assertRefused(
          403, readOnly.answer(Booth.request("POST", "/act", "", own(), commit("hold", "x"))));
      String page = Booth.page(readOnly, "/sequence", "owner=bob&id=ride-7");
      assertFalse(page.contains("method=\"post\""), page);
      assertFalse(page.contains("sign-in"), page);
      assertEquals(403, Booth.status(readOnly.answer(Booth.get("/sign-in", ""))));
    }
  }

  @Test
  void whoIsNotKnown_mayNotActAndIsOfferedToSignIn() {
    String body = commit("hold", "x");
    Map<String, String> nobody = own();
    nobody.remove("X-Actor");
    assertRefused(403, post(nobody, body));
    String page = Booth.page(console, "/sequence", "owner=bob&id=ride-7");
    assertTrue(page.contains("href=\"sign-in\""), page);
    assertFalse(page.contains("name=\"token\""), page);
    Reply.Whole challenge = (Reply.Whole) console.answer(Booth.get("/sign-in", ""));
    assertEquals(401, challenge.status());
    assertEquals("Basic realm=\"ingest\"", challenge.headers().get("WWW-Authenticate"));
    assertEquals(
        303, Booth.status(console.answer(Booth.request("GET", "/sign-in", "", own(), ""))));
  }

  @Test
  void anAuthenticatorThatThrows_refuses() {
    try (Console broken =
        booth.console(
            Booth.OPTIONS.withActs(
                request -> {
                  throw new IllegalStateException("its directory is down");
                }))) {
      Reply reply = broken.answer(Booth.request("POST", "/act", "", own(), commit("hold", "x")));
      assertRefused(403, reply);
      assertFalse(Booth.text(reply).contains("directory"), Booth.text(reply));
    }
  }

  @Test
  void aForm_isOfOneActorAndOneSequence() {
    booth.failed("bob", "ride-9", "a", "broken");
    booth.work();
    assertRefused(403, post(own(), form("hold", "x", "") + "&step=commit"));
    assertRefused(403, post(own(), form("hold", "x", "1.nonsense") + "&step=commit"));
    assertRefused(403, post(own(), form("hold", "x", token("eve", "ride-7")) + "&step=commit"));
    assertRefused(403, post(own(), form("hold", "x", token("carol", "ride-9")) + "&step=commit"));
    String good = token("carol", "ride-7");
    char last = good.charAt(good.length() - 2);
    String forged =
        good.substring(0, good.length() - 2)
            + (last == 'A' ? 'B' : 'A')
            + good.charAt(good.length() - 1);
    assertRefused(403, post(own(), form("hold", "x", forged) + "&step=commit"));
    try (Console restarted = booth.console(Booth.OPTIONS.withActs(BY_HEADER))) {
      assertRefused(
          403, restarted.answer(Booth.request("POST", "/act", "", own(), form("hold", "x", good))));
    }
    assertEquals(303, Booth.status(post(own(), form("hold", "x", good) + "&step=commit")));
  }

  @Test
  void aToken_isGoodForAnHour() {
    AtomicLong time = new AtomicLong(42);
    ActTokens tokens = new ActTokens(new byte[32], time::get);
    time.addAndGet(Duration.ofMinutes(5).toNanos());
    String token = tokens.make("carol", key);
    assertTrue(tokens.isGood(token, "carol", key));
    time.addAndGet(ActTokens.LIFE.toNanos() - 1);
    assertTrue(tokens.isGood(token, "carol", key));
    time.addAndGet(1);
    assertFalse(tokens.isGood(token, "carol", key));
    String later = Long.toString(Long.MAX_VALUE).substring(1) + token.substring(3);
    assertFalse(tokens.isGood(later, "carol", key));
  }

  @Test
  void formsOfOtherSites_areRefused() {
    String body = commit("hold", "x");
    for (String origin :
        new String[] {
          "null", "https://evil.example", "http://localhost:8", "http://localhost:7.evil.example",
          "http://evil@localhost:7", "file://localhost:7", "", "http://"
        }) {
      Map<String, String> headers = own();
      headers.put("Origin", origin);
      assertRefused(403, post(headers, body));
    }
    Map<String, String> without = own();
    without.remove("Origin");
    assertRefused(403, post(without, body));
    Map<String, String> crossSite = own();
    crossSite.put("Sec-Fetch-Site", "cross-site");
    assertRefused(403, post(crossSite, body));
    Map<String, String> sameOrigin = own();
    sameOrigin.put("Sec-Fetch-Site", "same-origin");
    assertEquals(303, Booth.status(post(sameOrigin, body)));
  }

  @Test
  void otherHosts_areNotAnswered() {
    for (String host : new String[] {"evil.example", "localhost", "localhost:8", ""}) {
      Map<String, String> headers = own();
      headers.put("Host", host);
      for (String path : new String[] {"/", "/api/v1/overview", "/live", "/console.js"}) {
        Reply reply = console.answer(Booth.request("GET", path, "", headers, ""));
        assertEquals(421, Booth.status(reply), host + path);
        assertFalse(Booth.text(reply).contains("ride-7"));
      }
      assertRefused(421, post(headers, commit("hold", "x")));
    }
    Map<String, String> without = own();
    without.remove("Host");
    assertEquals(421, Booth.status(console.answer(Booth.request("GET", "/", "", without, ""))));
  }

  @Test
  void bodiesThatAreNoForm_areRefused() {
    Map<String, String> plain = own();
    plain.put("Content-Type", "text/plain");
    assertRefused(415, post(plain, commit("hold", "x")));
    assertRefused(400, post(own(), commit("hold", "x") + "&act=hold"));
    assertRefused(400, post(own(), commit("erase", "x")));
    assertRefused(400, post(own(), commit("hold", "")));
    assertRefused(400, post(own(), commit("hold", " ")));
    assertRefused(400, post(own(), commit("hold", "two\nlines")));
    assertRefused(400, post(own(), commit("hold", "right\u202eleft")));
    assertRefused(400, post(own(), commit("hold", "x".repeat(501))));
    assertRefused(413, post(own(), commit("hold", "x".repeat(9_000))));
    assertRefused(405, console.answer(Booth.request("GET", "/act", "", own(), "")));
  }

  @Test
  void anActThatDoesNotApply_isAConflict() {
    Reply reply = post(own(), commit("release", "there is none"));
    assertRefused(409, reply);
    assertTrue(Booth.text(reply).contains("bob/ride-7"), Booth.text(reply));
  }

  @Test
  void anActWhoseOutcomeIsUnknown_isNotSaidToBeDone() {
    String body = commit("hold", "x");
    booth.fault = new Fault.FailBefore();
    assertEquals(503, Booth.status(post(own(), body)));
    booth.fault = Fault.NONE;
    assertEquals(303, Booth.status(post(own(), body)));
  }
}
