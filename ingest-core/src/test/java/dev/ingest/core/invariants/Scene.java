package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.Transitions;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** A ledger and bytes as a test says, in which violations can be planted. */
abstract class Scene {

  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  static final SequenceKey OTHER = SequenceKey.of("bob", "ride-2");
  static final String[] ITEMS = {"alpha", "beta"};
  static final Manifest MANIFEST = Manifest.of(List.of(item("a", ITEMS[0]), item("b", ITEMS[1])));

  final Map<ContentKey, byte[]> stored = new HashMap<>();
  final Map<SequenceKey, Entry> entries = new TreeMap<>();
  final List<HistoryRow> history = new ArrayList<>();
  final Map<Optional<OwnerId>, Census> censuses = new HashMap<>();
  final List<CensusRecount> cells = new ArrayList<>();
  long pending;
  final Witness witness = new Witness();
  final Invariants invariants =
      new Invariants(store(), stub(ContentStore.class, this::read), witness);

  final Transitions transitions = new Transitions(7, () -> START);
  final Entry accepted = accepted(KEY);

  static ManifestItem item(String name, String text) {
    return new ManifestItem(ItemName.of(name), text.length(), Digest.ofUtf8(text));
  }

  Entry accepted(SequenceKey key) {
    Entry made = transitions.accept(transitions.entry(key, SessionId.ofBits(1, 2))).after();
    Receipt old = made.receipt();
    Receipt own =
        new Receipt(key, MANIFEST.summary(), old.acceptedAt(), old.deadline(), old.expiresAt());
    Entry entry =
        new Entry(
            own,
            made.raw(),
            made.position(),
            made.run(),
            made.published(),
            made.standing(),
            made.chain());
    put(KeyLayout.rawManifest(key, entry.raw()), MANIFEST.toBytes());
    for (int i = 0; i < ITEMS.length; i++) {
      put(KeyLayout.rawItem(key, entry.raw(), i), ITEMS[i].getBytes(StandardCharsets.UTF_8));
    }
    return entry;
  }

  void put(ContentKey key, byte[] bytes) {
    stored.put(key, bytes);
  }

  SealedOutput output(String name) {
    ContentPrefix prefix = KeyLayout.runs(KEY).child(name);
    put(KeyLayout.manifest(prefix), MANIFEST.toBytes());
    for (int i = 0; i < ITEMS.length; i++) {
      put(KeyLayout.item(prefix, i), ITEMS[i].getBytes(StandardCharsets.UTF_8));
    }
    return new SealedOutput(prefix, MANIFEST.summary());
  }

  Entry in(State state) {
    Entry worked = accepted.withRun(accepted.run().movedTo(accepted.run().stage(), output("e1")));
    return state == State.ACCEPTED ? worked : transitions.move(worked, state).after();
  }

  Object read(String method, Object[] given) {
    byte[] bytes = stored.get((ContentKey) given[0]);
    if (bytes == null) {
      throw new ContentMissingException("no " + given[0]);
    }
    return new ByteArrayInputStream(bytes);
  }

  LedgerStore store() {
    AlertOutbox outbox = stub(AlertOutbox.class, (method, given) -> pending);
    Ledger ledger = stub(Ledger.class, this::answer);
    return stub(
        LedgerStore.class,
        (method, given) ->
            switch (method) {
              case "ledger" -> ledger;
              case "alerts" -> outbox;
              default -> throw new UnsupportedOperationException(method);
            });
  }

  Object answer(String method, Object[] given) {
    return switch (method) {
      case "find" ->
          ((List<?>) given[0])
              .stream().map(key -> Optional.ofNullable(entries.get((SequenceKey) key))).toList();
      case "history" -> history((SequenceKey) given[0], (Long) given[1]);
      case "scan" -> scan((ScanQuery) given[0]);
      case "census" -> Objects.requireNonNull(censuses.get((Optional<?>) given[0]));
      case "holdings" -> stub(Holdings.class, (name, asked) -> page((CensusQuery) asked[0]));
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private List<HistoryRow> history(SequenceKey key, long after) {
    return history.stream()
        .filter(row -> row.key().equals(key) && row.link().ordinal() > after)
        .toList();
  }

  /** One entry a page. */
  private EntryPage scan(ScanQuery query) {
    List<Entry> left =
        entries.values().stream()
            .filter(entry -> query.after().filter(key -> entry.key().compareTo(key) <= 0).isEmpty())
            .toList();
    return new EntryPage(left.stream().limit(1).toList(), left.size() > 1);
  }

  CensusRecountPage page(CensusQuery query) {
    int from =
        query
            .after()
            .map(last -> cells.stream().map(CensusRecount::key).toList().indexOf(last) + 1)
            .orElse(0);
    return new CensusRecountPage(
        cells.stream().skip(from).limit(1).toList(), from + 1 < cells.size());
  }

  static <T> T stub(Class<T> type, BiFunction<String, Object[], ?> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) -> answers.apply(method.getName(), given)));
  }

  static void fires(String invariant, Runnable check) {
    InvariantViolation found = assertThrows(InvariantViolation.class, check::run);
    assertEquals(invariant, found.invariant(), found::getMessage);
  }

  static HistoryRow row(TransitionKind kind, State from, State to, String actor) {
    return new HistoryRow(
        KEY,
        new HistoryRow.Step(TransitionId.ofBits(3, 4), kind, START),
        Optional.of(from),
        to,
        new HistoryRow.Note(actor, ""),
        new HistoryRow.Link(1, Digest.ofUtf8("before"), Digest.ofUtf8("this")));
  }

  static HistoryRow row(TransitionKind kind) {
    return row(kind, State.VERIFIED, State.VERIFIED, "carol");
  }

  static byte[] other(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A VERIFIED entry with a run beside its result and a result that was replaced. */
  Entry beside() {
    Entry verified = verified();
    Run side =
        new Run(
            2,
            RunKind.REPLACEMENT,
            verified.run().pipeline(),
            Optional.empty(),
            0,
            Optional.of(output("e2")));
    Superseded before = new Superseded(new Publication(output("e0"), 1, START), START);
    return verified.withBeside(Beside.NONE.withRun(side).withSuperseded(Optional.of(before)));
  }

  Entry verified() {
    Entry processed = transitions.move(in(State.ACCEPTED), State.PROCESSED).after();
    return transitions.move(processed, State.VERIFIED).after();
  }

  static ContentPrefix prefix(String name) {
    return KeyLayout.runs(KEY).child(name);
  }

  static Entry showing(Entry entry, SealedOutput shown) {
    return new Entry(
        entry.receipt(),
        entry.raw(),
        entry.position(),
        entry.run(),
        Optional.of(new Publication(shown, 1, START)),
        entry.standing(),
        entry.chain());
  }
}
