package dev.ingest.cli.photo;

import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the pipeline of the quick start reads of photographs before it decodes them. */
class PhotoParsersTest {

  /** Where the length of the first segment is. */
  private static final int SEGMENT = 4;

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
        FuzzSubject.ofReader("jpeg-header", PhotoParsersTest::header)
            .refusing(CorruptPhotoException.class)
            .madeOf("Exif\0\0", "II*\0", "MM\0*", "2026:13:02 03:04:05", "-09:30")
            .mendedBy(PhotoParsersTest::withItsLength),
        FuzzSubject.ofReader("file-type", FileType::of).madeOf("ftyp", "WEBP", "GIF8"));
  }

  /** A block that cannot be read is told, and hides nothing of the image. */
  private static void header(byte[] input) throws IOException, CorruptPhotoException {
    JpegHeader.read(new ByteArrayInputStream(input))
        .exif()
        .map(Capture::read)
        .ifPresent(PhotoParsersTest::check);
  }

  /** A time is one, and a place is on earth. */
  private static void check(Capture capture) {
    capture.capturedAt().ifPresent(DateTimeFormatter.ISO_DATE_TIME::parse);
    capture
        .position()
        .filter(at -> !(Math.abs(at.latitude()) <= 90 && Math.abs(at.longitude()) <= 180))
        .ifPresent(
            at -> {
              throw new AssertionError("is nowhere on earth: " + at);
            });
  }

  /** Of a first segment, up to the frame, so that its block may change in length. */
  private static byte[] withItsLength(byte[] jpeg) {
    int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0", SEGMENT);
    if (frame < 0 || jpeg[SEGMENT - 1] != (byte) 0xe1) {
      return jpeg;
    }
    return ByteBuffer.wrap(jpeg.clone()).putShort(SEGMENT, (short) (frame - SEGMENT)).array();
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
