package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** A server that took another's place, without what that one committed last. */
class ReusedNumbersTest extends JdbcContentFixture {

  @Override
  Backend backend() throws SQLException {
    return new Backend.Postgres();
  }

  @Override
  String longer() {
    return "bytes || '\\x00'::bytea";
  }

  /** Leaves what such a server has: nothing, and a sequence that begins again. */
  private void failOver() throws SQLException {
    backend.run("TRUNCATE content_keys, content_chunks, content_loose RESTART IDENTITY");
  }

  @Test
  void streamOfBytesThatWereLost_endsWithAnErrorAndNeverWithOthersBytes() throws Exception {
    ContentStore store = openSmall();
    store(store, key("alice"), bytes(3 * CHUNK, 1));
    try (InputStream in = store.open(key("alice"), ByteRange.ALL, ReadPurpose.USE)) {
      assertEquals(CHUNK, in.readNBytes(CHUNK).length);
      long number = backend.number("SELECT body FROM content_keys");
      failOver();
      store(store, key("bob"), bytes(3 * CHUNK, 2));
      assertEquals(number, backend.number("SELECT body FROM content_keys"));
      IOException error = assertThrows(IOException.class, in::readAllBytes);
      assertSays("was lost by a server that took another's place", error);
    }
  }

  @Test
  void streamOfAKeyThatWasLostAndPutAgainWithOtherBytes_endsWithAnError() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(3 * CHUNK, 1));
    try (InputStream in = store.open(key("a"), ByteRange.ALL, ReadPurpose.USE)) {
      assertEquals(CHUNK, in.readNBytes(CHUNK).length);
      failOver();
      store(store, key("a"), bytes(3 * CHUNK, 2));
      assertThrows(IOException.class, in::readAllBytes);
    }
  }

  @Test
  void stagedBytesThatWereLost_areNotComparedWithThoseOfAnother() throws Exception {
    ContentStore store = openSmall();
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key("a"), body(bytes(10, 1)));
      long number = backend.number("SELECT body FROM content_loose");
      try (InputStream in = readBack(store, number)) {
        failOver();
        store(store, key("b"), bytes(10, 2));
        assertEquals(number, backend.number("SELECT body FROM content_keys"));
        assertThrows(IOException.class, in::readAllBytes);
      }
      assertFalse(
          assertThrows(ContentException.class, writer::commit) instanceof ContentConflictException);
    }
  }

  private InputStream readBack(ContentStore store, long number) throws SQLException {
    Holder holder = Holder.writer(text("SELECT writer FROM content_loose"), new Body(number, 10));
    return ((JdbcContentStore) store).input(key("a"), holder, ByteRange.ALL);
  }

  private String text(String query) throws SQLException {
    try (Connection connection = backend.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void chunkOfAStream_isFoundByItsIndices() throws Exception {
    ContentStore store = openSmall();
    for (int i = 0; i < 20; i++) {
      store(store, key("k" + i), bytes(2 * CHUNK, i));
    }
    backend.run(
        "INSERT INTO content_keys SELECT 'x' || n, 1000 + n, 1, '' FROM generate_series(1, 5000) n",
        "INSERT INTO content_loose (state, writer, key, length, touched_at)"
            + " SELECT 'STAGED', 'w' || n, 'x', 1, 0 FROM generate_series(1, 5000) n",
        "INSERT INTO content_chunks SELECT 100000 + n, 0, '' FROM generate_series(1, 5000) n",
        "ANALYZE");
    assertEquals(2, Holder.STATEMENTS.size());
    assertFound(Holder.STATEMENTS.get(0), "int, int, bigint, int, text, bigint, bigint, bytea");
    assertFound(Holder.STATEMENTS.get(1), "int, int, bigint, int, bigint, text");
  }

  /** Looks at the plan that serves every value. */
  private void assertFound(String statement, String types) throws SQLException {
    String[] parts = statement.split("[?]", -1);
    StringBuilder numbered = new StringBuilder(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      numbered.append('$').append(i).append(parts[i]);
    }
    String nulls = String.join(", ", Collections.nCopies(parts.length - 1, "NULL"));
    try (Connection connection = backend.connect();
        Statement sql = connection.createStatement()) {
      sql.execute("SET plan_cache_mode = force_generic_plan");
      sql.execute("PREPARE part (" + types + ") AS " + numbered);
      StringBuilder plan = new StringBuilder();
      try (ResultSet row = sql.executeQuery("EXPLAIN EXECUTE part (" + nulls + ")")) {
        while (row.next()) {
          plan.append(row.getString(1)).append('\n');
        }
      }
      sql.execute("DEALLOCATE part; RESET plan_cache_mode");
      assertFalse(plan.toString().contains("Seq Scan"), plan.toString());
    }
  }
}
