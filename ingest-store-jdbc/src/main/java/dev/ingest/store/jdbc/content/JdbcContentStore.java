package dev.ingest.store.jdbc.content;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Reads and lists what {@link JdbcContentWriter}s published. */
final class JdbcContentStore implements ContentStore {

  /** 131,072 chunks, which a deletion removes in about 2,000 transactions. */
  static final long MAX_ITEM_BYTES = 64L << 30;

  private static final String STAT = "SELECT length, digest FROM content_keys WHERE key = ?";
  private static final String FIND = "SELECT body, length, digest FROM content_keys WHERE key = ?";
  private static final String LIST =
      "SELECT key, length FROM content_keys WHERE key > ? AND key < ? ORDER BY key LIMIT ?";

  private final ContentDatabase database;
  private final int chunkBytes;
  private final Duration touchEvery;
  private final LongSupplier nanos;

  JdbcContentStore(
      ContentDatabase database, int chunkBytes, Duration touchEvery, LongSupplier nanos) {
    this.database = database;
    this.chunkBytes = chunkBytes;
    this.touchEvery = touchEvery;
    this.nanos = nanos;
  }

  int chunkBytes() {
    return chunkBytes;
  }

  @Override
  public String name() {
    return database.name();
  }

  /** A read cannot get past the server's buffers, nor past the operating system's under them. */
  @Override
  public ContentCapabilities capabilities() {
    return new ContentCapabilities(database.durable(), true, false, MAX_ITEM_BYTES);
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    if (database.isClosed()) {
      throw new ContentException(name() + ": closed; open the store again");
    }
    Staging staging = new Staging(database, UUID.randomUUID().toString(), touchEvery, nanos);
    return new JdbcContentWriter(this, database, prefix, staging);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    return database.read(
        "look up " + key,
        sql ->
            sql.first(
                STAT,
                row -> {
                  Digest digest = Digest.ofBytes(row.getBytes(2));
                  Checksum echoed = new Checksum(digest, Provenance.ECHOED);
                  return new ContentStat(key, row.getLong(1), Optional.of(echoed));
                },
                key.value()));
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    Holder holder =
        database
            .read(
                "open " + key,
                sql ->
                    sql.first(
                        FIND,
                        row -> {
                          Body body = new Body(row.getLong(1), row.getLong(2));
                          return Holder.key(key, body, Digest.ofBytes(row.getBytes(3)));
                        },
                        key.value()))
            .orElseThrow(
                () ->
                    new ContentMissingException(
                        name()
                            + ": expected "
                            + key
                            + ", found nothing; it was never committed, or deleted under a"
                            + " permit"));
    return input(key, holder, range);
  }

  InputStream input(ContentKey key, Holder holder, ByteRange range) {
    return new ChunkInput(database, chunkBytes, key, holder, range);
  }

  /** Everything below a prefix lies between the prefix with a slash and with what follows it. */
  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a page has 1 to " + MAX_PAGE + " entries");
    }
    String below = prefix.value() + '/';
    String from =
        after.map(ContentKey::value).filter(key -> key.compareTo(below) > 0).orElse(below);
    String to = prefix.value() + (char) ('/' + 1);
    List<ContentStat> found =
        database.read(
            "list " + prefix,
            sql ->
                sql.list(
                    LIST,
                    row ->
                        new ContentStat(
                            new ContentKey(row.getString(1)), row.getLong(2), Optional.empty()),
                    from,
                    to,
                    limit + 1));
    boolean more = found.size() > limit;
    return new ContentPage(more ? found.subList(0, limit) : found, more);
  }

  @Override
  public void close() {
    database.close();
  }
}
