package dev.ingest.spi;

import dev.ingest.spi.ManifestException.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The items of a canonical manifest, decoded and checked line by line.
 *
 * <p>Strict: bytes that this decoder accepts are exactly the bytes that {@link ManifestEncoder}
 * makes of the decoded items, so the root of what was read is the root of what was written. No line
 * longer than 1,200 bytes is ever buffered. A failure is final: every later {@link #next()} fails
 * in the same way. Not safe for use by several threads.
 */
public final class ManifestDecoder implements Iterator<ManifestItem>, AutoCloseable {

  static final String MAGIC = "ingest-manifest ";
  private static final int MAX_LINE = 1_200;

  /**
   * Most manifests are shorter, and a larger array costs each of them more than it saves a long
   * one.
   */
  private static final int BUFFER_BYTES = 1 << 13;

  private static final int DIGEST_CHARS = 2 * Digest.BYTES;

  private final InputStream in;
  private final MessageDigest running = Digest.newMessageDigest();
  private final DistinctNames names = new DistinctNames();
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private final byte[] buffer = new byte[MAX_LINE];
  private final byte[] chunk;
  private int at;
  private int end;
  private final long count;
  private final long bytes;

  private long line;
  private long read;
  private long summed;
  private @Nullable ManifestSummary summary;
  private @Nullable RuntimeException failure;

  ManifestDecoder(InputStream canonical) throws IOException {
    this.in = canonical;
    boolean isInMemory = canonical instanceof ByteArrayInputStream;
    int most = isInMemory ? Math.min(canonical.available(), BUFFER_BYTES) : BUFFER_BYTES;
    this.chunk = new byte[Math.max(1, most)];
    String[] header = readHeader().split(" ", -1);
    if (header.length != 5 || !header[2].equals("sha256")) {
      throw problem(Problem.NOT_CANONICAL, "expected \"1 sha256 COUNT BYTES\"");
    }
    this.count = number(header[3]);
    if (count > Manifest.MAX_ITEMS) {
      throw problem(Problem.TOO_MANY_ITEMS, count + " items, at most 1,000,000");
    }
    this.bytes = number(header[4]);
    if (count == 0) {
      finish();
    }
  }

  /**
   * Returns the number of items that the header announces.
   *
   * @return 0 to 1,000,000
   */
  public int count() {
    return (int) count;
  }

  /**
   * Returns the total length that the header announces.
   *
   * @return bytes
   */
  public long bytes() {
    return bytes;
  }

  /**
   * Returns the root and totals of what was read; only after the last item.
   *
   * @return the summary
   * @throws IllegalStateException if items remain
   */
  public ManifestSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("the manifest has not been read to its end");
    }
    return summary;
  }

  @Override
  public boolean hasNext() {
    return read < count;
  }

  @Override
  public ManifestItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + count + " items were read");
    }
    if (failure != null) {
      throw failure;
    }
    try {
      return readItem();
    } catch (IOException e) {
      failure = new UncheckedIOException("reading a manifest at line " + line, e);
      throw failure;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private ManifestItem readItem() throws IOException {
    ManifestItem item = parse(readLine());
    summed = Manifest.addLengths(summed, item.length(), line);
    if (!names.add(item.name())) {
      throw problem(
          Problem.DUPLICATE_NAME,
          "\""
              + InvalidValueException.escape(item.name().value())
              + "\" or a name that differs only in case or normalisation appears before");
    }
    if (read + 1 == count) {
      finish();
    }
    read++;
    return item;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private String readHeader() throws IOException {
    byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
    boolean isManifest = true;
    int next = 0;
    for (int i = 0; next >= 0 && i < magic.length; i++) {
      next = readByte();
      isManifest &= next == magic[i];
    }
    if (!isManifest) {
      throw new ManifestException(
          Problem.NOT_A_MANIFEST, 1, "expected \"" + MAGIC + "\" as the first bytes");
    }
    int version = readByte();
    int space = readByte();
    if (version != '1' || space != ' ') {
      throw new ManifestException(
          version < 0 || space < 0 ? Problem.TRUNCATED : Problem.UNKNOWN_VERSION,
          1,
          "this release reads version 1");
    }
    running.update(magic);
    running.update((byte) '1');
    running.update((byte) ' ');
    return MAGIC + "1 " + readLine();
  }

  /** Not by a stream with a buffer, which takes a lock for each byte. */
  private int readByte() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, in.read(chunk, 0, chunk.length));
      if (end == 0) {
        return -1;
      }
    }
    return chunk[at++] & 0xff;
  }

  private String readLine() throws IOException {
    line++;
    int length = 0;
    for (int b = readByte(); b != '\n'; b = readByte()) {
      if (b < 0) {
        throw problem(Problem.TRUNCATED, "the bytes end before the line does");
      }
      if (length == MAX_LINE) {
        throw problem(Problem.NOT_CANONICAL, "a line is longer than " + MAX_LINE + " bytes");
      }
      buffer[length++] = (byte) b;
    }
    running.update(buffer, 0, length);
    running.update((byte) '\n');
    try {
      return utf8.decode(ByteBuffer.wrap(buffer, 0, length)).toString();
    } catch (CharacterCodingException e) {
      throw problem(Problem.NOT_CANONICAL, "the line is not UTF-8");
    }
  }

  private ManifestItem parse(String text) {
    if (text.length() < DIGEST_CHARS + 1 || text.charAt(DIGEST_CHARS) != ' ') {
      throw problem(Problem.BAD_DIGEST, "expected 64 hexadecimal digits and a space");
    }
    int space = text.indexOf(' ', DIGEST_CHARS + 1);
    if (space < 0) {
      throw problem(Problem.NOT_CANONICAL, "expected \"DIGEST LENGTH NAME\"");
    }
    long length = number(text.substring(DIGEST_CHARS + 1, space));
    return new ManifestItem(name(text.substring(space + 1)), length, digest(text));
  }

  private Digest digest(String text) {
    try {
      return Digest.ofHex(text.substring(0, DIGEST_CHARS));
    } catch (InvalidValueException e) {
      throw new ManifestException(Problem.BAD_DIGEST, line, e);
    }
  }

  private ItemName name(String text) {
    try {
      return new ItemName(text);
    } catch (InvalidValueException e) {
      throw new ManifestException(Problem.BAD_NAME, line, e);
    }
  }

  private long number(String digits) {
    boolean canonical =
        !digits.isEmpty()
            && digits.length() <= 19
            && isDecimal(digits)
            && (digits.length() == 1 || digits.charAt(0) != '0');
    if (canonical) {
      long value = 0;
      for (int i = 0; i < digits.length() && value >= 0; i++) {
        value = value * 10 + (digits.charAt(i) - '0');
      }
      if (value >= 0) {
        return value;
      }
    }
    throw problem(
        Problem.BAD_LENGTH,
        "expected a decimal number from 0 to 2^63-1 without leading zeros, got \""
            + InvalidValueException.escape(digits)
            + "\"");
  }

  private static boolean isDecimal(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private void finish() throws IOException {
    if (readByte() >= 0) {
      line++;
      throw problem(Problem.TRAILING_DATA, "bytes follow the last of " + count + " items");
    }
    if (summed != bytes) {
      throw new ManifestException(
          Problem.TOTALS_DIFFER,
          0,
          "the header announces " + bytes + " bytes, the items have " + summed);
    }
    summary = new ManifestSummary(Digest.finish(running), (int) count, bytes);
  }

  private ManifestException problem(Problem problem, String detail) {
    return new ManifestException(problem, line, detail);
  }
}
