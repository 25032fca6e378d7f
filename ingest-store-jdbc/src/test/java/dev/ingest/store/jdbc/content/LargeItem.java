package dev.ingest.store.jdbc.content;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;

/** Takes one item through all that can be done with it; the program of {@link LargeItemTest}. */
final class LargeItem {

  private LargeItem() {}

  /** Arguments: a URL or a file, and how many bytes. */
  public static void main(String[] args) throws IOException {
    long length = Long.parseLong(args[1]);
    if (args[0].startsWith("jdbc:")) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(args[0]);
      config.setMaximumPoolSize(2);
      try (HikariDataSource pool = new HikariDataSource(config);
          JdbcContent content = JdbcContent.postgres(pool)) {
        live(content, length);
      }
    } else {
      ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
      try (JdbcContent content = JdbcContent.sqlite(Path.of(args[0]), time)) {
        live(content, length);
      }
    }
  }

  private static void live(JdbcContent content, long length) throws IOException {
    ContentStore store = content.access().store();
    ContentKey key = Bodies.key("large");
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
