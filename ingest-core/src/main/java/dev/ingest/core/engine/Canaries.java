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
 * Sends canaries through the pipelines of a route, on one node at a time, and tells of a pipeline
 * through which none comes in time.
 *
 * <p>For each pipeline a control record keeps which canary was sent last and when, and whether it
 * has come through; it is written before the canary is sent, so that one that got lost on the way
 * is missed. There are {@value #SLOTS} ids for each pipeline: one that came through is discarded,
 * and its id used again, as is that of one that failed. What is stuck keeps its id, and once all
 * are no more are sent, so that a pipeline that stands still does not fill up with canaries. Should
 * other bytes have been sent under the ids before, another generation of ids begins. For one
 * thread.
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
  private final Map<String, Misgivings> misgivings = new LinkedHashMap<>();

  Canaries(Engine engine, CanaryPolicy policy) {
    this.node = engine.node();
    this.engine = engine;
    this.policy = policy;
    this.lease = engine.part(Watcher.CANARY);
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
    return new Driver(Watcher.CANARY.label(), PERIOD, canaries::tick, canaries.lease::release);
  }

  /**
   * What is known of a pipeline's canaries.
   *
   * @param version the version of the record, 0 if there is none
   * @param generation of its ids
   * @param id the one that was sent last; empty text before the first
   * @param at when it was sent
   * @param through whether it has come through
   */
  private record Last(long version, long generation, String id, Instant at, boolean through) {

    static Last of(Optional<ControlRecord> record) {
      return record
          .map(
              found -> {
                RecordBody body = RecordBody.parse(found);
                return new Last(
                    found.version(),
                    body.number("generation"),
                    body.text("id"),
                    body.time("at"),
                    body.number("through") == 1);
              })
          .orElseGet(() -> new Last(0, 0, "", Instant.EPOCH, true));
    }
  }

  /**
   * Looks at the canaries of each pipeline, if it is this node's turn, and sends those that are
   * due.
   *
   * @return 0, so that the next look is due a period later
   */
  int tick() {
    return lease.run(this::look);
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
    Optional<Route> route = new KeptRoutes(node.ledger()).find(node.policies().route().route());
    if (route.isEmpty()) {
      Routing.Choice only = Routing.Choice.of(node.pipelines().get(0));
      pipelines.put(only.pipeline().name(), only);
    }
    route.ifPresent(
        found ->
            found.split().branches().stream()
                .filter(branch -> branch.weight() > 0)
                .forEach(branch -> pipelines.put(branch.name(), engine.routing().choice(branch))));
    return pipelines;
  }

  /** Nothing is expected any more of a pipeline that lost its share. */
  private void forget(Map<String, Routing.Choice> pipelines) {
    List<String> gone =
        misgivings.keySet().stream().filter(name -> !pipelines.containsKey(name)).toList();
    for (String name : gone) {
      misgiving(name)
          .end(
              AlertCode.CANARY_LATE,
              AlertCode.CANARY_THROUGH,
              "pipeline " + name + " has no share any more, and gets no canaries");
      misgivings.remove(name);
    }
  }

  private void watch(String pipeline, Routing.Choice choice) {
    ControlRecord.Key key = new ControlRecord.Key(KIND, pipeline);
    Last last = Last.of(node.ledger().controls().read(key));
    List<Optional<Entry>> slots = slots(pipeline, last.generation());
    Instant now = node.ledger().ledger().now();
    if (!last.through()) {
      last = judge(key, last, slots, now);
    }
    discard(slots);
    boolean isDue = last.id().isEmpty() || !now.isBefore(last.at().plus(policy.every()));
    if (isDue) {
      send(key, last, choice, free(slots));
    }
  }

  private Last judge(ControlRecord.Key key, Last last, List<Optional<Entry>> slots, Instant now) {
    // Of an earlier one that comes through late, the pipeline works as well.
    boolean isThrough =
        slots.stream()
            .flatMap(Optional::stream)
            .anyMatch(
                entry ->
                    hasCome(entry)
                        && (entry.key().id().value().equals(last.id())
                            || !entry.published().orElseThrow().provenAt().isBefore(last.at())));
    if (isThrough) {
      Last next =
          keep(key, new Last(last.version(), last.generation(), last.id(), last.at(), true));
      misgiving(key.name()).note(AlertCode.CANARY_LATE, AlertCode.CANARY_THROUGH, Optional.empty());
      return next;
    }
    Instant due = last.at().plus(policy.within());
    if (!now.isBefore(due)) {
      misgiving(key.name())
          .note(
              AlertCode.CANARY_LATE,
              AlertCode.CANARY_THROUGH,
              Optional.of(
                  "canary %s, sent through pipeline %s at %s, is %s, and was to be verified by %s"
                      .formatted(last.id(), key.name(), last.at(), state(last, slots), due)));
    }
    return last;
  }

  private static boolean hasCome(Entry entry) {
    return switch (entry.state()) {
      case VERIFIED, EXPIRING, EXPIRED -> true;
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private static String state(Last last, List<Optional<Entry>> slots) {
    return slots.stream()
        .flatMap(Optional::stream)
        .filter(entry -> entry.key().id().value().equals(last.id()))
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
    Last sent =
        keep(key, new Last(last.version(), last.generation(), canary.id().value(), now, false));
    try (Upload upload = engine.intake().openInto(canary, choice)) {
      policy.items().addTo(upload);
      upload.submit();
    } catch (SequenceConflictException e) {
      // Other bytes were sent under this id: the items have changed.
      keep(key, new Last(sent.version(), sent.generation() + 1, "", Instant.EPOCH, true));
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
            .with("through", next.through() ? 1 : 0);
    Outcome outcome = node.ledger().controls().write(body.record(next.version() + 1));
    if (!outcome.isApplied()) {
      throw new IncompleteTickException(
          "what became of the canaries of pipeline %s was not kept, %s; the next tick looks again"
              .formatted(key.name(), outcome));
    }
    return new Last(next.version() + 1, next.generation(), next.id(), next.at(), next.through());
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
