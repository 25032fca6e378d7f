package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.console.Chromium.Tab;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.Finding;
import dev.ingest.core.KnownNode;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.core.Route;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every part of the console over PostgreSQL with something to be seen in it: what the JSON says is
 * what the ledger has, element by element, and the page says the same.
 */
@Timeout(120)
final class BusyLedgerTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration EVER = Duration.ofDays(366_000);

  @SuppressWarnings("NullAway.Init") // made before the tests
  private static BusyLedger busy;

  @SuppressWarnings("NullAway.Init") // made before the tests
  private static Console console;

  @SuppressWarnings("NullAway.Init") // made before the tests
  private static Map<String, Object> json;

  @SuppressWarnings("NullAway.Init") // made before the tests
  private static String page;

  @BeforeAll
  static void open() throws Exception {
    busy = new BusyLedger();
    console = new Console(busy.ledger, busy.ingest, Booth.OPTIONS);
    json = JsonText.parse(Booth.page(console, "/api/v1/overview", ""));
    page = Booth.page(console, "/", "");
  }

  @AfterAll
  static void close() {
    if (console != null) {
      console.close();
      busy.close();
    }
  }

  private static Map<String, Object> part(String name) {
    Map<String, Object> part = JsonText.object(json, name);
    assertEquals(true, part.get("known"), () -> name + ": " + part.get("why"));
    return part;
  }

  private static List<Map<String, Object>> elements(String part, String name) {
    return JsonText.objects(part(part), name);
  }

  private static void assertShown(String text) {
    assertTrue(page.contains(text), () -> text + " is not in " + page);
  }

  @Test
  void countsAndTime_areThoseOfTheLedger() {
    Census census = busy.ledger.ledger().census(Optional.empty());
    assertEquals(BusyLedger.PROVEN, census.count(State.VERIFIED));
    assertEquals(1, census.count(State.FAILED));
    assertEquals(2, census.count(State.ACCEPTED));
    Map<String, Object> states = JsonText.object(part("census"), "states");
    for (State state : State.values()) {
      assertEquals(census.count(state), states.get(state.name()), state.name());
      assertShown("<dd id=\"state-%s\">%d</dd>".formatted(state, census.count(state)));
    }
    Map<String, Object> accounts = part("accounts");
    assertEquals(census.total(), accounts.get("accepted"));
    assertEquals(0L, accounts.get("unaccountedFor"));
    assertShown("<strong id=\"unaccounted-for\">0</strong>");
    assertEquals(busy.ledger.ledger().now().toString(), part("now").get("at"));
    long lately =
        elements("hours", "hours").stream()
            .mapToLong(hour -> (long) JsonText.require(hour, "accepted"))
            .sum();
    assertEquals(census.total() - 1, lately, "all but the one of four weeks ago");
  }

  @Test
  void audit_namesTheAcceptanceThatTheLedgerDoesNotKnow() {
    LatestAudit audit = busy.ingest.outlook().latestAudit().orElseThrow();
    assertEquals(1, audit.findings().get(Finding.Kind.ENTRY_MISSING), audit::toString);
    Map<String, Object> shown = part("audit");
    assertEquals(audit.sequences(), shown.get("sequences"));
    assertEquals(audit.unreadCount(), shown.get("unread"));
    Map<String, Object> findings = new TreeMap<>();
    audit.findings().forEach((kind, count) -> findings.put(kind.name(), count));
    assertEquals(findings, JsonText.object(shown, "findings"));
    assertShown("ENTRY_MISSING ×1");
  }

  @Test
  void unproven_haveTheirMarks() {
    List<Entry> unproven = busy.ingest.outlook().unproven(EVER, 100);
    Instant now = busy.ledger.ledger().now();
    List<Map<String, Object>> shown = elements("unproven", "sequences");
    assertEquals(unproven.size(), shown.size());
    for (int i = 0; i < shown.size(); i++) {
      Entry entry = unproven.get(i);
      Map<String, Object> one = shown.get(i);
      assertEquals(entry.key().toString(), one.get("owner") + "/" + one.get("id"));
      assertEquals(entry.state().name(), one.get("state"));
      assertEquals(entry.receipt().expiresAt().toString(), one.get("expiresAt"));
      assertEquals(Outlook.isOverdue(entry, now), one.get("overdue"));
      assertEquals(entry.standing().isAtRisk(), one.get("atRisk"));
    }
    assertEquals(
        List.of(BusyLedger.AT_RISK, BusyLedger.OVERDUE, BusyLedger.FAILED),
        unproven.stream().map(Entry::key).toList());
    assertEquals(
        List.of(true, false, false), shown.stream().map(one -> one.get("atRisk")).toList());
    assertEquals(
        List.of(true, true, false), shown.stream().map(one -> one.get("overdue")).toList());
    assertEquals(3, count("<span class=\"badge bad\">AT RISK</span>") + count(">OVERDUE<"));
    assertShown("&lt;script&gt;alert(&#39;x&#39;)");
  }

  private static int count(String text) {
    return page.split(Pattern.quote(text), -1).length - 1;
  }

  @Test
  void blockedWork_isWhatTheWatchFound() {
    List<Blockage> blocked = busy.ingest.outlook().blocked();
    assertTrue(
        blocked.stream()
            .anyMatch(
                one -> one.work().pipeline().equals(BusyLedger.BLOCKED) && one.sequences() == 2),
        blocked::toString);
    List<Map<String, Object>> shown = elements("blocked", "blocked");
    assertEquals(
        blocked.stream().map(one -> one.work().pipeline() + " " + one.sequences()).toList(),
        shown.stream().map(one -> one.get("pipeline") + " " + one.get("sequences")).toList());
    assertShown("nobody has looked since");
  }

  @Test
  void route_hasItsVersionsAndItsRamp() {
    Route route = busy.ingest.routes().list("", 10).get(0);
    Map<String, Object> shown = elements("routes", "routes").get(0);
    assertEquals(route.number(), shown.get("number"));
    assertEquals("RAMP_BEGUN", shown.get("act"));
    assertEquals("the new decoder", shown.get("reason"));
    assertEquals(
        route.split().weights(),
        JsonText.objects(shown, "pipelines").stream()
            .collect(
                Collectors.toMap(
                    one -> one.get("name"),
                    one -> Math.toIntExact((long) JsonText.require(one, "weight")))));
    Map<String, Object> ramp = JsonText.object(shown, "ramp");
    assertEquals(
        Map.of(
            "base",
            "copy",
            "candidate",
            "copy-2",
            "step",
            1L,
            "steps",
            2L,
            "percent",
            10L,
            "paused",
            false),
        ramp);
    assertShown("copy to copy-2: step 1 of 2, 10 %");
    assertShown("<bdi>copy</bdi> 90.0 %");
  }

  @Test
  void ratesAndNodes_areThoseOfTheLedger() {
    List<WorkRate> rates = busy.ingest.nodes().rates(HOUR);
    assertTrue(rates.stream().anyMatch(rate -> rate.counts().bad() > 0), rates::toString);
    assertEquals(
        List.of("1.0", "1.1"),
        rates.stream().map(WorkRate::codeVersion).distinct().sorted().toList());
    assertEquals(
        rates.stream()
            .map(
                rate ->
                    List.of(
                        rate.work().pipeline(),
                        rate.codeVersion(),
                        rate.counts().attempts(),
                        rate.counts().ended(),
                        rate.counts().bad()))
            .toList(),
        elements("rates", "rates").stream()
            .map(
                one ->
                    List.of(
                        one.get("pipeline"),
                        one.get("version"),
                        one.get("attempts"),
                        one.get("ended"),
                        one.get("bad")))
            .toList());
    List<KnownNode> nodes = busy.ingest.nodes().all();
    assertEquals(
        nodes.stream().map(node -> node.id().value() + " " + node.isLive()).toList(),
        elements("nodes", "nodes").stream()
            .map(one -> one.get("node") + " " + one.get("live"))
            .toList());
    assertTrue(
        nodes.stream()
            .anyMatch(node -> node.id().value().equals(BusyLedger.SILENT) && !node.isLive()),
        nodes::toString);
  }

  @Test
  void backfills_comeWithTheOneUnderWayFirst() {
    BackfillProgress march = busy.ingest.backfills().progress(BusyLedger.UNDER_WAY).orElseThrow();
    BackfillProgress again = busy.ingest.backfills().progress(BusyLedger.INCOMPLETE).orElseThrow();
    assertEquals(BackfillPhase.RUNNING, march.phase());
    assertEquals(BackfillPhase.INCOMPLETE, again.phase());
    assertEquals(BusyLedger.PROVEN - BusyLedger.STUCK, march.counts().done());
    assertEquals(1, again.counts().unrecoverable());
    List<Map<String, Object>> shown = elements("backfills", "backfills");
    assertEquals(2, shown.size());
    assertProgress(march, shown.get(0));
    assertProgress(again, shown.get(1));
    assertShown("<progress max=\"6\" value=\"4\">4 of 6</progress>");
    assertShown("<td>INCOMPLETE</td>");
  }

  private static void assertProgress(BackfillProgress expected, Map<String, Object> shown) {
    BackfillProgress.Counts counts = expected.counts();
    assertEquals(
        List.of(
            expected.name(),
            expected.phase().name(),
            counts.planned(),
            counts.done(),
            counts.failed(),
            counts.pending(),
            counts.running(),
            counts.unrecoverable()),
        List.of(
            shown.get("name"),
            shown.get("phase"),
            shown.get("planned"),
            shown.get("done"),
            shown.get("failed"),
            shown.get("pending"),
            shown.get("running"),
            shown.get("unrecoverable")));
  }

  @Test
  void digests_sayWhichOfThemWait() {
    List<AlertDigest> latest = busy.ledger.alerts().latest(SnapshotReader.DIGESTS);
    List<Long> waiting =
        busy.ledger.alerts().unsent(100).stream().map(AlertDigest::ordinal).toList();
    assertFalse(waiting.isEmpty());
    assertTrue(latest.size() > waiting.size(), "some were told");
    List<Map<String, Object>> shown = elements("digests", "digests");
    assertEquals(
        latest.stream().map(one -> one.ordinal() + " " + waiting.contains(one.ordinal())).toList(),
        shown.stream().map(one -> one.get("ordinal") + " " + one.get("waiting")).toList());
    for (int i = 0; i < shown.size(); i++) {
      assertEquals(
          latest.get(i).lines().stream()
              .map(line -> line.group().code() + " " + line.count() + " " + line.message())
              .toList(),
          JsonText.objects(shown.get(i), "lines").stream()
              .map(line -> line.get("code") + " " + line.get("count") + " " + line.get("message"))
              .toList());
    }
    assertEquals(waiting.size(), count("<span class=\"badge bad\">WAITS</span>"));
    for (String code : List.of("SEQUENCE_FAILED", "SEQUENCE_AT_RISK", "SEQUENCE_OVERDUE")) {
      assertShown("<strong>" + code + "</strong> ×");
    }
  }

  @Test
  void watchersOfTheNodeThatDied_areSilent() {
    List<Beat> beats = busy.ingest.outlook().beats();
    Instant now = busy.ledger.ledger().now();
    List<Map<String, Object>> shown = elements("watchers", "watchers");
    assertEquals(
        beats.stream().map(beat -> beat.watcher() + " " + beat.beats()).toList(),
        shown.stream().map(one -> one.get("watcher") + " " + one.get("beats")).toList());
    List<String> silent =
        beats.stream()
            .filter(beat -> beat.holder().isPresent() && beat.isSilent(now))
            .map(Beat::watcher)
            .toList();
    assertTrue(silent.contains("sentinel"), beats::toString);
    assertEquals(
        silent,
        shown.stream()
            .filter(one -> JsonText.require(one, "silent").equals(true))
            .map(one -> one.get("watcher"))
            .toList());
    assertTrue(count("<span class=\"badge bad\">SILENT</span>") >= silent.size());
  }

  @Test
  void nothingHostile_isMarkup() {
    assertEquals(1, count("<script"), "its own alone");
    assertFalse(page.contains("<img"), page);
    assertFalse(page.contains("<b>"), page);
    assertFalse(page.contains("<strong>UNKNOWN</strong>"), page);
  }

  @Test
  void browser_showsAllOfItNarrowAndWide(@TempDir Path profile) throws Exception {
    Optional<Path> program = Chromium.find();
    assumeTrue(program.isPresent(), "SKIPPED: no chromium on the PATH");
    Chromium browser = Chromium.start(program.get(), profile);
    List<Console> opened = new ArrayList<>();
    try (ConsoleServer server =
            ConsoleServer.start(InetAddress.getLoopbackAddress(), 0, hosts -> of(hosts, opened));
        Tab tab = browser.open()) {
      for (int width : List.of(400, 1_600)) {
        tab.width(width, 900);
        tab.go(server.uri().resolve("/"));
        int needed = Integer.parseInt(tab.text("document.documentElement.scrollWidth"));
        assertTrue(needed <= width, "it needs " + needed + " of " + width);
        assertEquals("0", tab.text("document.querySelectorAll('.unknown').length"));
        assertEquals("0", tab.text("document.querySelectorAll('img, b').length"));
        assertEquals("2", tab.text("document.querySelectorAll('#backfills tbody tr').length"));
        assertEquals("3", tab.text("document.querySelectorAll('#unproven tbody tr').length"));
      }
      assertEquals(0, tab.told("Page.javascriptDialogOpening"));
      assertEquals(0, tab.told("Runtime.exceptionThrown"));
    } finally {
      opened.forEach(Console::close);
      browser.end();
    }
  }

  private static Console of(Set<String> hosts, List<Console> opened) {
    Console made = new Console(busy.ledger, busy.ingest, Booth.OPTIONS.withHosts(hosts));
    opened.add(made);
    return made;
  }
}
