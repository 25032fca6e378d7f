package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.Ingest;
import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.RouteActs;
import dev.ingest.core.RouteReport;
import dev.ingest.core.Routes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows how new sequences are split between pipelines, and changes it. */
@Command(
    name = "route",
    description = {
      "show      how new sequences are split between pipelines, and how far a ramp plan has come;",
      "history   all changes of the route, with who, why and when;",
      "set       the weights, as in --weight photos=9 --weight copy=1; ends a ramp plan;",
      "ramp      brings --candidate in step by step in the place of --base;",
      "pause, resume, cancel  the ramp plan;",
      "rollback  takes the share of --candidate, and sends what is stranded in it another way;",
      "policy    when that happens by itself.",
      "A change needs --actor and --reason, and takes effect within 10 s on every node."
    })
final class RouteCommand extends EngineCommand {

  /** What is done. */
  enum Verb {
    /** Shows. */
    SHOW,
    /** Shows all changes. */
    HISTORY,
    /** Sets weights. */
    SET,
    /** Begins a ramp plan. */
    RAMP,
    /** Pauses it. */
    PAUSE,
    /** Lets it go on. */
    RESUME,
    /** Ends it. */
    CANCEL,
    /** Takes a pipeline's share. */
    ROLLBACK,
    /** Sets when that happens by itself. */
    POLICY
  }

  private static final int PAGE = 100;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "show|history|set|ramp|pause|resume|cancel|rollback|policy",
      description = "What is done (default: show).")
  private Verb verb = Verb.SHOW;

  @Option(
      names = "--name",
      paramLabel = "ROUTE",
      defaultValue = Route.NAME,
      description = "Which route (default: ${DEFAULT-VALUE}).")
  private String name = Route.NAME;

  @Option(
      names = "--weight",
      paramLabel = "PIPELINE=N",
      description =
          "For set: the weight of a pipeline, 0 to 1000000; one that is not named gets 0.")
  private Map<String, Integer> weights = new LinkedHashMap<>();

  @Option(
      names = "--sticky",
      paramLabel = "owner|sequence",
      description = "For set: what decides (default: as before; owner for a new route).")
  private Route.@Nullable Sticky sticky;

  @Option(
      names = "--base",
      paramLabel = "PIPELINE",
      description = "For ramp: the pipeline that is replaced.")
  private @Nullable String base;

  @Option(
      names = "--candidate",
      paramLabel = "PIPELINE",
      description =
          "For ramp: the one that replaces it; for rollback: the one that loses its share.")
  private @Nullable String candidate;

  @Option(
      names = "--steps",
      paramLabel = "PERCENT",
      split = ",",
      description = "For ramp: the steps in per cent (default: 1,10,50,100).")
  private List<Integer> steps = new ArrayList<>(List.of(1, 10, 50, 100));

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      defaultValue = "1h",
      description = "For ramp: how long a step lasts at least (default: ${DEFAULT-VALUE}).")
  private Duration stepTime = Duration.ofHours(1);

  @Option(
      names = "--step-count",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "For ramp: how many the candidate has verified or failed at least in a step (default:"
              + " ${DEFAULT-VALUE}).")
  private int stepCount = 100;

  @Mixin private RollbackOptions policy = new RollbackOptions();

  @Option(names = "--actor", paramLabel = "WHO", description = "Who decides; recorded.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded.")
  private @Nullable String reason;

  @Option(
      names = "--dry-run",
      description = "Only tell what would change, and how many would go another way.")
  private boolean dryRun;

  RouteCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = engineWithoutContent(stores)) {
      switch (verb) {
        case SHOW -> show(engine.routes().find(name));
        case HISTORY -> history(engine.routes());
        case SET, RAMP, PAUSE, RESUME, CANCEL, ROLLBACK, POLICY ->
            report(change(acts(engine), engine.routes()));
      }
      return verb == Verb.SHOW || verb == Verb.HISTORY
          ? stores.ended(ExitCodes.DONE)
          : ExitCodes.DONE;
    }
  }

  private RouteActs acts(Ingest engine) {
    if (actor == null || reason == null) {
      throw new UsageException("a change of a route needs --actor and --reason");
    }
    Acts acts = engine.acts(actor, reason);
    return (dryRun ? acts.rehearsal() : acts).route(name);
  }

  private RouteReport change(RouteActs route, Routes routes) {
    return switch (verb) {
      case SET -> {
        if (weights.isEmpty()) {
          throw new UsageException("route set takes a --weight PIPELINE=N for each pipeline");
        }
        yield sticky == null ? route.set(weights) : route.set(weights, sticky);
      }
      case RAMP ->
          route.ramp(
              new RampPlan(
                  needed("--base", base),
                  needed("--candidate", candidate),
                  steps,
                  stepTime,
                  stepCount));
      case PAUSE -> route.pause();
      case RESUME -> route.resume();
      case CANCEL -> route.cancel();
      case ROLLBACK -> route.rollBack(needed("--candidate", candidate));
      case POLICY ->
          route.policy(
              policy.over(routes.find(name).map(Route::rollback).orElse(RollbackPolicy.DEFAULT)));
      case SHOW, HISTORY -> throw new IllegalStateException(verb + " changes nothing");
    };
  }

  private String needed(String option, @Nullable String value) {
    if (value == null) {
      throw new UsageException(
          "route %s needs %s".formatted(verb.name().toLowerCase(Locale.ROOT), option));
    }
    return value;
  }

  private void show(Optional<Route> route) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        if (route.isPresent()) {
          json.write(out -> RouteText.json(out, "route", route.get()));
        } else {
          json.write(out -> out.writeNullField("route"));
        }
      }
    } else if (route.isPresent()) {
      RouteText.lines(route.get()).forEach(line -> terminal().say(Terminal.line(line)));
    } else {
      terminal()
          .say(
              "route %s was never set: new sequences go to each engine's first pipeline"
                  .formatted(name));
    }
  }

  private void history(Routes routes) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeArrayFieldStart("changes"));
        each(routes, route -> json.write(out -> RouteText.json(out, route)));
        json.write(JsonGenerator::writeEndArray);
      }
    } else {
      each(routes, route -> terminal().say(Terminal.line(RouteText.change(route))));
    }
  }

  private void each(Routes routes, Consumer<Route> visit) {
    long after = 0;
    List<Route> page;
    do {
      page = routes.history(name, after, PAGE);
      page.forEach(visit);
      after = page.isEmpty() ? after : page.get(page.size() - 1).number();
    } while (page.size() == PAGE);
  }

  private void report(RouteReport report) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> RouteText.json(out, report));
      }
      return;
    }
    terminal()
        .say(
            Terminal.line(
                (report.committed() ? "" : "would be done: ") + RouteText.change(report.after())));
    terminal().say(RouteText.moves(report));
  }
}
