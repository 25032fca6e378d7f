package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An alert that no transition of the lifecycle carries.
 *
 * @param code what it is
 * @param pipeline the pipeline concerned, or empty text
 * @param part the part concerned, such as a watcher's name, or empty text; stands for the stage
 * @param sequence the sequence concerned, if one is
 * @param message what happened and what to do; cut if it is too long
 */
record EngineAlert(
    AlertCode code, String pipeline, String part, Optional<SequenceKey> sequence, String message) {

  /** Makes one about the node, or a part of it. */
  static EngineAlert of(AlertCode code, String part, String message) {
    return new EngineAlert(code, "", part, Optional.empty(), message);
  }

  /** Makes one about a sequence. */
  static EngineAlert of(AlertCode code, SequenceKey sequence, String message) {
    return new EngineAlert(code, "", "", Optional.of(sequence), message);
  }

  /** Raises rows, as many in a call as a ledger takes. */
  static void raise(LedgerStore ledger, List<AlertRow> rows) {
    int most = ledger.capabilities().maxBatch();
    for (int i = 0; i < rows.size(); i += most) {
      ledger.alerts().raise(rows.subList(i, Math.min(rows.size(), i + most)));
    }
  }

  /** Returns its row, as raised by a node at a time. */
  AlertRow row(Node.Identity by, Instant at) {
    return new AlertRow(
        new AlertRow.Group(code.name(), pipeline, part, by.version()),
        at,
        sequence,
        BoundedText.of(message, AlertRow.MAX_MESSAGE));
  }
}
