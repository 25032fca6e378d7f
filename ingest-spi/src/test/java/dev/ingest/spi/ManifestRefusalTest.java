package dev.ingest.spi;

import static dev.ingest.spi.Refusals.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ManifestException.Problem;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestRefusalTest {

  private static final String D = Digest.ofUtf8("content").hex();
  private static final int NEST = 100_000;

  static Stream<Arguments> damagedTexts() {
    return Stream.of(
        arguments("nothing", Problem.NOT_A_MANIFEST, ""),
        arguments("byte-order mark", Problem.NOT_A_MANIFEST, "\uFEFF" + header(0, 0)),
        arguments("leading line feed", Problem.NOT_A_MANIFEST, "\n" + header(0, 0)),
        arguments("magic in upper case", Problem.NOT_A_MANIFEST, "Ingest-manifest 1 sha256 0 0\n"),
        arguments("JSON", Problem.NOT_A_MANIFEST, "{\"items\":[]}"),
        arguments("100,000 braces", Problem.NOT_A_MANIFEST, "{".repeat(NEST)),
        arguments("100,000 brackets", Problem.NOT_A_MANIFEST, "[".repeat(NEST)),
        arguments("100,000 tags", Problem.NOT_A_MANIFEST, "<a>".repeat(NEST)),
        arguments(
            "100,000 brackets as the header",
            Problem.NOT_CANONICAL,
            "ingest-manifest 1 " + "[".repeat(NEST)),
        arguments(
            "100,000 brackets as an item", Problem.NOT_CANONICAL, header(1, 0) + "[".repeat(NEST)),
        arguments(
            "100,000 brackets as a name",
            Problem.NOT_CANONICAL,
            header(1, 0) + D + " 0 " + "[".repeat(NEST) + "\n"),
        arguments("version 0", Problem.UNKNOWN_VERSION, "ingest-manifest 0 sha256 0 0\n"),
        arguments("version 2", Problem.UNKNOWN_VERSION, "ingest-manifest 2 sha256 0 0\n"),
        arguments("version 10", Problem.UNKNOWN_VERSION, "ingest-manifest 10 sha256 0 0\n"),
        arguments("version 1.0", Problem.UNKNOWN_VERSION, "ingest-manifest 1.0 sha256 0 0\n"),
        arguments("version x", Problem.UNKNOWN_VERSION, "ingest-manifest x sha256 0 0\n"),
        arguments("weaker algorithm md5", Problem.NOT_CANONICAL, "ingest-manifest 1 md5 0 0\n"),
        arguments("weaker algorithm sha1", Problem.NOT_CANONICAL, "ingest-manifest 1 sha1 0 0\n"),
        arguments(
            "algorithm in upper case", Problem.NOT_CANONICAL, "ingest-manifest 1 SHA256 0 0\n"),
        arguments("no totals", Problem.NOT_CANONICAL, "ingest-manifest 1 sha256\n"),
        arguments("no bytes", Problem.NOT_CANONICAL, "ingest-manifest 1 sha256 0\n"),
        arguments("a field too many", Problem.NOT_CANONICAL, "ingest-manifest 1 sha256 0 0 0\n"),
        arguments("two spaces", Problem.NOT_CANONICAL, "ingest-manifest 1 sha256  0 0\n"),
        arguments("trailing space", Problem.NOT_CANONICAL, "ingest-manifest 1 sha256 0 0 \n"),
        arguments("carriage return", Problem.BAD_LENGTH, "ingest-manifest 1 sha256 0 0\r\n"),
        arguments("negative count", Problem.BAD_LENGTH, "ingest-manifest 1 sha256 -1 0\n"),
        arguments("count with a plus", Problem.BAD_LENGTH, "ingest-manifest 1 sha256 +1 0\n"),
        arguments("count with a leading zero", Problem.BAD_LENGTH, header("01", "0")),
        arguments("count in another script", Problem.BAD_LENGTH, header("\u0661", "0")),
        arguments("10,000,000 items", Problem.TOO_MANY_ITEMS, header(10_000_000, 0)),
        arguments("1,000,001 items", Problem.TOO_MANY_ITEMS, header(1_000_001, 0)),
        arguments("2^63-1 items", Problem.TOO_MANY_ITEMS, header(Long.MAX_VALUE, 0)),
        arguments("2^63 items", Problem.BAD_LENGTH, header("9223372036854775808", "0")),
        arguments("2^64 items", Problem.BAD_LENGTH, header("18446744073709551616", "0")),
        arguments("19 nines bytes", Problem.BAD_LENGTH, header("0", "9999999999999999999")),
        arguments("2^63 bytes", Problem.BAD_LENGTH, header("0", "9223372036854775808")));
  }

  static Stream<Arguments> damagedItems() {
    String other = D + " 1 b\n";
    return Stream.of(
        arguments("same name twice", Problem.DUPLICATE_NAME, header(2, 2) + other + other),
        arguments("case twin", Problem.DUPLICATE_NAME, header(2, 2) + other + D + " 1 B\n"),
        arguments(
            "NFC and NFD twin",
            Problem.DUPLICATE_NAME,
            header(2, 2) + D + " 1 \u00E9\n" + D + " 1 e\u0301\n"),
        arguments("length -1", Problem.BAD_LENGTH, header(1, 0) + D + " -1 a\n"),
        arguments("length 2^63", Problem.BAD_LENGTH, header(1, 0) + D + " 9223372036854775808 a\n"),
        arguments("length 00", Problem.BAD_LENGTH, header(1, 0) + D + " 00 a\n"),
        arguments("length 1e3", Problem.BAD_LENGTH, header(1, 0) + D + " 1e3 a\n"),
        arguments("no length", Problem.BAD_LENGTH, header(1, 0) + D + "  a\n"),
        arguments(
            "lengths past 2^63-1",
            Problem.BAD_LENGTH,
            header(2, Long.MAX_VALUE) + D + " " + Long.MAX_VALUE + " a\n" + other),
        arguments("fewer bytes than announced", Problem.TOTALS_DIFFER, header(1, 2) + other),
        arguments("more bytes than announced", Problem.TOTALS_DIFFER, header(1, 0) + other),
        arguments("bytes without items", Problem.TOTALS_DIFFER, header(0, 1)),
        arguments("fewer items than announced", Problem.TRUNCATED, header(2, 1) + other),
        arguments("more items than announced", Problem.TRAILING_DATA, header(1, 1) + other + other),
        arguments("trailing line feed", Problem.TRAILING_DATA, header(1, 1) + other + "\n"),
        arguments("trailing NUL", Problem.TRAILING_DATA, header(0, 0) + "\0"),
        arguments("no last line feed", Problem.TRUNCATED, header(1, 1) + D + " 1 b"),
        arguments("no digest", Problem.BAD_DIGEST, header(1, 1) + "1 b\n"),
        arguments("empty line", Problem.BAD_DIGEST, header(1, 1) + "\n"),
        arguments("short digest", Problem.BAD_DIGEST, header(1, 1) + D.substring(1) + " 1 b\n"),
        arguments("md5 digest", Problem.BAD_DIGEST, header(1, 1) + D.substring(32) + " 1 b\n"),
        arguments("named algorithm", Problem.BAD_DIGEST, header(1, 1) + "sha256:" + D + " 1 b\n"),
        arguments(
            "upper-case hex",
            Problem.BAD_DIGEST,
            header(1, 1) + D.toUpperCase(Locale.ROOT) + " 1 b\n"),
        arguments("no name", Problem.NOT_CANONICAL, header(1, 1) + D + " 1\n"),
        arguments("empty name", Problem.BAD_NAME, header(1, 1) + D + " 1 \n"),
        arguments("climbing name", Problem.BAD_NAME, header(1, 1) + D + " 1 ../a\n"),
        arguments("carriage return", Problem.BAD_NAME, header(1, 1) + D + " 1 b\r\n"),
        arguments("byte-order mark in a name", Problem.BAD_NAME, header(1, 1) + D + " 1 \uFEFFb\n"),
        arguments(
            "name of 1,025 bytes",
            Problem.BAD_NAME,
            header(1, 1) + D + " 1 " + "a".repeat(1_025) + "\n"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource({"damagedTexts", "damagedItems"})
  void damagedText_isRefused(String what, Problem problem, String text) {
    assertRefused(problem, () -> Manifest.parse(text.getBytes(UTF_8)));
    assertRefused(problem, () -> readThrough(text));
  }

  static Stream<Arguments> damagedUtf8() {
    return Stream.of(
        arguments("lone continuation", new byte[] {(byte) 0x80}),
        arguments("cut sequence", new byte[] {(byte) 0xC3}),
        arguments("overlong slash", new byte[] {(byte) 0xC0, (byte) 0xAF}),
        arguments("surrogate", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}),
        arguments(
            "past U+10FFFF", new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damagedUtf8")
  void damagedUtf8_isRefused(String what, byte[] name) {
    InputStream line =
        new SequenceInputStream(
            Collections.enumeration(
                List.of(
                    stream(header(1, 1) + D + " 1 a"),
                    new ByteArrayInputStream(name),
                    stream("\n"))));
    assertRefused(Problem.NOT_CANONICAL, () -> Manifest.parse(line.readAllBytes()));
  }

  @Test
  void errorMessage_namesTheLine() {
    String a = D + " 1 a\n";
    assertLine("at line 1:", "ingest-manifest 1 sha256 x 0\n");
    assertLine("at line 1:", "ingest-manifest 1 sha256 1 1");
    assertLine("at line 2:", header(1, 1) + D + " 1 ..\n");
    assertLine("at line 3:", header(2, 2) + a + a);
    assertLine("at line 3:", header(2, 2) + a);
    assertLine("at line 3:", header(2, Long.MAX_VALUE) + a + D + " " + Long.MAX_VALUE + " b\n");
    assertLine("at line 3:", header(1, 1) + a + a);
    assertLine("TOTALS_DIFFER:", header(1, 5) + a);
  }

  @Test
  void truncatedAtEveryByte_isRefused() {
    byte[] whole = Samples.holiday().toBytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      Problem expected =
          length < "ingest-manifest ".length() ? Problem.NOT_A_MANIFEST : Problem.TRUNCATED;
      assertRefused(expected, () -> Manifest.parse(cut));
    }
  }

  @Test
  void everySingleByteChanged_isRefusedOrChangesTheRoot() {
    Manifest whole = Samples.holiday();
    byte[] bytes = whole.toBytes();
    int refused = 0;
    int noticed = 0;
    for (int at = 0; at < bytes.length; at++) {
      for (int flip = 1; flip < 256; flip++) {
        byte[] changed = bytes.clone();
        changed[at] ^= (byte) flip;
        try {
          Manifest parsed = Manifest.parse(changed);
          assertNotEquals(whole.summary().root(), parsed.summary().root());
          assertArrayEquals(changed, parsed.toBytes());
          noticed++;
        } catch (ManifestException refusal) {
          refused++;
        }
      }
    }
    assertEquals(255 * bytes.length, refused + noticed);
    assertTrue(refused > 0 && noticed > 0);
  }

  @Test
  void digestsSwappedBetweenItems_changeTheRoot() {
    ManifestItem a = Samples.item("a", 1);
    ManifestItem b = Samples.item("b", 1);
    Manifest sent = Manifest.of(List.of(a, b));
    Manifest swapped =
        Manifest.of(
            List.of(
                new ManifestItem(a.name(), 1, b.digest()),
                new ManifestItem(b.name(), 1, a.digest())));
    assertNotEquals(sent.summary().root(), swapped.summary().root());
  }

  @Test
  void itemsInAnotherOrder_changeTheRoot() {
    List<ManifestItem> items = new ArrayList<>(Samples.holiday().items());
    Collections.reverse(items);
    assertNotEquals(Samples.holiday().summary().root(), Manifest.of(items).summary().root());
  }

  @Test
  void noItems_areDecodedButNeverReceipted() {
    Manifest none = Manifest.parse(header(0, 0).getBytes(UTF_8));
    assertEquals(0, none.summary().count());
    assertRefused(
        Kind.NUMBER,
        () ->
            new Receipt(
                SequenceKey.of("anna", "a"),
                none.summary(),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH));
  }

  @Test
  void longestLength_isAccepted() {
    Manifest longest = Manifest.of(List.of(Samples.item("a", Long.MAX_VALUE)));
    assertEquals(longest, Manifest.parse(longest.toBytes()));
    assertEquals(Long.MAX_VALUE, longest.summary().bytes());
  }

  @Test
  void numbersOutOfRange_areRefused() {
    ItemName name = ItemName.of("a");
    Digest digest = Digest.ofUtf8("a");
    assertRefused(Kind.NUMBER, () -> new ManifestItem(name, -1, digest));
    assertRefused(Kind.NUMBER, () -> new ManifestItem(name, Long.MIN_VALUE, digest));
    assertRefused(Kind.NUMBER, () -> new ManifestSummary(digest, -1, 0));
    assertRefused(Kind.NUMBER, () -> new ManifestSummary(digest, 1_000_001, 0));
    assertRefused(Kind.NUMBER, () -> new ManifestSummary(digest, 1, -1));
    assertRefused(Kind.NUMBER, () -> Manifest.encode(-1, 0, Collections.emptyIterator()));
    assertRefused(Kind.NUMBER, () -> Manifest.encode(0, -1, Collections.emptyIterator()));
    assertRefused(
        Problem.TOO_MANY_ITEMS, () -> Manifest.encode(10_000_000, 0, Collections.emptyIterator()));
  }

  static Stream<Arguments> damagedLists() {
    ManifestItem a = Samples.item("a", 1);
    ManifestItem b = Samples.item("b", 1);
    return Stream.of(
        arguments("same name twice", Problem.DUPLICATE_NAME, 2, 2, List.of(a, a)),
        arguments("case twin", Problem.DUPLICATE_NAME, 2, 2, List.of(a, Samples.item("A", 1))),
        arguments("fewer items", Problem.TOTALS_DIFFER, 3, 2, List.of(a, b)),
        arguments("more items", Problem.TOTALS_DIFFER, 1, 2, List.of(a, b)),
        arguments("more bytes", Problem.TOTALS_DIFFER, 2, 1, List.of(a, b)),
        arguments(
            "lengths past 2^63-1",
            Problem.BAD_LENGTH,
            2,
            1,
            List.of(a, Samples.item("b", Long.MAX_VALUE))));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("damagedLists")
  void damagedList_isNotEncodedAndStaysRefused(
      String what, Problem problem, int count, long bytes, List<ManifestItem> items) {
    ManifestEncoder encoder = Manifest.encode(count, bytes, items.iterator());
    ManifestException first = assertRefused(problem, encoder::readAllBytes);
    assertSame(first, assertThrows(ManifestException.class, encoder::read));
    assertThrows(IllegalStateException.class, encoder::summary);
  }

  @Test
  void endlessItems_areStoppedAtTheAnnouncedCount() {
    Iterator<ManifestItem> endless =
        Stream.iterate(0L, number -> number + 1).map(Samples::numbered).iterator();
    assertRefused(Problem.TOTALS_DIFFER, () -> Manifest.encode(10, 45, endless).readAllBytes());
  }

  @Test
  void summaryThatIsNotTheItemsOwn_isRefused() {
    Manifest holiday = Samples.holiday();
    ManifestSummary forged =
        new ManifestSummary(
            Digest.ofUtf8("forged"), holiday.summary().count(), holiday.summary().bytes());
    assertRefused(Problem.TOTALS_DIFFER, () -> new Manifest(holiday.items(), forged));
  }

  @Test
  void refusedItem_keepsTheDecoderFromGoingOn() throws IOException {
    String text = header(3, 3) + D + " 1 a\n" + D + " 1 A\n" + D + " 1 c\n";
    try (ManifestDecoder decoder = Manifest.decode(stream(text))) {
      assertEquals("a", decoder.next().name().value());
      ManifestException first = assertRefused(Problem.DUPLICATE_NAME, decoder::next);
      assertTrue(decoder.hasNext());
      assertSame(first, assertThrows(ManifestException.class, decoder::next));
      assertThrows(IllegalStateException.class, decoder::summary);
    }
  }

  @Test
  void refusalAfterTheLastItem_isNotAnEnd() throws IOException {
    try (ManifestDecoder decoder = Manifest.decode(stream(header(1, 1) + D + " 1 a\nmore"))) {
      assertRefused(Problem.TRAILING_DATA, decoder::next);
      assertTrue(decoder.hasNext());
      assertThrows(IllegalStateException.class, decoder::summary);
    }
  }

  @Test
  void failedRead_keepsTheDecoderFromGoingOn() throws IOException {
    byte[] bytes = Samples.holiday().toBytes();
    InputStream failing =
        new FilterInputStream(new ByteArrayInputStream(bytes)) {
          private int calls;

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            if (++calls == 3) {
              throw new IOException("disk on fire");
            }
            return super.read(buffer, offset, Math.min(length, 40));
          }
        };
    try (ManifestDecoder decoder = Manifest.decode(failing)) {
      UncheckedIOException first = assertThrows(UncheckedIOException.class, decoder::next);
      assertTrue(String.valueOf(first.getMessage()).contains("line 2"), first.getMessage());
      assertSame(first, assertThrows(UncheckedIOException.class, decoder::next));
      assertThrows(IllegalStateException.class, decoder::summary);
    }
  }

  @Test
  void readPastTheEnd_isRefused() throws IOException {
    try (ManifestDecoder decoder = Manifest.decode(stream(header(0, 0)))) {
      assertFalse(decoder.hasNext());
      assertThrows(NoSuchElementException.class, decoder::next);
    }
  }

  @Test
  void summaryBeforeTheEnd_isRefused() throws IOException {
    try (ManifestDecoder decoder =
        Manifest.decode(new ByteArrayInputStream(Samples.holiday().toBytes()))) {
      assertEquals(3, decoder.count());
      assertEquals(127, decoder.bytes());
      decoder.next();
      assertThrows(IllegalStateException.class, decoder::summary);
    }
  }

  @Test
  void refusedHeader_closesTheBytes() {
    boolean[] closed = new boolean[1];
    InputStream source =
        new FilterInputStream(stream("not a manifest")) {
          @Override
          public void close() throws IOException {
            closed[0] = true;
            throw new IOException("closing failed too");
          }
        };
    ManifestException refusal =
        assertRefused(Problem.NOT_A_MANIFEST, () -> Manifest.decode(source));
    assertTrue(closed[0]);
    assertEquals(1, refusal.getSuppressed().length);
  }

  private static void assertLine(String expected, String text) {
    ManifestException refusal =
        assertThrows(ManifestException.class, () -> Manifest.parse(text.getBytes(UTF_8)));
    assertTrue(String.valueOf(refusal.getMessage()).contains(expected), refusal.getMessage());
  }

  private static ManifestSummary readThrough(String text) throws IOException {
    try (ManifestDecoder decoder = Manifest.decode(stream(text))) {
      while (decoder.hasNext()) {
        decoder.next();
      }
      return decoder.summary();
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static String header(long count, long bytes) {
    return header(Long.toString(count), Long.toString(bytes));
  }

  private static String header(String count, String bytes) {
    return "ingest-manifest 1 sha256 " + count + " " + bytes + "\n";
  }
}
