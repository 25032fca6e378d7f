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
    assertEquals(List.of(Remedy.REUPLOAD, Remedy.REUPLOAD), remedies(examined));
  }
}
