package dev.ingest.spi.content;

import java.io.InputStream;
import java.util.Optional;

/**
 * A store of immutable bytes under generated keys.
 *
 * <p>Every key goes from absent to complete in one step and never changes afterwards; no reader
 * ever sees a part of it. Only a {@link ContentPurger} deletes.
 *
 * <p>Safe for use by several threads. Limits: pages of at most {@link #MAX_PAGE} entries. Errors
 * are {@link ContentException}s; see there which of them leave the effect unknown. A refused
 * argument is an {@link dev.ingest.spi.InvalidValueException} before any I/O.
 */
public interface ContentStore extends AutoCloseable {

  /** The largest page of {@link #list}. */
  int MAX_PAGE = 1_000;

  /**
   * Names this store for messages: the adapter and where it keeps the bytes, without credentials.
   *
   * @return for example {@code file:/var/lib/ingest/content}
   */
  String name();

  /**
   * Tells what this store can do. Does no I/O.
   *
   * @return the capabilities
   */
  ContentCapabilities capabilities();

  /**
   * Opens a writer for keys below one prefix. Writers are cheap and bounded in memory whatever is
   * written.
   *
   * @param prefix what all its keys lie below
   * @return a writer, to be closed by the caller
   */
  ContentWriter writer(ContentPrefix prefix);

  /**
   * Looks a key up. Idempotent.
   *
   * @param key the key
   * @return its length and, where the store has one, its checksum; empty if the key is absent,
   *     which a store says only if it knows
   */
  Optional<ContentStat> stat(ContentKey key);

  /**
   * Opens stored bytes for reading. Every failure, at the opening or while reading, is an error and
   * never an early end of the stream: the stream gives exactly the stored bytes in the range.
   *
   * @param key the key
   * @param range which bytes
   * @param purpose whether caches may answer
   * @return the bytes, to be closed by the caller; reading may throw {@link java.io.IOException}
   * @throws ContentMissingException if the key is absent
   */
  InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose);

  /**
   * Lists keys below a prefix in key order. A key that was committed before the call and is not
   * being deleted is never omitted; one that is committed meanwhile may or may not appear.
   *
   * @param prefix what the keys lie below
   * @param after lists keys greater than this one, or from the start
   * @param limit the most entries, 1 to {@link #MAX_PAGE}
   * @return a page
   */
  ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit);

  /** Releases what the store holds; running reads and writes fail. Idempotent. */
  @Override
  void close();
}
