package dev.ingest.core.engine;

import dev.ingest.core.Blockage;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is blocked, in control records of the kind {@value #KIND}, one per kind of work, while it
 * lasts. A record that came with a restored ledger from another of its lives counts as untold.
 */
public final class Blockages {

  /** The kind of the control records. */
  static final String KIND = "blocked";

  /** The most kinds of work that are told apart. */
  static final int MAX_KINDS = 1_000;

  private static final int HASH = 32;
  static final Comparator<WorkRef> ORDER =
      Comparator.comparing(WorkRef::pipeline)
          .thenComparing(work -> work.stage().map(StageRef::name).orElse("~"))
          .thenComparing(work -> work.stage().map(StageRef::contractVersion).orElse(0));

  private Blockages() {}

  /**
   * A blockage as it is stored.
   *
   * @param version of its record
   * @param blockage what it says
   * @param told when it was told last
   * @param isOfThisLife whether it was written in the life that the ledger is in
   */
  record Stored(long version, Blockage blockage, Instant told, boolean isOfThisLife) {}

  /**
   * Reads what was found blocked last, unless nothing at all waits any more: a run that did the
   * work may have ended before anybody looked again.
   *
   * @param ledger where the records are
   * @return the blockages of this life of the ledger, by pipeline and stage
   */
  public static List<Blockage> of(LedgerStore ledger) {
    List<Blockage> found = kept(ledger);
    return found.isEmpty() || Idleness.isNothingInFlight(ledger.ledger()) ? List.of() : found;
  }

  /**
   * Reads what was found blocked last, whether anything still waits or not.
   *
   * @param ledger where the records are
   * @return the blockages of this life of the ledger, by pipeline and stage
   */
  public static List<Blockage> kept(LedgerStore ledger) {
    return read(ledger).stream()
        .filter(Stored::isOfThisLife)
        .map(Stored::blockage)
        .sorted(Comparator.comparing(Blockage::work, ORDER))
        .toList();
  }

  static List<Stored> read(LedgerStore ledger) {
    List<Stored> all = new ArrayList<>();
    for (ControlRecord record : LiveNodes.all(ledger, KIND, MAX_KINDS * 2)) {
      RecordBody body = RecordBody.parse(record);
      int contract = Math.toIntExact(body.number("contract"));
      Optional<StageRef> stage =
          contract == 0
              ? Optional.empty()
              : Optional.of(new StageRef(body.text("stage"), contract));
      all.add(
          new Stored(
              record.version(),
              new Blockage(
                  new WorkRef(body.text("pipeline"), stage),
                  body.number("sequences"),
                  body.time("oldest"),
                  body.time("since"),
                  body.time("seen")),
              body.time("told"),
              body.text("incarnation").equals(ledger.incarnation().value())));
    }
    return all;
  }

  /** Writes what was found in the place of what was stored. */
  static Outcome write(LedgerStore ledger, long version, Blockage found, Instant told) {
    return ledger
        .controls()
        .write(
            RecordBody.of(key(found.work()))
                .with("incarnation", ledger.incarnation().value())
                .with("pipeline", found.work().pipeline())
                .with("stage", found.work().stage().map(StageRef::name).orElse(""))
                .with("contract", found.work().stage().map(StageRef::contractVersion).orElse(0))
                .with("sequences", found.sequences())
                .with("oldest", found.oldest())
                .with("since", found.since())
                .with("seen", found.seen())
                .with("told", told)
                .record(version + 1));
  }

  static Outcome delete(LedgerStore ledger, Stored over) {
    return ledger.controls().delete(key(over.blockage().work()), over.version());
  }

  private static ControlRecord.Key key(WorkRef work) {
    String name = work.pipeline() + "/" + work.stage().map(StageRef::toString).orElse("");
    return new ControlRecord.Key(KIND, Digest.ofUtf8(name).hex().substring(0, HASH));
  }
}
