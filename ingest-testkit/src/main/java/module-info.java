/**
 * The contract tests that every storage adapter must pass, stores in memory that pass them, time
 * that moves by hand, fault injection at calls and connections, a server that speaks S3 and fails
 * on demand, and a fuzzer for parsers. Depends on the storage interfaces, JUnit and the JDK alone.
 */
module dev.ingest.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.ingest.spi;
  requires transitive org.junit.jupiter.api;
  requires java.xml;
  requires jdk.httpserver;
  requires jdk.management;

  exports dev.ingest.testkit;
  exports dev.ingest.testkit.contract;
  exports dev.ingest.testkit.fault;
  exports dev.ingest.testkit.fuzz;
  exports dev.ingest.testkit.net;
  exports dev.ingest.testkit.s3;

  opens dev.ingest.testkit.contract to
      org.junit.platform.commons;
}
