package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.Finding;
import dev.ingest.core.Remedy;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The findings in a file of what {@code audit --json} printed, read one at a time. A file that is
 * no such object, or is cut off, is wrong usage, and the error says where.
 */
final class FindingsFile implements Iterator<AuditFinding>, AutoCloseable {

  private static final int MAX_FIELDS = 64;

  private final Path file;
  private final long size;
  private final JsonParser json;
  private boolean isInside;
  private boolean isWhole;
  private boolean isComplete;
  private @Nullable AuditFinding next;

  FindingsFile(Path file) {
    this.file = file;
    try {
      this.size = Files.size(file);
      this.json = new JsonFactory().createParser(file.toFile());
    } catch (IOException e) {
      throw new UsageException("there is no file " + file + " that can be read");
    }
  }

  /** Returns the file's size in bytes. */
  long size() {
    return size;
  }

  /** Returns how much of it was read. */
  long bytesRead() {
    return json.currentLocation().getByteOffset();
  }

  /** Tells, once all is read, whether the audit that wrote it had read everything. */
  boolean isComplete() {
    return isComplete;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !isWhole) {
      next = read();
    }
    return next != null;
  }

  @Override
  public AuditFinding next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("no more findings in " + file);
    }
    AuditFinding found = next;
    next = null;
    return found;
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing " + file, e);
    }
  }

  private @Nullable AuditFinding read() {
    try {
      while (!isWhole) {
        if (!isInside) {
          member();
        } else if (json.nextToken() == JsonToken.END_ARRAY) {
          isInside = false;
        } else {
          expect(json.currentToken(), JsonToken.START_OBJECT);
          return finding();
        }
      }
      return null;
    } catch (JsonProcessingException e) {
      throw refused(e.getOriginalMessage());
    } catch (CharConversionException e) {
      // What begins with zeros is taken for UTF-32, whose errors are no errors of JSON.
      throw refused(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  /** Takes the beginning, one member, or the end of the outer object. */
  private void member() throws IOException {
    if (json.currentToken() == null) {
      expect(json.nextToken(), JsonToken.START_OBJECT);
    }
    if (json.nextToken() == JsonToken.END_OBJECT) {
      expect(json.nextToken(), null);
      isWhole = true;
      return;
    }
    expect(json.currentToken(), JsonToken.FIELD_NAME);
    String name = json.currentName();
    JsonToken value = json.nextToken();
    if (name.equals("findings")) {
      expect(value, JsonToken.START_ARRAY);
      isInside = true;
    } else if (name.equals("complete")) {
      isComplete = value == JsonToken.VALUE_TRUE;
    } else {
      json.skipChildren();
    }
  }

  private AuditFinding finding() throws IOException {
    Map<String, String> fields = new HashMap<>();
    JsonToken token = json.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        fields.put(name, json.getText());
      } else if (value != JsonToken.VALUE_NULL) {
        json.skipChildren();
      }
      if (fields.size() > MAX_FIELDS) {
        throw refused("a finding has fewer fields");
      }
      token = json.nextToken();
    }
    expect(token, JsonToken.END_OBJECT);
    try {
      return finding(fields);
    } catch (InvalidValueException | IllegalArgumentException | DateTimeException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private static AuditFinding finding(Map<String, String> fields) {
    Optional<SequenceKey> sequence =
        Optional.ofNullable(fields.get("sequence"))
            .map(id -> SequenceKey.of(required(fields, "owner"), id));
    return new AuditFinding(
        Finding.Kind.valueOf(required(fields, "kind")),
        new AuditFinding.Subject(
            new SequencePlace(required(fields, "place")),
            sequence,
            Optional.ofNullable(fields.get("item")).map(ItemName::of),
            Optional.ofNullable(fields.get("key")).map(ContentKey::new)),
        new AuditFinding.Span(
            Optional.ofNullable(fields.get("since")).map(Instant::parse),
            Optional.ofNullable(fields.get("recoverableUntil")).map(Instant::parse)),
        required(fields, "expected"),
        required(fields, "actual"),
        Remedy.valueOf(required(fields, "remedy")));
  }

  private static String required(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("a finding has a field " + name);
    }
    return value;
  }

  private void expect(@Nullable JsonToken actual, @Nullable JsonToken expected) {
    if (actual != expected) {
      throw refused(
          "expected %s, found %s"
              .formatted(
                  expected == null ? "the end" : expected, actual == null ? "the end" : actual));
    }
  }

  private UsageException refused(String why) {
    return new UsageException(
        "%s, line %d, is not what audit --json prints: %s"
            .formatted(file, json.currentLocation().getLineNr(), why));
  }
}
