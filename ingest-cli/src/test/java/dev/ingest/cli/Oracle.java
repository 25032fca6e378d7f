package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.PublishedResult;
import dev.ingest.core.Stage;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Hears what processes print, and judges what they left behind. */
final class Oracle {

  private static final Pattern LEASE = Pattern.compile("e\\d{6}-(\\d{12})-[0-9a-f]{32}");

  private final Backend backend;
  private final List<Path> inputs;
  private final Map<SequenceKey, Promise> promises = new HashMap<>();
  private final Map<SequenceKey, Integer> announcements = new HashMap<>();
  private int accepted;
  private int resumed;

  /** What a printed receipt said. */
  private record Promise(Digest root, long items, long bytes, Instant acceptedAt) {}

  Oracle(Backend backend, List<Path> inputs) {
    this.backend = backend;
    this.inputs = inputs;
  }

  /** Takes in what a process printed. A receipt counts once its last line is there. */
  void heard(List<String> lines) {
    Map<String, String> receipt = new HashMap<>();
    for (String line : lines) {
      if (line.startsWith("receipt ")) {
        receipt.clear();
        receipt.put("key", line.substring("receipt ".length()));
      } else if (line.startsWith("  ")) {
        String field = line.strip();
        int end = field.indexOf(' ');
        receipt.put(field.substring(0, end), field.substring(end).strip());
        if (field.startsWith("expires ")) {
          promise(receipt);
        }
      } else if (line.startsWith("verified and published ")) {
        SequenceKey key = key(line.substring("verified and published ".length()));
        announcements.merge(key, 1, Integer::sum);
      }
    }
  }

  private void promise(Map<String, String> receipt) {
    promises.put(
        key(receipt.getOrDefault("key", "")),
        new Promise(
            Digest.parse(receipt.getOrDefault("root", "")),
            Long.parseLong(receipt.getOrDefault("items", "")),
            Long.parseLong(receipt.getOrDefault("bytes", "")),
            Instant.parse(receipt.getOrDefault("accepted", ""))));
  }

