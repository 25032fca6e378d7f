package dev.ingest.spring.boot;

import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows what the ledger says of everything, to operators: ids and owners are in it. Fails if the
 * ledger cannot be read; a part of which it has a record that this version cannot read is left out,
 * and named.
 */
@Endpoint(id = "ingest")
final class IngestEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(IngestEndpoint.class);

  private final EngineState state;

  IngestEndpoint(EngineState state) {
    this.state = state;
  }

  /**
   * What the endpoint shows. Times are those of the ledger's clock.
   *
   * @param ledger the ledger
   * @param asOf when it was read
   * @param states how many sequences are in each state
   * @param total how many were ever accepted
   * @param openUploads how many upload sessions are open
   * @param oldestOpen what is nearest to its expiry of what is in flight or FAILED
   * @param watchers when each watcher beat last
   * @param unwatched which watchers that every deployment needs no node runs
   * @param blocked work that no live node can run
   * @param lastAudit what the last audit came to that the engines made by themselves
   * @param unread why parts are not known, by their names; those are null, which is not nothing
   */
  record Report(
      String ledger,
      Instant asOf,
      Map<State, Long> states,
      long total,
      long openUploads,
      @Nullable Open oldestOpen,
      @Nullable List<Watcher> watchers,
      @Nullable List<String> unwatched,
      @Nullable List<Blocked> blocked,
      @Nullable Audit lastAudit,
      Map<String, String> unread) {}

  record Open(
      String sequence,
      State state,
      Instant acceptedAt,
      Instant deadline,
      Instant expiresAt,
      boolean overdue) {

    private static Open of(Entry entry, Instant now) {
      return new Open(
          entry.key().toString(),
          entry.state(),
          entry.receipt().acceptedAt(),
          entry.receipt().deadline(),
          entry.receipt().expiresAt(),
          Outlook.isOverdue(entry, now));
    }
  }

  record Watcher(String name, @Nullable String node, Instant lastBeat, boolean silent) {

    private static Watcher of(Beat beat, Instant now) {
      return new Watcher(
          beat.watcher(),
          beat.holder().map(NodeId::value).orElse(null),
          beat.last(),
          beat.isSilent(now));
    }
  }

  record Blocked(String pipeline, @Nullable String stage, long sequences, Instant since) {

    private static Blocked of(Blockage blockage) {
      return new Blocked(
          blockage.work().pipeline(),
          blockage.work().stage().map(Object::toString).orElse(null),
          blockage.sequences(),
          blockage.since());
    }
  }

  record Audit(
      Instant begunAt,
      Instant endedAt,
      long sequences,
      long objects,
      boolean clean,
      Map<String, Long> findings,
      long unread) {

    private static Audit of(LatestAudit audit) {
      Map<String, Long> findings = new TreeMap<>();
      audit.findings().forEach((kind, count) -> findings.put(kind.name(), count));
      return new Audit(
          audit.begunAt(),
          audit.endedAt(),
          audit.sequences(),
          audit.objects(),
          audit.isClean(),
          findings,
          audit.unreadCount());
    }
  }

  @ReadOperation
  Report report() {
    Census census = state.census();
    Map<State, Long> states = new LinkedHashMap<>();
    for (State one : State.values()) {
      states.put(one, census.count(one));
    }
    Map<String, String> unread = new TreeMap<>();
    Optional<Entry> oldest = read("oldestOpen", state::oldestOpen, unread).flatMap(one -> one);
    Optional<List<Beat>> beats = read("watchers", state::beats, unread);
    Optional<List<Blockage>> blocked = read("blocked", state::blocked, unread);
    Optional<LatestAudit> audit = read("lastAudit", state::latestAudit, unread).flatMap(one -> one);
    Instant now = census.asOf();
    return new Report(
        state.ledgerName(),
        now,
        states,
        census.total(),
        census.openSessions(),
        oldest.map(entry -> Open.of(entry, now)).orElse(null),
        beats.map(all -> all.stream().map(beat -> Watcher.of(beat, now)).toList()).orElse(null),
        beats.map(all -> Outlook.unwatched(all, now)).orElse(null),
        blocked.map(all -> all.stream().map(Blocked::of).toList()).orElse(null),
        audit.map(Audit::of).orElse(null),
        unread);
  }

  private static <T> Optional<T> read(
      String part, Supplier<T> reading, Map<String, String> unread) {
    try {
      return Optional.of(reading.get());
    } catch (LedgerException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("A part of what the ledger holds cannot be read: {}", part, e);
      unread.put(part, "a record that this version cannot read: " + e.getClass().getSimpleName());
      return Optional.empty();
    }
  }
}
