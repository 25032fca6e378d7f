package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentUpkeep;
import java.time.Duration;
import java.util.Optional;

/**
 * Has the content store removed what writes that never ended left in it. Every node does, at its
 * start and once an hour. What fails is caught by the supervisor and tried again an hour later; it
 * is told as an alert, since nobody else would miss it. For one thread.
 */
public final class Upkeep {

  private static final Duration PERIOD = Duration.ofHours(1);

  private final ContentUpkeep content;
  private final String name;
  private final Misgivings misgivings;

  private Upkeep(Node node, ContentUpkeep content) {
    this.content = content;
    this.name = node.content().name();
    this.misgivings = new Misgivings(node);
  }

  /**
   * Makes the driver of it.
   *
   * @param engine whose node does it
   * @param content the upkeep of its content store
   * @return the driver
   */
  public static Driver driver(Engine engine, ContentUpkeep content) {
    return new Driver("content-upkeep", PERIOD, new Upkeep(engine.node(), content)::tick, () -> {});
  }

  /** Returns 0, so that the next tick is due a period later. */
  private int tick() {
    try {
      content.sweep();
    } catch (ContentException e) {
      misgivings.note(
          AlertCode.CONTENT_UNSWEPT,
          AlertCode.CONTENT_SWEPT,
          Optional.of(
              "what unfinished writes left in %s was not all removed: %s"
                  .formatted(name, e.getMessage())));
      throw e;
    }
    misgivings.note(AlertCode.CONTENT_UNSWEPT, AlertCode.CONTENT_SWEPT, Optional.empty());
    return 0;
  }
}
