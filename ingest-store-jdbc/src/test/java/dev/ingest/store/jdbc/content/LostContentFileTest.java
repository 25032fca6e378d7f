package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Content whose SQLite file is taken from under it while it is open. */
@Timeout(60)
final class LostContentFileTest {

  @TempDir private Path directory;
  private Path file = Path.of("unset");
  private final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));

  @BeforeEach
  void nameFile() {
    file = directory.resolve("content.db");
  }

  private JdbcContent open() {
    return JdbcContent.sqlite(file, time);
  }

  private void delete() throws IOException {
    for (String end : List.of("", "-wal", "-shm")) {
      Files.delete(directory.resolve("content.db" + end));
    }
  }

  private static void assertSays(Exception refusal, String found) {
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(found), message);
    assertTrue(message.contains("until the content is opened again"), message);
  }

  /** Nothing is stored or read any more, whatever is asked. */
  private static void assertRefusing(ContentStore store, String found) {
    assertSays(assertThrows(ContentException.class, () -> store.stat(key("a"))), found);
    assertSays(assertThrows(ContentException.class, () -> read(store, key("a"))), found);
    assertSays(
        assertThrows(ContentException.class, () -> store(store, key("c"), bytes(10, 3))), found);
  }

  @Test
  void deletedFile_takesNoBytesAnyMore() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      delete();
      assertSays(
          assertThrows(
              ContentDurabilityException.class, () -> store(store, key("b"), bytes(10, 2))),
          file + " is gone");
      assertRefusing(store, file + " is gone");
    }
  }

  @Test
  void fileDeletedBetweenPutAndCommit_isNotAcknowledged() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      ContentWriter writer = store.writer(Bodies.PREFIX);
      writer.put(key("a"), Bodies.body(bytes(10, 1)));
      delete();
      assertSays(assertThrows(ContentDurabilityException.class, writer::commit), "is gone");
      assertSays(assertThrows(ContentException.class, writer::close), "is gone");
    }
  }

  @Test
  void deletedFile_provesNothingThatIsReadOfIt() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      try (InputStream begun = store.open(key("a"), ByteRange.ALL, ReadPurpose.PROVE)) {
        delete();
        assertSays(assertThrows(IOException.class, begun::readAllBytes), file + " is gone");
      }
      assertRefusing(store, file + " is gone");
    }
  }

  @Test
  void movedFile_isRefusedUntilItIsOpenedAgain() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      Files.move(file, directory.resolve("elsewhere.db"));
      assertRefusing(store, file + " is gone");
      Files.move(directory.resolve("elsewhere.db"), file);
      assertRefusing(store, file + " is gone");
    }
    try (JdbcContent content = open()) {
      assertArrayEquals(bytes(10, 1), read(content.access().store(), key("a")));
    }
  }

  @Test
  void replacedFile_takesNoBytesAnyMore() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      Path copy = directory.resolve("copy.db");
      Files.copy(file, copy);
      Files.move(file, directory.resolve("elsewhere.db"));
      Files.move(copy, file);
      assertRefusing(store, file + " is another file than was opened");
    }
  }

  @Test
  void deletedLog_takesNoBytesAnyMore() throws IOException {
    try (JdbcContent content = open()) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      Files.delete(directory.resolve("content.db-wal"));
      assertRefusing(store, file + "-wal is ");
    }
  }

  @Test
  void filesThatStay_areNotInTheWay() throws IOException {
    try (JdbcContent content = open()) {
      store(content.access().store(), key("a"), bytes(10, 1));
      try (JdbcContent other = open()) {
        store(other.access().store(), key("b"), bytes(10, 2));
      }
      store(content.access().store(), key("c"), bytes(10, 3));
      try (JdbcContent other = open()) {
        assertArrayEquals(bytes(10, 3), read(other.access().store(), key("c")));
      }
      assertArrayEquals(bytes(10, 2), read(content.access().store(), key("b")));
    }
  }
}
