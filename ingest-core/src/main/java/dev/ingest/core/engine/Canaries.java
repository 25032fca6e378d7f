package dev.ingest.core.engine;

import dev.ingest.core.CanaryPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.Upload;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Sends canaries through the pipelines of a route, on one node of the route at a time, and tells of
 * a pipeline through which none comes in time.
 *
 * <p>For each pipeline a control record keeps which canary was sent last and when, which is the
 * first since one came through, and whether one has; a pipeline is late by that first one, however
 * many were sent after it. The record is written before the canary is sent, so that one that got
 * lost on the way is missed. There are {@value #SLOTS} ids for each pipeline: one that came through
 * is discarded, and its id used again, as is that of one that failed. What is stuck keeps its id,
 * and once all are no more are sent, so that a pipeline that stands still does not fill up with
 * canaries. Should other bytes have been sent under the ids before, another generation of ids
 * begins. For one thread.
 */
public final class Canaries {

  /** The kind of the records. */
  static final String KIND = "canary";

  static final int SLOTS = 4;

  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final Node node;
  private final Engine engine;
  private final CanaryPolicy policy;
  private final WatcherLease lease;
  private final CanaryTurn turn;
  private final String route;
  private final Map<String, Misgivings> misgivings = new LinkedHashMap<>();

  Canaries(Engine engine, CanaryPolicy policy) {
    this.node = engine.node();
    this.engine = engine;
    this.policy = policy;
    this.lease = engine.part(Watcher.CANARY);
    this.route = node.policies().route().route();
    this.turn = new CanaryTurn(node, route);
  }

  /**
   * Makes the driver of it.
   *
   * @param engine whose route's pipelines canaries are sent through, by its intake
   * @param policy how often, and with which items
   * @return the driver
   */
  public static Driver driver(Engine engine, CanaryPolicy policy) {
    Canaries canaries = new Canaries(engine, policy);
    return new Driver(Watcher.CANARY.label(), PERIOD, canaries::tick, canaries::release);
  }

  /**
   * What is known of a pipeline's canaries.
   *
   * @param version the version of the record, 0 if there is none
   * @param generation of its ids
   * @param id the one that was sent last; empty text before the first
   * @param at when it was sent
   * @param waiting the first that was sent since one came through; empty if none was
   */
  private record Last(
      long version, long generation, String id, Instant at, Optional<Sent> waiting) {

    static Last of(Optional<ControlRecord> record) {
      return record
          .map(Last::parse)
          .orElseGet(() -> new Last(0, 0, "", Instant.EPOCH, Optional.empty()));
    }

    private static Last parse(ControlRecord record) {
      RecordBody body = RecordBody.parse(record);
      // A record of an earlier release has the last one alone.
      Sent first =
          body.find("first-at").isPresent()
              ? new Sent(body.text("first-id"), body.time("first-at"))
              : new Sent(body.text("id"), body.time("at"));
      return new Last(
          record.version(),
          body.number("generation"),
          body.text("id"),
          body.time("at"),
          body.number("through") == 1 ? Optional.empty() : Optional.of(first));
    }

    Last through() {
      return new Last(version, generation, id, at, Optional.empty());
    }
  }

  /**
   * A canary that was sent.
   *
   * @param id its id
   * @param at when it was sent
   */
  private record Sent(String id, Instant at) {}

  /**
   * Looks at the canaries of each pipeline, if it is this node's turn, and sends those that are
   * due.
   *
   * @return 0, so that the next look is due a period later
   */
  int tick() {
    return lease.run(() -> turn.tryHold() ? look() : 0);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    turn.release();
    lease.release();
  }

  private int look() {
    Map<String, Routing.Choice> pipelines = pipelines();
    for (Map.Entry<String, Routing.Choice> pipeline : pipelines.entrySet()) {
      watch(pipeline.getKey(), pipeline.getValue());
      lease.goOn();
    }
    forget(pipelines);
    return 0;
  }

  /** Those with a weight; without a route the one that takes all. */
  private Map<String, Routing.Choice> pipelines() {
    Map<String, Routing.Choice> pipelines = new LinkedHashMap<>();
    Optional<Route> found = new KeptRoutes(node.ledger()).find(route);
    if (found.isEmpty()) {
      Routing.Choice only = Routing.Choice.of(node.pipelines().get(0));
      pipelines.put(only.pipeline().name(), only);
    }
    found.ifPresent(
        kept ->
            kept.split().branches().stream()
                .filter(branch -> branch.weight() > 0)
                .forEach(branch -> pipelines.put(branch.name(), engine.routing().choice(branch))));
    return pipelines;
  }

  /**
   * Nothing is expected any more of a pipeline that lost its share. The records tell which those
   * are, so that whoever takes over knows; those of other routes are theirs.
   */
  private void forget(Map<String, Routing.Choice> pipelines) {
    String after = "";
    List<ControlRecord> page;
    do {
      page = node.ledger().controls().list(KIND, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord record : page) {
        after = record.key().name();
        String of = RecordBody.parse(record).find("route").orElse(route);
        Last last = Last.of(Optional.of(record));
        if (of.equals(route) && !pipelines.containsKey(after) && last.waiting().isPresent()) {
          misgiving(after)
              .end(
                  AlertCode.CANARY_LATE,
                  AlertCode.CANARY_THROUGH,
                  "pipeline " + after + " has no share any more, and gets no canaries");
          misgivings.remove(after);
          keep(record.key(), last.through());
        }
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
  }

  private void watch(String pipeline, Routing.Choice choice) {
    ControlRecord.Key key = new ControlRecord.Key(KIND, pipeline);
    Last last = Last.of(node.ledger().controls().read(key));
    List<Optional<Entry>> slots = slots(pipeline, last.generation());
    Instant now = node.ledger().ledger().now();
    if (last.waiting().isPresent()) {
      last = judge(key, last, last.waiting().get(), slots, now);
    }
    discard(slots);
    boolean isDue = last.id().isEmpty() || !now.isBefore(last.at().plus(policy.every()));
    if (isDue) {
      send(key, last, choice, free(slots));
    }
  }

  private Last judge(
      ControlRecord.Key key, Last last, Sent first, List<Optional<Entry>> slots, Instant now) {
    // Of an earlier one that comes through late, the pipeline works as well.
    boolean isThrough =
        slots.stream()
            .flatMap(Optional::stream)
            .anyMatch(
                entry ->
                    hasCome(entry)
                        && (entry.key().id().value().equals(last.id())
                            || !entry.published().orElseThrow().provenAt().isBefore(first.at())));
    if (isThrough) {
      // Told before it is kept: what is kept is not looked at again.
      misgiving(key.name()).note(AlertCode.CANARY_LATE, AlertCode.CANARY_THROUGH, Optional.empty());
      return keep(key, last.through());
    }
    Instant due = first.at().plus(policy.within());
    if (!now.isBefore(due)) {
      misgiving(key.name())
          .note(
              AlertCode.CANARY_LATE,
              AlertCode.CANARY_THROUGH,
              Optional.of(
                  "canary %s, sent through pipeline %s at %s, is %s, and was to be verified by %s"
                      .formatted(first.id(), key.name(), first.at(), state(first, slots), due)));
    }
    return last;
  }

  private static boolean hasCome(Entry entry) {
    return switch (entry.state()) {
      case VERIFIED, EXPIRING, EXPIRED -> true;
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private static String state(Sent sent, List<Optional<Entry>> slots) {
    return slots.stream()
        .flatMap(Optional::stream)
        .filter(entry -> entry.key().id().value().equals(sent.id()))
        .findFirst()
        .map(entry -> entry.state().name())
        .orElse("not accepted");
  }

  /** What came through has done its work. */
  private void discard(List<Optional<Entry>> slots) {
    Event discard =
        new Event.DiscardDecided(
            Event.Ground.CANARY, new Event.Act(node.actor(), "the canary has come through"));
    List<Committer.Request> requests =
        slots.stream()
            .flatMap(Optional::stream)
            .filter(entry -> entry.state() == State.VERIFIED || entry.state() == State.EXPIRED)
            .map(entry -> new Committer.Request(entry, discard))
            .toList();
    for (Committer.Result result : engine.committer().applyAll(requests)) {
      if (result instanceof Committer.Result.Unknown unknown) {
        throw new IncompleteTickException(
            "whether a canary is discarded is unknown; the next tick looks", unknown.cause());
      }
    }
  }

  /** Finds an id under which the same bytes are welcome. */
  private static Optional<Integer> free(List<Optional<Entry>> slots) {
    return IntStream.range(0, SLOTS)
        .boxed()
        .filter(
            slot ->
                slots
                    .get(slot)
                    .map(
                        entry ->
                            entry.state() == State.DISCARDED
                                || entry.state() == State.FAILED
                                || entry.state() == State.LOST)
                    .orElse(true))
        .findFirst();
  }

  private void send(
      ControlRecord.Key key, Last last, Routing.Choice choice, Optional<Integer> slot) {
    if (slot.isEmpty()) {
      return;
    }
    SequenceKey canary = canary(key.name(), last.generation(), slot.get());
    Instant now = node.ledger().ledger().now();
    String id = canary.id().value();
    Optional<Sent> first = last.waiting().or(() -> Optional.of(new Sent(id, now)));
    Last sent = keep(key, new Last(last.version(), last.generation(), id, now, first));
    try (Upload upload = engine.intake().openInto(canary, choice)) {
      policy.items().addTo(upload);
      upload.submit();
    } catch (SequenceConflictException e) {
      // Other bytes were sent under this id: the items have changed.
      keep(key, new Last(sent.version(), sent.generation() + 1, "", Instant.EPOCH, last.waiting()));
    } catch (IOException e) {
      throw new UncheckedIOException("the items of canary " + canary + " cannot be read", e);
    }
  }

  private Last keep(ControlRecord.Key key, Last next) {
    RecordBody body =
        RecordBody.of(key)
            .with("generation", next.generation())
            .with("id", next.id())
            .with("at", next.at())
            .with("through", next.waiting().isPresent() ? 0 : 1)
            .with("route", route);
    if (next.waiting().isPresent()) {
      body =
          body.with("first-id", next.waiting().get().id())
              .with("first-at", next.waiting().get().at());
    }
    Outcome outcome = node.ledger().controls().write(body.record(next.version() + 1));
    if (!outcome.isApplied()) {
      throw new IncompleteTickException(
          "what became of the canaries of pipeline %s was not kept, %s; the next tick looks again"
              .formatted(key.name(), outcome));
    }
    return new Last(next.version() + 1, next.generation(), next.id(), next.at(), next.waiting());
  }

  private List<Optional<Entry>> slots(String pipeline, long generation) {
    List<SequenceKey> keys = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      keys.add(canary(pipeline, generation, slot));
    }
    return node.ledger().ledger().find(keys);
  }

  static SequenceKey canary(String pipeline, long generation, int slot) {
    return new SequenceKey(
        Canary.OWNER, SequenceId.of("%s.%d.%d".formatted(pipeline, generation, slot)));
  }

  private Misgivings misgiving(String pipeline) {
    return misgivings.computeIfAbsent(pipeline, name -> new Misgivings(node, name));
  }
}
