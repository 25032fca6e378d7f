package dev.ingest.core.engine;

import java.io.IOError;
import java.io.IOException;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** What code of someone else's may throw, declared or not. */
final class Unforeseen {

  private Unforeseen() {}

  /** Each throws something else. */
  static List<Named<Runnable>> all() {
    return Stream.<Supplier<Throwable>>of(
            () -> new IllegalStateException("a bug"),
            () -> new NoClassDefFoundError("com/example/Client"),
            () -> new ExceptionInInitializerError("no such setting"),
            StackOverflowError::new,
            () -> new OutOfMemoryError("Java heap space"),
            () -> new AssertionError("expected otherwise"),
            () -> new IOException("undeclared, as from another language"),
            () -> new IOError(new IOException("a page that is mapped and gone")),
            () -> new ServiceConfigurationError("no such provider"),
            () -> new Error("of a new kind"),
            () -> new Throwable("of no kind"))
        .map(bug -> Named.<Runnable>of(bug.get().getClass().getSimpleName(), () -> raise(bug)))
        .toList();
  }

  private static void raise(Supplier<Throwable> bug) {
    Unforeseen.<RuntimeException>raise(bug.get());
  }

  /** Throws what the compiler does not know of. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Throwable> void raise(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
