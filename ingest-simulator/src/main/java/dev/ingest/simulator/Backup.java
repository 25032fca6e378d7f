package dev.ingest.simulator;

import dev.ingest.core.invariants.Witness;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.InMemoryLedger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A backup of the ledger, what onlookers knew of the ledger at that moment, and which bytes were
 * stored. What clients hold, and what was damaged, no restoration undoes.
 *
 * @param ledger the rows
 * @param witness what the witness had seen
 * @param notices what owners had been told
 * @param seen what the oracle knew of the rows
 * @param stored the keys that were stored
 */
record Backup(
    InMemoryLedger ledger,
    Witness witness,
    Map<String, OwnerNotice> notices,
    Oracle.Seen seen,
    List<ContentKey> stored) {

  private static final int SESSION = 3;

  /** Takes one, of a ledger whose last changes the onlookers have seen. */
  static Backup of(World world) {
    world.look();
    InMemoryLedger ledger = world.rawLedger();
    return new Backup(
        ledger.backup(ledger.incarnation()),
        world.witness().copy(),
        world.notifier().told(),
        world.oracle().seen(),
        world.rawContent().keys());
  }

  /** Restores it under the full content store. */
  void restore(World world) {
    world.look();
    world.rawLedger().goBack(ledger);
    world.witness().goBack(witness);
    world.content().forgetDeleted(this::isOfOpenUpload);
    gone(world).forEach(key -> world.witness().damaged(key, world.damagedAt()));
    world.oracle().goBack(seen);
    world.notifier().goBack(notices);
    world.backfills().goBack();
  }

  private boolean isOfOpenUpload(ContentKey key) {
    String[] parts = key.value().split("/", -1);
    return parts[0].equals("raw")
        && ledger
            .sessions()
            .find(new SessionId(parts[SESSION]))
            .filter(session -> session.state() == SessionState.OPEN)
            .isPresent();
  }

  /** What was deleted since, which the ledger of the backup takes for stored. */
  Set<ContentKey> gone(World world) {
    Set<ContentKey> gone = new HashSet<>(stored);
    world.rawContent().keys().forEach(gone::remove);
    return gone;
  }
}
