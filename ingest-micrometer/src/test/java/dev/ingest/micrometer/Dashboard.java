package dev.ingest.micrometer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The Grafana dashboard: each meter of the catalogue, in rows. */
final class Dashboard {

  private static final int COLUMNS = 24;
  private static final int HEIGHT = 7;

  /** What must be 0. */
  private static final List<IngestMeter> WRONG =
      List.of(
          IngestMeter.UNACCOUNTED,
          IngestMeter.OVERDUE,
          IngestMeter.AT_RISK,
          IngestMeter.BLOCKED,
          IngestMeter.WATCHERS_SILENT,
          IngestMeter.WATCHERS_MISSING,
          IngestMeter.CONTENT_OUT_AGE,
          IngestMeter.ALERTS_UNSENT);

  private static final List<Row> ROWS =
      List.of(
          new Row("Is anything wrong?", WRONG),
          new Row(
              "What comes in and goes out",
              List.of(
                  IngestMeter.ACCEPTED,
                  IngestMeter.ACCEPTED_BYTES,
                  IngestMeter.PUBLISHED,
                  IngestMeter.VERIFIED,
                  IngestMeter.FAILED,
                  IngestMeter.VERIFIED_LATE,
                  IngestMeter.SEQUENCES,
                  IngestMeter.SESSIONS_OPEN)),
          new Row(
              "How long it takes",
              List.of(
                  IngestMeter.TIME_TO_VERIFIED,
                  IngestMeter.DEADLINE_LEFT,
                  IngestMeter.OLDEST_OPEN_AGE,
                  IngestMeter.UNPROVEN_CUT_OFF)),
          new Row(
              "Work",
              List.of(
                  IngestMeter.WORK_ENDED,
                  IngestMeter.STAGE,
                  IngestMeter.STAGE_ACTIVE,
                  IngestMeter.TRANSITIONS,
                  IngestMeter.ERRORS)),
          new Row(
              "Ledger",
              List.of(
                  IngestMeter.COMMIT,
                  IngestMeter.COMMIT_TRANSITIONS,
                  IngestMeter.DEAD_TUPLES,
                  IngestMeter.ALERTS_PENDING,
                  IngestMeter.ALERTS_WAITING_AGE,
                  IngestMeter.WATCHER_BEAT_AGE,
                  IngestMeter.AUDIT_AGE,
                  IngestMeter.SCRUB_AGE,
                  IngestMeter.FIGURES_AGE,
                  IngestMeter.FIGURES_UNREAD)));

  private final JsonGenerator out;
  private int id;
  private int top;

  private Dashboard(JsonGenerator out) {
    this.out = out;
  }

  private record Row(String title, List<IngestMeter> meters) {}

  private record Query(String expression, String legend) {}

