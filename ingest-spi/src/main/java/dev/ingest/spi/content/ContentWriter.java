package dev.ingest.spi.content;

/**
 * Writes many keys of one sequence and makes them durable together: the durability barrier.
 *
 * <p>Before {@link #commit()} returns, each put key is either absent or complete to readers, and a
 * crash may undo it. After {@code commit()} returned, every key put since the last commit is
 * visible and survives a crash of the machine. A commit that throws leaves each of them unknown,
 * and this writer refuses all further use: the caller opens another writer and puts the same bytes
 * again, which is idempotent. A conflict, or an error that the body threw, concerns its key alone;
 * after any other error of {@link #put} the writer may refuse further use in the same way.
 *
 * <p>Not safe for use by several threads; several writers below one prefix may work side by side.
 * The engine calls a writer, and closes it, only when no other call is under way.
 */
public interface ContentWriter extends AutoCloseable {

  /**
   * Stores a body under a key that must be absent or hold the same bytes.
   *
   * @param key a key below the writer's prefix
   * @param body the bytes; read to the end exactly once
   * @return the length and digest that were written, or were there already; the checksum is {@link
   *     Checksum.Provenance#ECHOED} unless the store knows better
   * @throws ContentConflictException if the key holds other bytes; they stay as they were
   */
  ContentStat put(ContentKey key, ContentBody body);

  /**
   * Makes every key put since the last commit visible and durable. With nothing put it does
   * nothing.
   *
   * @throws ContentConflictException if another writer stored other bytes under one of the keys
   *     meanwhile; its bytes stay, and this writer's others are unknown
   * @throws ContentDurabilityException if the bytes may not be durable
   */
  void commit();

  /** Drops what was put and not committed, as far as it is not visible yet. Idempotent. */
  @Override
  void close();
}
