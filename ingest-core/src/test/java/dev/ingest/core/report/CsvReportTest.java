package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that no spreadsheet runs. */
final class CsvReportTest {

  private static String readBack(String cell) {
    String text = cell.substring(1, cell.length() - 1).replace("\"\"", "\"");
    return text.startsWith("'") ? text.substring(1) : text;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "'=1",
        "\uff1d1",
        "a,b",
        "say \"=1\"",
        "",
        "plain",
        "a=1"
      })
  void cell_isSafeAndReadsBack(String text) {
    String cell = CsvReport.cell(text);
    String shown = cell.substring(1, cell.length() - 1);
    assertEquals(-1, shown.isEmpty() ? -1 : "=+-@\t\r\n\uff1d".indexOf(shown.charAt(0)));
    assertEquals(text, readBack(cell));
  }

  @Test
  void incompleteReport_saysSoInItsLastRow() {
    StringBuilder out = new StringBuilder();
    ReportWriter writer = ReportWriter.Format.CSV.open(out, "");
    writer.ownerEnded(OwnerId.of("o1"), 2);
    writer.unread(new IncidentReport.Unread("=a part", "why"));
    writer.end(new IncidentReport(Instant.EPOCH, 3, 1, Map.of(State.FAILED, 2L), 1));
    String[] rows = out.toString().split("\r\n", -1);
    assertEquals(5, rows.length);
    assertEquals(CsvReport.HEADER.size(), rows[0].split(",", -1).length);
    String empty = ",\"\"".repeat(11);
    assertEquals("\"owner\",\"o1\"" + empty + ",\"2\",\"\"", rows[1]);
    assertEquals("\"unread\",\"\"" + empty + ",\"1\",\"'=a part: why\"", rows[2]);
    assertEquals("\"end\",\"\"" + empty + ",\"2\",\"INCOMPLETE\"", rows[3]);
    assertEquals("", rows[4]);
  }
}
