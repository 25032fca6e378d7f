package dev.ingest.core;

import java.util.Optional;

/**
 * What a change of a route did, or would do.
 *
 * @param before the route before; empty if there was none
 * @param after the route after it
 * @param moves how many go another way than before
 * @param committed whether it is done; false of a rehearsal
 */
public record RouteReport(Optional<Route> before, Route after, Moves moves, boolean committed) {

  /**
   * How many go another way from the change on. What was accepted before is not touched by it.
   *
   * @param moved how many go another way
   * @param of of how many
   * @param sequences how many sequences the owners that move uploaded in the last 24 hours; 0 where
   *     it is estimated
   * @param estimated whether these are the moves that are to be expected of 10,000, because the
   *     route goes by sequences, or nobody uploaded anything in the last 24 hours; otherwise the
   *     owners who did are counted, at most 100,000
   */
  public record Moves(long moved, long of, long sequences, boolean estimated) {}
}
