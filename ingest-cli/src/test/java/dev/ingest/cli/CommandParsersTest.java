package dev.ingest.cli;

import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

/** What the command reads of files and of its line that others wrote. */
class CommandParsersTest {

  @TempDir private Path folder;

  private Stream<FuzzSubject> parsers() {
    return Stream.of(
        FuzzSubject.ofReader("receipt-file", this::receipts)
            .refusing(UsageException.class)
            .madeOf("receipt ", "alice/ride-1", "root sha256:", "\n"),
        FuzzSubject.ofReader("findings-file", this::findings)
            .refusing(UsageException.class)
            .madeOf("{", "}", "[", "]", "\"findings\":", "\"kind\":", "null", ",", "\"\\ud800\""),
        FuzzSubject.ofReader("time-span", input -> new TimeSpan().convert(FuzzSubject.text(input)))
            .refusing(TypeConversionException.class)
            .madeOf("s", "min", "h", "d", "999999999"),
        FuzzSubject.ofReader("store-uri", CommandParsersTest::storeUri)
            .refusing(TypeConversionException.class)
            .madeOf("jdbc:postgresql:", "?", "ingestSchema=apply", "password=secret", "//a:b@"));
  }

  private void receipts(byte[] input) throws IOException {
    try (ReceiptFile file = new ReceiptFile(Files.write(folder.resolve("receipts"), input))) {
      while (file.hasNext()) {
        file.next();
      }
    }
  }

  private void findings(byte[] input) throws IOException {
    try (FindingsFile file = new FindingsFile(Files.write(folder.resolve("findings"), input))) {
      while (file.hasNext()) {
        file.next();
      }
    }
  }

  private static void storeUri(byte[] input) {
    String text = FuzzSubject.text(input);
    StoreUri.withSchema(new StoreUri.Converter().convert(text), true);
    String secret = "password=" + text.replaceAll("[&\\s\"'.]", "");
    String masked = StoreUri.masked(secret);
    if (!secret.endsWith("=") && masked.contains(secret)) {
      throw new AssertionError("is not masked in " + masked);
    }
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
