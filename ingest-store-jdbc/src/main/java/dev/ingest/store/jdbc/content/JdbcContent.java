package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.PlainUpkeep;
import dev.ingest.store.jdbc.url.SchemaText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * Content in a database, for small deployments: bodies in rows of 512 KiB, on PostgreSQL 14 or
 * newer or in an SQLite file.
 *
 * <p>A commit publishes all keys of its writer in one transaction. Bytes are written and read chunk
 * by chunk, so that memory does not grow with them. Until the commit they are staged: a writer that
 * was closed drops them, and those of a process that crashed are removed at an opening, or by
 * {@link #sweep()}, once nobody has touched them for {@link JdbcContentOptions#abandonedAfter()}. A
 * writer touches what it has while it is used; one that did nothing for so long may find its bytes
 * gone, says so in a {@link dev.ingest.spi.content.ContentDurabilityException}, and publishes
 * nothing. An item has at most 64 GiB.
 *
 * <p>Reads ask the database itself, and a replica never answers them. What neither this class nor
 * the database can promise is a read past the server's and the operating system's caches, so {@link
 * dev.ingest.spi.content.ContentCapabilities#independentReads()} is false, and every digest that a
 * store tells is what its writer said.
 *
 * <p>It starts no threads, and deletes in transactions of at most 64 chunks.
 */
public final class JdbcContent implements AutoCloseable {

  /** Touches per time after which a writer counts as abandoned. */
  private static final int TOUCHES = 24;

  private final ContentDatabase database;
  private final JdbcContentOptions options;
  private final ContentAccess access;

  private JdbcContent(
      ContentDatabase database, JdbcContentOptions options, int chunkBytes, LongSupplier nanos) {
    this.database = database;
    this.options = options;
    Duration touchEvery = options.abandonedAfter().dividedBy(TOUCHES);
    this.access =
        new ContentAccess(
            new JdbcContentStore(database, chunkBytes, touchEvery, nanos),
            new JdbcContentPurger(database),
            new PlainUpkeep(this::upkeep));
  }

  /**
   * Opens content on PostgreSQL with {@link JdbcContentOptions#DEFAULT}.
   *
   * @param source the connections, see {@link #postgres(DataSource, JdbcContentOptions)}
   * @return the content, to be closed by the caller
   * @throws ContentException if it cannot be opened
   */
  public static JdbcContent postgres(DataSource source) {
    return postgres(source, JdbcContentOptions.DEFAULT);
  }

  /**
   * Opens content on PostgreSQL, in the schema in which unqualified names are found. Ages are
   * judged by the server's clock.
   *
   * @param source the connections, of the PostgreSQL JDBC driver; best a pool, since each
   *     transaction borrows one and gives it back as it was. It stays its owner's and is not closed
   * @param options how content lies in the database
   * @return the content, to be closed by the caller
   * @throws ContentException if the server does not answer, has a risk that was not accepted, or
   *     has a schema that this release does not know or that is not whole
   */
  public static JdbcContent postgres(DataSource source, JdbcContentOptions options) {
    return postgres(source, options, () -> {});
  }

  /** Opens content that ends, when it is closed, with what is given. */
  static JdbcContent postgres(DataSource source, JdbcContentOptions options, Runnable atLast) {
    return open(PostgresDatabase.open(source, options, atLast), options, System::nanoTime);
  }

  /**
   * Opens content in an SQLite file with {@link JdbcContentOptions#DEFAULT}.
   *
   * @param file the file, see {@link #sqlite(Path, InstantSource, JdbcContentOptions)}
   * @param clock the time, for ages of uncommitted bytes only
   * @return the content, to be closed by the caller
   * @throws ContentException if it cannot be opened
   */
  public static JdbcContent sqlite(Path file, InstantSource clock) {
    return sqlite(file, clock, JdbcContentOptions.DEFAULT);
  }

  /**
   * Opens content in an SQLite file, which is created if it does not exist. Several processes of
   * one machine may open it.
   *
   * <p>A file beside the ledger's is advised. The ledger's own file works too, opened as a ledger
   * first; but then each of the ledger's commits waits for the chunks that are being written, and
   * every backup of the ledger carries the bytes.
   *
   * @param file the file, in an existing directory of a local file system
   * @param clock the time, for ages of uncommitted bytes only
   * @param options how content lies in the database; SQLite has no risks to accept
   * @return the content, to be closed by the caller
   * @throws ContentException if the file cannot be opened, would lose commits at a power loss, or
   *     has a schema that this release does not know or that is not whole
   */
  public static JdbcContent sqlite(Path file, InstantSource clock, JdbcContentOptions options) {
    return open(SqliteDatabase.open(file, clock, options), options, System::nanoTime);
  }

  static JdbcContent open(
      ContentDatabase database, JdbcContentOptions options, LongSupplier nanos) {
    try {
      int chunkBytes = new ContentSchema(database, options).open();
      JdbcContent content = new JdbcContent(database, options, chunkBytes, nanos);
      if (database.writable()) {
        content.sweep();
      }
      return content;
    } catch (RuntimeException | Error e) {
      try {
        database.close();
      } catch (ContentException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * Returns the statements that create the tables on PostgreSQL, for services that migrate their
   * databases themselves and open with {@link JdbcContentOptions.SchemaRule#VERIFY}.
   *
   * @param options which prefix the tables have
   * @return the statements of the newest version of the schema, in order
   */
  public static List<String> postgresSchema(JdbcContentOptions options) {
    String tables = options.tablePrefix() + Wording.TABLES;
    return SchemaText.statements(JdbcContent.class, PostgresDatabase.SCHEMA).stream()
        .map(statement -> statement.replace(Wording.TABLES, tables))
        .toList();
  }

  /**
   * Returns both sides of the content.
   *
   * @return the store and its purger, closed by {@link #close()} or by closing the store
   */
  public ContentAccess access() {
    return access;
  }

  /**
   * Removes uncommitted bytes that nobody has touched for {@link
   * JdbcContentOptions#abandonedAfter()}, and what an interrupted deletion left. An opening does
   * the same, and an engine does it once an hour, through {@link ContentAccess#upkeep()}. Several
   * may run side by side.
   *
   * @throws ContentException if the database fails; what was removed stays removed
   */
  public void sweep() {
    new Sweep(database).abandoned(options.abandonedAfter());
  }

  private void upkeep() {
    if (database.writable()) {
      sweep();
    }
  }

  @Override
  public void close() {
    access.close();
  }
}
