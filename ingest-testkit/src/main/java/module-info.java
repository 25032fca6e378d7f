/**
 * The contract tests that every storage adapter must pass, stores in memory that pass them, time
 * that moves by hand, and fault injection at calls and connections. Depends on the storage
 * interfaces and JUnit alone.
 */
module dev.ingest.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.ingest.spi;
  requires transitive org.junit.jupiter.api;

  exports dev.ingest.testkit;
  exports dev.ingest.testkit.contract;
  exports dev.ingest.testkit.fault;
  exports dev.ingest.testkit.net;

  opens dev.ingest.testkit.contract to
      org.junit.platform.commons;
}
