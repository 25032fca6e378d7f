package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** What the adapter reads of URIs, and of the answers of servers. */
final class S3ParsersTest {

  private static final String SHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
        FuzzSubject.ofReader("s3-uri", input -> S3Uri.parse(FuzzSubject.uri(input)))
            .refusing(ContentConfigurationException.class)
            .refusing(URISyntaxException.class)
            .madeOf(
                "s3://", "region=", "endpoint=http%3A%2F%2Fh", "pathStyle=true", "&", "accept="),
        FuzzSubject.ofReader("content-range", S3ParsersTest::span)
            .refusing(IOException.class)
            .madeOf("bytes ", "5-", "/", "9223372036854775807"),
        FuzzSubject.ofReader("kept-checksum", S3ParsersTest::checksum).madeOf(SHA256, "-2"));
  }

  /** Of an answer with ten bytes from the fifth. */
  private static void span(byte[] input) throws IOException {
    ObjectInput.Span span =
        ObjectInput.span(
            GetObjectResponse.builder()
                .contentLength(10L)
                .contentRange(FuzzSubject.text(input))
                .build(),
            5);
    if (span.from() != 5 || span.to() != 15 || span.total() < 15) {
      throw new AssertionError("is not what was asked: " + span);
    }
  }

  /** A server's checksum counts as one of the bytes only if it is 32 bytes, and of the whole. */
  private static void checksum(byte[] input) {
    String text = FuzzSubject.text(input);
    Stored stored =
        Stored.of(
            HeadObjectResponse.builder()
                .contentLength(10L)
                .checksumSHA256(text)
                .checksumType(ChecksumType.FULL_OBJECT)
                .metadata(Map.of(Stored.SAID, text))
                .build());
    if (stored.digest().isPresent()
        && !Stored.base64(stored.digest().get()).startsWith(cut(text))) {
      throw new AssertionError("is not the checksum that was kept: " + stored);
    }
  }

  /** Without padding and the last digit, some bits of which count for nothing. */
  private static String cut(String base64) {
    return base64.substring(0, SHA256.length() - 2);
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatIsThereOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
