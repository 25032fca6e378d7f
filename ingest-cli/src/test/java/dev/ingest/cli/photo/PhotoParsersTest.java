package dev.ingest.cli.photo;

import dev.ingest.testkit.fuzz.FuzzPlan;
import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the pipeline of the quick start reads of photographs before it decodes them. */
class PhotoParsersTest {

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
        FuzzSubject.ofReader("jpeg-header", PhotoParsersTest::header)
            .refusing(CorruptPhotoException.class)
            .madeOf("Exif\0\0", "II*\0", "MM\0*"),
        FuzzSubject.ofReader("file-type", FileType::of).madeOf("ftyp", "WEBP", "GIF8"));
  }

  /** A block that cannot be read is told, and hides nothing of the image. */
  private static void header(byte[] input) throws IOException, CorruptPhotoException {
    JpegHeader.read(new ByteArrayInputStream(input)).exif().ifPresent(Capture::read);
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    ParserFuzz fuzz = new ParserFuzz(Path.of("src/test/resources/fuzz"), FuzzPlan.ofProperties());
    return parsers()
        .map(
            parser ->
                DynamicTest.dynamicTest(parser.name(), () -> System.out.println(fuzz.run(parser))));
  }
}
