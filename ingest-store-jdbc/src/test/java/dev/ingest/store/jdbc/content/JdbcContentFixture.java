package dev.ingest.store.jdbc.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One database per test, and looks at its rows. */
abstract class JdbcContentFixture {

  static final int CHUNK = 1_024;

  Backend backend = new Backend.Sqlite(Path.of("unset"));
  final List<JdbcContent> opened = new ArrayList<>();

  /** The wording of a chunk's bytes with one more. */
  abstract String longer();

  abstract Backend backend() throws SQLException;

  @BeforeEach
  void makeBackend() throws SQLException {
    backend = backend();
  }

  @AfterEach
  void closeAll() {
    opened.forEach(JdbcContent::close);
    backend.close();
  }

  final JdbcContent opened(JdbcContent content) {
    opened.add(content);
    return content;
  }

  final ContentStore openSmall() throws SQLException {
    return opened(backend.openWithChunksOf(CHUNK)).access().store();
  }

  static void assertSays(String text, Throwable error) {
    assertTrue(String.valueOf(error.getMessage()).contains(text), error::toString);
  }

  final long loose() throws SQLException {
    return backend.number("SELECT count(*) FROM content_loose");
  }

  final long chunks() throws SQLException {
    return backend.number("SELECT count(*) FROM content_chunks");
  }

  final void forgetChunk(int ordinal) throws IOException {
    try {
      backend.run("DELETE FROM content_chunks WHERE ordinal = " + ordinal);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  final void assertNothingStored() throws SQLException {
    assertEquals(0, loose(), "bodies without a key");
    assertEquals(0, chunks(), "chunks");
    assertEquals(0, backend.number("SELECT count(*) FROM content_keys"), "keys");
  }
}
