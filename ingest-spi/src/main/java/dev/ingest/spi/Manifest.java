package dev.ingest.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The immutable, canonical list of a sequence's items, in memory.
 *
 * <p>The canonical form, version 1, is UTF-8 text with a line feed after every line:
 *
 * <pre>
 * ingest-manifest 1 sha256 COUNT BYTES
 * DIGEST LENGTH NAME
 * …
 * </pre>
 *
 * COUNT and BYTES are the number of items and the sum of their lengths; DIGEST is the item's
 * SHA-256 in 64 lower-case hexadecimal digits; numbers are decimal without sign or leading zeros.
 * The items stand in the sequence's order. The <em>root</em> is the SHA-256 of all these bytes, so
 * a shell and {@code sha256sum} reproduce it. In the folder of the items, with their names in the
 * sequence's order in the file {@code ../names}, one a line (no name holds a line feed):
 *
 * <pre>{@code
 * { printf 'ingest-manifest 1 sha256 %d %d\n' "$(wc -l < ../names)" \
 *     "$(while IFS= read -r f; do cat < "$f"; done < ../names | wc -c)"
 *   while IFS= read -r f; do
 *     printf '%s %d %s\n' "$(sha256sum < "$f" | cut -c 1-64)" "$(wc -c < "$f")" "$f"
 *   done < ../names
 * } | sha256sum | cut -c 1-64
 * }</pre>
 *
 * <p>For items that were sent in the order of their names' bytes, this makes that file:
 *
 * <pre>{@code
 * find . -type f | cut -c 3- | LC_ALL=C sort > ../names
 * }</pre>
 *
 * <p>Large manifests are never held whole: {@link #encode} and {@link #decode} stream them. This
 * record is the convenience for small ones.
 *
 * @param items the items in order
 * @param summary the root and the totals
 */
public record Manifest(List<ManifestItem> items, ManifestSummary summary) {

  /** The largest number of items of one manifest. */
  public static final int MAX_ITEMS = 1_000_000;

  /**
   * Copies the list and checks that the summary is the items' own.
   *
   * @param items the items in order
   * @param summary the root and the totals
   */
  public Manifest {
    items = List.copyOf(items);
    ManifestSummary actual = summarize(items);
    if (!actual.equals(summary)) {
      throw new ManifestException(
          ManifestException.Problem.TOTALS_DIFFER, 0, "expected " + summary + ", got " + actual);
    }
  }

  /**
   * Makes a manifest of items.
   *
   * @param items the items in order, without twins
   * @return the manifest
   */
  public static Manifest of(List<ManifestItem> items) {
    return new Manifest(items, summarize(items));
  }

  /**
   * Parses the canonical bytes.
   *
   * @param canonical the bytes
   * @return the manifest
   */
  public static Manifest parse(byte[] canonical) {
    List<ManifestItem> items = new ArrayList<>();
    try (ManifestDecoder decoder = decode(new ByteArrayInputStream(canonical))) {
      decoder.forEachRemaining(items::add);
      return new Manifest(items, decoder.summary());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the canonical bytes.
   *
   * @return the bytes whose digest is the root
   */
  public byte[] toBytes() {
    ByteArrayOutputStream canonical = new ByteArrayOutputStream();
    drain(encode(items.size(), summary.bytes(), items.iterator()), canonical);
    return canonical.toByteArray();
  }

  /**
   * Encodes items as a stream of the canonical bytes, in memory that does not grow with their
   * number save for 16 bytes per name to find twins.
   *
   * @param count the number of items that follow, 0 to 1,000,000
   * @param bytes the sum of their lengths
   * @param items the items in order
   * @return the stream; it fails with {@link ManifestException} if the items break the totals
   */
  public static ManifestEncoder encode(long count, long bytes, Iterator<ManifestItem> items) {
    return new ManifestEncoder(count, bytes, items);
  }

  /**
   * Decodes canonical bytes as a stream of items; every departure from the canonical form is a
   * {@link ManifestException}.
   *
   * @param canonical the bytes; closed with the decoder, and at once if this method throws
   * @return the items, with the header read
   * @throws IOException if the bytes cannot be read
   */
  public static ManifestDecoder decode(InputStream canonical) throws IOException {
    try {
      return new ManifestDecoder(canonical);
    } catch (IOException | RuntimeException e) {
      try {
        canonical.close();
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static ManifestSummary summarize(List<ManifestItem> items) {
    long bytes = 0;
    for (ManifestItem item : items) {
      bytes = addLengths(bytes, item.length(), 0);
    }
    ManifestEncoder encoder = encode(items.size(), bytes, items.iterator());
    drain(encoder, OutputStream.nullOutputStream());
    return encoder.summary();
  }

  private static void drain(ManifestEncoder encoder, OutputStream out) {
    try (encoder) {
      encoder.transferTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long addLengths(long sum, long length, long line) {
    if (length > Long.MAX_VALUE - sum) {
      throw new ManifestException(
          ManifestException.Problem.BAD_LENGTH,
          line,
          "the lengths add up to more than 2^63-1 bytes: " + sum + " + " + length);
    }
    return sum + length;
  }
}
