package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.CensusReport;
import dev.ingest.core.CensusScope;
import dev.ingest.core.Expectation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.core.alert.Slf4jSink;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentReport;
import dev.ingest.core.report.ReportWriter;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.notice.OwnerNotifier;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration of times in the guide, which is here as it is there. */
final class GuideExampleTest {

  private static final Path SOURCE = Path.of("src/test/java/dev/ingest/cli/GuideExampleTest.java");
  private static final Path GUIDE = Path.of("../docs/guide.md");

  private static void example(
      LedgerStore ledger, ContentAccess content, Pipeline pipeline, AlertSink pager, URI monitor) {
    // guide begins
    TimePolicy times =
        new TimePolicy(Duration.ofMinutes(30), Duration.ofDays(14), Duration.ofDays(3));
    try (OutboundHeartbeat heartbeat =
            OutboundHeartbeat.get(HttpDestination.of(monitor), Duration.ofMinutes(1));
        Ingest ingest =
            Ingest.builder()
                .ledger(ledger)
                .content(content)
                .pipeline(pipeline)
                .times(times)
                .expiry(ExpiryPolicy.defaultFor(times).withGrace(Duration.ofDays(2)))
                .sink(pager)
                .sink(new Slf4jSink())
                .heartbeat(heartbeat)
                .build()) {
      ingest.start();
      // guide ends
      assertTrue(ingest.runUntilIdle());
      audit(ingest);
      census(ingest, Instant.EPOCH, Instant.MAX);
      report(ingest, Instant.EPOCH, Instant.MAX, new StringBuilder());
      assertNotNull(notifier());
    }
  }

  private static void audit(Ingest ingest) {
    // audit begins
    List<AuditFinding> findings = new ArrayList<>();
    AuditReport report = ingest.audit(AuditOptions.DEFAULT.withHistory(true), findings::add);
    if (!report.isClean()) {
      page(findings, report.unread());
    }
    // audit ends
  }

  private static void census(Ingest ingest, Instant from, Instant until) {
    // census begins
    CensusScope hours =
        new CensusScope(from, until, Optional.empty(), Optional.of(new OwnerId("alice")));
    CensusReport report = ingest.census().read(hours, cell -> show(cell.key(), cell.counts()));
    // census ends
    assertTrue(report.isConsistent());
  }

  private static void report(Ingest ingest, Instant from, Instant to, Appendable out) {
    // reports begins
    IncidentQuery query = IncidentQuery.ALL.within(new IncidentQuery.Window(from, to, true));
    ReportWriter writer = ReportWriter.Format.CSV.open(out, "the bad deployment");
    IncidentReport report = ingest.report(query, writer);
    writer.end(report);
    if (!report.isComplete()) {
      warn("others may be affected");
    }
    // reports ends
  }

  private static OwnerNotifier notifier() {
    // notices begins
    OwnerNotifier mail =
        notice -> send(notice.key().owner(), notice.id(), notice.key().id() + ": " + notice.text());
    // notices ends
    return mail;
  }

  private static void send(OwnerId owner, String once, String text) {
    throw new AssertionError("an empty home has no news, not for " + owner + once + text);
  }

  private static void warn(String text) {
    throw new AssertionError(text);
  }

  private static void show(CensusKey key, CensusCounts counts) {
    assertEquals("alice", key.owner().value(), counts::toString);
  }

  private static void page(List<AuditFinding> findings, List<AuditReport.Unread> unread) {
    throw new AssertionError("an empty home is clean, found " + findings + " and " + unread);
  }

  @Test
  void example_runs(@TempDir Path home) {
    Pipeline copying =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    Terminal none =
        new Terminal(
            new java.io.PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new java.io.PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            false);
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system())) {
      example(
          ledger,
          files.access(),
          copying,
          new TerminalSink(none, () -> {}),
          URI.create("http://127.0.0.1:9/ping"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Time, guide",
    "Audit, audit",
    "Census, census",
    "Reports, reports",
    "Telling owners, notices"
  })
  void example_isTheOneInTheGuide(String heading, String marks) throws IOException {
    String guide = Files.readString(GUIDE);
    int section = guide.indexOf("\n## " + heading + "\n");
    int begin = guide.indexOf("```java\n", section) + "```java\n".length();
    List<String> shown = guide.substring(begin, guide.indexOf("```", begin)).lines().toList();
    String source = Files.readString(SOURCE);
    String first = "    // " + marks + " begins\n";
    int from = source.indexOf(first) + first.length();
    int to = source.lastIndexOf("\n", source.indexOf("// " + marks + " ends\n"));
    assertEquals(
        shown.stream().map(String::strip).toList(),
        source.substring(from, to).lines().map(String::strip).toList());
  }
}
