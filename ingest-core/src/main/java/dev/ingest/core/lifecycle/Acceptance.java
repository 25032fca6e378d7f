package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.ManifestSummary;
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
   * Decides the first entry of what its owner uploaded.
   *
   * @param receipt the receipt
   * @param raw where the raw bytes are
   * @param pipeline the pipeline that is pinned
   * @param first its first stage
   * @return the change from no entry to ACCEPTED
   */
  public static Decision.Change of(
      Receipt receipt, RawLocation raw, PipelineRef pipeline, StageRef first) {
    return of(receipt, raw, pipeline, first, Optional.empty());
  }

  /**
   * Decides the first entry.
   *
   * @param receipt the receipt
   * @param raw where the raw bytes are
   * @param pipeline the pipeline that is pinned
   * @param first its first stage
   * @param adopted who adopted the bytes, if not the owner sent them; recorded and told with it
   * @return the change from no entry to ACCEPTED
   */
  public static Decision.Change of(
      Receipt receipt,
      RawLocation raw,
      PipelineRef pipeline,
      StageRef first,
      Optional<Adopted> adopted) {
    Entry entry =
        new Entry(
            receipt,
            raw,
            new Position(State.ACCEPTED, 1, receipt.acceptedAt(), 0, Optional.empty()),
            new Run(1, RunKind.PRIMARY, pipeline, Optional.of(first), 0, Optional.empty()),
            Optional.empty(),
            Standing.CLEAR,
            ChainHead.EMPTY);
    return new Decision.Change(
        entry, LeaseEffect.END, TransitionKind.ACCEPTED, new AcceptedWords(entry, adopted));
  }

  /** What is told of an adoption, at acceptance or readmission. */
  static String message(Adopted adopted) {
    return "adopted from session %s by %s: %s"
        .formatted(adopted.session(), adopted.by().actor(), adopted.by().reason());
  }

  private record AcceptedWords(Entry entry, Optional<Adopted> adopted)
      implements Decision.Change.Words {

    @Override
    public HistoryRow.Note note() {
      PipelineRef pipeline = entry.run().pipeline();
      ManifestSummary manifest = entry.receipt().manifest();
      String detail =
          "root="
              + manifest.root()
              + "; items="
              + manifest.count()
              + "; bytes="
              + manifest.bytes()
              + "; session="
              + entry.raw().session()
              + "; pipeline="
              + pipeline.name()
              + "; plan="
              + pipeline.plan();
      return adopted
          .map(
              act ->
                  new HistoryRow.Note(
                      act.by().actor(),
                      "%s; adopted=%s; reason=%s"
                          .formatted(detail, act.session(), act.by().reason())))
          .orElseGet(() -> new HistoryRow.Note("", detail));
    }

    @Override
    public List<AlertRow> alerts() {
      AlertRow.Group group =
          new AlertRow.Group(
              AlertCode.ACCEPTANCE_ADOPTED.name(),
              entry.run().pipeline().name(),
              entry.run().stage().map(Object::toString).orElse(""),
              "");
      return adopted
          .map(
              act ->
                  List.of(
                      new AlertRow(
                          group,
                          entry.receipt().acceptedAt(),
                          Optional.of(entry.key()),
                          BoundedText.of(message(act), AlertRow.MAX_MESSAGE))))
          .orElseGet(List::of);
    }
  }
}
