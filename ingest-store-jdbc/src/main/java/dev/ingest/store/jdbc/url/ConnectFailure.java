package dev.ingest.store.jdbc.url;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.Driver;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Why there was no connection: the first error, which a pool hides behind a time-out of its own.
 *
 * @param first the error of the driver
 * @param named how many servers the source names, of which the driver tells the last one's error
 */
public record ConnectFailure(SQLException first, Servers named) {

  /** How many servers a source of connections names. */
  public enum Servers {
    /** Its only server has answered. */
    ONE,
    /** What another one would say is not known. */
    SEVERAL,
    /** The source does not tell; it may be any number. */
    UNKNOWN
  }

  private static final String HOSTS = "PGHOST";

  /**
   * Looks for the first error behind what a source of connections threw.
   *
   * @param thrown what it threw
   * @param source the source
   * @return the failure
   */
  public static ConnectFailure of(SQLException thrown, DataSource source) {
    SQLException first = thrown;
    while (first.getCause() instanceof SQLException cause) {
      first = cause;
    }
    return new ConnectFailure(first, named(source, thrown));
  }

  private static Servers named(DataSource source, SQLException thrown) {
    try {
      if (source.isWrapperFor(BaseDataSource.class)) {
        int names = source.unwrap(BaseDataSource.class).getServerNames().length;
        return names > 1 ? Servers.SEVERAL : Servers.ONE;
      }
      return urlOfPool(source).map(ConnectFailure::namedBy).orElse(Servers.UNKNOWN);
    } catch (SQLException e) {
      thrown.addSuppressed(e);
      return Servers.UNKNOWN;
    }
  }

  /** A pool that was made from a URL has it from its maker alone. */
  private static Optional<String> urlOfPool(DataSource source) throws SQLException {
    try {
      return source.isWrapperFor(HikariDataSource.class)
          ? Optional.ofNullable(source.unwrap(HikariDataSource.class).getJdbcUrl())
          : Optional.empty();
    } catch (NoClassDefFoundError e) {
      // Whoever does not have that pool has made the source otherwise.
      return Optional.empty();
    }
  }

  private static Servers namedBy(String url) {
    Properties parsed = Driver.parseURL(url, null);
    if (parsed == null) {
      return Servers.UNKNOWN;
    }
    return parsed.getProperty(HOSTS, "").indexOf(',') < 0 ? Servers.ONE : Servers.SEVERAL;
  }

  /**
   * Tells whether every other attempt would fail like this until somebody corrects what is asked
   * for or what the server lets in, so that waiting is of no use. Of several servers nobody knows:
   * while the primary restarts, the driver tells what a standby said. So nobody knows either where
   * the source does not tell how many it names.
   *
   * @return whether the only server answered, and refused
   */
  public boolean isRefusal() {
    if (named != Servers.ONE) {
      return false;
    }
    return switch (state()) {
      case "28P01", "28000", "3D000", "08004", "42501" -> true;
      default -> false;
    };
  }

  /**
   * Tells what is wrong and what to do, for a message.
   *
   * @return the first error's message and state, and an advice
   */
  public String told() {
    String advice =
        switch (state()) {
          case "28P01" ->
              "correct the user or the password, which the driver takes from the options or from"
                  + " .pgpass";
          case "28000" ->
              "name a user that the server has and that its pg_hba.conf lets in from here";
          case "3D000" -> "name a database that is there, or have it made";
          case "08004" ->
              "give what the server asks for: a user and a password, in the options or in .pgpass,"
                  + " and sslmode";
          case "42501" -> "grant the user the right to connect to the database";
          default -> "check that the server is up and takes connections of this source";
        };
    String others =
        named == Servers.SEVERAL ? "see whether the other servers named are up, and " : "";
    return first.getMessage() + " (SQLState " + state() + "); " + others + advice;
  }

  private String state() {
    return String.valueOf(first.getSQLState());
  }
}
