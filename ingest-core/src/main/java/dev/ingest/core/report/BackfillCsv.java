package dev.ingest.core.report;

import dev.ingest.core.BackfillProgress;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A table by RFC 4180, as that of an incident report; the last row has {@code end} first. */
final class BackfillCsv implements BackfillWriter {

  private static final List<String> HEADER =
      List.of(
          "row", "owner", "sequence", "outcome", "cause", "state", "pipeline", "epoch", "count");

  private final Lines out;

  BackfillCsv(Appendable out) {
    this.out = new Lines(out);
    row(HEADER.toArray(new String[0]));
  }

  @Override
  public void heard(SequenceKey key, Outcome outcome, Optional<Entry> entry) {
    row(
        "sequence",
        key.owner().value(),
        key.id().value(),
        outcome.kind().name(),
        outcome.cause(),
        entry.map(one -> one.state().name()).orElse(""),
        entry.map(one -> one.run().pipeline().name()).orElse(""),
        entry.map(one -> Integer.toString(one.run().epoch())).orElse(""),
        "");
  }

  @Override
  public void end(BackfillProgress progress) {
    BackfillProgress.Counts counts = progress.counts();
    count("planned", counts.planned());
    count("done", counts.done());
    count("failed", counts.failed());
    count("pending", counts.pending());
    count("unrecoverable", counts.unrecoverable());
    row("end", "", "", progress.phase().name(), "", "", "", "", "");
  }

  private void count(String outcome, long count) {
    row("count", "", "", outcome, "", "", "", "", Long.toString(count));
  }

  private void row(String... cells) {
    out.add(Arrays.stream(cells).map(CsvReport::cell).collect(Collectors.joining(",", "", "\r\n")));
  }
}
