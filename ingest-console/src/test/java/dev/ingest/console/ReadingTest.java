package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is shown is what the ledger has, and what cannot be read is unknown. */
@Timeout(60)
final class ReadingTest {

  /** Markup, quotes, an entity, a right-to-left override, a zero-width space, a line separator. */
  private static final String HOSTILE = "</td><script>alert('x')</script>\"&amp;\u202e\u200b\u2028";

  private final Booth booth = new Booth();

  @AfterEach
  void close() {
    booth.close();
  }

  private void someSequences() {
    for (int i = 0; i < 5; i++) {
      booth.accepted("alice", "ride-" + i);
    }
    booth.failed("bob", "ride-7", "a", "broken");
    booth.work();
    booth.accepted("carol", "ride-8");
  }

  @Test
  void figures_areThoseOfTheLedger() {
    someSequences();
    Census census = booth.ledger.ledger().census(Optional.empty());
    try (Console console = booth.console(Booth.OPTIONS)) {
      Map<String, Object> json = JsonText.parse(Booth.page(console, "/api/v1/overview", ""));
      Map<String, Object> accounts = JsonText.object(json, "accounts");
      assertEquals(true, accounts.get("known"));
      assertEquals(census.total(), accounts.get("accepted"));
      assertEquals(census.count(State.VERIFIED), accounts.get("verified"));
      assertEquals(0L, accounts.get("unaccountedFor"));
      Map<String, Object> states = JsonText.object(JsonText.object(json, "census"), "states");
      for (State state : State.values()) {
        assertEquals(census.count(state), states.get(state.name()), state.name());
      }
      Map<String, Object> hour = JsonText.objects(JsonText.object(json, "hours"), "hours").get(0);
      assertEquals("2026-03-01T10:00:00Z", hour.get("hour"));
      assertEquals(7L, hour.get("accepted"));
      assertEquals(1L, hour.get("failed"));
      List<Map<String, Object>> unproven =
          JsonText.objects(JsonText.object(json, "unproven"), "sequences");
      assertEquals(
          List.of("bob/ride-7", "carol/ride-8"),
          unproven.stream().map(one -> one.get("owner") + "/" + one.get("id")).toList());
      String page = Booth.page(console, "/", "");
      assertTrue(page.contains("<strong id=\"unaccounted-for\">0</strong>"), page);
      assertTrue(page.contains("<span id=\"accepted\">7</span>"), page);
      assertTrue(page.contains("<dd id=\"state-FAILED\">1</dd>"), page);
      assertFalse(page.contains("UNKNOWN"), page);
    }
  }

  @Test
  void aLedgerThatFails_isUnknownInEveryPartAndNeverZero() {
    someSequences();
    try (Console console = booth.console(Booth.OPTIONS)) {
      booth.fault = new Fault.FailBefore();
      String page = Booth.page(console, "/", "");
      assertFalse(page.contains("id=\"unaccounted-for\""), page);
      assertFalse(page.contains("None."), page);
      int sections = page.split("<section ", -1).length - 1;
      assertEquals(12, sections);
      assertEquals(sections, page.split("<strong>UNKNOWN</strong>", -1).length - 1, page);
      Map<String, Object> json = JsonText.parse(Booth.page(console, "/api/v1/overview", ""));
      for (String part : json.keySet()) {
        Map<String, Object> unknown = JsonText.object(json, part);
        assertEquals(List.of("known", "why"), List.copyOf(unknown.keySet()), part);
        assertEquals(false, unknown.get("known"), part);
      }
      Reply sequence = console.answer(Booth.get("/sequence", "owner=bob&id=ride-7"));
      assertEquals(503, Booth.status(sequence));
      assertTrue(Booth.text(sequence).contains("UNKNOWN"));
    }
  }

