package dev.ingest.store.jdbc;

import dev.ingest.spi.IngestException;
import java.util.function.Function;

/** What became of one element of a change that was committed. */
sealed interface Result<T> {

  /** The element took effect, or decided that it does not. */
  record Answer<T>(T value) implements Result<T> {}

  /** The element met an error and was undone alone. */
  record Undone<T>(IngestException error) implements Result<T> {}

  /** Returns the answer, or makes one of the error. */
  default T or(Function<IngestException, ? extends T> failed) {
    if (this instanceof Answer<T> answer) {
      return answer.value();
    }
    return failed.apply(((Undone<T>) this).error());
  }

  /** Returns the answer or throws the error. */
  default T orThrow() {
    return or(
        error -> {
          throw error;
        });
  }
}
