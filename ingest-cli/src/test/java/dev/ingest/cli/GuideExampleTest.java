package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Acts;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.CensusReport;
import dev.ingest.core.CensusScope;
import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionToken;
import dev.ingest.core.Expectation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.RouteReport;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.Verdict;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.core.alert.Slf4jSink;
import dev.ingest.core.probe.HttpProbe;
import dev.ingest.core.probe.JdbcProbe;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentReport;
import dev.ingest.core.report.ReportWriter;
import dev.ingest.micrometer.IngestMeters;
import dev.ingest.micrometer.LedgerFigures;
import dev.ingest.micrometer.StageObservations;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.notice.OwnerNotifier;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteDataSource;

/** Examples of the guide, which are here as they are on its pages. */
final class GuideExampleTest {

  private static final Path SOURCE = Path.of("src/test/java/dev/ingest/cli/GuideExampleTest.java");
  private static final Path GUIDE = Path.of("../docs/guide");

  private static Pipeline photos() {
    // pipelines begins
    Stage thumbnails =
        Stage.perItem(
            "thumbnails",
            1,
            (item, context) -> {
              try (InputStream photo = item.open()) {
                context.emit(ItemName.of(item.name() + ".thumb.jpg"), scale(photo));
              }
            });
    Pipeline photos =
        Pipeline.named("photos")
            .stage(thumbnails)
            .expect(Expectation.perItem(name -> List.of(ItemName.of(name + ".thumb.jpg"))))
            .build();
    // pipelines ends
    return photos;
  }

  private static InputStream scale(InputStream photo) {
    return photo;
  }

