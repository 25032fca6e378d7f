package dev.ingest.store.jdbc.content;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

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
        Bodies.live(content.access(), length, System.out::println);
      }
    } else {
      ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
      try (JdbcContent content = JdbcContent.sqlite(Path.of(args[0]), time)) {
        Bodies.live(content.access(), length, System.out::println);
      }
    }
    System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
  }
}
