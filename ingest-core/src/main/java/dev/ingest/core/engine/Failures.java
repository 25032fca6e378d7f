package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.Finding;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns errors into the bounded text that the ledger keeps. */
final class Failures {

  private static final int SHOWN_FINDINGS = 5;

  /** As deep as causes are looked through, since they may go round. */
  private static final int DEPTH = 20;

  private Failures() {}

  static Failure of(String code, Optional<StageRef> stage, String message) {
    return new Failure(code, stage, BoundedText.of(message, Failure.MAX_MESSAGE));
  }

  /** What code of someone else's has thrown may fail to say why, too. */
  static String describe(Throwable error) {
    String name = error.getClass().getSimpleName();
    String kind = name.isEmpty() ? error.getClass().getName() : name;
    String message;
    try {
      message = error.getMessage();
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      return kind + ", whose message cannot be had: it throws " + e.getClass().getName();
    }
    return message == null ? kind : kind + ": " + message;
  }

  /** Tells whether an error is of a kind, or a cause of it that it names is. */
  static boolean isCausedBy(Throwable error, Predicate<Throwable> kind) {
    @Nullable Throwable cause = error;
    for (int i = 0; i < DEPTH && cause != null; i++) {
      if (kind.test(cause)) {
        return true;
      }
      cause = causeOf(cause);
    }
    return false;
  }

  /** The cause that an error names; none if it cannot say. */
  private static @Nullable Throwable causeOf(Throwable error) {
    try {
      return error.getCause();
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      return null;
    }
  }

  /** Tells how many findings there are, and the first of them. */
  static String describe(List<Finding> findings) {
    return describe(
        findings, one -> describe(one.kind(), one.item(), one.expected(), one.actual()));
  }

  /** The same of an audit's. */
  static String describeAudited(List<AuditFinding> findings) {
    return describe(
        findings, one -> describe(one.kind(), one.subject().item(), one.expected(), one.actual()));
  }

  private static <T> String describe(List<T> findings, Function<T, String> text) {
    return findings.size()
        + " findings: "
        + findings.stream().limit(SHOWN_FINDINGS).map(text).collect(Collectors.joining("; "));
  }

  private static String describe(
      Finding.Kind kind, Optional<ItemName> item, String expected, String actual) {
    String of = item.map(name -> " item \"" + name + "\"").orElse("");
    return "%s%s expected %s, got %s".formatted(kind, of, expected, actual);
  }
}
