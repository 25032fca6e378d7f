package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a backfill came to, as text, as JSON and as a table. */
final class BackfillWriterTest {

  private static final SequenceKey A1 = SequenceKey.of("alice", "1");
  private static final SequenceKey A2 = SequenceKey.of("alice", "2");
  private static final SequenceKey B1 = SequenceKey.of("bob", "1");
  private static final Outcome DONE = new Outcome(Outcome.Kind.DONE, "");
  private static final Outcome BROKEN = new Outcome(Outcome.Kind.FAILED, "STAGE_ERROR");
  private static final BackfillProgress PROGRESS =
      new BackfillProgress(
          "may",
          BackfillPhase.RUNNING,
          new BackfillProgress.Counts(9, 2, 1, 5, 4, 3),
          Map.of("STAGE_ERROR", 1L),
          new BackfillProgress.Decided("carol", "why", Kept.START),
          new BackfillProgress.Speed(2.5, Optional.of(Kept.START.plusSeconds(60))));

  private static String written(ReportWriter.Format format) {
    Entry verified = Kept.in(State.VERIFIED, A1);
    Entry held =
        Kept.accepted(A2)
            .withStanding(
                verified
                    .standing()
                    .withHold(Optional.of(new Hold("backfill:may", "why", Kept.START))));
    StringBuilder out = new StringBuilder();
    BackfillWriter writer = BackfillWriter.open(format, out);
    writer.heard(A1, DONE, Optional.of(verified));
    writer.heard(A2, DONE, Optional.of(held));
    writer.heard(B1, BROKEN, Optional.empty());
    writer.end(PROGRESS);
    return out.toString();
  }

  @Test
  void text_isGroupedByOutcome() {
    assertEquals(
        """
        DONE:
          alice/1  VERIFIED, pipeline photos, epoch 1, raw bytes until 2026-03-02T10:00:00Z
          alice/2  ACCEPTED, pipeline photos, epoch 1, raw bytes until held by backfill:may
        FAILED STAGE_ERROR:
          bob/1  the ledger does not know it
        may RUNNING: 9 planned, 2 done, 1 failed, 5 pending; 3 unrecoverable apart
          1 failed: STAGE_ERROR
        """,
        written(ReportWriter.Format.TEXT));
  }

  @Test
  void json_isWhatIsKnownOfEach() {
    assertEquals(
        "{\"sequences\":["
            + "{\"owner\":\"alice\",\"id\":\"1\",\"outcome\":\"DONE\",\"state\":\"VERIFIED\","
            + "\"pipeline\":\"photos\",\"epoch\":1,\"expiresAt\":\"2026-03-02T10:00:00Z\"},"
            + "{\"owner\":\"alice\",\"id\":\"2\",\"outcome\":\"DONE\",\"state\":\"ACCEPTED\","
            + "\"pipeline\":\"photos\",\"epoch\":1,\"expiresAt\":\"2026-03-02T10:00:00Z\","
            + "\"heldBy\":\"backfill:may\"},"
            + "{\"owner\":\"bob\",\"id\":\"1\",\"outcome\":\"FAILED\",\"cause\":\"STAGE_ERROR\"}"
            + "],\"backfill\":{\"name\":\"may\",\"phase\":\"RUNNING\",\"planned\":9,\"done\":2,"
            + "\"failed\":1,\"pending\":5,\"running\":4,\"unrecoverable\":3,"
            + "\"causes\":{\"STAGE_ERROR\":1},\"actor\":\"carol\",\"reason\":\"why\","
            + "\"at\":\"2026-03-01T10:00:00Z\",\"perMinute\":3,"
            + "\"estimatedEnd\":\"2026-03-01T10:01:00Z\"}}\n",
        written(ReportWriter.Format.JSON));
  }

  @Test
  void table_hasARowPerSequenceAndPerCount() {
    String expected =
        """
        row,owner,sequence,outcome,cause,state,pipeline,epoch,count
        sequence,alice,1,DONE,,VERIFIED,photos,1,
        sequence,alice,2,DONE,,ACCEPTED,photos,1,
        sequence,bob,1,FAILED,STAGE_ERROR,,,,
        count,,,planned,,,,,9
        count,,,done,,,,,2
        count,,,failed,,,,,1
        count,,,pending,,,,,5
        count,,,unrecoverable,,,,,3
        end,,,RUNNING,,,,,
        """;
    assertEquals(expected, written(ReportWriter.Format.CSV).replace("\"", "").replace("\r", ""));
  }
}
