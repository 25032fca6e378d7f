package dev.ingest.cli.bag;

import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is read of the tag files of a bag that others made. */
class BagParsersTest {

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
            FuzzSubject.ofReader(
                    "bag-declaration", input -> Declaration.read(lines(Declaration.FILE, input)))
                .madeOf("BagIt-Version: ", "0.97", "1.0", "Tag-File-Character-Encoding: ", "UTF-8"),
            FuzzSubject.ofReader("bag-info", BagParsersTest::info)
                .madeOf("Payload-Oxum: ", "Ingest-Root: ", "Label: ", " ", "\t", "\r\n"),
            FuzzSubject.ofReader("bag-manifest", BagParsersTest::manifest)
                .madeOf("data/", "  ", "%0A", "%25", "../", "0123456789abcdef"),
            FuzzSubject.ofReader("bag-renamed", input -> Renamed.read(lines(Renamed.FILE, input)))
                .madeOf("data/raw-by-number/0000001 ", "data/result-by-number/", "name\n"))
        .map(subject -> subject.refusing(BagException.class));
  }

  private static TagLines lines(String file, byte[] input) {
    return new TagLines(file, new ByteArrayInputStream(input));
  }

  private static void info(byte[] input) throws Exception {
    BagInfo info = BagInfo.read(lines(BagInfo.FILE, input));
    for (String label : new String[] {BagInfo.OXUM, BagInfo.ROOT, BagInfo.RESULT_ROOT}) {
      if (info.value(label).filter(value -> !value.equals(value.strip())).isPresent()) {
        throw new AssertionError("has a value with blanks around it");
      }
    }
  }

  /** No path that is taken leads out of the bag. */
  private static void manifest(byte[] input) throws Exception {
    Path bag = Path.of("/bag");
    ChecksumLines.read(
        lines("manifest-sha256.txt", input),
        Algorithm.SHA256,
        BagVersion.V1_0,
        (path, checksum, place) -> {
          BagPath.checkPayload(path, place);
          if (!bag.resolve(path).normalize().startsWith(bag.resolve("data"))) {
            throw new AssertionError("leads out of the bag: " + path);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
