package dev.ingest.testkit.fuzz;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the storage interfaces read of text and bytes that others may have written. */
class SpiParsersTest {

  private static final String HEX = "0123456789abcdef0123456789abcdef";

  private static Stream<FuzzSubject> parsers() {
    return Stream.concat(
        Stream.of(
            FuzzSubject.ofBytes("manifest", Manifest::parse, Manifest::toBytes)
                .refusing(ManifestException.class)
                .madeOf("ingest-manifest ", "1 sha256 ", HEX + HEX, " 3 ", "a/b.jpg\n")),
        Stream.of(
                FuzzSubject.ofText("digest", Digest::parse, Digest::toString)
                    .madeOf("sha256:", HEX, "SHA256:", "md5:"),
                FuzzSubject.ofText("digest-hex", Digest::ofHex, Digest::hex).madeOf(HEX),
                FuzzSubject.ofText("item-name", ItemName::of, ItemName::value)
                    .madeOf("a", ".jpg", "/", "aux", "LPT1", "COM\u00b9"),
                FuzzSubject.ofText("owner-id", OwnerId::of, OwnerId::value),
                FuzzSubject.ofText("sequence-id", SequenceId::of, SequenceId::value),
                FuzzSubject.ofText("session-id", SessionId::new, SessionId::value).madeOf(HEX),
                FuzzSubject.ofText("incarnation-id", IncarnationId::new, IncarnationId::value)
                    .madeOf(HEX),
                FuzzSubject.ofText("content-key", ContentKey::new, ContentKey::value)
                    .madeOf("raw/", "run/", HEX, "manifest"),
                FuzzSubject.ofText("content-prefix", ContentPrefix::new, ContentPrefix::value)
                    .madeOf("raw/", "run/", HEX),
                FuzzSubject.ofText("sequence-place", SequencePlace::new, SequencePlace::value)
                    .madeOf(HEX, "/"),
                FuzzSubject.ofBytes(
                    "sequence-place-bytes", SequencePlace::ofBytes, SequencePlace::toBytes))
            .map(subject -> subject.refusing(InvalidValueException.class)));
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatTheyWriteOrRefuse() {
    ParserFuzz fuzz = new ParserFuzz(Path.of("src/test/resources/fuzz"), FuzzPlan.ofProperties());
    return parsers()
        .map(
            parser ->
                DynamicTest.dynamicTest(parser.name(), () -> System.out.println(fuzz.run(parser))));
  }
}
