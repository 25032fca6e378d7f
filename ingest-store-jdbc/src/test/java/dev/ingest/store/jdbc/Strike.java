package dev.ingest.store.jdbc;

/**
 * One fault at one statement of a call.
 *
 * @param fault what happens
 * @param when before or after the statement
 * @param statement which, from 1, or which of the connections that the call borrows
 * @param lasting whether all statements after it are struck too
 */
record Strike(JdbcFault fault, JdbcFault.When when, int statement, boolean lasting) {

  /** Tells whether it strikes the n-th statement, or connection. */
  boolean isAt(int number) {
    return number == statement || (lasting && number > statement);
  }

  @Override
  public String toString() {
    return fault.name()
        + " "
        + when
        + (fault.isOfConnections() ? " connection " : " statement ")
        + statement
        + (lasting ? " and all after it" : "");
  }
}
