package dev.ingest.spi.content;

/**
 * All sides of one content backend.
 *
 * @param store reads and writes
 * @param purger deletes under permits
 * @param upkeep keeps it in order
 */
public record ContentAccess(ContentStore store, ContentPurger purger, ContentUpkeep upkeep)
    implements AutoCloseable {

  /**
   * Of a backend that needs no upkeep.
   *
   * @param store reads and writes
   * @param purger deletes under permits
   */
  public ContentAccess(ContentStore store, ContentPurger purger) {
    this(store, purger, PlainUpkeep.NONE);
  }

  @Override
  public void close() {
    store.close();
  }
}
