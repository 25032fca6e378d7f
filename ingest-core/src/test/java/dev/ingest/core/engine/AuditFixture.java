package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;

/** Verified sequences, an audit of them, and what bends what it sees. */
abstract class AuditFixture {

  static final SequenceKey WALK = SequenceKey.of("alice", "walk-1");
  static final SequenceKey OTHER = SequenceKey.of("bob", "ride-1");
  static final AuditOptions LISTINGS = AuditOptions.DEFAULT;

  final Bench bench = new Bench();
  final BentLedger bent = new BentLedger(bench.ledger);
  final Engine engine = bench.engine(Bench.copying());
  final List<AuditFinding> found = new ArrayList<>();
  final List<Receipt> receipts = new ArrayList<>();

  @BeforeEach
  void fill() {
    for (SequenceKey key : List.of(RIDE, WALK, OTHER)) {
      receipts.add(Bench.submit(engine, key, "a.jpg", "one of " + key, "b.jpg", "two"));
    }
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  AuditReport audit(AuditOptions options) {
    return audit(options, bench.content, List.<KnownReceipt>of().iterator());
  }

  AuditReport audit(AuditOptions options, ContentStore content, Iterator<KnownReceipt> known) {
    found.clear();
    Node node = bench.node(bent.store(), content, Bench.copying());
    return new Audit(node, options).run(known, found::add);
  }

  List<ContentKey> below(String area, SequenceKey key) {
    String head = area + "/" + SequencePlace.of(key) + "/";
    return bench.content.keys().stream().filter(one -> one.value().startsWith(head)).toList();
  }

  void bend(SequenceKey key, UnaryOperator<AuditRow> change) {
    bent.row = row -> Optional.of(row.key().equals(key) ? change.apply(row) : row);
  }

  void store(ContentPrefix prefix, String name) {
    store(prefix, name, "stray".getBytes(StandardCharsets.UTF_8));
  }

  void store(ContentPrefix prefix, String name, byte[] bytes) {
    try (ContentWriter writer = bench.content.writer(prefix)) {
      writer.put(
          prefix.key(name),
          new StreamBody(new ByteArrayInputStream(bytes), OptionalLong.empty(), Runnable::run));
      writer.commit();
    }
  }
}
