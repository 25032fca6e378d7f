package dev.ingest.console;

import dev.ingest.console.Snapshot.Digests;
import dev.ingest.console.Snapshot.Listed;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.KnownNode;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Route;
import dev.ingest.core.WorkRate;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The first page as JSON. Each part is an object whose {@code known} says whether it was read; if
 * not, it has {@code why} and nothing else.
 */
final class OverviewJson {

  private OverviewJson() {}

  static JsonWriter of(Snapshot snapshot) {
    return new JsonWriter()
        .object(
            json -> {
              part(json, "now", snapshot.now(), (in, now) -> in.name("at").text(now.toString()));
              part(json, "accounts", snapshot.counted().accounts(), OverviewJson::accounts);
              part(json, "census", snapshot.counted().states(), OverviewJson::states);
              part(json, "hours", snapshot.counted().heat(), OverviewJson::heat);
              part(json, "audit", snapshot.counted().audit(), OverviewJson::audit);
              part(
                  json,
                  "unproven",
                  Part.both(snapshot.near().unproven(), snapshot.now(), OverviewPage.At::new),
                  OverviewJson::unproven);
              part(json, "blocked", snapshot.near().blocked(), OverviewJson::blocked);
              part(json, "routes", snapshot.work().routes(), OverviewJson::routes);
              part(json, "rates", snapshot.work().rates(), OverviewJson::rates);
              part(json, "backfills", snapshot.work().backfills(), OverviewJson::backfills);
              part(json, "nodes", snapshot.work().nodes(), OverviewJson::nodes);
              part(json, "digests", snapshot.watch().digests(), OverviewJson::digests);
              part(
                  json,
                  "watchers",
                  Part.both(snapshot.watch().beats(), snapshot.now(), OverviewPage.At::new),
                  OverviewJson::beats);
            });
  }

  private static <T> void part(
      JsonWriter json, String name, Part<T> part, BiConsumer<JsonWriter, T> members) {
    json.name(name)
        .object(
            in ->
                part.tell(
                    known -> {
                      in.name("known").truth(true);
                      members.accept(in, known);
                    },
                    why -> in.name("known").truth(false).name("why").text(why)));
  }

  private static <T> void list(
      JsonWriter json, String name, List<T> all, BiConsumer<JsonWriter, T> members) {
    json.name(name)
        .array(in -> all.forEach(one -> in.object(element -> members.accept(element, one))));
  }

  private static void accounts(JsonWriter json, Accounts accounts) {
    json.name("accepted").number(accounts.accepted());
    json.name("verified").number(accounts.verified());
    json.name("unaccountedFor").number(accounts.unaccountedFor());
    json.name("begun").text(accounts.begun().toString());
    json.name("ended").text(accounts.ended().toString());
  }

  private static void states(JsonWriter json, Census census) {
    json.name("states")
        .object(
            in -> {
              for (State state : State.values()) {
                in.name(state.name()).number(census.count(state));
              }
            });
    json.name("openUploads").number(census.openSessions());
    json.name("asOf").text(census.asOf().toString());
  }

  private static void heat(JsonWriter json, Heat heat) {
    json.name("from").text(heat.from().toString());
    json.name("asOf").text(heat.asOf().toString());
    json.name("hours")
        .array(
            in ->
                heat.hours().forEach((hour, counts) -> in.object(one -> hour(one, hour, counts))));
  }

  private static void hour(JsonWriter json, Instant hour, CensusCounts counts) {
    json.name("hour").text(hour.toString());
    json.name("consistent").truth(counts.isConsistent());
    for (CensusCount what : CensusCount.values()) {
      json.name(what.name().toLowerCase(Locale.ROOT)).number(counts.count(what));
    }
  }

  private static void audit(JsonWriter json, Optional<LatestAudit> latest) {
    json.name("ended").truth(latest.isPresent());
    latest.ifPresent(
        audit -> {
          json.name("begunAt").text(audit.begunAt().toString());
          json.name("endedAt").text(audit.endedAt().toString());
          json.name("sequences").number(audit.sequences());
          json.name("unread").number(audit.unreadCount());
          json.name("findings")
              .object(
                  in ->
                      new TreeMap<>(audit.findings())
                          .forEach((kind, count) -> in.name(kind.name()).number(count)));
        });
  }

  private static void unproven(
      JsonWriter json, OverviewPage.At<Listed<dev.ingest.spi.ledger.Entry>> unproven) {
    json.name("more").truth(unproven.value().more());
    list(
        json,
        "sequences",
        unproven.value().all(),
        (in, entry) -> SequenceJson.entry(in, entry, unproven.now()));
  }

