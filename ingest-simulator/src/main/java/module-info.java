/** The deterministic simulator: the real engine on simulated time over failing stores. */
module dev.ingest.simulator {
  requires dev.ingest.core;
  requires dev.ingest.testkit;
  requires static org.jspecify;

  exports dev.ingest.simulator;
}
