/**
 * The engine: lifecycle, intake, work, verification, alerts. Services use {@code dev.ingest.core},
 * {@code dev.ingest.core.alert}, {@code dev.ingest.core.probe} and {@code dev.ingest.core.report};
 * the other packages are open to the project's own modules alone.
 */
@SuppressWarnings("module") // Those are built after this module.
module dev.ingest.core {
  requires transitive dev.ingest.spi;
  requires java.net.http;
  // For those who read rows back; whoever hands in a DataSource has the module.
  requires static transitive java.sql;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.ingest.core;
  exports dev.ingest.core.alert;
  exports dev.ingest.core.probe;
  exports dev.ingest.core.report;
  exports dev.ingest.core.lifecycle to
      dev.ingest.console,
      dev.ingest.simulator;
  exports dev.ingest.core.invariants to
      dev.ingest.simulator;
  exports dev.ingest.core.engine to
      dev.ingest.simulator;
  exports dev.ingest.core.text to
      dev.ingest.cli,
      dev.ingest.console;

  uses dev.ingest.spi.content.ContentProvider;
  uses dev.ingest.spi.ledger.LedgerProvider;
}
