package dev.ingest.store.jdbc.url;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Why there was no connection: the first error, which a pool hides behind a time-out of its own.
 *
 * @param first the error of the driver
 * @param ofSeveral whether several servers are named, of which the driver tells the last one's
 */
public record ConnectFailure(SQLException first, boolean ofSeveral) {

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
    return new ConnectFailure(first, namesSeveral(source, thrown));
  }

  private static boolean namesSeveral(DataSource source, SQLException thrown) {
    try {
      return source.isWrapperFor(BaseDataSource.class)
          && source.unwrap(BaseDataSource.class).getServerNames().length > 1;
    } catch (SQLException e) {
      thrown.addSuppressed(e);
      return false;
    }
  }

  /**
   * Tells whether every other attempt would fail like this until somebody corrects what is asked
   * for or what the server lets in, so that waiting is of no use. Of several servers nobody knows:
   * while the primary restarts, the driver tells what a standby said.
   *
   * @return whether the only server answered, and refused
   */
  public boolean isRefusal() {
    if (ofSeveral) {
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
    String others = ofSeveral ? "see whether the other servers named are up, and " : "";
    return first.getMessage() + " (SQLState " + state() + "); " + others + advice;
  }

  private String state() {
    return String.valueOf(first.getSQLState());
  }
}
