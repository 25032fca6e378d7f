package dev.ingest.spi;

import dev.ingest.spi.ManifestException.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The canonical bytes of a manifest as a stream, encoded and digested line by line as they are
 * read. A failure is final: every later read fails in the same way, so that what is left out can
 * never pass for the whole. Not safe for use by several threads.
 */
public final class ManifestEncoder extends InputStream {

  private final long count;
  private final long bytes;
  private final Iterator<ManifestItem> items;
  private final DistinctNames names = new DistinctNames();
  private final MessageDigest running = Digest.newMessageDigest();

  private byte[] line;
  private int at;
  private long written;
  private long summed;
  private @Nullable ManifestSummary summary;
  private @Nullable RuntimeException failure;

  ManifestEncoder(long count, long bytes, Iterator<ManifestItem> items) {
    if (count > Manifest.MAX_ITEMS) {
      throw new ManifestException(Problem.TOO_MANY_ITEMS, 0, count + " items, at most 1,000,000");
    }
    this.count = Checks.inRange("a manifest's item count", count, 0, Manifest.MAX_ITEMS);
    this.bytes = Checks.inRange("a manifest's bytes", bytes, 0, Long.MAX_VALUE);
    this.items = items;
    this.line =
        (ManifestDecoder.MAGIC + "1 sha256 " + count + " " + bytes + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    running.update(line);
  }

  /**
   * Returns the root and totals; only after the last byte was read.
   *
   * @return the summary
   * @throws IllegalStateException if bytes remain to be read
   */
  public ManifestSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("the manifest has not been read to its end");
    }
    return summary;
  }

  @Override
  public int read() {
    return ensureLine() ? line[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    int done = 0;
    while (done < length && ensureLine()) {
      int step = Math.min(length - done, line.length - at);
      System.arraycopy(line, at, buffer, offset + done, step);
      at += step;
      done += step;
    }
    return done == 0 && length > 0 ? -1 : done;
  }

  /** Line by line: a buffer between would be larger than most manifests. */
  @Override
  public long transferTo(OutputStream out) throws IOException {
    long done = 0;
    while (ensureLine()) {
      out.write(line, at, line.length - at);
      done += line.length - at;
      at = line.length;
    }
    return done;
  }

  private boolean ensureLine() {
    if (at < line.length) {
      return true;
    }
    if (failure != null) {
      throw failure;
    }
    if (summary != null) {
      return false;
    }
    try {
      if (!items.hasNext()) {
        finish();
        return false;
      }
      encode(items.next());
      return true;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private void encode(ManifestItem item) {
    if (written == count) {
      throw new ManifestException(
          Problem.TOTALS_DIFFER, written + 2, "more items than the announced " + count);
    }
    if (!names.add(item.name())) {
      throw new ManifestException(
          Problem.DUPLICATE_NAME,
          written + 2,
          "\""
              + InvalidValueException.escape(item.name().value())
              + "\" or a name that differs only in case or normalisation appears before; rename it");
    }
    summed = Manifest.addLengths(summed, item.length(), written + 2);
    written++;
    line =
        (item.digest().hex() + " " + item.length() + " " + item.name() + "\n")
            .getBytes(StandardCharsets.UTF_8);
    running.update(line);
    at = 0;
  }

  private void finish() {
    if (written != count || summed != bytes) {
      throw new ManifestException(
          Problem.TOTALS_DIFFER,
          0,
          "announced " + count + " items of " + bytes + " bytes, got " + written + " of " + summed);
    }
    summary = new ManifestSummary(Digest.finish(running), (int) count, bytes);
  }
}
