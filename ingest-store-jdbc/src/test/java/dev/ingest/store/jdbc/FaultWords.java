package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the message of an error must say. */
final class FaultWords {

  private static final List<String> UNDONE =
      List.of(
          "; the transaction was rolled back before its commit; ",
          "; this element met an error and was undone; ",
          "; nothing was changed; ");
  private static final String UNKNOWN = "; whether the commit took effect is unknown; ";

  private FaultWords() {}

  /** Checks that it names the ledger, the attempt, what happened and what to do. */
  static void check(String ledger, JdbcFault fault, Throwable error, String at) {
    assertInstanceOf(LedgerException.class, error, at);
    String message = String.valueOf(error.getMessage());
    Pattern form =
        Pattern.compile(Pattern.quote(ledger) + " could not .+: .+; .+; .+", Pattern.DOTALL);
    assertTrue(form.matcher(message).matches(), () -> at + ": " + message);
    Optional<SQLException> cause = cause(error);
    assertTrue(cause.isPresent(), () -> at + " lost its cause: " + message);
    assertTrue(fault.is(cause.get()), () -> at + " names something else: " + message);
    assertTrue(message.contains("; " + fault.advice()), () -> at + ": " + message);
  }

  /** Tells whether it leaves open what took effect; it must say one or the other. */
  static boolean sayUnknown(String message, String at) {
    boolean unknown = message.contains(UNKNOWN);
    boolean undone = UNDONE.stream().anyMatch(message::contains);
    if (unknown == undone) {
      fail(at + " says nothing of its effect: " + message);
    }
    return unknown;
  }

  private static Optional<SQLException> cause(Throwable error) {
    Throwable cause = error.getCause();
    while (cause != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    return Optional.ofNullable((SQLException) cause);
  }
}
