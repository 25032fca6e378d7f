package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.RouteReport;
import dev.ingest.core.RouteReport.Moves;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts routes into words, and into JSON. */
final class RouteText {

  private RouteText() {}

  static List<String> lines(Route route) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "route %s  split by %s since %s"
            .formatted(
                route.name(),
                route.split().sticky() == Route.Sticky.OWNER ? "owners" : "sequences",
                route.split().since()));
    int sum = route.split().branches().stream().mapToInt(Branch::weight).sum();
    for (Branch branch : route.split().branches()) {
      lines.add(
          "  %s  weight %d, %.1f %%%s"
              .formatted(
                  branch.name(),
                  branch.weight(),
                  100.0 * branch.weight() / sum,
                  branch
                      .stranded()
                      .map(
                          since -> "  rolled back; what failed in it since " + since + " leaves it")
                      .orElse("")));
    }
    lines.add("  " + rollback(route));
    route.ramp().ifPresent(ramp -> lines.add("  " + ramp(ramp)));
    lines.add("  " + change(route));
    return lines;
  }

  private static String rollback(Route route) {
    return route.rollback().on()
        ? "rolled back by itself: by chance once in %d splits, from %d sequences and %d thousandths on"
            .formatted(
                route.rollback().oneIn(), route.rollback().minCount(), route.rollback().minExcess())
        : "rolled back by people alone";
  }

  private static String ramp(Ramp ramp) {
    RampPlan plan = ramp.plan();
    return "ramp plan from %s to %s: step %d of %d, %d %%%s; %s and %d sequences each"
        .formatted(
            plan.base(),
            plan.candidate(),
            ramp.step() + 1,
            plan.percents().size(),
            plan.weight(ramp.step()),
            ramp.paused() ? ", paused" : "",
            plan.minTime(),
            plan.minCount());
  }

  static String change(Route route) {
    return "change %d of %s at %s  %s by %s: %s; weights %s%s"
        .formatted(
            route.number(),
            route.name(),
            route.change().at(),
            route.change().act(),
            route.change().actor(),
            route.change().reason(),
            route.split().weights(),
            route.change().act() == Route.Act.POLICY_SET ? "; " + rollback(route) : "");
  }

  static String moves(RouteReport report) {
    Moves moves = report.moves();
    String verb = report.committed() ? "go" : "would go";
    return moves.estimated()
        ? "about %d of %d new sequences %s another way".formatted(moves.moved(), moves.of(), verb)
        : "%d of %d owners of the last 24 h, with %d sequences, %s another way"
            .formatted(moves.moved(), moves.of(), moves.sequences(), verb);
  }

  static void json(JsonGenerator out, String field, Route route) throws IOException {
    out.writeFieldName(field);
    json(out, route);
  }

  static void json(JsonGenerator out, RouteReport report) throws IOException {
    if (report.before().isPresent()) {
      json(out, "before", report.before().get());
    } else {
      out.writeNullField("before");
    }
    json(out, "after", report.after());
    out.writeNumberField("moved", report.moves().moved());
    out.writeNumberField("of", report.moves().of());
    out.writeNumberField("sequences", report.moves().sequences());
    out.writeBooleanField("sampled", report.moves().estimated());
    out.writeBooleanField("committed", report.committed());
  }

  static void json(JsonGenerator out, Route route) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", route.name());
    out.writeNumberField("number", route.number());
    out.writeStringField("act", route.change().act().name());
    out.writeStringField("actor", route.change().actor());
    out.writeStringField("reason", route.change().reason());
    out.writeStringField("at", route.change().at().toString());
    out.writeStringField("sticky", route.split().sticky().name());
    out.writeStringField("since", route.split().since().toString());
    out.writeArrayFieldStart("pipelines");
    for (Branch branch : route.split().branches()) {
      out.writeStartObject();
      out.writeStringField("name", branch.name());
      out.writeNumberField("weight", branch.weight());
      out.writeStringField("plan", branch.pipeline().plan().toString());
      JsonOutput.optional(out, "strandedSince", branch.stranded().map(Instant::toString));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeBooleanField("rollback", route.rollback().on());
    out.writeNumberField("oneIn", route.rollback().oneIn());
    out.writeNumberField("minCount", route.rollback().minCount());
    out.writeNumberField("minExcess", route.rollback().minExcess());
    if (route.ramp().isPresent()) {
      json(out, route.ramp().get());
    } else {
      out.writeNullField("ramp");
    }
    out.writeEndObject();
  }

  private static void json(JsonGenerator out, Ramp ramp) throws IOException {
    out.writeObjectFieldStart("ramp");
    out.writeStringField("base", ramp.plan().base());
    out.writeStringField("candidate", ramp.plan().candidate());
    out.writeArrayFieldStart("percents");
    for (int percent : ramp.plan().percents()) {
      out.writeNumber(percent);
    }
    out.writeEndArray();
    out.writeStringField("stepTime", ramp.plan().minTime().toString());
    out.writeNumberField("stepCount", ramp.plan().minCount());
    out.writeNumberField("step", ramp.step() + 1);
    out.writeBooleanField("paused", ramp.paused());
    out.writeEndObject();
  }
}
