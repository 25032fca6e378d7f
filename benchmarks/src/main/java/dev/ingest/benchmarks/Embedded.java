package dev.ingest.benchmarks;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** The embedded default in a folder of its own: SQLite and files, as durable as in production. */
final class Embedded implements AutoCloseable {

  private final Path home;
  private final LedgerStore ledger;
  private final ContentAccess content;
  private final Ingest ingest;

  Embedded() throws IOException {
    this.home = Folders.create("ingest-embedded");
    this.ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
    this.content = new FileContent(home.resolve("content"), InstantSource.system()).access();
    this.ingest =
        Ingest.builder()
            .ledger(ledger)
            .content(content)
            .pipeline(
                Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
            .work(WorkPolicy.DEFAULT.withParallelism(8))
            .build();
  }

  Ingest ingest() {
    return ingest;
  }

  @Override
  public void close() throws IOException {
    ingest.close();
    content.close();
    ledger.close();
    Folders.delete(home);
  }
}
