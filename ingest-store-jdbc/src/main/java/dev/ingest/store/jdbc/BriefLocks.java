package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes the schema under locks that are waited for no longer than everybody else can bear.
 *
 * <p>Who waits for a table's strongest lock makes all wait that come after him, readers and commits
 * of every node, and one long read before him is enough for that. So a wait ends after the 2 s of
 * {@link ServerDatabase#changeSchema}, all that waited behind it go on, and it is tried again a
 * second later, 3 times in all.
 */
final class BriefLocks {

  private static final int ATTEMPTS = 3;
  private static final long PAUSE_NANOS = 1_000_000_000;

  private final ServerDatabase database;

  BriefLocks(ServerDatabase database) {
    this.database = database;
  }

  /** Makes a change of the schema; returns what came of it, or nothing if the locks were held. */
  <T> Optional<T> tryChange(String what, Database.Read<T> change) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Optional.of(database.changeSchema(what, change));
      } catch (LedgerException e) {
        if (!ServerDatabase.isLocked(e.getCause())) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          return Optional.empty();
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
