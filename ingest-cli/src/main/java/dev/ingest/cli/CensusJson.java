package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.core.CensusReport;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import java.io.IOException;
import java.util.Locale;

/** A census as JSON: one object per hour, pipeline and owner, and what they come to. */
final class CensusJson {

  private CensusJson() {}

  static void kept(JsonGenerator out, CensusCell cell) throws IOException {
    begin(out, cell.key(), cell.counts().isConsistent());
    counts(out, "counts", cell.counts());
    out.writeEndObject();
  }

  static void recounted(JsonGenerator out, CensusRecount cell) throws IOException {
    begin(out, cell.key(), cell.agrees());
    counts(out, "counts", cell.counted());
    if (!cell.agrees()) {
      counts(out, "kept", cell.kept());
    }
    out.writeEndObject();
  }

  static void report(JsonGenerator out, CensusReport report, boolean corrected) throws IOException {
    counts(out, "totals", report.totals());
    out.writeNumberField("cellCount", report.cells());
    out.writeNumberField("differing", report.differing());
    out.writeBooleanField("consistent", report.isConsistent());
    out.writeBooleanField("corrected", corrected);
  }

  private static void begin(JsonGenerator out, CensusKey key, boolean consistent)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("hour", key.hour().toString());
    out.writeStringField("pipeline", key.pipeline());
    out.writeStringField("owner", key.owner().value());
    out.writeBooleanField("consistent", consistent);
  }

  private static void counts(JsonGenerator out, String name, CensusCounts counts)
      throws IOException {
    out.writeObjectFieldStart(name);
    for (CensusCount count : CensusCount.values()) {
      out.writeNumberField(count.name().toLowerCase(Locale.ROOT), counts.count(count));
    }
    out.writeEndObject();
  }
}
