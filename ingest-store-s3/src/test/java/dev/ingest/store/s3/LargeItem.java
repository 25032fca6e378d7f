package dev.ingest.store.s3;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.InstantSource;
import java.util.Arrays;

/** Takes one item through all that can be done with it; the program of {@link LargeItemTest}. */
final class LargeItem {

  private LargeItem() {}

  /** Arguments: a URI, and how many bytes. */
  public static void main(String[] args) throws IOException {
    long length = Long.parseLong(args[1]);
    try (S3Content content = S3Content.open(URI.create(args[0]), InstantSource.system())) {
      live(content, length);
    }
  }

  private static void live(S3Content content, long length) throws IOException {
    ContentStore store = content.access().store();
    ContentKey key = Bodies.key("large");
    long begun = System.nanoTime();
    for (String round : new String[] {"written", "compared"}) {
      try (ContentWriter writer = store.writer(Bodies.PREFIX)) {
        long stored = writer.put(key, Bodies.endless(length)).length();
        writer.commit();
        System.out.println(round + " " + stored);
      }
    }
    try (InputStream in = store.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      System.out.println("read " + read(in));
    }
    content.access().purger().delete(Bodies.permit(key));
    System.out.println("deleted " + store.stat(key).isEmpty());
    System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
    System.out.println("seconds " + (System.nanoTime() - begun) / 1_000_000_000);
  }

  private static long read(InputStream in) throws IOException {
    byte[] expected = new byte[64 << 10];
    long total = 0;
    byte[] found = in.readNBytes(expected.length);
    while (found.length > 0) {
      Bodies.pattern(expected, 0, found.length, total);
      if (!Arrays.equals(expected, 0, found.length, found, 0, found.length)) {
        throw new IOException("other bytes from " + total);
      }
      total += found.length;
      found = in.readNBytes(expected.length);
    }
    return total;
  }
}
