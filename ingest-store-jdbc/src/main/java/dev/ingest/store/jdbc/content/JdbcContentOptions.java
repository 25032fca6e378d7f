package dev.ingest.store.jdbc.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.store.jdbc.ServerRisk;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How content lies in its database.
 *
 * @param tablePrefix what the names of the tables begin with, empty or a lower-case letter and up
 *     to 20 letters, digits and {@code _}
 * @param schema what to do if the tables are absent
 * @param abandonedAfter how long a writer may do nothing before its uncommitted bytes may be
 *     removed, 1 minute or more; the same for all processes of one database
 * @param accepted the risks of a PostgreSQL server that do not keep it from being used
 */
public record JdbcContentOptions(
    String tablePrefix, SchemaRule schema, Duration abandonedAfter, Set<ServerRisk> accepted) {

  // Before the default, which is checked against them.
  private static final Pattern PREFIX = Pattern.compile("(?:[a-z][a-z0-9_]{0,20})?");
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /** No prefix, tables are created, writers are abandoned after a day, no risk is accepted. */
  public static final JdbcContentOptions DEFAULT =
      new JdbcContentOptions("", SchemaRule.CREATE_IF_ABSENT, Duration.ofDays(1), Set.of());

  /** What to do about the tables at opening. */
  public enum SchemaRule {
    /** Creates them if all of them are absent, and verifies them otherwise. */
    CREATE_IF_ABSENT,
    /** Verifies them, and refuses a database without them; for services that migrate themselves. */
    VERIFY
  }

  /**
   * Validates prefix and time.
   *
   * @param tablePrefix what the names of the tables begin with
   * @param schema what to do if the tables are absent
   * @param abandonedAfter how long a writer may do nothing
   * @param accepted the risks of a PostgreSQL server that do not keep it from being used
   */
  public JdbcContentOptions {
    accepted = Set.copyOf(accepted);
    if (!PREFIX.matcher(tablePrefix).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, tablePrefix, "a table prefix is empty or matches [a-z][a-z0-9_]{0,20}");
    }
    if (abandonedAfter.compareTo(SHORTEST) < 0) {
      throw new InvalidValueException(
          Kind.TIME, abandonedAfter.toString(), "writers are abandoned after 1 minute or more");
    }
  }

  /**
   * Changes the prefix.
   *
   * @param prefix what the names of the tables begin with
   * @return other options
   */
  public JdbcContentOptions withTablePrefix(String prefix) {
    return new JdbcContentOptions(prefix, schema, abandonedAfter, accepted);
  }

  /**
   * Changes what is done about the tables.
   *
   * @param rule what to do if the tables are absent
   * @return other options
   */
  public JdbcContentOptions withSchema(SchemaRule rule) {
    return new JdbcContentOptions(tablePrefix, rule, abandonedAfter, accepted);
  }

  /**
   * Changes when a writer counts as abandoned.
   *
   * @param time how long a writer may do nothing, 1 minute or more
   * @return other options
   */
  public JdbcContentOptions withAbandonedAfter(Duration time) {
    return new JdbcContentOptions(tablePrefix, schema, time, accepted);
  }

  /**
   * Changes which risks are accepted.
   *
   * @param risks the risks of a PostgreSQL server that do not keep it from being used
   * @return other options
   */
  public JdbcContentOptions withAccepted(Set<ServerRisk> risks) {
    return new JdbcContentOptions(tablePrefix, schema, abandonedAfter, risks);
  }
}
