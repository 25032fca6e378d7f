package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;

/**
 * Tells the end of what was told of canaries where nobody sends any more, since their node has
 * ended or was started anew without them: who watches over canaries only does while it sends some.
 * For one thread.
 */
final class UnsentCanaries {

  private static final Duration PERIOD = Duration.ofMinutes(30);

  private final Node node;
  private final Misgivings misgivings;
  private long lookedAt;

  UnsentCanaries(Node node) {
    this.node = node;
    this.misgivings = new Misgivings(node);
    this.lookedAt = elapsed();
  }

  /** Looks, if it is time. */
  void tick() {
    if (elapsed() - lookedAt < PERIOD.toNanos()) {
      return;
    }
    misgivings.endAbandoned(
        AlertCode.CANARY_LATE,
        AlertCode.CANARY_THROUGH,
        this::isSentTo,
        ": nobody sends canaries through it any more; what held it up is not known");
    lookedAt = elapsed();
  }

  private boolean isSentTo(String pipeline) {
    String route =
        node.ledger()
            .controls()
            .read(new ControlRecord.Key(Canaries.KIND, pipeline))
            .flatMap(record -> RecordBody.parse(record).find("route"))
            .orElse(Route.NAME);
    return new CanaryTurn(node, route).isHeld();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
