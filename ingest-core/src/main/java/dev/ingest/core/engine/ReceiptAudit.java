package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditFinding.Span;
import dev.ingest.core.AuditFinding.Subject;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.KnownReceipt;
import dev.ingest.core.Remedy;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Looks receipts up in the ledger. An entry is there before its receipt is, and stays, and its root
 * never changes; so one look is enough. For one thread.
 */
final class ReceiptAudit {

  private static final int ATTEMPTS = 3;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Node node;
  private final AuditSink sink;

  ReceiptAudit(Node node, AuditSink sink) {
    this.node = node;
    this.sink = sink;
  }

  void run(Iterator<KnownReceipt> receipts) {
    int most = node.ledger().capabilities().maxBatch();
    while (receipts.hasNext()) {
      List<KnownReceipt> batch = new ArrayList<>();
      while (receipts.hasNext() && batch.size() < most) {
        batch.add(receipts.next());
      }
      compare(batch);
      sink.comparedReceipts(batch.size());
    }
  }

  private void compare(List<KnownReceipt> batch) {
    List<Optional<Digest>> roots;
    try {
      roots =
          node.ledger().ledger().find(batch.stream().map(KnownReceipt::key).toList()).stream()
              .map(entry -> entry.map(found -> found.receipt().manifest().root()))
              .toList();
    } catch (LedgerException e) {
      batch.forEach(this::compareAlone);
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      compare(batch.get(i), roots.get(i));
    }
  }

  /** One entry that breaks the rules of entries must not hide the others. */
  private void compareAlone(KnownReceipt receipt) {
    SequencePlace place = SequencePlace.of(receipt.key());
    for (int attempt = 1; ; attempt++) {
      try {
        compare(
            receipt,
            LedgerPlaces.at(node.ledger(), place)
                .filter(row -> row.key().equals(receipt.key()))
                .map(row -> row.receipt().manifest().root()));
        return;
      } catch (LedgerException e) {
        if (attempt == ATTEMPTS || !node.seams().pause().await(PAUSE.multipliedBy(attempt))) {
          sink.unread("the receipt of " + receipt.key(), Failures.describe(e));
          return;
        }
      }
    }
  }

  private void compare(KnownReceipt receipt, Optional<Digest> root) {
    if (root.equals(Optional.of(receipt.root()))) {
      return;
    }
    sink.missedReceipt(
        new AuditFinding(
            Kind.ENTRY_MISSING,
            new Subject(
                SequencePlace.of(receipt.key()),
                Optional.of(receipt.key()),
                Optional.empty(),
                Optional.empty()),
            new Span(Optional.empty(), Optional.empty()),
            "an entry of root " + receipt.root() + ", as its receipt says",
            root.map(found -> "one of root " + found).orElse("none"),
            Remedy.ADOPT),
        receipt.root());
  }
}