  private static SequenceKey key(String text) {
    int slash = text.indexOf('/');
    return SequenceKey.of(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Compares promises with facts; then lets the upload that the kill left open be resumed. */
  void judge() throws IOException {
    Optional<UploadSession> open;
    try (Stores stores = backend.place().open(InstantSource.system());
        Ingest engine = reader(stores)) {
      List<Entry> entries = new ArrayList<>();
      Accounts accounts = Accounts.of(stores.ledger().ledger(), Optional.empty(), entries::add);
      accepted = entries.size();
      assertEquals(new Accounts(accepted, accepted, 0), accounts);
      for (Map.Entry<SequenceKey, Promise> promise : promises.entrySet()) {
        assertKept(promise.getKey(), promise.getValue(), stores);
      }
      for (Entry entry : entries) {
        assertEquals(
            expected(input(entry.key())),
            entry.receipt().manifest(),
            entry.key() + " differs from its files");
        assertWhole(entry, stores, engine);
      }
      announcements.forEach((key, count) -> assertEquals(1, count, key + " announced twice"));
      List<UploadSession> left =
          stores
              .ledger()
              .sessions()
              .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10);
      assertTrue(left.size() <= 1, "one submitter leaves at most one upload open: " + left);
      open = left.stream().findFirst();
      assertNoStrayKeys(stores, entries);
    }
    if (open.isPresent()) {
      resume(open.get().key());
    }
  }

  private static void assertKept(SequenceKey key, Promise promise, Stores stores) {
    Optional<Entry> found = stores.ledger().ledger().find(List.of(key)).get(0);
    assertTrue(found.isPresent(), "the receipt of " + key + " was printed and the ledger has none");
    assertEquals(State.VERIFIED, found.get().state(), key.toString());
    assertEquals(
        promise,
        new Promise(
            found.get().receipt().manifest().root(),
            found.get().receipt().manifest().count(),
            found.get().receipt().manifest().bytes(),
            found.get().receipt().acceptedAt()));
  }

  /** One publication in one epoch, and what readers reach is exactly what it says. */
  private static void assertWhole(Entry entry, Stores stores, Ingest engine) throws IOException {
    List<HistoryRow> rows = stores.ledger().ledger().history(entry.key(), 0, 1_000);
    long published =
        rows.stream().filter(row -> row.step().kind() == TransitionKind.VERIFIED).count();
    assertEquals(1, published, entry.key() + " has history " + rows);
    assertEquals(1, entry.run().epoch(), entry.key().toString());
    assertEquals(
        List.of(), engine.verify(entry.key()).orElseThrow().findings(), entry.key().toString());
    PublishedResult result = engine.result(entry.key()).orElseThrow();
    Iterator<ManifestItem> items = result.items();
    List<String> names = new ArrayList<>();
    while (items.hasNext()) {
      ManifestItem item = items.next();
      names.add(item.name().value());
      try (InputStream bytes = result.open(item.name()).orElseThrow()) {
        assertEquals(item.digest(), Digest.of(bytes.readAllBytes()));
      }
    }
    boolean withPhoto = names.contains("b.jpg.json");
    assertEquals(
        withPhoto
            ? List.of("a.txt.json", "b.jpg.json", "b.jpg.thumb.jpg")
            : List.of("a.txt.json", "b.txt.json"),
        names,
        entry.key().toString());
  }

  private Path input(SequenceKey key) {
    String name = key.id().value().substring(0, "seq-000".length());
    return inputs.stream().filter(path -> path.endsWith(name)).findFirst().orElseThrow();
  }

  /** Computes from the files that were submitted what the receipt had to say. */
  private static ManifestSummary expected(Path input) throws IOException {
    List<ManifestItem> items = new ArrayList<>();
    try (Stream<Path> files = Files.list(input)) {
      for (Path file : files.sorted().toList()) {
        byte[] bytes = Files.readAllBytes(file);
        items.add(
            new ManifestItem(
                ItemName.of(file.getFileName().toString()), bytes.length, Digest.of(bytes)));
      }
    }
    return Manifest.of(items).summary();
  }

  /**
   * Every stored key lies in the accepted upload, in an upload that was given up or is open, in the
   * published result, or in the output of a lease that ended before the published one.
   */
  private static void assertNoStrayKeys(Stores stores, List<Entry> entries) {
    List<String> known = new ArrayList<>();
    Map<String, Long> runs = new HashMap<>();
    for (Entry entry : entries) {
      known.add(KeyLayout.session(entry.key(), entry.raw()).value());
      known.add(entry.published().orElseThrow().result().prefix().value());
      runs.put(KeyLayout.runs(entry.key()).value(), entry.position().fence());
    }
    for (SessionState state : SessionState.values()) {
      stores
          .ledger()
          .sessions()
          .untouched(state, Duration.ZERO, Optional.empty(), 1_000)
          .forEach(session -> known.add(KeyLayout.session(session.key(), session.raw()).value()));
    }
    Set<String> prefixes = Set.copyOf(known);
    for (String area : List.of("raw", "run")) {
      Optional<ContentKey> after = Optional.empty();
      ContentPage page;
      do {
        page = stores.content().store().list(new ContentPrefix(area), after, 1_000);
        for (ContentStat stat : page.entries()) {
          assertTrue(isKnown(stat.key().value(), prefixes, runs), () -> "stray key " + stat.key());
          after = Optional.of(stat.key());
        }
      } while (page.more());
    }
  }

  /** Keys are {@code AREA/OWNER/SEQUENCE/SESSION-OR-LEASE/…}. */
  private static boolean isKnown(String key, Set<String> prefixes, Map<String, Long> runs) {
    String[] parts = key.split("/");
    String sequence = String.join("/", List.of(parts).subList(0, 3));
    if (prefixes.contains(sequence + "/" + parts[3])) {
      return true;
    }
    Matcher lease = LEASE.matcher(parts[3]);
    return runs.containsKey(sequence)
        && lease.matches()
        && Long.parseLong(lease.group(1)) < runs.get(sequence);
  }

  private void resume(SequenceKey key) {
    String id = key.id().value();
    backend.call("submit", input(key).toString(), "--id", id, "--lease", "2").hasStatus(0);
    backend.call("run", "--until-idle", "--lease", "2").hasStatus(0);
    backend.call("verify", id).hasStatus(0);
    assertEquals(0, backend.call("status", "--json").hasStatus(0).json().number("openUploads"));
    resumed++;
  }

  /** An engine that only reads; it is never started. */
  private static Ingest reader(Stores stores) {
    Pipeline unused =
        Pipeline.named("unused").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content())
        .limits(EngineCommand.limits(stores))
        .pipeline(unused)
        .build();
  }

  @Override
  public String toString() {
    return "%d receipts printed, %d accepted, all verified, %d uploads resumed"
        .formatted(promises.size(), accepted, resumed);
  }
}
