package dev.ingest.console;

import dev.ingest.spi.IngestException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One part of what is shown: known, or not. What could not be read is never shown as nothing, nor
 * as what it was before.
 *
 * @param <T> what is known
 */
sealed interface Part<T> {

  /**
   * What was read.
   *
   * @param value it
   */
  record Known<T>(T value) implements Part<T> {}

  /**
   * What could not be read.
   *
   * @param why what went wrong, for a person
   */
  record Unknown<T>(String why) implements Part<T> {}

  /**
   * Reads a part. Whatever is thrown makes it unknown: a defect of one part must not hide the
   * others.
   */
  static <T> Part<T> of(String what, Supplier<T> read) {
    return unlessThrown(what, () -> new Known<>(read.get()));
  }

  /** Reads a part that may say by itself that it is not known. */
  static <T> Part<T> unlessThrown(String what, Supplier<Part<T>> read) {
    try {
      return read.get();
    } catch (RuntimeException e) {
      Logger log = LoggerFactory.getLogger(Part.class);
      log.warn("The console shows as unknown: {}", what, e);
      return new Unknown<>(why(e));
    }
  }

  /** What may be shown of an error: our own messages carry no credentials, those of others may. */
  static String why(Throwable error) {
    return error instanceof IngestException && error.getMessage() != null
        ? error.getMessage()
        : error.getClass().getSimpleName();
  }

  /** Tells it, known or not. */
  default void tell(Consumer<T> known, Consumer<String> unknown) {
    if (this instanceof Known<T> it) {
      known.accept(it.value());
    } else if (this instanceof Unknown<T> it) {
      unknown.accept(it.why());
    }
  }

  /** Joins two parts; what comes of them is unknown if either is. */
  static <A, B, R> Part<R> both(Part<A> one, Part<B> other, BiFunction<A, B, R> join) {
    if (one instanceof Known<A> first && other instanceof Known<B> second) {
      return new Known<>(join.apply(first.value(), second.value()));
    }
    return new Unknown<>(
        one instanceof Unknown<A> first ? first.why() : ((Unknown<B>) other).why());
  }
}
