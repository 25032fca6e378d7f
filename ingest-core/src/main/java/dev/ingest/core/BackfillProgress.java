package dev.ingest.core;

import dev.ingest.core.text.JsonWriter;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far a backfill is, as the ledger's record of it says.
 *
 * <p>The counts are those of the last tick of the node that drives it. While it runs they may lag
 * by what was under way when a node died, until another has taken over and counted again; in the
 * phases that are over they are exact. Those of a cancelled one are as of its cancellation: an
 * outcome that a node writes down later, since it had stood still, is neither in them nor in its
 * report, where the id stays pending.
 *
 * @param name its name
 * @param phase how far it is
 * @param counts how many ids are where
 * @param causes how many ids have failed, by cause: the code of the sequence's failure, or one of
 *     {@link BackfillCause}
 * @param last what someone decided last
 * @param speed how fast it is
 */
public record BackfillProgress(
    String name,
    BackfillPhase phase,
    Counts counts,
    Map<String, Long> causes,
    Decided last,
    Speed speed) {

  /**
   * Copies the map.
   *
   * @param name its name
   * @param phase how far it is
   * @param counts how many ids are where
   * @param causes how many ids have failed, by cause
   * @param last what someone decided last
   * @param speed how fast it is
   */
  public BackfillProgress {
    causes = Collections.unmodifiableMap(new TreeMap<>(causes));
  }

  /**
   * How many ids are where: planned = done + failed + pending once the list is frozen.
   *
   * @param planned those on the list that had raw bytes when it was frozen, or when their turn came
   * @param done those proven by this backfill's own run
   * @param failed those whose run, or start, failed
   * @param pending the rest, of which some are running
   * @param running those whose run was started and has not ended
   * @param unrecoverable those on the list that had no raw bytes; apart from the planned ones
   */
  public record Counts(
      long planned, long done, long failed, long pending, long running, long unrecoverable) {}

  /**
   * What someone decided.
   *
   * @param actor who
   * @param reason why
   * @param at when, by the ledger's clock
   */
  public record Decided(String actor, String reason, Instant at) {}

  /**
   * How fast it is.
   *
   * @param perMinute how many ids ended per minute within the last five to ten minutes, or since it
   *     runs
   * @param estimatedEnd when it will be through at that speed; empty if it stands still, does not
   *     run, or is over
   */
  public record Speed(double perMinute, Optional<Instant> estimatedEnd) {}

  /**
   * Writes it as JSON.
   *
   * @return one object, in one line
   */
  public String toJson() {
    return new JsonWriter()
        .object(
            json -> {
              json.name("name").text(name);
              json.name("phase").text(phase.name());
              json.name("planned").number(counts.planned());
              json.name("done").number(counts.done());
              json.name("failed").number(counts.failed());
              json.name("pending").number(counts.pending());
              json.name("running").number(counts.running());
              json.name("unrecoverable").number(counts.unrecoverable());
              json.name("causes")
                  .object(each -> causes.forEach((cause, count) -> each.name(cause).number(count)));
              json.name("actor").text(last.actor());
              json.name("reason").text(last.reason());
              json.name("at").text(last.at().toString());
              json.name("perMinute").number(Math.round(speed.perMinute()));
              speed.estimatedEnd().ifPresent(end -> json.name("estimatedEnd").text(end.toString()));
            })
        .toString();
  }
}
