package dev.ingest.testkit;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;

/** All rows of one ledger. Its monitor is the one lock of the ledger. */
final class MemoryTables {

  final InstantSource clock;
  volatile IncarnationId incarnation;
  EntryTable entries;
  SessionTable sessions;
  AlertTable alerts;
  ControlTable controls;

  MemoryTables(InstantSource clock, IncarnationId incarnation, Function<OwnerId, Object> laneOf) {
    this(
        clock,
        incarnation,
        new EntryTable(laneOf),
        new SessionTable(),
        new AlertTable(),
        new ControlTable());
  }

  private MemoryTables(
      InstantSource clock,
      IncarnationId incarnation,
      EntryTable entries,
      SessionTable sessions,
      AlertTable alerts,
      ControlTable controls) {
    this.clock = clock;
    this.incarnation = incarnation;
    this.entries = entries;
    this.sessions = sessions;
    this.alerts = alerts;
    this.controls = controls;
  }

  MemoryTables copy(IncarnationId next) {
    return new MemoryTables(
        clock, next, entries.copy(), sessions.copy(), alerts.copy(), controls.copy());
  }

  /** Takes the rows of a copy in the place of its own, and leaves the copy as it is. */
  void goBack(MemoryTables before) {
    MemoryTables rows = before.copy(before.incarnation);
    incarnation = rows.incarnation;
    entries = rows.entries;
    sessions = rows.sessions;
    alerts = rows.alerts;
    controls = rows.controls;
  }

  Outcome renew(IncarnationId expected, IncarnationId next) {
    if (!incarnation.equals(expected) && !incarnation.equals(next)) {
      return Outcome.notApplied(
          Outcome.Reason.CONFLICT,
          "expected incarnation " + expected + ", found " + incarnation + "; read it again");
    }
    incarnation = next;
    entries.leased().forEach(entry -> entries.put(inLife(entry, next)));
    return Outcome.APPLIED;
  }

  private static Entry inLife(Entry entry, IncarnationId next) {
    Position before = entry.position();
    return entry.withPosition(
        new Position(
            before.state(),
            before.version(),
            before.visibleAt(),
            before.fence(),
            before
                .lease()
                .map(
                    lease ->
                        new Lease(
                            new LeaseToken(next, lease.token().fence()),
                            lease.node(),
                            lease.nodeVersion(),
                            lease.until()))));
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  OwnerUsage usage(OwnerId owner) {
    return sessions.usage(owner, entries.totals(owner).heldBytes());
  }

  /** Adds a duration of any length, stopping at the ends of time. */
  static Instant plus(Instant at, Duration by) {
    Instant end = by.isNegative() ? Instant.MIN : Instant.MAX;
    long room = end.getEpochSecond() - at.getEpochSecond();
    boolean fits = by.isNegative() ? by.toSeconds() > room : by.toSeconds() < room;
    return fits ? at.plus(by) : end;
  }
}
