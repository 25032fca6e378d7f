/**
 * The values, the storage interfaces and the errors that the Ingest engine and its storage adapters
 * share. Depends on nothing but the JSpecify annotations.
 */
module dev.ingest.spi {
  requires static transitive org.jspecify;

  exports dev.ingest.spi;
  exports dev.ingest.spi.alert;
  exports dev.ingest.spi.content;
  exports dev.ingest.spi.ledger;
  exports dev.ingest.spi.notice;

  uses dev.ingest.spi.content.ContentProvider;
  uses dev.ingest.spi.ledger.LedgerProvider;
}
