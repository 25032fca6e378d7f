package dev.ingest.spi.content;

import dev.ingest.spi.Outcome;
import java.util.List;

/**
 * The ability to delete, kept apart from {@link ContentStore} so that only what holds a {@link
 * Permit} and this object can do it. Workers never hold one.
 *
 * <p>Safe for use by several threads.
 */
public interface ContentPurger {

  /**
   * Deletes exactly the keys that a permit names. Deleting what is gone is a success. Each key is
   * atomic by itself; on return, applied deletions are durable.
   *
   * @param permit the ledger's proof that these keys may go
   * @return one outcome per key of the permit, in its order; an exception makes all of them unknown
   */
  List<Outcome> delete(Permit permit);
}
