package dev.ingest.core.engine;

import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Change;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.Route.Split;
import dev.ingest.core.Route.Sticky;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The text of a route in the ledger: the same for the route as it is and for each of its changes in
 * its history.
 */
final class RouteRecord {

  private static final String ON = "on";
  private static final String OFF = "off";
  private static final String NONE = "none";
  private static final String RUNNING = "running";
  private static final String PAUSED = "paused";

  private RouteRecord() {}

  static RecordBody format(ControlRecord.Key key, Route route) {
    RecordBody body =
        RecordBody.of(key)
            .with("route", route.name())
            .with("number", route.number())
            .with("act", route.change().act().name())
            .with("actor", route.change().actor())
            .with("reason", route.change().reason())
            .with("at", route.change().at())
            .with("sticky", route.split().sticky().name())
            .with("salt", route.split().salt())
            .with("since", route.split().since())
            .with("pipelines", route.split().branches().size());
    for (int i = 0; i < route.split().branches().size(); i++) {
      body = with(body, "." + i, route.split().branches().get(i));
    }
    RollbackPolicy rollback = route.rollback();
    body =
        body.with("rollback", rollback.on() ? ON : OFF)
            .with("one-in", rollback.oneIn())
            .with("min-count", rollback.minCount())
            .with("min-excess", rollback.minExcess());
    return route.ramp().isPresent() ? with(body, route.ramp().get()) : body.with("ramp", NONE);
  }

  private static RecordBody with(RecordBody body, String suffix, Branch branch) {
    return body.with("pipeline" + suffix, branch.name())
        .with("plan" + suffix, branch.pipeline().plan().toString())
        .with("stage" + suffix, branch.first().name())
        .with("contract" + suffix, branch.first().contractVersion())
        .with("weight" + suffix, branch.weight())
        .with(
            "stranded" + suffix,
            branch.stranded().map(since -> Long.toString(since.toEpochMilli())).orElse(""));
  }

  private static RecordBody with(RecordBody body, Ramp ramp) {
    RampPlan plan = ramp.plan();
    return body.with("ramp", ramp.paused() ? PAUSED : RUNNING)
        .with("base", plan.base())
        .with("candidate", plan.candidate())
        .with(
            "percents",
            plan.percents().stream().map(String::valueOf).collect(Collectors.joining(",")))
        .with("step-time", plan.minTime().toMillis())
        .with("step-count", plan.minCount())
        .with("step", ramp.step())
        .with("begun", ramp.begun());
  }

  /**
   * Reads a route.
   *
   * @throws IllegalStateException if the record has another form
   * @throws dev.ingest.spi.InvalidValueException if it breaks a rule of a route
   */
  static Route parse(ControlRecord record) {
    return RecordBody.read(record, RouteRecord::route);
  }

  private static Route route(RecordBody body) {
    List<Branch> branches = new ArrayList<>();
    for (int i = 0; i < body.count("pipelines"); i++) {
      branches.add(branch(body, "." + i));
    }
    return new Route(
        body.text("route"),
        body.number("number"),
        new Split(
            body.constant("sticky", Sticky.class), body.text("salt"), branches, body.time("since")),
        new RollbackPolicy(
            body.either("rollback", ON, OFF),
            body.count("one-in"),
            body.count("min-count"),
            body.count("min-excess")),
        ramp(body),
        new Change(
            body.constant("act", Act.class),
            body.text("actor"),
            body.text("reason"),
            body.time("at")));
  }

  private static Branch branch(RecordBody body, String suffix) {
    return new Branch(
        new PipelineRef(body.text("pipeline" + suffix), Digest.parse(body.text("plan" + suffix))),
        new StageRef(body.text("stage" + suffix), body.count("contract" + suffix)),
        body.count("weight" + suffix),
        body.text("stranded" + suffix).isEmpty()
            ? Optional.empty()
            : Optional.of(body.time("stranded" + suffix)));
  }

  private static Optional<Ramp> ramp(RecordBody body) {
    if (body.text("ramp").equals(NONE)) {
      return Optional.empty();
    }
    boolean isPaused = body.either("ramp", PAUSED, RUNNING);
    List<Integer> percents =
        Arrays.stream(body.text("percents").split(",", -1)).map(Integer::valueOf).toList();
    RampPlan plan =
        new RampPlan(
            body.text("base"),
            body.text("candidate"),
            percents,
            Duration.ofMillis(body.number("step-time")),
            body.count("step-count"));
    Instant begun = body.time("begun");
    return Optional.of(new Ramp(plan, body.count("step"), isPaused, begun));
  }
}
