package dev.ingest.benchmarks.ledger;

import javax.sql.DataSource;

/** Something that gets a number of items done on the server. */
interface Candidate {

  /** Names it with the settings that matter. */
  String name();

  /** Tells what it does not do, compared with the ledger. */
  String lacks();

  /** Makes the items ready to be claimed, unmeasured. */
  void prepare(DataSource source, Place place, int items) throws Exception;

  /** Gets them done; the time runs until the last one is. */
  Measured run(DataSource source, Place place, int items) throws Exception;

  /** Checks, unmeasured, that what was done holds. */
  default void check(DataSource source, Place place, int items) throws Exception {}
}
