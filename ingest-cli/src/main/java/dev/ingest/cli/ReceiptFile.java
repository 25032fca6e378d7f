package dev.ingest.cli;

import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The receipts in a file of what {@code submit} printed, one at a time: {@code receipt OWNER/ID}
 * and, before the next one, {@code root DIGEST}; other lines are passed over. A receipt without a
 * root, or one that is malformed, is an error that names its line, and so are a file without any
 * and one that is not UTF-8.
 */
final class ReceiptFile implements Iterator<KnownReceipt>, AutoCloseable {

  private static final String RECEIPT = "receipt ";
  private static final String ROOT = "root ";

  private final Path file;
  private final BufferedReader lines;
  private int number;
  private int count;
  private @Nullable KnownReceipt next;
  private boolean isRead;

  ReceiptFile(Path file) {
    this.file = file;
    try {
      lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
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
      count += next == null ? 0 : 1;
      if (count == 0) {
        throw refused("expected receipts as submit prints them, found none");
      }
    }
    return next != null;
  }

  @Override
  public KnownReceipt next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("no more receipts in " + file);
    }
    isRead = false;
    return next;
  }

  private @Nullable KnownReceipt read() {
    SequenceKey key = null;
    for (String line = line(); line != null; line = line()) {
      String text = line.strip();
      if (text.startsWith(RECEIPT)) {
        if (key != null) {
          throw refused("the receipt of " + key + " before it has no root");
        }
        key = key(text.substring(RECEIPT.length()).strip());
      } else if (key != null && text.startsWith(ROOT)) {
        return new KnownReceipt(key, root(text.substring(ROOT.length()).strip()));
      }
    }
    if (key != null) {
      throw refused("the receipt of " + key + " has no root");
    }
    return null;
  }

  private @Nullable String line() {
    try {
      number++;
      return lines.readLine();
    } catch (CharacterCodingException e) {
      throw new UsageException(
          "%s is not text in UTF-8, at line %d or after it".formatted(file, number));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  private SequenceKey key(String text) {
    int slash = text.indexOf('/');
    try {
      return SequenceKey.of(text.substring(0, Math.max(0, slash)), text.substring(slash + 1));
    } catch (InvalidValueException e) {
      throw refused("expected OWNER/ID: " + e.getMessage());
    }
  }

  private Digest root(String text) {
    try {
      return Digest.parse(text);
    } catch (InvalidValueException e) {
      throw refused("expected a root: " + e.getMessage());
    }
  }

  private UsageException refused(String why) {
    return new UsageException("%s, line %d: %s".formatted(file, number, why));
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing " + file, e);
    }
  }
}
