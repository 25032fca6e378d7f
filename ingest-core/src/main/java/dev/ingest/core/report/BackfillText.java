package dev.ingest.core.report;

import dev.ingest.core.BackfillProgress;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.Optional;

/** For people: a heading per outcome and cause, a line per sequence, the counts. */
final class BackfillText implements BackfillWriter {

  private final Lines out;
  private Optional<Outcome> group = Optional.empty();

  BackfillText(Appendable out) {
    this.out = new Lines(out);
  }

  @Override
  public void heard(SequenceKey key, Outcome outcome, Optional<Entry> entry) {
    if (!group.equals(Optional.of(outcome))) {
      group = Optional.of(outcome);
      out.add(
          "%s%s:\n"
              .formatted(outcome.kind(), outcome.cause().isEmpty() ? "" : " " + outcome.cause()));
    }
    out.add(
        "  %s  %s\n"
            .formatted(
                key,
                entry
                    .map(
                        one ->
                            "%s, pipeline %s, epoch %d, raw bytes until %s"
                                .formatted(
                                    one.state(),
                                    one.run().pipeline().name(),
                                    one.run().epoch(),
                                    one.standing()
                                        .hold()
                                        .map(hold -> "held by " + hold.actor())
                                        .orElse(one.receipt().expiresAt().toString())))
                    .orElse("the ledger does not know it")));
  }

  @Override
  public void end(BackfillProgress progress) {
    BackfillProgress.Counts counts = progress.counts();
    out.add(
        "%s %s: %d planned, %d done, %d failed, %d pending; %d unrecoverable apart\n"
            .formatted(
                progress.name(),
                progress.phase(),
                counts.planned(),
                counts.done(),
                counts.failed(),
                counts.pending(),
                counts.unrecoverable()));
    progress
        .causes()
        .forEach((cause, count) -> out.add("  %d failed: %s\n".formatted(count, cause)));
  }
}
