package com.example.words;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Takes texts in and counts their words. Where it keeps them, two URIs say. */
final class WordService implements AutoCloseable {

  private final LedgerStore ledger;
  private final ContentAccess content;
  private final Ingest ingest;

  private WordService(LedgerStore ledger, ContentAccess content) {
    this.ledger = ledger;
    this.content = content;
    this.ingest =
        Ingest.builder()
            .ledger(ledger)
            .content(content)
            .pipeline(
                Pipeline.named("words")
                    .stage(WordCount.stage())
                    .expect(Expectation.perItem(text -> List.of(WordCount.resultOf(text))))
                    .build())
            .build();
  }

  static WordService open(URI ledger, URI content) {
    InstantSource clock = InstantSource.system();
    LedgerStore openedLedger =
        provider(LedgerProvider.class, one -> one.accepts(ledger)).open(ledger, clock);
    try {
      ContentAccess openedContent =
          provider(ContentProvider.class, one -> one.accepts(content)).open(content, clock);
      try {
        return new WordService(openedLedger, openedContent);
      } catch (RuntimeException e) {
        openedContent.close();
        throw e;
      }
    } catch (RuntimeException e) {
      openedLedger.close();
      throw e;
    }
  }

  private static <P> P provider(Class<P> type, Predicate<P> accepts) {
    return ServiceLoader.load(type).stream()
        .map(ServiceLoader.Provider::get)
        .filter(accepts)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no adapter for the " + type));
  }

  /** Begins to work on what is accepted, and to watch. */
  void start() {
    ingest.start();
  }

  /**
   * Uploads the files of a directory as one sequence; again is fine, and gives the same receipt.
   */
  Receipt submit(SequenceKey key, Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(directory)) {
      files = found.sorted().toList();
    }
    return ingest.submit(
        key,
        upload -> {
          for (Path file : files) {
            upload.add(ItemName.of(file.getFileName().toString()), file);
          }
        });
  }

  /** Waits until nothing is left to do. */
  void settle() {
    if (!ingest.runUntilIdle()) {
      throw new IllegalStateException("interrupted before all was done");
    }
  }

  Optional<Entry> find(SequenceKey key) {
    return ingest.find(key);
  }

  /** Reads the published counts; empty as long as there are none. */
  Map<ItemName, String> counts(SequenceKey key) throws IOException {
    Map<ItemName, String> counts = new TreeMap<>();
    ingest.readResult(
        key,
        (item, in) ->
            counts.put(item.name(), new String(in.readAllBytes(), StandardCharsets.UTF_8).strip()));
    return counts;
  }

  Census census() {
    return ledger.ledger().census(Optional.empty());
  }

  /** Compares the ledger with everything that is stored. */
  AuditReport audit() {
    return ingest.audit(AuditOptions.DEFAULT, finding -> System.err.println(finding));
  }

  @Override
  public void close() {
    try {
      ingest.close();
    } finally {
      try {
        content.close();
      } finally {
        ledger.close();
      }
    }
  }
}
