package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.content.Sql.Work;
import java.util.Set;

/** One opened database: what its two kinds do differently. Safe for use by several threads. */
interface ContentDatabase extends AutoCloseable {

  /** Names the database for messages, without credentials. */
  String name();

  /** Tells whether {@link #commit} survives a crash of the machine. */
  boolean durable();

  /** Tells whether it can be changed at all. */
  boolean writable();

  /** Runs one statement that reads what is committed. */
  <T> T read(String what, Work<T> work);

  /**
   * Changes in one transaction. A crash may take it back, together with all later ones that are not
   * followed by a {@link #commit}.
   */
  <T> T stage(String what, Work<T> work);

  /**
   * Changes in one transaction that is durable on return, with all that were staged before.
   *
   * @throws ContentDurabilityException if the commit itself failed, so that its effect is unknown
   * @throws ContentException if it was rolled back
   */
  <T> T commit(String what, Work<T> work);

  /** The resource that creates the schema. */
  String schemaResource();

  /** Lists the tables, columns and indices that are there, in the form of the expected ones. */
  String inventory();

  /** The tables, columns and indices that must be there. */
  Set<String> expectedInventory();

  /** Makes others who would create the schema wait for the end of the transaction. */
  void lockSchema(Sql sql) throws java.sql.SQLException;

  boolean isClosed();

  /** Closes what is not its caller's. Idempotent. */
  @Override
  void close();
}
