package dev.ingest.store.jdbc;

import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * How a ledger lies in its PostgreSQL database.
 *
 * @param tablePrefix what the names of its tables begin with: a lower-case letter and up to 20
 *     letters, digits and {@code _}
 * @param schema what to do about tables that are absent or of an earlier version
 * @param accepted the risks of the server that do not keep it from being used
 * @param clock the ledger's time instead of the server's, for tests; empty in production
 */
public record JdbcLedgerOptions(
    String tablePrefix,
    SchemaRule schema,
    Set<ServerRisk> accepted,
    Optional<InstantSource> clock) {

  /** The prefix {@code ingest_}, a schema that is there already, no risk, the server's time. */
  public static final JdbcLedgerOptions DEFAULT =
      new JdbcLedgerOptions("ingest_", SchemaRule.VERIFY, Set.of(), Optional.empty());

  /** What to do about the schema at opening. */
  public enum SchemaRule {
    /** Runs the steps that are missing, one process at a time, and verifies the whole. */
    APPLY,
    /** Verifies it, and refuses what is not whole; for services that migrate themselves. */
    VERIFY
  }

  /**
   * Copies the set. The prefix is checked at opening.
   *
   * @param tablePrefix what the names of its tables begin with
   * @param schema what to do about tables that are absent or of an earlier version
   * @param accepted the risks of the server that do not keep it from being used
   * @param clock the ledger's time instead of the server's
   */
  public JdbcLedgerOptions {
    accepted = Set.copyOf(accepted);
  }

  /**
   * Changes the prefix.
   *
   * @param prefix what the names of the tables begin with
   * @return other options
   */
  public JdbcLedgerOptions withTablePrefix(String prefix) {
    return new JdbcLedgerOptions(prefix, schema, accepted, clock);
  }

  /**
   * Changes what is done about the schema.
   *
   * @param rule what to do at opening
   * @return other options
   */
  public JdbcLedgerOptions withSchema(SchemaRule rule) {
    return new JdbcLedgerOptions(tablePrefix, rule, accepted, clock);
  }

  /**
   * Changes which risks are accepted.
   *
   * @param risks the risks of the server that do not keep it from being used
   * @return other options
   */
  public JdbcLedgerOptions withAccepted(Set<ServerRisk> risks) {
    return new JdbcLedgerOptions(tablePrefix, schema, risks, clock);
  }

  /**
   * Replaces the server's time, by which leases and all that is due are judged. For tests alone:
   * the clocks of several nodes never agree.
   *
   * @param time the ledger's time
   * @return other options
   */
  public JdbcLedgerOptions withClock(InstantSource time) {
    return new JdbcLedgerOptions(tablePrefix, schema, accepted, Optional.of(time));
  }
}
