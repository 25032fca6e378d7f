package dev.ingest.core.engine;

import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LeaseToken;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * Bytes that nobody needs, written to see whether the content store takes any.
 *
 * <p>They lie below a prefix that one lease has for this alone, as those of a call that broke off
 * do, so nothing ever refers to them, and they are swept as what a lost attempt left. They are not
 * repeated and not compressible, so that no store has them already. Thread-safe.
 */
final class ContentTrial {

  /** What is up to sixteen times as long is taken or refused alike. */
  private static final int CLASS_BITS = 4;

  private final Node node;

  ContentTrial(Node node) {
    this.node = node;
  }

  /** Tells which lengths one stands for. */
  static int lengthClass(long bytes) {
    return (Long.SIZE - Long.numberOfLeadingZeros(bytes)) / CLASS_BITS;
  }

  /**
   * Writes items and makes them durable.
   *
   * @param entry a sequence under lease
   * @param size how much
   * @throws ContentException if the store does not take them
   */
  void write(Entry entry, Size size) {
    LeaseToken token = entry.position().lease().orElseThrow().token();
    long bits = node.seams().randomBits().getAsLong();
    ContentPrefix prefix = KeyLayout.output(entry.key(), entry.active().epoch(), token, bits);
    try (ContentWriter writer = node.content().writer(prefix)) {
      for (int i = 0; i < size.items(); i++) {
        writer.put(
            KeyLayout.item(prefix, i),
            new StreamBody(
                new Noise(bits + i, size.each()),
                OptionalLong.of(size.each()),
                node.seams().beside()));
      }
      writer.commit();
    }
  }

  /**
   * How much is written: like what a stage reads, whose output is likely to be as long, within
   * bounds.
   *
   * @param items how many items, 1 to {@link #MOST_ITEMS}
   * @param each the length of each
   */
  record Size(int items, long each) {

    private static final int MOST_ITEMS = 16;
    private static final long LEAST_BYTES = 4 << 10;
    private static final long MOST_BYTES = 8 << 20;

    static Size of(ManifestSummary input, long maxItemBytes) {
      long each = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, average(input)));
      long items = Math.max(1, Math.min(input.count(), MOST_BYTES / each));
      return new Size((int) Math.min(MOST_ITEMS, items), Math.min(each, maxItemBytes));
    }

    private static long average(ManifestSummary input) {
      return input.bytes() / Math.max(1, input.count());
    }

    long bytes() {
      return items * each;
    }
  }

  /** Bytes that depend on the seed alone, by xorshift. */
  private static final class Noise extends InputStream {

    private long state;
    private long left;

    private Noise(long seed, long length) {
      this.state = seed | 1;
      this.left = length;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) {
      if (left == 0 && wanted > 0) {
        return -1;
      }
      int n = (int) Math.min(wanted, left);
      for (int i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        buffer[offset + i] = (byte) (state >>> Integer.SIZE);
      }
      left -= n;
      return n;
    }
  }
}
