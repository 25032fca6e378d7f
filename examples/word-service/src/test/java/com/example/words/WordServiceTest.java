package com.example.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.s3.S3FaultServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service on a PostgreSQL and on a server that speaks S3. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WordServiceTest {

  private static final SequenceKey POEMS = SequenceKey.of("alice", "poems");
  private static final SequenceKey NOISE = SequenceKey.of("bob", "noise");

  private static EmbeddedPostgres postgres;
  private static S3FaultServer s3;

  @TempDir Path inbox;

  @BeforeAll
  static void startServers() throws IOException {
    // This server's defaults are for tests that may lose data; the ledger refuses those.
    postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .start();
    s3 = S3FaultServer.start();
    s3.createBucket("words");
    // Any credentials do there; elsewhere they come from the environment or the machine's role.
    System.setProperty("aws.accessKeyId", "any");
    System.setProperty("aws.secretAccessKey", "any");
  }

  @AfterAll
  static void stopServers() throws IOException {
    s3.close();
    postgres.close();
  }

  private static WordService open() {
    return WordService.open(
        URI.create(postgres.getJdbcUrl("postgres", "postgres")),
        URI.create("s3://words/test?region=eu-central-1&pathStyle=true&endpoint=" + s3.endpoint()));
  }

  @Test
  void texts_areCounted_whatIsNoTextFails_andNothingIsUnaccountedForAfterARestart()
      throws IOException {
    Files.writeString(inbox.resolve("a.txt"), "roses are red");
    Files.writeString(inbox.resolve("b.txt"), "");
    Path noise = Files.createDirectory(inbox.resolve("noise"));
    Files.write(noise.resolve("c.txt"), new byte[] {(byte) 0xff, (byte) 0xfe});
    Path poems = Files.createDirectory(inbox.resolve("poems"));
    Files.move(inbox.resolve("a.txt"), poems.resolve("a.txt"));
    Files.move(inbox.resolve("b.txt"), poems.resolve("b.txt"));

    Receipt receipt;
    try (WordService service = open()) {
      receipt = service.submit(POEMS, poems);
      service.submit(NOISE, noise);
      service.settle();
    }
    try (WordService service = open()) {
      assertEquals(receipt, service.submit(POEMS, poems));
      service.settle();
      assertEquals(
          Map.of(ItemName.of("a.txt.words"), "3", ItemName.of("b.txt.words"), "0"),
          service.counts(POEMS));
      assertEquals(State.FAILED, service.find(NOISE).orElseThrow().state());
      Failure failure = service.find(NOISE).orElseThrow().standing().failure().orElseThrow();
      assertTrue(failure.message().contains("c.txt is not a text"), failure::message);
      assertEquals(Map.of(), service.counts(NOISE));
      assertEquals(2, service.census().total());
      assertTrue(service.audit().isClean());
    }
  }
}
