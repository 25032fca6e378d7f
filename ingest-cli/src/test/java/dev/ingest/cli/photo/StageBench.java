package dev.ingest.cli.photo;

import dev.ingest.core.CompletionToken;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs the work on one item at a time and keeps what it emits, by name in order. */
final class StageBench implements StageContext {

  private final Map<String, byte[]> emitted = new LinkedHashMap<>();

  static Map<String, byte[]> run(StageItem item) throws IOException {
    StageBench bench = new StageBench();
    PhotoWork.describe(item, bench);
    return bench.emitted;
  }

  static Map<String, byte[]> run(String name, byte[] bytes) throws IOException {
    return run(new Bytes(ItemName.of(name), bytes));
  }

  @Override
  public SequenceKey sequence() {
    return SequenceKey.of("local", "street");
  }

  @Override
  public String idempotencyKey() {
    return "local/street/1/photo";
  }

  @Override
  public ManifestSummary input() {
    return new ManifestSummary(Digest.ofUtf8(""), 0, 0);
  }

  @Override
  public Iterator<StageItem> items() {
    return List.<StageItem>of().iterator();
  }

  @Override
  public void emit(ItemName name, InputStream body) throws IOException {
    emitted.put(name.value(), body.readAllBytes());
  }

  @Override
  public void emit(ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    emit(name, body);
  }

  @Override
  public CompletionToken completeLater(Duration within) {
    throw new PermanentStageException("work on photos ends where it runs, not within " + within);
  }

  @Override
  public void checkActive() {}

  /** An item in memory. */
  static class Bytes implements StageItem {

    private final ItemName name;
    private final byte[] bytes;

    Bytes(ItemName name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    @Override
    public ItemName name() {
      return name;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public Digest digest() {
      return Digest.of(bytes);
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }
}
