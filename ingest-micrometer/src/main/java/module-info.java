/** What an engine does and what its ledger holds, as meters and observations of Micrometer. */
// The parts of Micrometer name their modules, but are none.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.ingest.micrometer {
  requires static org.jspecify;
  requires transitive dev.ingest.core;
  requires transitive micrometer.core;
  requires transitive micrometer.observation;
  requires micrometer.commons;
  requires org.slf4j;

  exports dev.ingest.micrometer;
}