  @Test
  void aLedgerThatHangs_isUnknownWithinTheLimit() {
    someSequences();
    CountDownLatch release = new CountDownLatch(1);
    ConsoleOptions hasty = Booth.OPTIONS.withTimes(Duration.ofSeconds(1), Duration.ofMillis(50));
    try (Console console = booth.console(hasty)) {
      booth.fault =
          new Fault.Delay(
              () -> {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              () -> {});
      String page = Booth.page(console, "/", "");
      assertTrue(page.contains("the ledger has not answered within"), page);
      assertFalse(page.contains("id=\"unaccounted-for\""), page);
      for (int i = 0; i < 10; i++) {
        Reply reply = console.answer(Booth.get("/api/v1/sequence", "owner=bob&id=ride-7"));
        assertEquals(503, Booth.status(reply));
        assertTrue(Booth.text(reply).startsWith("{\"problem\":"), Booth.text(reply));
      }
      release.countDown();
    }
  }

  @Test
  void aSequence_isShownWithItsHistoryAndProof() {
    someSequences();
    SequenceKey key = SequenceKey.of("alice", "ride-2");
    Entry entry = booth.entry(key);
    List<HistoryRow> rows = booth.ledger.ledger().history(key, 0, 100);
    try (Console console = booth.console(Booth.OPTIONS)) {
      String page = Booth.page(console, "/sequence", "owner=alice&id=ride-2");
      assertTrue(
          page.contains(
              "The history is whole: %d rows, head %s"
                  .formatted(entry.chain().length(), entry.chain().head())),
          page);
      assertTrue(page.contains(entry.receipt().manifest().root().toString()), page);
      Map<String, Object> json =
          JsonText.parse(Booth.page(console, "/api/v1/sequence", "owner=alice&id=ride-2"));
      assertEquals(true, JsonText.object(json, "chain").get("whole"));
      List<Map<String, Object>> history = JsonText.objects(json, "history");
      assertEquals(
          rows.stream().map(row -> row.link().hash().toString()).toList(),
          history.stream().map(row -> row.get("hash")).toList());
      assertEquals(
          entry.published().orElseThrow().provenAt().toString(),
          JsonText.object(JsonText.object(json, "sequence"), "result").get("provenAt"));
    }
  }

  @Test
  void anIdOfSeveralOwners_isAChoice() {
    booth.accepted("alice", "ride");
    booth.accepted("bob", "ride");
    try (Console console = booth.console(Booth.OPTIONS)) {
      String page = Booth.page(console, "/sequence", "id=ride");
      assertTrue(page.contains("href=\"sequence?owner=alice&amp;id=ride\""), page);
      assertTrue(page.contains("href=\"sequence?owner=bob&amp;id=ride\""), page);
      Reply json = console.answer(Booth.get("/api/v1/sequence", "id=ride"));
      assertEquals(300, Booth.status(json));
      assertEquals(List.of("alice", "bob"), JsonText.parse(Booth.text(json)).get("owners"));
      assertEquals(404, Booth.status(console.answer(Booth.get("/sequence", "id=none"))));
    }
  }

  @Test
  void hostileTexts_areTextInPagesAndInJson() {
    String item = "<img src=x onerror=alert(1)>.jpg";
    SequenceKey key = booth.failed("bob", "ride-7", item, HOSTILE);
    booth.work();
    booth.ingest.acts("<b>eve</b>", "\"><script>alert(2)</script>").hold(key);
    String message = booth.entry(key).standing().failure().orElseThrow().message();
    assertTrue(message.contains(HOSTILE), message);
    try (Console console = booth.console(Booth.OPTIONS)) {
      for (String page :
          List.of(
              Booth.page(console, "/", ""),
              Booth.page(console, "/sequence", "owner=bob&id=ride-7"))) {
        assertFalse(page.contains("<script>"), page);
        assertFalse(page.contains("<img"), page);
        assertFalse(page.contains("<b>"), page);
        assertTrue(page.contains("&lt;b&gt;eve&lt;/b&gt;"), page);
        assertTrue(page.contains("data-code=\"U+202E\""), page);
      }
      String json = Booth.page(console, "/api/v1/sequence", "owner=bob&id=ride-7");
      Map<String, Object> sequence = JsonText.object(JsonText.parse(json), "sequence");
      assertEquals(message, JsonText.object(sequence, "failure").get("message"));
      assertEquals("<b>eve</b>", JsonText.object(sequence, "hold").get("actor"));
    }
  }

  @Test
  void hostileQueries_areRefusedAsText() {
    try (Console console = booth.console(Booth.OPTIONS)) {
      for (String query :
          List.of(
              "owner=%3Cscript%3E&id=x",
              "owner=x&id=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
              "id=x&id=y",
              "id=%zz",
              "id=x&after=-1",
              "id=x&after=%3Cscript%3E",
              "owner=x")) {
        Reply reply = console.answer(Booth.get("/sequence", query));
        assertEquals(400, Booth.status(reply), query);
        assertFalse(Booth.text(reply).contains("<script>"), query);
      }
      Reply longer = console.answer(Booth.get("/sequence", "id=" + "x".repeat(9_000)));
      assertEquals(413, Booth.status(longer));
    }
  }
}
