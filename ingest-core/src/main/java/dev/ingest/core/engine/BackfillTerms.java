package dev.ingest.core.engine;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A backfill's order as its record keeps it: everything but given ids, of which it keeps the
 * digest.
 *
 * @param query which sequences
 * @param given the digest of the given ids, if ids are given
 * @param weights the share of each pipeline
 * @param pace how fast
 * @param reason why it was ordered
 */
record BackfillTerms(
    IncidentQuery query,
    Optional<Digest> given,
    SortedMap<String, Integer> weights,
    BackfillPace pace,
    String reason) {

  private static final int MAX_TEXT = 128;

  static BackfillTerms of(BackfillOrder order, String reason) {
    IncidentQuery query = order.query();
    query.work().pipeline().ifPresent(BackfillTerms::check);
    query.work().stage().ifPresent(BackfillTerms::check);
    query.work().nodeVersion().ifPresent(BackfillTerms::check);
    query.code().ifPresent(BackfillTerms::check);
    return new BackfillTerms(
        query, order.among().map(BackfillTerms::digest), order.weights(), order.pace(), reason);
  }

  /** What the record could not give back as it was is refused. */
  private static void check(String text) {
    if (text.length() > MAX_TEXT || !text.codePoints().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new InvalidValueException(
          Kind.TEXT, text, "what selects sequences is at most 128 printable ASCII characters");
    }
  }

  private static Digest digest(SortedSet<SequenceKey> keys) {
    Digest all = Digest.ofUtf8("given");
    for (SequenceKey key : keys) {
      all = Digest.ofUtf8(all.hex() + " " + key);
    }
    return all;
  }

  /** Chooses the pipeline of a sequence, always the same. */
  String pipeline(String backfill, SequenceKey key, String own) {
    return weights.isEmpty() ? own : new WeightedChoice(backfill, weights).of(key.toString());
  }

  RecordBody write(RecordBody body) {
    RecordBody written =
        body.with("owner", query.owner().map(OwnerId::value).orElse(""))
            .with(
                "states",
                query.states().stream().sorted().map(State::name).collect(Collectors.joining(",")))
            .with("code", query.code().orElse(""))
            .with("pipeline", query.work().pipeline().orElse(""))
            .with("stage", query.work().stage().orElse(""))
            .with("node-version", query.work().nodeVersion().orElse(""))
            .with("given", given.map(Digest::hex).orElse(""))
            .with(
                "weights",
                weights.entrySet().stream()
                    .map(one -> one.getKey() + ":" + one.getValue())
                    .collect(Collectors.joining(",")))
            .with("per-second", pace.perSecond())
            .with("concurrency", pace.concurrency())
            .with("why", reason);
    return query
        .window()
        .map(
            span ->
                written
                    .with("from", span.from().toString())
                    .with("to", span.to().toString())
                    .with("touched", Boolean.toString(span.touched())))
        .orElseGet(() -> written.with("from", "").with("to", "").with("touched", ""));
  }

  static BackfillTerms read(RecordBody body) {
    return new BackfillTerms(
        new IncidentQuery(
            some(body, "owner").map(OwnerId::new),
            some(body, "from")
                .map(
                    from ->
                        new IncidentQuery.Window(
                            Instant.parse(from),
                            Instant.parse(body.text("to")),
                            body.either("touched", "true", "false"))),
            new IncidentQuery.Work(
                some(body, "pipeline"), some(body, "stage"), some(body, "node-version")),
            states(some(body, "states")),
            some(body, "code")),
        some(body, "given").map(Digest::ofHex),
        weights(some(body, "weights")),
        new BackfillPace(body.count("per-second"), body.count("concurrency")),
        body.text("why"));
  }

  private static Optional<String> some(RecordBody body, String field) {
    return Optional.of(body.text(field)).filter(text -> !text.isEmpty());
  }

  private static Set<State> states(Optional<String> names) {
    EnumSet<State> states = EnumSet.noneOf(State.class);
    names.ifPresent(
        text -> Arrays.stream(text.split(",", -1)).map(State::valueOf).forEach(states::add));
    return states;
  }

  private static SortedMap<String, Integer> weights(Optional<String> text) {
    Map<String, Integer> weights = new TreeMap<>();
    text.ifPresent(
        all -> {
          for (String one : all.split(",", -1)) {
            int colon = one.lastIndexOf(':');
            String pipeline = one.substring(0, colon);
            check(pipeline);
            if (weights.put(pipeline, Integer.valueOf(one.substring(colon + 1))) != null) {
              throw new IllegalArgumentException("a pipeline has two weights");
            }
          }
        });
    return new TreeMap<>(weights);
  }
}
