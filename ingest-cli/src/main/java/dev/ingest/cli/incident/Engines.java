package dev.ingest.cli.incident;

import dev.ingest.cli.incident.Uploads.Sent;
import dev.ingest.core.Acts;
import dev.ingest.core.AuditPolicy;
import dev.ingest.core.Ingest;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.report.Affected;
import dev.ingest.core.report.IncidentListener;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentReport;
import dev.ingest.core.report.ReportWriter;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The engines of the replay's own process: one takes uploads, one those of before the incident,
 * whose time to live is nearly over, and one watches and tells on-call. None does work. For one
 * thread.
 */
final class Engines implements AutoCloseable {

  private final SharedStores stores;
  private final Path home;
  private final Alarms alarms;
  private final Ingest watch;
  private final Ingest front;
  private final Ingest earlier;

  private Engines(SharedStores stores, Telling telling, Path home) {
    this.stores = stores;
    this.home = home;
    this.alarms = new Alarms(telling);
    this.watch =
        Ingest.builder()
            .ledger(stores.ledger())
            .content(stores.content())
            .node(new NodeId("watch"), "1.0")
            .times(Terms.TIMES)
            .expiry(Terms.EXPIRY)
            .alerts(Terms.ALERTS)
            .audits(AuditPolicy.NEVER)
            .scrub(ScrubPolicy.DEFAULT.withOn(false))
            .sink(alarms)
            .withoutWork()
            .build();
    this.front = taking(Terms.TIMES, "front");
    this.earlier = taking(Terms.EARLIER, "front-earlier");
  }

  /** Builds them, and begins to watch. */
  static Engines of(SharedStores stores, Telling telling, Path home) {
    Engines engines = new Engines(stores, telling, home);
    engines.watch.start();
    return engines;
  }

  private Ingest taking(TimePolicy times, String name) {
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content())
        .node(new NodeId(name), "1.0")
        .times(times)
        .withoutWatch()
        .pipeline(Platform.pipeline(Platform.OLD, Optional.empty(), Release.GOOD, home))
        .pipeline(Platform.pipeline(Platform.NEW, Optional.empty(), Release.GOOD, home))
        .build();
  }

  Ingest watch() {
    return watch;
  }

  Ingest front() {
    return front;
  }

  Alarms alarms() {
    return alarms;
  }

  Acts oncall() {
    return front.acts("on-call", "incident-replay: six hours stalled");
  }

  Instant now() {
    return stores.ledger().ledger().now();
  }

  /** Takes a sequence in; a receipt is returned, or it throws. */
  void submit(Sent sent, boolean isEarlier) throws IOException {
    (isEarlier ? earlier : front)
        .submit(
            sent.key(),
            upload -> {
              for (Map.Entry<String, String> item : sent.items().entrySet()) {
                upload.add(
                    ItemName.of(item.getKey()), item.getValue().getBytes(StandardCharsets.UTF_8));
              }
            });
  }

  /** Finds the entries that there are. */
  List<Entry> entries(Collection<SequenceKey> keys) {
    return stores.ledger().ledger().find(List.copyOf(keys)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** Reads raw bytes back and compares them with what the owner has. */
  boolean isRawWhole(Sent sent) {
    Map<String, String> stored = new LinkedHashMap<>();
    try {
      return front
              .readRaw(
                  sent.key(),
                  (item, body) ->
                      stored.put(
                          item.name().toString(),
                          new String(body.readAllBytes(), StandardCharsets.UTF_8)))
              .isPresent()
          && stored.equals(sent.items());
    } catch (IOException e) {
      throw new UncheckedIOException("raw bytes of " + sent.key() + " cannot be read: " + e, e);
    }
  }

  /** Reads what is published and compares it with what must be. */
  boolean isPublished(Sent sent) {
    Map<String, String> stored = new LinkedHashMap<>();
    try {
      return front
              .readResult(
                  sent.key(),
                  (item, body) ->
                      stored.put(
                          item.name().toString(),
                          new String(body.readAllBytes(), StandardCharsets.UTF_8)))
              .isPresent()
          && stored.equals(sent.published());
    } catch (IOException e) {
      throw new UncheckedIOException("the result of " + sent.key() + " cannot be read: " + e, e);
    }
  }

  /** Writes an incident report to a file, and returns whom it names. */
  SortedSet<SequenceKey> report(IncidentQuery query, String name) throws IOException {
    SortedSet<SequenceKey> named = new TreeSet<>();
    try (Writer out = Files.newBufferedWriter(home.resolve("report-" + name + ".txt"))) {
      ReportWriter writer = ReportWriter.Format.TEXT.open(out, "six hours that stalled");
      IncidentReport report = front.report(query, new Named(writer, named));
      writer.end(report);
      if (!report.isComplete()) {
        throw new IllegalStateException(
            "of %d parts of the ledger nothing is known; expected all to be read"
                .formatted(report.unread()));
      }
    }
    return named;
  }

  private record Named(ReportWriter writer, SortedSet<SequenceKey> keys)
      implements IncidentListener {

    @Override
    public void affected(Affected affected) {
      keys.add(affected.entry().key());
      writer.affected(affected);
    }

    @Override
    public void ownerEnded(OwnerId owner, long count) {
      writer.ownerEnded(owner, count);
    }

    @Override
    public void unread(IncidentReport.Unread part) {
      writer.unread(part);
    }
  }

  @Override
  public void close() {
    List<Ingest> all = new ArrayList<>(List.of(watch, front, earlier));
    all.forEach(Ingest::close);
  }
}
