package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Remedy;
import dev.ingest.core.engine.Examined.Spot;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is to be done about a manifest says its key, whatever is said of it. */
final class ExaminedTest extends AuditFixture {

  private Examined manifest(ContentKey key, String expected) {
    Examined examined = new Examined(SequencePlace.of(RIDE), AuditRow.of(bench.entry(RIDE)));
    examined.add(Kind.MANIFEST_DIFFERS, Spot.at(key), expected, "another");
    return examined;
  }

  private static List<Remedy> remedies(Examined examined) {
    return examined.findings().stream().map(AuditFinding::remedy).toList();
  }

  @Test
  void manifestOfAResult_isMadeAgain() {
    assertEquals(
        List.of(Remedy.RERUN), remedies(manifest(below("run", RIDE).get(2), "the ledger's")));
  }

  @Test
  void manifestOfRawBytes_isUploadedAgainWithWhatNeedsThem() {
    Examined examined = manifest(below("raw", RIDE).get(2), "resulting from an upload");
    examined.add(Kind.UNPROVEN, Spot.WHOLE, "a proof", "none");
    assertEquals(List.of(Remedy.RESTORE, Remedy.RESTORE), remedies(examined));
  }

  /** What an upload under the same id is answered by depends on the state, and so do the words. */
  @Test
  void rawBytesAreAskedForOnlyWhereAnUploadIsTaken() {
    AuditRow verified = AuditRow.of(bench.entry(RIDE));
    for (State state : State.values()) {
      Examined examined = new Examined(SequencePlace.of(RIDE), in(verified, state));
      examined.add(Kind.RAW_MISSING, Spot.WHOLE, "bytes", "nothing");
      Remedy expected =
          switch (state) {
            case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, EXPIRED -> Remedy.RECORD;
            case VERIFIED -> Remedy.RESTORE;
            case FAILED, LOST, DISCARDING, DISCARDED -> Remedy.REUPLOAD;
          };
      assertEquals(List.of(expected), remedies(examined), state::toString);
    }
    Examined both = new Examined(SequencePlace.of(RIDE), verified);
    both.add(Kind.RAW_MISSING, Spot.WHOLE, "bytes", "nothing");
    both.add(Kind.RESULT_MISSING, Spot.WHOLE, "bytes", "nothing");
    assertEquals(List.of(Remedy.RECORD, Remedy.RECORD), remedies(both));
  }

  private static AuditRow in(AuditRow row, State state) {
    AuditRow.Progress was = row.progress();
    return new AuditRow(
        row.receipt(),
        row.raw(),
        new AuditRow.Progress(state, was.version(), was.visibleAt(), was.fence(), was.leased()),
        row.made(),
        row.published(),
        row.chain());
  }
}
