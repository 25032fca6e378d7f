package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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

  /** The server's word for a wait that it ended. */
  private static final String NOT_AVAILABLE = "55P03";

  private final ServerDatabase database;

  BriefLocks(ServerDatabase database) {
    this.database = database;
  }

  /** Makes a change of the schema; returns what came of it, or nothing if the locks were held. */
  <T> Optional<T> tryChange(String what, Database.Read<T> change) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Optional.of(changed(what, change));
      } catch (LedgerException e) {
        if (!(e.getCause() instanceof SQLException cause)
            || !NOT_AVAILABLE.equals(cause.getSQLState())) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          return Optional.empty();
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private <T> T changed(String what, Database.Read<T> change) {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    database.changeSchema(
        what,
        db -> {
          result.set(change.from(db));
          return what;
        });
    return Objects.requireNonNull(result.get());
  }
}
