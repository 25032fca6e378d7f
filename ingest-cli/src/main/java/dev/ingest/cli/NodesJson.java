package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.core.Blockage;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Nodes;
import dev.ingest.core.RateComparison;
import dev.ingest.core.WorkCounts;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.io.IOException;
import java.util.List;

/** Nodes, what is blocked, and rates, as JSON. */
final class NodesJson {

  private NodesJson() {}

  static void node(JsonGenerator out, KnownNode node) throws IOException {
    out.writeStartObject();
    out.writeStringField("node", node.id().value());
    out.writeStringField("version", node.codeVersion());
    out.writeStringField("started", node.started().toString());
    out.writeStringField("beat", node.beat().toString());
    out.writeBooleanField("live", node.isLive());
    out.writeBooleanField("draining", node.isDraining());
    out.writeArrayFieldStart("work");
    for (KnownNode.Part part : node.work()) {
      out.writeStartObject();
      out.writeStringField("pipeline", part.pipeline().name());
      out.writeStringField("plan", part.pipeline().plan().toString());
      out.writeArrayFieldStart("stages");
      for (StageRef stage : part.stages()) {
        out.writeString(stage.toString());
      }
      out.writeEndArray();
      out.writeBooleanField("verifies", part.verifies());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static void blocked(JsonGenerator out, List<Blockage> blocked) throws IOException {
    out.writeArrayFieldStart("blocked");
    for (Blockage one : blocked) {
      out.writeStartObject();
      work(out, one.work());
      out.writeNumberField("sequences", one.sequences());
      out.writeStringField("oldest", one.oldest().toString());
      out.writeStringField("since", one.since().toString());
      out.writeStringField("seen", one.seen().toString());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  static void rate(JsonGenerator out, List<WorkRate> all, WorkRate rate) throws IOException {
    WorkCounts counts = rate.counts();
    RateComparison comparison = Nodes.againstTheRest(all, rate);
    out.writeStartObject();
    work(out, rate.work());
    out.writeStringField("version", rate.codeVersion());
    out.writeNumberField("attempts", counts.attempts());
    out.writeNumberField("done", counts.done());
    out.writeNumberField("retried", counts.retried());
    out.writeNumberField("failed", counts.failed());
    out.writeNumberField("leasesLost", counts.leasesLost());
    out.writeNumberField("verified", counts.verified());
    out.writeNumberField("mismatched", counts.mismatched());
    out.writeNumberField("unknown", counts.unknown());
    out.writeNumberField("badRate", comparison.rate());
    out.writeNumberField("restBadRate", comparison.otherRate());
    out.writeNumberField("probability", comparison.probability());
    out.writeStringField("test", comparison.test().name());
    out.writeEndObject();
  }

  private static void work(JsonGenerator out, WorkRef work) throws IOException {
    out.writeStringField("pipeline", work.pipeline());
    JsonOutput.optional(out, "stage", work.stage().map(StageRef::toString));
  }
}
