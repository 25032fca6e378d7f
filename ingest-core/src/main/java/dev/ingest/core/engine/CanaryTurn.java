package dev.ingest.core.engine;

import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whose turn it is to send the canaries of a route: one node's at a time, by a control record, so
 * that the nodes of each route over a ledger send theirs.
 *
 * <p>It saves work, and that two tell the same: what is done in a turn is made safe by the
 * compare-and-set of each effect, so a clock that was set back may leave the turn to two. For one
 * thread.
 */
final class CanaryTurn {

  static final String KIND = "canary-turn";

  private static final Duration LEASE = Duration.ofSeconds(60);

  private final Node node;
  private final ControlRecord.Key key;

  CanaryTurn(Node node, String route) {
    this.node = node;
    this.key = new ControlRecord.Key(KIND, route);
  }

  /** Takes the turn or keeps it; false if another node has it, or nobody knows. */
  boolean tryHold() {
    Optional<ControlRecord> stored = node.ledger().controls().read(key);
    Instant now = node.ledger().ledger().now();
    Optional<RecordBody> body = stored.map(RecordBody::parse);
    if (body.isPresent() && !isMine(body.get()) && isHeld(body.get(), now)) {
      return false;
    }
    RecordBody next =
        RecordBody.of(key)
            .with("holder", node.identity().id().value())
            .with("until", now.plus(LEASE));
    long version = stored.map(ControlRecord::version).orElse(0L);
    return node.ledger().controls().write(next.record(version + 1)).isApplied();
  }

  /** Tells whether any node has the turn now. */
  boolean isHeld() {
    Optional<ControlRecord> stored = node.ledger().controls().read(key);
    Instant now = node.ledger().ledger().now();
    return stored.map(RecordBody::parse).filter(body -> isHeld(body, now)).isPresent();
  }

  /** A clock that was ahead must not leave the turn to a node that died. */
  private static boolean isHeld(RecordBody body, Instant now) {
    Instant until = body.time("until");
    return now.isBefore(until) && !until.isAfter(now.plus(LEASE));
  }

  /** Gives the turn to others at an orderly end; if that fails it runs out. */
  void release() {
    node.ledger()
        .controls()
        .read(key)
        .filter(record -> isMine(RecordBody.parse(record)))
        .ifPresent(record -> node.ledger().controls().delete(key, record.version()));
  }

  private boolean isMine(RecordBody body) {
    return body.text("holder").equals(node.identity().id().value());
  }
}