  static String json() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.useDefaultPrettyPrinter();
      new Dashboard(out).write();
    }
    return text.append('\n').toString();
  }

  static List<String> queries() {
    return ROWS.stream()
        .flatMap(row -> row.meters().stream())
        .flatMap(meter -> queries(meter).stream())
        .map(Query::expression)
        .toList();
  }

  private void write() throws IOException {
    out.writeStartObject();
    out.writeStringField("title", "Ingest");
    out.writeStringField("uid", "ingest");
    out.writeNumberField("schemaVersion", 39);
    out.writeStringField("refresh", "30s");
    out.writeObjectFieldStart("time");
    out.writeStringField("from", "now-6h");
    out.writeStringField("to", "now");
    out.writeEndObject();
    templating();
    out.writeArrayFieldStart("panels");
    for (Row row : ROWS) {
      row(row);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void templating() throws IOException {
    out.writeObjectFieldStart("templating");
    out.writeArrayFieldStart("list");
    out.writeStartObject();
    out.writeStringField("name", "source");
    out.writeStringField("label", "Prometheus");
    out.writeStringField("type", "datasource");
    out.writeStringField("query", "prometheus");
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
  }

  private void row(Row row) throws IOException {
    out.writeStartObject();
    out.writeNumberField("id", ++id);
    out.writeStringField("type", "row");
    out.writeStringField("title", row.title());
    place(0, top, COLUMNS, 1);
    out.writeEndObject();
    top++;
    boolean isStat = row.meters().equals(WRONG);
    int width = isStat ? COLUMNS / WRONG.size() : COLUMNS / 3;
    int height = isStat ? HEIGHT / 2 : HEIGHT;
    int left = 0;
    for (IngestMeter meter : row.meters()) {
      if (left + width > COLUMNS) {
        left = 0;
        top += height;
      }
      panel(meter, isStat, left, width, height);
      left += width;
    }
    top += height;
  }

  private void panel(IngestMeter meter, boolean isStat, int left, int width, int height)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("id", ++id);
    out.writeStringField("type", isStat ? "stat" : "timeseries");
    out.writeStringField("title", title(meter));
    out.writeStringField("description", meter.description() + ".");
    place(left, top, width, height);
    source();
    out.writeObjectFieldStart("fieldConfig");
    out.writeObjectFieldStart("defaults");
    out.writeStringField("unit", unit(meter));
    if (isStat) {
      thresholds();
    }
    out.writeEndObject();
    out.writeArrayFieldStart("overrides");
    out.writeEndArray();
    out.writeEndObject();
    out.writeArrayFieldStart("targets");
    char letter = 'A';
    for (Query query : queries(meter)) {
      out.writeStartObject();
      out.writeStringField("refId", String.valueOf(letter++));
      source();
      out.writeStringField("expr", query.expression());
      out.writeStringField("legendFormat", query.legend());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void source() throws IOException {
    out.writeObjectFieldStart("datasource");
    out.writeStringField("type", "prometheus");
    out.writeStringField("uid", "${source}");
    out.writeEndObject();
  }

  private void thresholds() throws IOException {
    out.writeObjectFieldStart("thresholds");
    out.writeStringField("mode", "absolute");
    out.writeArrayFieldStart("steps");
    out.writeStartObject();
    out.writeStringField("color", "green");
    out.writeNullField("value");
    out.writeEndObject();
    out.writeStartObject();
    out.writeStringField("color", "red");
    out.writeNumberField("value", 1);
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
  }

  private void place(int left, int from, int width, int height) throws IOException {
    out.writeObjectFieldStart("gridPos");
    out.writeNumberField("x", left);
    out.writeNumberField("y", from);
    out.writeNumberField("w", width);
    out.writeNumberField("h", height);
    out.writeEndObject();
  }

  private static String title(IngestMeter meter) {
    String words = meter.dotted().substring("ingest.".length()).replace('.', ' ');
    String kind =
        switch (meter.kind()) {
          case COUNTER -> " per second";
          case GAUGE -> "";
          case TIMER, SUMMARY -> ", median and " + (isBadIfLow(meter) ? "1 %" : "99 %");
          case OBSERVATION -> ", mean";
          case RUNNING -> ", longest";
        };
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + kind;
  }

  private static boolean isBadIfLow(IngestMeter meter) {
    return meter == IngestMeter.DEADLINE_LEFT;
  }

  private static String unit(IngestMeter meter) {
    return meter
        .unit()
        .map(
            unit ->
                unit.equals("bytes")
                    ? meter.kind() == IngestMeter.Kind.COUNTER ? "Bps" : "bytes"
                    : "s")
        .orElse("short");
  }

  private static List<Query> queries(IngestMeter meter) {
    String name = meter.prometheus();
    List<String> tags =
        meter.tags().stream().filter(tag -> !tag.equals(IngestMeter.Tags.ERROR)).toList();
    String by = tags.isEmpty() ? "" : "by (" + String.join(", ", tags) + ") ";
    String legend = String.join(" ", tags.stream().map(tag -> "{{" + tag + "}}").toList());
    return switch (meter.kind()) {
      case COUNTER ->
          List.of(new Query("sum %s(rate(%s[$__rate_interval]))".formatted(by, name), legend));
      case GAUGE -> List.of(new Query("max %s(%s)".formatted(by, name), legend));
      case TIMER, SUMMARY ->
          Stream.of("0.5", isBadIfLow(meter) ? "0.01" : "0.99")
              .map(
                  share ->
                      new Query(
                          "histogram_quantile(%s, sum by (le) (rate(%s_bucket[$__rate_interval])))"
                              .formatted(share, name),
                          share))
              .toList();
      case RUNNING -> List.of(new Query("max %s(%s_max)".formatted(by, name), legend));
      case OBSERVATION ->
          List.of(
              new Query(
                  "sum %s(rate(%s_sum[$__rate_interval])) / sum %s(rate(%s_count[$__rate_interval]))"
                      .formatted(by, name, by, name),
                  legend));
    };
  }
}
