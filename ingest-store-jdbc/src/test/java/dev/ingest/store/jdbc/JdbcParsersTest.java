package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.ServerPool;
import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the adapter reads of URIs. */
final class JdbcParsersTest {

  private static final String SECRET = "planted-secret";
  private static final Logger DRIVER = Logger.getLogger("org.postgresql");

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
            FuzzSubject.ofReader("sqlite-uri", input -> DatabaseUri.file(FuzzSubject.uri(input)))
                .madeOf("jdbc:", "sqlite:", "JDBC:", "/", "?mode=ro", "%00"),
            FuzzSubject.ofReader("schema-rule", input -> DatabaseUri.rule(FuzzSubject.uri(input)))
                .madeOf("ingestSchema=", "apply", "verify", "@", "&"),
            FuzzSubject.ofReader("postgres-uri", JdbcParsersTest::source)
                .madeOf("jdbc:postgresql://", "[::1]", ":5432", "user=", "port=", "a,b", "&"))
        .map(
            subject ->
                subject
                    .refusing(IllegalArgumentException.class)
                    .refusing(URISyntaxException.class));
  }

  /** Whatever else is in a URI, a password in it is not told to the driver's log. */
  private static void source(byte[] input) throws URISyntaxException {
    String text = FuzzSubject.text(input);
    URI uri = FuzzSubject.uri(text + (text.indexOf('?') < 0 ? "?" : "&") + "password=" + SECRET);
    List<String> logged = new ArrayList<>();
    Handler handler = new Told(logged);
    DRIVER.addHandler(handler);
    DRIVER.setUseParentHandlers(false);
    try {
      ServerPool.source(uri);
    } finally {
      DRIVER.removeHandler(handler);
      DRIVER.setUseParentHandlers(true);
    }
    if (logged.stream().anyMatch(line -> line.contains(SECRET))) {
      throw new AssertionError("the password is in the log: " + logged);
    }
  }

  /** Keeps what is logged, with its parameters. */
  private static final class Told extends Handler {

    private final List<String> logged;

    Told(List<String> logged) {
      this.logged = logged;
    }

    @Override
    public void publish(LogRecord record) {
      logged.add(record.getMessage() + Arrays.toString(record.getParameters()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
