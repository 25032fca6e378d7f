package dev.ingest.store.jdbc.url;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * Something between the driver and the server that lends a server's sessions to its clients, such
 * as PgBouncer. In transaction mode each transaction may come to another session, while the driver
 * believes that the statements it has prepared by name are in the one it has: what runs then is
 * whatever another client has prepared under that name, and nobody is told if it takes as many
 * parameters. So nothing is prepared by name through one.
 */
public final class Pooler {

  private Pooler() {}

  /**
   * Has the driver send each statement whole, every time. Costs no message.
   *
   * @param connection a connection
   * @throws SQLException if it is closed
   */
  public static void prepareNothing(Connection connection) throws SQLException {
    if (connection.isWrapperFor(PGConnection.class)) {
      connection.unwrap(PGConnection.class).setPrepareThreshold(0);
    }
  }
}
