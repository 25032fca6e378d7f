package dev.ingest.benchmarks;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/** The embedded default in a folder of its own: SQLite and files, as durable as in production. */
public final class Embedded implements AutoCloseable {

  /** As large as content in a database takes them. */
  private static final IntakeLimits LIMITS =
      new IntakeLimits(1_000_000, 64L << 30, 1L << 40, OwnerQuota.UNLIMITED, Duration.ofDays(1));

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
    this(
        listener,
        home -> new FileContent(home.resolve("content"), InstantSource.system()).access());
  }

  /**
   * Opens it with other content.
   *
   * @param listener hears of what happens
   * @param contents opens the content, which may lie in the folder that it is given
   * @throws IOException if the folder cannot be made
   */
  public Embedded(EngineListener listener, Function<Path, ContentAccess> contents)
      throws IOException {
    this.home = Folders.create("ingest-embedded");
    this.ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
    this.content = contents.apply(home);
    this.ingest =
        Ingest.builder()
            .ledger(ledger)
            .content(content)
            .pipeline(
                Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
            .work(WorkPolicy.DEFAULT.withParallelism(8))
            .limits(LIMITS)
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
