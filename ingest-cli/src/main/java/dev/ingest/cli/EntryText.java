package dev.ingest.cli;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;

/** Receipts and entries as people read them. */
final class EntryText {

  private EntryText() {}

  static String receipt(Receipt receipt) {
    return """
        receipt %s
          items     %d
          bytes     %d
          root      %s
          accepted  %s
          deadline  %s
          expires   %s"""
        .formatted(
            receipt.key(),
            receipt.manifest().count(),
            receipt.manifest().bytes(),
            receipt.manifest().root(),
            receipt.acceptedAt(),
            receipt.deadline(),
            receipt.expiresAt());
  }

  static String line(Entry entry) {
    return "%-10s %s  %d items  %d bytes  %s  accepted %s"
        .formatted(
            entry.state(),
            entry.key(),
            entry.receipt().manifest().count(),
            entry.receipt().manifest().bytes(),
            entry.receipt().manifest().root(),
            entry.receipt().acceptedAt());
  }

  static String block(Entry entry) {
    StringBuilder text = new StringBuilder(receipt(entry.receipt()));
    text.append("\n  session   ").append(entry.raw().session());
    text.append("\n  state     ").append(entry.state());
    text.append("\n  pipeline  ").append(entry.run().pipeline().name());
    text.append(", epoch ").append(entry.run().epoch());
    entry.run().stage().ifPresent(stage -> text.append(", due for ").append(stage));
    entry
        .standing()
        .failure()
        .ifPresent(failure -> text.append("\n  failure  ").append(Attention.why(failure)));
    if (entry.state() == State.FAILED) {
      text.append("\n  raw       read last, or failed, ").append(entry.position().visibleAt());
    }
    entry.published().ifPresent(published -> text.append(result(published)));
    entry.beside().run().ifPresent(run -> text.append("\n  beside    ").append(run(run)));
    entry
        .beside()
        .superseded()
        .ifPresent(
            kept ->
                text.append("\n  replaced  the result of epoch ")
                    .append(kept.publication().epoch())
                    .append(" stays until ")
                    .append(kept.until()));
    return text.toString();
  }

  /** A replacement or shadow run, and what it is due for. */
  static String run(Run run) {
    return "%s run of epoch %d on %s%s, due for %s"
        .formatted(
            run.kind(),
            run.epoch(),
            run.pipeline().name(),
            run.backfill().map(name -> " for backfill " + name).orElse(""),
            run.stage().map(Object::toString).orElse("its verification"));
  }

  private static String result(Publication published) {
    return "\n  result    %d items, %d bytes, %s, proven %s"
        .formatted(
            published.result().manifest().count(),
            published.result().manifest().bytes(),
            published.result().manifest().root(),
            published.provenAt());
  }
}
