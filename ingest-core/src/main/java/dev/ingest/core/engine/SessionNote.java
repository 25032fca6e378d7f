package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The upload sessions that a row of the history tells of: the one that was accepted, and the one
 * that it was adopted from. They stand in the row's details as {@code session=} and {@code
 * adopted=}, before the {@code reason=}, which is a person's text.
 */
final class SessionNote {

  private static final String REASON = "reason=";
  private static final Pattern NAMED = Pattern.compile("(?:session|adopted)=([0-9a-f]{32})");

  private SessionNote() {}

  static Set<SessionId> of(HistoryRow row) {
    Set<SessionId> sessions = new LinkedHashSet<>();
    if (row.step().kind() != TransitionKind.ACCEPTED
        && row.step().kind() != TransitionKind.READMITTED) {
      return sessions;
    }
    for (String detail : facts(row)) {
      Matcher named = NAMED.matcher(detail);
      if (named.matches()) {
        sessions.add(new SessionId(named.group(1)));
      }
    }
    return sessions;
  }

  /** Tells whether the kept history of a sequence tells of a session. */
  static boolean isInHistory(Ledger ledger, SequenceKey key, SessionId session) {
    return Histories.any(ledger, key, Long.MAX_VALUE, row -> of(row).contains(session));
  }

  /** What the engine wrote into a row's details, without the person's text at their end. */
  static List<String> facts(HistoryRow row) {
    return Arrays.stream(row.note().detail().split("; ", -1))
        .takeWhile(detail -> !detail.startsWith(REASON))
        .toList();
  }
}