  private static void blocked(JsonWriter json, List<Blockage> blocked) {
    list(
        json,
        "blocked",
        blocked,
        (in, one) -> {
          in.name("pipeline").text(one.work().pipeline());
          one.work()
              .stage()
              .map(StageRef::toString)
              .ifPresent(stage -> in.name("stage").text(stage));
          in.name("sequences").number(one.sequences());
          in.name("oldest").text(one.oldest().toString());
          in.name("since").text(one.since().toString());
          in.name("seen").text(one.seen().toString());
        });
  }

  private static void routes(JsonWriter json, Listed<Route> routes) {
    json.name("more").truth(routes.more());
    list(
        json,
        "routes",
        routes.all(),
        (in, route) -> {
          in.name("name").text(route.name());
          in.name("number").number(route.number());
          in.name("act").text(route.change().act().name());
          in.name("actor").text(route.change().actor());
          in.name("reason").text(route.change().reason());
          in.name("at").text(route.change().at().toString());
          list(in, "pipelines", route.split().branches(), OverviewJson::branch);
          route.ramp().ifPresent(ramp -> in.name("ramp").object(plan -> ramp(plan, ramp)));
        });
  }

  private static void ramp(JsonWriter json, Route.Ramp ramp) {
    json.name("base").text(ramp.plan().base());
    json.name("candidate").text(ramp.plan().candidate());
    json.name("step").number(ramp.step() + 1L);
    json.name("steps").number(ramp.plan().percents().size());
    json.name("percent").number(ramp.plan().weight(ramp.step()));
    json.name("paused").truth(ramp.paused());
  }

  private static void branch(JsonWriter json, Route.Branch branch) {
    json.name("name").text(branch.name());
    json.name("weight").number(branch.weight());
    branch.stranded().ifPresent(since -> json.name("strandedSince").text(since.toString()));
  }

  private static void rates(JsonWriter json, List<WorkRate> rates) {
    list(
        json,
        "rates",
        rates,
        (in, rate) -> {
          in.name("pipeline").text(rate.work().pipeline());
          rate.work()
              .stage()
              .map(StageRef::toString)
              .ifPresent(stage -> in.name("stage").text(stage));
          in.name("version").text(rate.codeVersion());
          in.name("attempts").number(rate.counts().attempts());
          in.name("ended").number(rate.counts().ended());
          in.name("bad").number(rate.counts().bad());
        });
  }

  private static void backfills(JsonWriter json, Listed<BackfillProgress> backfills) {
    json.name("more").truth(backfills.more());
    list(
        json,
        "backfills",
        backfills.all(),
        (in, one) -> {
          in.name("name").text(one.name());
          in.name("phase").text(one.phase().name());
          in.name("planned").number(one.counts().planned());
          in.name("done").number(one.counts().done());
          in.name("failed").number(one.counts().failed());
          in.name("pending").number(one.counts().pending());
          in.name("running").number(one.counts().running());
          in.name("unrecoverable").number(one.counts().unrecoverable());
          in.name("actor").text(one.last().actor());
          in.name("reason").text(one.last().reason());
          one.speed().estimatedEnd().ifPresent(end -> in.name("estimatedEnd").text(end.toString()));
        });
  }

  private static void nodes(JsonWriter json, Listed<KnownNode> nodes) {
    json.name("more").truth(nodes.more());
    list(
        json,
        "nodes",
        nodes.all(),
        (in, node) -> {
          in.name("node").text(node.id().value());
          in.name("version").text(node.codeVersion());
          in.name("beat").text(node.beat().toString());
          in.name("live").truth(node.isLive());
          in.name("draining").truth(node.isDraining());
        });
  }

  private static void digests(JsonWriter json, Digests digests) {
    list(
        json,
        "digests",
        digests.latest(),
        (in, digest) -> {
          in.name("ordinal").number(digest.ordinal());
          in.name("sealedAt").text(digest.sealedAt().toString());
          in.name("waiting").truth(digests.isWaiting(digest));
          list(in, "lines", digest.lines(), OverviewJson::line);
        });
  }

  private static void line(JsonWriter json, AlertDigest.Line line) {
    json.name("code").text(line.group().code());
    json.name("pipeline").text(line.group().pipeline());
    json.name("stage").text(line.group().stage());
    json.name("count").number(line.count());
    json.name("message").text(line.message());
    json.name("samples").array(in -> line.samples().forEach(key -> in.text(key.toString())));
  }

  private static void beats(JsonWriter json, OverviewPage.At<List<Beat>> beats) {
    list(
        json,
        "watchers",
        beats.value(),
        (in, beat) -> {
          in.name("watcher").text(beat.watcher());
          beat.holder().ifPresent(node -> in.name("node").text(node.value()));
          in.name("last").text(beat.last().toString());
          in.name("beats").number(beat.beats());
          in.name("silent").truth(beat.isSilent(beats.now()));
        });
  }
}
