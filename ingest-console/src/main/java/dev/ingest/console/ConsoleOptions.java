package dev.ingest.console;

import dev.ingest.spi.InvalidValueException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a console behaves.
 *
 * @param hosts what the {@code Host} of a request may be, such as {@code ops.example:8443}, without
 *     a port where the scheme's own is used; every other is refused, so that a page elsewhere that
 *     gives its own name this address reads nothing; at least one. {@link ConsoleServer} adds its
 *     own
 * @param interval how long what was read is shown, 1 s to 30 s: the ledger is read once in it at
 *     most, however many look
 * @param limit how long a request waits for the ledger, 10 ms to 5 min; what is not there by then
 *     is shown as unknown
 * @param liveClients how many pages are told of changes at a time, 1 to 1,000; others are refused
 *     with status 503
 * @param authenticator who may act; without one nothing can be changed
 */
public record ConsoleOptions(
    Set<String> hosts,
    Duration interval,
    Duration limit,
    int liveClients,
    Optional<ConsoleAuthenticator> authenticator) {

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LEAST_LIMIT = Duration.ofMillis(10);
  private static final Duration MOST_LIMIT = Duration.ofMinutes(5);
  private static final int MOST_CLIENTS = 1_000;

  /**
   * Copies the set in lower case and validates the bounds.
   *
   * @param hosts what the {@code Host} of a request may be
   * @param interval how old what is shown may be
   * @param limit how long a request waits for the ledger
   * @param liveClients how many pages are told of changes at a time
   * @param authenticator who may act
   */
  public ConsoleOptions {
    hosts =
        hosts.stream()
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    requireTime("what is shown may be", interval, SHORTEST, LONGEST);
    requireTime("a request waits for the ledger", limit, LEAST_LIMIT, MOST_LIMIT);
    if (liveClients < 1 || liveClients > MOST_CLIENTS) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER,
          Integer.toString(liveClients),
          "1 to 1,000 pages are told of changes");
    }
  }

  /**
   * Makes options: read-only, every 5 s, 10 s for the ledger, 32 pages.
   *
   * @param hosts what the {@code Host} of a request may be
   * @return the options
   */
  public static ConsoleOptions of(String... hosts) {
    return new ConsoleOptions(
        Set.of(hosts), Duration.ofSeconds(5), Duration.ofSeconds(10), 32, Optional.empty());
  }

  /**
   * Copies with other hosts.
   *
   * @param other what the {@code Host} of a request may be
   * @return the copy
   */
  public ConsoleOptions withHosts(Set<String> other) {
    return new ConsoleOptions(other, interval, limit, liveClients, authenticator);
  }

  /**
   * Copies with other times.
   *
   * @param newInterval how old what is shown may be
   * @param newLimit how long a request waits for the ledger
   * @return the copy
   */
  public ConsoleOptions withTimes(Duration newInterval, Duration newLimit) {
    return new ConsoleOptions(hosts, newInterval, newLimit, liveClients, authenticator);
  }

  /**
   * Copies with another number of pages.
   *
   * @param most how many pages are told of changes at a time
   * @return the copy
   */
  public ConsoleOptions withLiveClients(int most) {
    return new ConsoleOptions(hosts, interval, limit, most, authenticator);
  }

  /**
   * Copies so that some may hold, release, redrive and discard sequences.
   *
   * @param judge tells who
   * @return the copy
   */
  public ConsoleOptions withActs(ConsoleAuthenticator judge) {
    return new ConsoleOptions(hosts, interval, limit, liveClients, Optional.of(judge));
  }

  private static void requireTime(String what, Duration time, Duration least, Duration most) {
    if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TIME,
          time.toString(),
          what + " from " + least + " to " + most + " long");
    }
  }
}
