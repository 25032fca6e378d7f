package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.content.JdbcContentOptions.SchemaRule;
import dev.ingest.store.jdbc.url.SchemaText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The versioned schema: created whole where nothing of it is there, verified anywhere else. */
final class ContentSchema {

  static final int VERSION = 1;
  static final int MIN_CHUNK_BYTES = 1 << 10;
  static final int MAX_CHUNK_BYTES = 16 << 20;

  private static final String META = "SELECT value FROM content_meta WHERE name = ?";
  private static final List<String> COMMON =
      List.of(
          "table content_meta",
          "column content_meta.name",
          "column content_meta.value",
          "table content_keys",
          "column content_keys.body",
          "column content_keys.length",
          "column content_keys.digest",
          "table content_loose",
          "column content_loose.body",
          "column content_loose.state",
          "column content_loose.writer",
          "column content_loose.length",
          "column content_loose.digest",
          "column content_loose.touched_at",
          "table content_chunks",
          "column content_chunks.body",
          "column content_chunks.ordinal",
          "column content_chunks.bytes");

  private final ContentDatabase database;
  private final JdbcContentOptions options;

  ContentSchema(ContentDatabase database, JdbcContentOptions options) {
    this.database = database;
    this.options = options;
  }

  static Set<String> expected(String... own) {
    Set<String> all = new TreeSet<>(COMMON);
    all.addAll(List.of(own));
    return all;
  }

  /** Creates or verifies the schema, and returns how many bytes a whole chunk has. */
  int open() {
    if (options.schema() == SchemaRule.VERIFY || !database.writable()) {
      database.read("verify its schema", this::verify);
    } else {
      database.commit("create or verify its schema", this::createOrVerify);
    }
    return database.read("read the size of chunks", this::chunkBytes);
  }

  private Set<String> createOrVerify(Sql sql) throws SQLException {
    database.lockSchema(sql);
    if (inventory(sql).isEmpty()) {
      for (String statement :
          SchemaText.statements(ContentSchema.class, database.schemaResource())) {
        sql.change(statement);
      }
    }
    return verify(sql);
  }

  private Set<String> verify(Sql sql) throws SQLException {
    Set<String> found = inventory(sql);
    if (found.contains(prefixed("table content_meta"))) {
      String version = sql.first(META, row -> row.getString(1), "schema_version").orElse("none");
      if (!version.equals(Integer.toString(VERSION))) {
        throw refused(
            "expected schema version " + VERSION + ", found " + version,
            "use the release of Ingest that wrote it, or a newer one");
      }
    }
    List<String> missing = new ArrayList<>();
    for (String name : database.expectedInventory()) {
      if (!found.contains(prefixed(name))) {
        missing.add(prefixed(name));
      }
    }
    if (!missing.isEmpty()) {
      List<String> tables = missing.stream().filter(name -> name.startsWith("table ")).toList();
      throw refused(
          "its schema lacks " + String.join(", ", tables.isEmpty() ? missing : tables),
          "apply "
              + database.schemaResource()
              + " or let it be created if it is new, restore it from a backup if it is not");
    }
    return found;
  }

  private Set<String> inventory(Sql sql) throws SQLException {
    return new TreeSet<>(sql.list(database.inventory(), row -> row.getString(1)));
  }

  private int chunkBytes(Sql sql) throws SQLException {
    Optional<String> text = sql.first(META, row -> row.getString(1), "chunk_bytes");
    try {
      int bytes = Integer.parseInt(text.orElse("none"));
      if (bytes >= MIN_CHUNK_BYTES && bytes <= MAX_CHUNK_BYTES) {
        return bytes;
      }
      throw refused("chunk_bytes is " + bytes, "restore content_meta from a backup");
    } catch (NumberFormatException e) {
      throw new ContentException(
          database.name()
              + " could not be opened: chunk_bytes is "
              + text.orElse("missing")
              + "; restore content_meta from a backup",
          e);
    }
  }

  private String prefixed(String name) {
    return name.replace(Wording.TABLES, options.tablePrefix() + Wording.TABLES);
  }

  private ContentException refused(String found, String advice) {
    return new ContentException(database.name() + " could not be opened: " + found + "; " + advice);
  }
}
