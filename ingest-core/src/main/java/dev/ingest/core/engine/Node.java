package dev.ingest.core.engine;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RoutePolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Optional;

/**
 * One running engine: who it is, what it can run, where it keeps things. What all drivers share.
 *
 * @param identity who it is
 * @param ledger the ledger
 * @param content the bytes
 * @param pipelines what it can run; new sequences go to the first as long as no route is set
 * @param policies how it works
 * @param seams time, randomness, threads
 */
public record Node(
    Identity identity,
    LedgerStore ledger,
    ContentStore content,
    List<Pipeline> pipelines,
    Policies policies,
    Seams seams) {

  /**
   * Copies the list.
   *
   * @param identity who it is
   * @param ledger the ledger
   * @param content the bytes
   * @param pipelines what it can run
   * @param policies how it works
   * @param seams time
   */
  public Node {
    pipelines = List.copyOf(pipelines);
  }

  /**
   * Who a node is.
   *
   * @param id its id
   * @param version its code version
   */
  public record Identity(NodeId id, String version) {}

  /**
   * How a node works.
   *
   * @param times deadlines and time to live
   * @param limits what comes in
   * @param work how stages run
   * @param tellsOwners whether notices to owners are written with what they tell of
   * @param route by which route new sequences are split
   */
  public record Policies(
      TimePolicy times,
      IntakeLimits limits,
      WorkPolicy work,
      boolean tellsOwners,
      RoutePolicy route) {

    /**
     * Creates policies with the default route.
     *
     * @param times deadlines and time to live
     * @param limits what comes in
     * @param work how stages run
     * @param tellsOwners whether notices to owners are written
     */
    public Policies(TimePolicy times, IntakeLimits limits, WorkPolicy work, boolean tellsOwners) {
      this(times, limits, work, tellsOwners, RoutePolicy.DEFAULT);
    }

    /**
     * Creates policies without notices to owners.
     *
     * @param times deadlines and time to live
     * @param limits what comes in
     * @param work how stages run
     */
    public Policies(TimePolicy times, IntakeLimits limits, WorkPolicy work) {
      this(times, limits, work, false);
    }
  }

  Optional<Pipeline> pipeline(String name) {
    return pipelines.stream().filter(pipeline -> pipeline.ref().name().equals(name)).findFirst();
  }

  String actor() {
    return identity.id().value();
  }

  TransitionId newTransitionId() {
    return TransitionId.ofBits(seams.randomBits().getAsLong(), seams.randomBits().getAsLong());
  }

  SessionId newSessionId() {
    return SessionId.ofBits(seams.randomBits().getAsLong(), seams.randomBits().getAsLong());
  }
}
