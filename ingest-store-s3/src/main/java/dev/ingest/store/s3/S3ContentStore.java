package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.DeletionRule;
import dev.ingest.spi.content.ReadPurpose;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Reads and lists the objects of one place. */
final class S3ContentStore implements ContentStore {

  private final Bucket bucket;
  private final Listing listing;
  private final Puts puts;
  private final boolean trusted;
  private final List<DeletionRule> deletionRules;

  S3ContentStore(Bucket bucket, Puts puts, boolean trusted, List<DeletionRule> deletionRules) {
    this.bucket = bucket;
    this.listing = new Listing(bucket);
    this.puts = puts;
    this.trusted = trusted;
    this.deletionRules = deletionRules;
  }

  @Override
  public String name() {
    return bucket.calls().name();
  }

  /** A GET is answered by the store itself, and this adapter has no cache. */
  @Override
  public ContentCapabilities capabilities() {
    return new ContentCapabilities(true, true, true, puts.sizes().maxItemBytes(), deletionRules);
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    bucket.calls().requireOpen();
    return new S3ContentWriter(this, puts, prefix);
  }

  /**
   * A SHA-256 that the server keeps of all bytes was computed by it, since it was compared when
   * they were stored. That in the metadata was only said.
   */
  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    return bucket
        .find(key)
        .map(
            stored -> {
              Optional<Checksum> computed =
                  stored
                      .digest()
                      .filter(digest -> trusted)
                      .map(digest -> new Checksum(digest, Provenance.BACKEND_COMPUTED));
              Optional<Checksum> checksum =
                  computed.or(
                      () -> stored.said().map(digest -> new Checksum(digest, Provenance.ECHOED)));
              return new ContentStat(key, stored.length(), checksum);
            });
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    return ObjectInput.open(bucket, bucket.objectKey(key), range, purpose);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a page has 1 to " + MAX_PAGE + " entries");
    }
    return listing.page(prefix, after, limit);
  }

  @Override
  public void close() {
    puts.transfers().close();
    bucket.calls().close();
  }
}
