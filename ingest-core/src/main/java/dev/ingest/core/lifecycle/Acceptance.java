package dev.ingest.core.lifecycle;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.Optional;

/** The lifecycle's beginning: the entry of a sequence that has none yet. */
public final class Acceptance {

  private Acceptance() {}

  /**
   * Decides the first entry.
   *
   * @param receipt the receipt
   * @param raw where the raw bytes are
   * @param pipeline the pipeline that is pinned
   * @param first its first stage
   * @return the change from no entry to ACCEPTED
   */
  public static Decision.Change of(
      Receipt receipt, RawLocation raw, PipelineRef pipeline, StageRef first) {
    Entry entry =
        new Entry(
            receipt,
            raw,
            new Position(State.ACCEPTED, 1, receipt.acceptedAt(), 0, Optional.empty()),
            new Run(1, RunKind.PRIMARY, pipeline, Optional.of(first), 0, Optional.empty()),
            Optional.empty(),
            Standing.CLEAR,
            ChainHead.EMPTY);
    Decision.Change.Words words =
        new Decision.Change.Words() {
          @Override
          public HistoryRow.Note note() {
            return new HistoryRow.Note("", detail(receipt, raw, pipeline));
          }

          @Override
          public List<AlertRow> alerts() {
            return List.of();
          }
        };
    return new Decision.Change(entry, LeaseEffect.END, TransitionKind.ACCEPTED, words);
  }

  private static String detail(Receipt receipt, RawLocation raw, PipelineRef pipeline) {
    return "root=%s; items=%d; bytes=%d; session=%s; pipeline=%s; plan=%s"
        .formatted(
            receipt.manifest().root(),
            receipt.manifest().count(),
            receipt.manifest().bytes(),
            raw.session(),
            pipeline.name(),
            pipeline.plan());
  }
}
