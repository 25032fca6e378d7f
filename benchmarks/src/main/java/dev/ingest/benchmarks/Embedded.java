package dev.ingest.benchmarks;

import dev.ingest.core.EngineListener;
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
public final class Embedded implements AutoCloseable {

  private final Path home;
  private final LedgerStore ledger;
  private final ContentAccess content;
  private final Ingest ingest;

  /**
   * Opens it without anyone who hears of it.
   *
   * @throws IOException if the folder cannot be made
   */
  public Embedded() throws IOException {
    this(EngineListener.NONE);
  }

  /**
   * Opens it.
   *
   * @param listener hears of what happens
   * @throws IOException if the folder cannot be made
   */
  public Embedded(EngineListener listener) throws IOException {
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
            .listener(listener)
            .build();
  }

  /**
   * The engine, which is not started yet.
   *
   * @return the engine
   */
  public Ingest ingest() {
    return ingest;
  }

  /**
   * Where everything of it lies.
   *
   * @return the folder, which is deleted at the end
   */
  public Path home() {
    return home;
  }

  @Override
  public void close() throws IOException {
    ingest.close();
    content.close();
    ledger.close();
    Folders.delete(home);
  }
}
