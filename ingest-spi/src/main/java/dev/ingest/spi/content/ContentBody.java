package dev.ingest.spi.content;

import dev.ingest.spi.Digest;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Bytes on their way into a store, pulled by the store and digested as they pass, so that nobody
 * reads them twice.
 *
 * <p>The store calls {@link #read} until it returns −1 and only then {@link #digest()}. A body
 * checks what its sender promised (length, digest, quota) inside {@code read}: if that throws, the
 * store discards what it has of the key, makes nothing visible, and lets the error through. Not
 * safe for use by several threads.
 */
public interface ContentBody {

  /**
   * Returns the length, if it is known before the first byte.
   *
   * @return bytes; a body that ends elsewhere has thrown from {@link #read}
   */
  OptionalLong length();

  /**
   * Reads the next bytes. Blocks until at least one byte is there.
   *
   * <p>The array must not be changed by the caller until the next call: the digest of these bytes
   * may be computed while the caller stores them.
   *
   * @param buffer where to put them
   * @param offset the first position to fill
   * @param length the most bytes to put, at least 1
   * @return how many were put, or −1 at the end
   * @throws IOException if the source of the bytes fails
   */
  int read(byte[] buffer, int offset, int length) throws IOException;

  /**
   * Returns the digest of all bytes that {@link #read} gave out.
   *
   * @return the digest
   * @throws IllegalStateException if the end has not been reached
   */
  Digest digest();
}
