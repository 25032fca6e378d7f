package dev.ingest.core.engine;

import dev.ingest.spi.ledger.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a pass ends that goes page by page through what is due, in the order of time: where it
 * began in time.
 *
 * <p>What becomes due while a pass goes on is left to the next. Where as much becomes due as is
 * dealt with, a pass would have no end otherwise, and what was left behind would not be looked at
 * again. For one thread.
 */
final class PassEnd {

  private final Ledger ledger;
  private final Duration lead;

  /**
   * The last point in time that belongs to a pass of more than a page: the earliest of those that
   * were due by when a page was read, since the ledger's clock may have been ahead at one of them.
   */
  private Optional<Instant> until = Optional.empty();

  /**
   * Begins with a first pass.
   *
   * @param ledger whose time it is
   * @param lead how long before its time something is due; negative where it is due after it
   */
  PassEnd(Ledger ledger, Duration lead) {
    this.ledger = ledger;
    this.lead = lead;
  }

  /**
   * Cuts off what belongs to a later pass.
   *
   * @param page the next page of the pass, as the ledger has it
   * @param limit the most that it may have
   * @param timeOf what the page is in the order of
   * @return what belongs to this pass; if it is less than the limit, this one has ended, and the
   *     next page is the first of another
   */
  <T> List<T> cut(List<T> page, int limit, Function<T, Instant> timeOf) {
    List<T> within =
        until
            .map(end -> page.stream().takeWhile(one -> !timeOf.apply(one).isAfter(end)).toList())
            .orElse(page);
    if (within.size() < limit) {
      until = Optional.empty();
    } else {
      Instant end = ledger.now().plus(lead);
      until = Optional.of(until.filter(end::isAfter).orElse(end));
    }
    return within;
  }
}
