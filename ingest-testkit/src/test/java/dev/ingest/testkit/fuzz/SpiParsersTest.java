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
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the storage interfaces read of text and bytes that others may have written. */
class SpiParsersTest {

  private static final String HEX = "0123456789abcdef0123456789abcdef";
  private static final Pattern LENGTH = Pattern.compile("^[^ ]* ([0-9]{1,18}) ");

  private static Stream<FuzzSubject> parsers() {
    return Stream.concat(
        Stream.of(
            FuzzSubject.ofBytes("manifest", Manifest::parse, Manifest::toBytes)
                .refusing(ManifestException.class)
                .madeOf("ingest-manifest ", "1 sha256 ", HEX + HEX, " 3 ", "a/b.jpg\n")
                .mendedBy(SpiParsersTest::withItsTotals)),
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

  /** With a first line of the number of those that follow, and of the sum of their lengths. */
  private static byte[] withItsTotals(byte[] manifest) {
    String text = new String(manifest, StandardCharsets.ISO_8859_1);
    String items = text.substring(text.indexOf('\n') + 1);
    long bytes =
        items
            .lines()
            .map(LENGTH::matcher)
            .filter(Matcher::find)
            .mapToLong(length -> Long.parseLong(length.group(1)))
            .sum();
    long count = items.chars().filter(c -> c == '\n').count();
    return "ingest-manifest 1 sha256 %d %d\n%s"
        .formatted(count, bytes, items)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatTheyWriteOrRefuse() {
    return ParserFuzz.tests(parsers());
  }
}
