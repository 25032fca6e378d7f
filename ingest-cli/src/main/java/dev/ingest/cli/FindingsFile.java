package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingest.core.report.IncidentReport.Unread;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that {@code audit --json} found something about, read as they are asked for. A file
 * that is not whole is wrong usage. What it does not tell (findings without a sequence, an audit
 * that was not complete) is known once all are read.
 */
final class FindingsFile implements Iterator<SequenceKey>, AutoCloseable {

  private static final String FINDINGS = "findings";

  private final Path file;
  private final Set<String> kinds;
  private final JsonParser json;
  private boolean isInside;
  private boolean isWhole;
  private boolean isComplete;
  private long nameless;
  private @Nullable SequenceKey next;
  private boolean isRead;

  FindingsFile(Path file, Set<String> kinds) {
    this.file = file;
    this.kinds = kinds;
    try {
      json = new JsonFactory().createParser(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      throw new UsageException("there is no file " + file);
    } catch (IOException e) {
      throw new UncheckedIOException("opening " + file, e);
    }
  }

  @Override
  public boolean hasNext() {
    if (!isRead) {
      next = read();
      isRead = true;
    }
    return next != null;
  }

  @Override
  public SequenceKey next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("no more findings in " + file);
    }
    isRead = false;
    return next;
  }

  private @Nullable SequenceKey read() {
    try {
      while (!isWhole) {
        SequenceKey found = isInside ? finding() : member();
        if (found != null) {
          return found;
        }
      }
      return null;
    } catch (JsonProcessingException e) {
      throw refused("it is not whole, or no JSON: " + e.getOriginalMessage());
    } catch (InvalidValueException e) {
      throw refused(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  /** Takes one member of the outer object. */
  private @Nullable SequenceKey member() throws IOException {
    JsonToken token = json.nextToken();
    if (token == null) {
      throw refused("it is not whole");
    } else if (token == JsonToken.END_OBJECT) {
      isWhole = true;
    } else if (token == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals(FINDINGS) && value == JsonToken.START_ARRAY) {
        isInside = true;
      } else if (name.equals("complete")) {
        isComplete = value == JsonToken.VALUE_TRUE;
      } else {
        json.skipChildren();
      }
    } else if (token != JsonToken.START_OBJECT) {
      throw refused("expected one object of audit --json");
    }
    return null;
  }

  /** Takes one finding, or the end of the array. */
  private @Nullable SequenceKey finding() throws IOException {
    JsonToken token = json.nextToken();
    if (token == JsonToken.END_ARRAY) {
      isInside = false;
      return null;
    }
    if (token != JsonToken.START_OBJECT) {
      throw refused("expected findings");
    }
    String kind = null;
    String owner = null;
    String sequence = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "kind" -> kind = json.getValueAsString();
        case "owner" -> owner = json.getValueAsString();
        case "sequence" -> sequence = json.getValueAsString();
        default -> json.skipChildren();
      }
    }
    if (!kinds.isEmpty() && !kinds.contains(kind)) {
      return null;
    }
    if (owner == null || sequence == null) {
      nameless++;
      return null;
    }
    return SequenceKey.of(owner, sequence);
  }

  /** Returns what the file leaves open, once all is read. */
  List<Unread> open() {
    List<Unread> open = new ArrayList<>();
    if (!isComplete) {
      open.add(new Unread("the audit", "it was not complete, so others may be affected"));
    }
    if (nameless > 0) {
      open.add(new Unread(nameless + " findings", "they name no sequence; see the audit"));
    }
    return open;
  }

  private UsageException refused(String why) {
    return new UsageException("%s: %s".formatted(file, why));
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing " + file, e);
    }
  }
}
