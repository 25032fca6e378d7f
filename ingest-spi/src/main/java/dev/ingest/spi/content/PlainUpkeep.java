package dev.ingest.spi.content;

import java.util.List;

/**
 * The upkeep of a backend which deletes nothing by itself.
 *
 * @param action does what {@link ContentUpkeep#sweep()} says
 */
public record PlainUpkeep(Runnable action) implements ContentUpkeep {

  /** That of a backend in which nothing is left behind either. */
  public static final PlainUpkeep NONE = new PlainUpkeep(() -> {});

  @Override
  public void sweep() {
    action.run();
  }

  @Override
  public List<DeletionRule> deletionRules() {
    return List.of();
  }
}
