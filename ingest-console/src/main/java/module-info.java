/** The page for whoever is on call, over one ledger: as a servlet, or served by itself. */
module dev.ingest.console {
  requires transitive dev.ingest.core;
  // For those who mount it in their service, and nobody else.
  requires static jakarta.servlet;
  requires jdk.httpserver;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.ingest.console;
}
