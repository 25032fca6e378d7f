package dev.ingest.spi.content;

/**
 * Both sides of one content backend.
 *
 * @param store reads and writes
 * @param purger deletes under permits
 */
public record ContentAccess(ContentStore store, ContentPurger purger) implements AutoCloseable {

  @Override
  public void close() {
    store.close();
  }
}
