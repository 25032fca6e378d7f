package dev.ingest.core.engine;

import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Holdings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of every hour in which a pipeline accepted nothing although it always does. It reads a few
 * dozen hours by the counts that the ledger keeps, once per hour, however much was accepted.
 *
 * <p>A control record keeps up to when somebody looked, and the next hour to be judged, so that
 * each hour is told of once: twice only if a node dies between the alert and the record. The time
 * between two looks is measured by the node's monotonic clock where one node makes both. What the
 * ledger's time advanced beyond that is a jump of its clock, or a time in which nobody looked; if
 * that is more than {@link #UNMEASURED}, the hours that it touches are not judged, since nobody
 * knows whether they ever were. For one thread, of one node at a time.
 */
final class QuietHours {

  /** The record that keeps how far it has come. */
  static final ControlRecord.Key KEY = new ControlRecord.Key("census", "quiet-hours");

  /** How much of an hour may pass without anybody looking. */
  static final Duration UNMEASURED = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(QuietHours.class);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final int MAX_HOURS = 24;

  /** Few cells, since mostly the first or the second is one of users. */
  private static final int CELLS = 10;

  private final Node node;
  private final QuietHourPolicy policy;
  private Optional<Look> last = Optional.empty();

  QuietHours(Node node, QuietHourPolicy policy) {
    this.node = node;
    this.policy = policy;
  }

  /** A look of this node, by both clocks. */
  private record Look(Instant ledger, long elapsed) {}

  /** What the record says. */
  private record Progress(long version, Instant seen, Instant next) {}

  /**
   * Judges the hours that are over.
   *
   * @return how many were told of, one for each pipeline
   */
  int tick() {
    long elapsed = node.seams().elapsed().getAsLong();
    if (!policy.isOn()
        || last.filter(look -> elapsed - look.elapsed() < EVERY.toNanos()).isPresent()) {
      return 0;
    }
    Instant now = node.ledger().ledger().now();
    Progress progress = progress(now, elapsed);
    int told = 0;
    Instant next = progress.next();
    for (int hours = 0; hours < MAX_HOURS && isOver(next, now); hours++) {
      told += judge(next, now);
      next = next.plus(HOUR);
    }
    keep(new Progress(progress.version(), now, next), elapsed);
    return told;
  }

  private boolean isOver(Instant hour, Instant now) {
    return !now.isBefore(hour.plus(HOUR).plus(policy.settle()));
  }

  private Progress progress(Instant now, long elapsed) {
    Instant begun = CensusKey.hourOf(now).plus(HOUR);
    Optional<ControlRecord> stored = node.ledger().controls().read(KEY);
    if (stored.isEmpty()) {
      return new Progress(0, now, begun);
    }
    RecordBody body = RecordBody.parse(stored.get());
    Instant seen = body.time("seen");
    Instant next = body.time("next");
    Duration measured =
        last.filter(look -> look.ledger().equals(seen))
            .map(look -> Duration.ofNanos(elapsed - look.elapsed()))
            .orElse(Duration.ZERO);
    Duration excess = Duration.between(seen, now).minus(measured);
    if (excess.compareTo(UNMEASURED) > 0 && next.isBefore(begun)) {
      LOG.warn(
          "{}: nobody measured {} before {}; the hours from {} are not judged as quiet or not",
          node.ledger().name(),
          excess,
          now,
          next);
      next = begun;
    }
    if (next.isAfter(begun)) {
      LOG.warn("{}: its clock was ahead; hours are judged from {} on", node.ledger().name(), begun);
      next = begun;
    }
    return new Progress(stored.get().version(), seen, next);
  }

  private int judge(Instant hour, Instant now) {
    Map<Instant, Set<String>> read = new HashMap<>();
    Set<String> missing =
        new TreeSet<>(policy.missing(hour, then -> read.computeIfAbsent(then, this::accepting)));
    missing.removeIf(this::hasNoShare);
    List<AlertRow> rows =
        missing.stream().map(pipeline -> alert(hour, pipeline).row(node.identity(), now)).toList();
    EngineAlert.raise(node.ledger(), rows);
    return rows.size();
  }

  /** Names the pipelines that accepted something but canaries. */
  private Set<String> accepting(Instant hour) {
    Holdings holdings = node.ledger().ledger().holdings();
    Set<String> accepting = new TreeSet<>(holdings.acceptingPipelines(hour));
    boolean hasCanaries =
        !accepting.isEmpty() && !node.ledger().controls().list(Canaries.KIND, "", 1).isEmpty();
    if (hasCanaries) {
      accepting.removeIf(pipeline -> !acceptsUsers(holdings, hour, pipeline));
    }
    return accepting;
  }

  private static boolean acceptsUsers(Holdings holdings, Instant hour, String pipeline) {
    CensusQuery next =
        new CensusQuery(
            hour,
            hour.plus(HOUR),
            Optional.of(pipeline),
            Optional.empty(),
            Optional.empty(),
            CELLS);
    CensusPage page;
    do {
      page = holdings.hourly(next);
      for (CensusCell cell : page.cells()) {
        next = next.after(cell.key());
        if (!cell.key().owner().equals(Canary.OWNER)
            && cell.counts().count(CensusCount.ACCEPTED) > 0) {
          return true;
        }
      }
    } while (page.more());
    return false;
  }

  /** One that lost its share of a route accepts nothing on purpose. */
  private boolean hasNoShare(String pipeline) {
    return new KeptRoutes(node.ledger())
        .naming(pipeline)
        .flatMap(route -> route.split().branch(pipeline))
        .filter(branch -> branch.weight() == 0)
        .isPresent();
  }

  private static EngineAlert alert(Instant hour, String pipeline) {
    return new EngineAlert(
        AlertCode.HOUR_WITHOUT_TRAFFIC,
        pipeline,
        "",
        Optional.empty(),
        "nothing was accepted for pipeline %s from %s to %s, where there always is some"
            .formatted(pipeline, hour, hour.plus(HOUR)));
  }

  private void keep(Progress progress, long elapsed) {
    RecordBody body =
        RecordBody.of(KEY).with("seen", progress.seen()).with("next", progress.next());
    Outcome outcome = node.ledger().controls().write(body.record(progress.version() + 1));
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new IncompleteTickException(
          "whether it was kept which hours were judged is unknown; the next tick looks again",
          unknown.cause());
    }
    last = outcome.isApplied() ? Optional.of(new Look(progress.seen(), elapsed)) : Optional.empty();
  }
}
