/** The operator's command and quick start: the same engine that services embed, as a program. */
@SuppressWarnings(
    "requires-automatic") // The metadata library has a reserved name and no descriptor.
module dev.ingest.cli {
  requires dev.ingest.console;
  requires dev.ingest.core;
  requires com.drew.metadata;
  requires com.fasterxml.jackson.core;
  requires info.picocli;
  requires java.desktop;
  requires java.logging;
  requires static org.jspecify;

  uses dev.ingest.spi.content.ContentProvider;
  uses dev.ingest.spi.ledger.LedgerProvider;

  opens dev.ingest.cli to
      info.picocli;
}
