package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same report as text, as JSON and as a table. */
final class ReportWriterTest {

  private static final Duration GRACE = Duration.ofDays(7);
  private static final SequenceKey A1 = SequenceKey.of("alice", "1");
  private static final SequenceKey A2 = SequenceKey.of("alice", "2");
  private static final SequenceKey B1 = SequenceKey.of("bob", "1");

  private static String written(ReportWriter.Format format) {
    StringBuilder out = new StringBuilder();
    ReportWriter writer = format.open(out, "a\nhostile title");
    writer.affected(Affected.of(Kept.in(State.FAILED, A1), GRACE));
    writer.affected(Affected.of(Kept.accepted(A2), GRACE));
    writer.ownerEnded(OwnerId.of("alice"), 2);
    writer.unread(new IncidentReport.Unread("a\u2028part", "why\nso"));
    writer.affected(Affected.of(Kept.in(State.DISCARDED, B1), GRACE));
    writer.ownerEnded(OwnerId.of("bob"), 1);
    writer.end(
        new IncidentReport(
            Kept.START,
            9,
            2,
            Map.of(State.ACCEPTED, 1L, State.FAILED, 1L, State.DISCARDED, 1L),
            1));
    return out.toString();
  }

  private static String writtenWhole(ReportWriter.Format format) {
    StringBuilder out = new StringBuilder();
    ReportWriter writer = format.open(out, "title");
    writer.end(new IncidentReport(Kept.START, 9, 0, Map.of(), 0));
    return out.toString();
  }

  @Test
  void text_isOneLinePerSequenceAndNoOther() {
    assertEquals(
        """
        Incident report: a hostile title
        alice/1  FAILED since 2026-03-01T10:00:00Z, deadline 2026-03-01T11:00:00Z, raw bytes until\
         2026-03-09T10:00:00Z, ATTEMPTS_EXHAUSTED: run it again while its raw bytes are there
        alice/2  ACCEPTED since 2026-03-01T10:00:00Z, deadline 2026-03-01T11:00:00Z, raw bytes until\
         2026-03-09T10:00:00Z
          alice: 2 affected: ACCEPTED 1, FAILED 1
        NOT KNOWN a part: why so
        bob/1  DISCARDED since 2026-03-01T10:00:00Z, deadline 2026-03-01T11:00:00Z, raw bytes until\
         gone: ask the owner to upload it again under the same id
          bob: 1 affected: DISCARDED 1
        INCOMPLETE: 3 affected, of 2 owners, among 9 looked at, as of 2026-03-01T10:00:00Z:\
         ACCEPTED 1, FAILED 1, DISCARDED 1
        Of 1 parts nothing is known: others may be affected. Repeat the report.
        """,
        written(ReportWriter.Format.TEXT));
    assertEquals(
        """
        Incident report: title
        COMPLETE: 0 affected, of 0 owners, among 9 looked at, as of 2026-03-01T10:00:00Z
        """,
        writtenWhole(ReportWriter.Format.TEXT));
  }

  @Test
  void json_hasTheSequencesByOwner() {
    String times =
        "\"acceptedAt\":\"2026-03-01T10:00:00Z\",\"since\":\"2026-03-01T10:00:00Z\","
            + "\"deadline\":\"2026-03-01T11:00:00Z\",\"expiresAt\":\"2026-03-02T10:00:00Z\",";
    String until = "\"rescue\":\"UNTIL\",\"recoverableUntil\":\"2026-03-09T10:00:00Z\"";
    String work = "\"pipeline\":\"photos\",\"stage\":\"resize\",";
    assertEquals(
        "{\"owners\":[{\"owner\":\"alice\",\"sequences\":["
            + "{\"id\":\"1\",\"state\":\"FAILED\","
            + work
            + times
            + until
            + ",\"code\":\"ATTEMPTS_EXHAUSTED\",\"remedy\":\"RERUN\"},"
            + "{\"id\":\"2\",\"state\":\"ACCEPTED\","
            + work
            + times
            + until
            + "}],\"affected\":2},{\"owner\":\"bob\",\"sequences\":["
            + "{\"id\":\"1\",\"state\":\"DISCARDED\","
            + work
            + times
            + "\"rescue\":\"GONE\",\"remedy\":\"REUPLOAD\"}],\"affected\":1}],"
            + "\"complete\":false,\"asOf\":\"2026-03-01T10:00:00Z\",\"looked\":9,\"affected\":3,"
            + "\"affectedOwners\":2,\"states\":{\"ACCEPTED\":1,\"FAILED\":1,\"DISCARDED\":1},"
            + "\"unreadParts\":1,\"unread\":[{\"part\":\"a\\u2028part\",\"why\":\"why\\u000aso\"}]}\n",
        written(ReportWriter.Format.JSON));
    assertEquals(
        "{\"owners\":[],\"complete\":true,\"asOf\":\"2026-03-01T10:00:00Z\",\"looked\":9,"
            + "\"affected\":0,\"affectedOwners\":0,\"states\":{},\"unreadParts\":0,"
            + "\"unread\":[]}\n",
        writtenWhole(ReportWriter.Format.JSON));
  }

  @Test
  void json_namesAThousandUnreadPartsAndCountsAll() {
    StringBuilder out = new StringBuilder();
    ReportWriter writer = ReportWriter.Format.JSON.open(out, "");
    for (int i = 0; i < 1_001; i++) {
      writer.unread(new IncidentReport.Unread("part " + i, "why"));
    }
    writer.end(new IncidentReport(Kept.START, 0, 0, Map.of(), 1_001));
    String text = out.toString();
    assertEquals(1_000, text.split("\"part\":", -1).length - 1);
    assertTrue(text.endsWith("{\"part\":\"part 999\",\"why\":\"why\"}]}\n"), text);
  }

  @Test
  void table_hasARowPerSequence() {
    String[] rows = written(ReportWriter.Format.CSV).split("\r\n", -1);
    assertEquals(
        cells(
            "affected,alice,1,FAILED,photos,resize,2026-03-01T10:00:00Z,2026-03-01T10:00:00Z,"
                + "2026-03-01T11:00:00Z,2026-03-02T10:00:00Z,2026-03-09T10:00:00Z,"
                + "ATTEMPTS_EXHAUSTED,RERUN,,"),
        rows[1]);
    assertEquals(
        cells(
            "affected,alice,2,ACCEPTED,photos,resize,2026-03-01T10:00:00Z,2026-03-01T10:00:00Z,"
                + "2026-03-01T11:00:00Z,2026-03-02T10:00:00Z,2026-03-09T10:00:00Z,,,,"),
        rows[2]);
    assertEquals(9, rows.length);
    String whole = writtenWhole(ReportWriter.Format.CSV);
    assertEquals(cells("end,,,,,,,,,,,,,0,COMPLETE"), whole.split("\r\n", -1)[1]);
  }

  private static String cells(String plain) {
    return "\"" + plain.replace(",", "\",\"") + "\"";
  }

  @Test
  void outputThatFails_endsTheReport() {
    Appendable full =
        new Appendable() {
          @Override
          public Appendable append(CharSequence text) throws IOException {
            throw new IOException("the disk is full");
          }

          @Override
          public Appendable append(CharSequence text, int start, int end) throws IOException {
            return append(text);
          }

          @Override
          public Appendable append(char c) throws IOException {
            return append(CharBuffer.wrap(new char[] {c}));
          }
        };
    UncheckedIOException failed =
        assertThrows(
            UncheckedIOException.class, () -> ReportWriter.Format.TEXT.open(full, "title"));
    assertEquals("the report could not be written: the disk is full", failed.getMessage());
  }
}