  private static void example(
      LedgerStore ledger, ContentAccess content, Pipeline pipeline, AlertSink pager, URI monitor) {
    // times begins
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
      // times ends
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

  private static void route(Ingest ingest) {
    // routes begins
    Acts acts = ingest.acts("carol", "the new decoder");
    acts.route(Route.NAME).set(Map.of("photos", 1), Route.Sticky.OWNER);
    RampPlan plan = RampPlan.of("photos", "photos-2");
    RouteReport first = acts.rehearsal().route(Route.NAME).ramp(plan);
    if (first.moves().moved() <= first.moves().of() / 50) {
      acts.route(Route.NAME).ramp(plan);
    }
    // routes ends
  }

  private static Pipeline named(String name) {
    return Pipeline.named(name).stage(Stage.copy()).expect(Expectation.onePerItem()).build();
  }

  @Test
  void route_runs(@TempDir Path home) {
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system());
        Ingest ingest =
            Ingest.builder()
                .ledger(ledger)
                .content(files.access())
                .pipeline(named("photos"))
                .pipeline(named("photos-2"))
                .build()) {
      route(ingest);
      assertEquals(
          Map.of("photos", 99, "photos-2", 1),
          ingest.routes().find(Route.NAME).orElseThrow().split().weights());
    }
  }

  private static OwnerNotifier notifier() {
    // notices begins
    OwnerNotifier mail =
        notice -> send(notice.key().owner(), notice.id(), notice.key().id() + ": " + notice.text());
    // notices ends
    return mail;
  }

  private static Pipeline effects(DataSource orders, URI index, String secret, Stage order) {
    // effects begins
    JdbcProbe ordered =
        JdbcProbe.of(
                "orders",
                orders,
                "select prints from orders where sequence = ?",
                evidence -> List.of(evidence.sequence().toString()))
            .expecting(
                (evidence, rows) ->
                    rows.size() == 1 && rows.get(0).has("prints", "1")
                        ? Verdict.pass()
                        : Verdict.fail("expected one order of one print, got " + rows.size()));
    HttpProbe indexed =
        HttpProbe.of("index", evidence -> index.resolve("/photos/" + evidence.sequence().id()))
            .withHeader("Authorization", "Bearer " + secret)
            .whereAbsent(Verdict.Kind.UNKNOWN);
    Pipeline prints =
        Pipeline.named("prints")
            .stage(order)
            .expect(Expectation.onePerItem())
            .probe(ordered)
            .probe(indexed)
            .build();
    // effects ends
    return prints;
  }

  private static LedgerFigures metrics(
      MeterRegistry registry,
      ObservationRegistry observations,
      JdbcLedger ledger,
      ContentAccess content,
      Stage crop,
      Consumer<Ingest> use) {
    // metrics begins
    IngestMeters meters = new IngestMeters(registry);
    Pipeline photos =
        Pipeline.named("photos")
            .stage(crop)
            .observe(new StageObservations(observations))
            .expect(Expectation.onePerItem())
            .build();
    Ingest ingest =
        Ingest.builder().ledger(ledger).content(content).pipeline(photos).meter(meters).build();
    LedgerFigures figures = meters.watch(ingest, ledger, ledger::deadTuples);
    ingest.start();
    // metrics ends
    use.accept(ingest);
    return figures;
  }

  @Test
  void metrics_areThoseOfTheLedger(@TempDir Path home) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (JdbcLedger ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system())) {
      metrics(
              registry,
              ObservationRegistry.create(),
              ledger,
              files.access(),
              Stage.copy(),
              ingest -> {
                submitOne(ingest);
                assertTrue(ingest.runUntilIdle());
                ingest.close();
              })
          .close();
      assertEquals(1, ledger.ledger().census(Optional.empty()).count(State.VERIFIED));
      assertEquals(1, registry.get("ingest.accepted").counter().count());
      assertEquals(1, registry.get("ingest.published").counter().count());
    }
  }

  private static void submitOne(Ingest ingest) {
    try {
      ingest.submit(
          SequenceKey.of("alice", "ride-1"),
          upload -> upload.add(ItemName.of("a.jpg"), new byte[] {1}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another system. */
  private interface Farm {
    void render(String once, String token, Instant until);
  }

  /** What it sends when it is done. */
  private record Request(Supplier<String> held, String text) {
    String token() {
      return held.get();
    }

    OptionalLong length() {
      return OptionalLong.of(text.length());
    }

    Optional<Digest> digest() {
      return Optional.of(Digest.ofUtf8(text));
    }

    InputStream body() {
      return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static CompletionOutcome elsewhere(
      StageContext context, Farm farm, Ingest ingest, ItemName name, Request request)
      throws IOException {
    // completions begins
    // In the stage: the token is valid before the other system can have it.
    CompletionToken token = context.completeLater(Duration.ofMinutes(30));
    farm.render(context.idempotencyKey(), token.text(), token.until());

    // In the endpoint that the other system calls, on any node:
    CompletionOutcome outcome =
        ingest
            .completions()
            .complete(
                request.token(),
                output -> output.emit(name, request.length(), request.digest(), request.body()));
    // completions ends
    return outcome;
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

  @Test
  void photo_hasItsThumbnail(@TempDir Path home) throws IOException {
    SequenceKey key = SequenceKey.of("alice", "ride-1");
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system());
        Ingest ingest =
            Ingest.builder().ledger(ledger).content(files.access()).pipeline(photos()).build()) {
      ingest.submit(key, upload -> upload.add(ItemName.of("a.jpg"), new byte[] {1}));
      assertTrue(ingest.runUntilIdle());
      assertTrue(ingest.result(key).orElseThrow().open(ItemName.of("a.jpg.thumb.jpg")).isPresent());
    }
  }

  @Test
  void probes_belongToTheirPipeline() {
    DataSource none = new SQLiteDataSource();
    Pipeline prints = effects(none, URI.create("http://127.0.0.1:9"), "secret", Stage.copy());
    assertEquals(
        List.of("orders", "index"), prints.probes().stream().map(probe -> probe.name()).toList());
  }

  @Test
  void stageThatAnotherSystemCompletes_isPublished(@TempDir Path home) throws IOException {
    AtomicReference<Ingest> engine = new AtomicReference<>();
    AtomicReference<String> held = new AtomicReference<>("");
    Farm farm = (once, token, until) -> held.set(token);
    Request request = new Request(held::get, "a film");
    Stage render =
        new Stage() {
          @Override
          public StageRef ref() {
            return new StageRef("render", 1);
          }

          @Override
          public void run(StageContext context) throws IOException {
            assertEquals(
                CompletionOutcome.DONE,
                elsewhere(
                    context,
                    farm,
                    Objects.requireNonNull(engine.get()),
                    ItemName.of("film.mp4"),
                    request));
          }
        };
    Pipeline films = Pipeline.named("films").stage(render).expect(Expectation.atLeast(1)).build();
    SequenceKey key = SequenceKey.of("alice", "ride-1");
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system());
        Ingest ingest =
            Ingest.builder().ledger(ledger).content(files.access()).pipeline(films).build()) {
      engine.set(ingest);
      ingest.submit(key, upload -> upload.add(ItemName.of("a.jpg"), new byte[] {1}));
      assertTrue(ingest.runUntilIdle());
      assertEquals(State.VERIFIED, ingest.find(key).orElseThrow().state());
      assertEquals(6, ingest.result(key).orElseThrow().summary().bytes());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pipelines, Stages and pipelines, pipelines",
    "effects, 'Write once, read back', effects",
    "effects, Stages that another system completes, completions",
    "routes, Routes, routes",
    "time, 'Deadlines, expiry and clocks', times",
    "checking, Audit, audit",
    "checking, Census, census",
    "owners, Reports, reports",
    "owners, Telling owners, notices",
    "metrics, Metrics and traces, metrics"
  })
  void example_isTheFirstOfItsSection(String name, String heading, String marks)
      throws IOException {
    String page = Files.readString(GUIDE.resolve(name + ".md"));
    int section = page.indexOf("# " + heading + "\n");
    assertTrue(section >= 0, () -> name + " has no section " + heading);
    int begin = page.indexOf("```java\n", section) + "```java\n".length();
    List<String> shown = page.substring(begin, page.indexOf("```", begin)).lines().toList();
    String source = Files.readString(SOURCE);
    String first = "    // " + marks + " begins\n";
    int from = source.indexOf(first) + first.length();
    int to = source.lastIndexOf("\n", source.indexOf("// " + marks + " ends\n"));
    assertEquals(
        shown.stream().map(String::strip).toList(),
        source.substring(from, to).lines().map(String::strip).toList());
  }
}
