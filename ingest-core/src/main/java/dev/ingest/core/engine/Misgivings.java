package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of conditions that concern no single sequence: when one begins, every hour that it lasts,
 * and when it ends. For one thread; a new one tells of what lasts again.
 */
final class Misgivings {

  private static final Logger LOG = LoggerFactory.getLogger(Misgivings.class);
  private static final Duration REMINDER = Duration.ofHours(1);

  private final Node node;
  private final Map<AlertCode, Long> toldAt = new EnumMap<>(AlertCode.class);

  Misgivings(Node node) {
    this.node = node;
  }

  /**
   * Notes whether a condition holds.
   *
   * @param begins the code that tells of it
   * @param ends the code that tells of its end
   * @param condition what it is and what to do; empty if it does not hold
   * @return whether it holds
   */
  boolean note(AlertCode begins, AlertCode ends, Optional<String> condition) {
    long now = node.seams().elapsed().getAsLong();
    Long last = toldAt.get(begins);
    if (condition.isPresent()) {
      if (last == null || now - last >= REMINDER.toNanos()) {
        raise(begins, condition.get());
        toldAt.put(begins, now);
      }
    } else if (last != null) {
      raise(ends, begins + " no longer holds; nothing to do");
      toldAt.remove(begins);
    }
    return condition.isPresent();
  }

  private void raise(AlertCode code, String message) {
    LOG.warn("{}: {}", code, message);
    Instant now = node.ledger().ledger().now();
    EngineAlert alert = EngineAlert.of(code, "", message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
  }
}
