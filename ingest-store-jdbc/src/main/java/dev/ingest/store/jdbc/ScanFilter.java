package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The conditions of a page of entries and what is bound to them.
 *
 * <p>The text depends on which conditions there are and never on the values. The key that a page
 * follows is turned into a plain comparison with one column wherever owner or id is given: a
 * comparison of pairs would then read again, and throw away, all that the pages before returned.
 */
final class ScanFilter {

  private static final Set<State> STOPPED = EnumSet.of(State.FAILED, State.LOST);

  private final List<String> conditions = new ArrayList<>();
  private final List<String> parameters = new ArrayList<>();
  private final int limit;
  private final boolean inFlight;
  private boolean empty;

  ScanFilter(ScanQuery query, int limit) {
    this.limit = limit;
    inFlight = !query.states().isEmpty() && query.states().stream().allMatch(State::isInFlight);
    query.owner().ifPresent(owner -> condition(table() + ".owner = ?", owner.value()));
    query.id().ifPresent(id -> condition(table() + ".id = ?", id.value()));
    query.after().ifPresent(after -> follow(query.owner(), query.id(), after));
    if (!query.states().isEmpty()) {
      only(query.states());
    }
  }

  private void follow(Optional<OwnerId> owner, Optional<SequenceId> id, SequenceKey after) {
    if (owner.isPresent()) {
      int order = owner.get().compareTo(after.owner());
      empty = order < 0;
      if (order == 0) {
        condition(table() + ".id > ?", after.id().value());
      }
    } else if (id.isPresent()) {
      boolean ownerAgain = id.get().compareTo(after.id()) > 0;
      condition(table() + (ownerAgain ? ".owner >= ?" : ".owner > ?"), after.owner().value());
    } else {
      condition(
          "(" + table() + ".owner, " + table() + ".id) > (?, ?)",
          after.owner().value(),
          after.id().value());
    }
  }

  private void only(Set<State> states) {
    if (STOPPED.containsAll(states)) {
      condition("e.state IN ('FAILED', 'LOST')");
    }
    boolean atRest = states.stream().noneMatch(State::isInFlight);
    String column = inFlight ? "w.state" : atRest ? "e.state" : "COALESCE(w.state, e.state)";
    String marks = String.join(", ", Collections.nCopies(states.size(), "?"));
    condition(
        column + " IN (" + marks + ")",
        states.stream().sorted().map(State::name).toArray(String[]::new));
  }

  private void condition(String sql, String... values) {
    conditions.add(sql);
    parameters.addAll(List.of(values));
  }

  /** Tells whether only sequences in flight are asked for, which the table of work alone has. */
  boolean inFlight() {
    return inFlight;
  }

  /** Returns the alias of the table that is read in order. */
  String table() {
    return inFlight ? "w" : "e";
  }

  /** Tells whether nothing can match. */
  boolean isEmpty() {
    return empty;
  }

  /** Returns the WHERE clause and a space, or nothing. */
  String conditions() {
    return conditions.isEmpty() ? "" : "WHERE " + String.join(" AND ", conditions) + " ";
  }

  List<String> parameters() {
    return parameters;
  }

  int limit() {
    return limit;
  }
}
