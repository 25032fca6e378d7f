package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.content.ContentStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of open reads when a judgement ends. */
final class ProofReadsTest {

  private final Bench bench = new Bench();
  private int opened;
  private int closed;

  /** Streams that are closed and say that they cannot be, but for the second. */
  private final class Stubborn extends FilterInputStream {

    private final int number = ++opened;

    Stubborn(InputStream stored) {
      super(stored);
    }

    @Override
    public void close() throws IOException {
      closed++;
      super.close();
      if (number != 2) {
        throw new IOException("stream " + number + " cannot be closed");
      }
    }
  }

  @Test
  void whatCannotBeClosed_keepsNothingElseOpen() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x", "b", "yy");
    ContentStore store = Care.opened(bench.content, (key, stored) -> new Stubborn(stored));
    ProofReads reads = new ProofReads(store);
    StoredSet raw = StoredSet.raw(bench.entry(RIDE));
    for (int i = 0; i < 4; i++) {
      reads.items(raw, StoredSet.Located::ordinal).next();
    }
    UncheckedIOException thrown = assertThrows(UncheckedIOException.class, reads::close);
    assertEquals(4, closed);
    assertEquals(cause(1), String.valueOf(thrown.getCause()));
    assertEquals(
        List.of(cause(3), cause(4)),
        Arrays.stream(thrown.getSuppressed()).map(one -> String.valueOf(one.getCause())).toList());
  }

  private static String cause(int stream) {
    return "java.io.IOException: stream " + stream + " cannot be closed";
  }
}
