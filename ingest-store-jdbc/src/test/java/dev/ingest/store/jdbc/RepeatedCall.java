package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.sql.SQLException;
import java.util.List;

/** A call that changes something, and is made again if its effect is not known. */
interface RepeatedCall {

  /** A call with its arguments. */
  @FunctionalInterface
  interface Prepared {

    List<Outcome> of(LedgerStore store);

    /** The transitions that it commits, if that is what it does. */
    default List<Transition> batch() {
      return List.of();
    }
  }

  String name();

  Prepared prepare(Scene scene);

  /** Describes what the call may change. */
  default String view(Scene scene) throws SQLException {
    return scene.view();
  }

  /** Tells whether it takes several transactions, so that a part of it can stay. */
  default boolean isInSteps() {
    return false;
  }
}
