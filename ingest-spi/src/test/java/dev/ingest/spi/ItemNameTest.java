package dev.ingest.spi;

import static dev.ingest.spi.Refusals.assertPrintable;
import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ItemNameTest {

  static Stream<Arguments> dangerous() {
    return Stream.of(
        arguments("empty", ""),
        arguments("the folder itself", "."),
        arguments("the folder above", ".."),
        arguments("climbing", "../"),
        arguments("climbing to a file", "../etc/passwd"),
        arguments("climbing in the middle", "a/../b"),
        arguments("climbing at the end", "a/.."),
        arguments("the folder itself in the middle", "a/./b"),
        arguments("escaped slash", "..%2f"),
        arguments("escaped slash, upper case", "a%2Fb"),
        arguments("escaped backslash", "a%5cb"),
        arguments("escaped dots", "%2e%2e/a"),
        arguments("escaped colon", "c%3a"),
        arguments("escaped NUL", "a%00.jpg"),
        arguments("escaped line feed", "a%0Ab"),
        arguments("escaped delete", "a%7fb"),
        arguments("slash escaped twice", "..%252f"),
        arguments("slash escaped five times", "..%252525252f"),
        arguments("backslash", "\\"),
        arguments("climbing with backslashes", "..\\a"),
        arguments("share of Windows", "\\\\host\\share"),
        arguments("absolute", "/etc/passwd"),
        arguments("two leading slashes", "//host/share"),
        arguments("trailing slash", "a/"),
        arguments("empty part", "a//b"),
        arguments("drive", "C:"),
        arguments("absolute on a drive", "C:/a"),
        arguments("relative on a drive", "c:a"),
        arguments("stream type", "a::$DATA"),
        arguments("folder stream type", "a:$I30:$INDEX_ALLOCATION/b"),
        arguments("NUL", "a\0.jpg"),
        arguments("carriage return", "a\rb"),
        arguments("line feed", "a\nb"),
        arguments("line feed at the end", "a\n"),
        arguments("tab", "a\tb"),
        arguments("escape", "\u001b[31mred"),
        arguments("delete", "a\u007f"),
        arguments("next line U+0085", "a\u0085b"),
        arguments("line separator U+2028", "a\u2028b"),
        arguments("paragraph separator U+2029", "a\u2029b"),
        arguments("right-to-left override U+202E", "photo\u202Egpj.exe"),
        arguments("zero-width space U+200B", "a\u200Bb"),
        arguments("zero-width joiner U+200D", "a\u200Db"),
        arguments("byte-order mark U+FEFF", "\uFEFFa"),
        arguments("tag character U+E0041", "a\uDB40\uDC41"),
        arguments("lone high surrogate", "a\uD83D"),
        arguments("lone low surrogate", "\uDE00a"),
        arguments("surrogates in the wrong order", "\uDE00\uD83D"),
        arguments("not a character U+FFFF", "a\uFFFF"),
        arguments("unassigned U+0378", "a\u0378"),
        arguments("1,025 bytes of ASCII", "a".repeat(1_025)),
        arguments("1,025 bytes in 342 characters", "\u20AC".repeat(341) + "aa"),
        arguments("a megabyte", "a".repeat(1 << 20)),
        arguments("part ends in a dot", "a./b"),
        arguments("ends in a space", "a "),
        arguments("three dots", "..."),
        arguments("a space", " "),
        arguments("device", "CON"),
        arguments("device in lower case", "nul"),
        arguments("device with an extension", "con.txt"),
        arguments("device with two extensions", "aux.tar.gz"),
        arguments("device with a space before the dot", "CON .txt"),
        arguments("device with a colon", "CON:"),
        arguments("device with a colon and more", "prn:a"),
        arguments("device as a folder", "a/Prn/b"),
        arguments("numbered device", "COM1"),
        arguments("numbered device with an extension", "lpt9.txt"),
        arguments("device numbered with a superscript", "COM\u00B9"),
        arguments("console input", "CONIN$"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("dangerous")
  void dangerousName_isRefused(String what, String name) {
    assertRefused(Kind.ITEM_NAME, () -> ItemName.of(name));
  }

  static Stream<Arguments> harmless() {
    return Stream.of(
        arguments("one letter", "a"),
        arguments("folders", "a/b/c.jpg"),
        arguments("spaces inside", "my holiday 1.jpg"),
        arguments("leading space", " a"),
        arguments("leading dot", ".hidden"),
        arguments("dots inside", "a..b"),
        arguments("leading dash", "-rf"),
        arguments("colon inside", "2026-01-01T10:00:00.jpg"),
        arguments("starts like a device", "CONTROL.txt"),
        arguments("contains a device", "a.CON"),
        arguments("device without a number", "COM"),
        arguments("per cent", "100% sure"),
        arguments("an escape that hides nothing", "a%20b"),
        arguments("statement", "'; DROP TABLE items; --"),
        arguments("lookup", "${jndi:x}"),
        arguments("placeholder", "{}"),
        arguments("formula", "=1+1"),
        arguments("decomposed", "e\u0301"),
        arguments("beyond the basic plane", "\uD83D\uDE00.png"),
        arguments("1,024 bytes of ASCII", "a".repeat(1_024)),
        arguments("1,024 bytes in 342 characters", "\u20AC".repeat(341) + "a"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("harmless")
  void harmlessName_isKeptVerbatim(String what, String name) {
    assertEquals(name, ItemName.of(name).value());
    assertEquals(name, ItemName.of(name).toString());
  }

  static Stream<Arguments> twins() {
    return Stream.of(
        arguments("case", "Photo.JPG", "photo.jpg"),
        arguments("composed and decomposed", "caf\u00E9", "cafe\u0301"),
        arguments("composed and decomposed, other case", "CAF\u00C9", "cafe\u0301"),
        arguments("order of combining marks", "a\u0323\u0301", "a\u0301\u0323"),
        arguments("Hangul syllable and letters", "\uAC00", "\u1100\u1161"),
        arguments("sharp s", "stra\u00DFe", "STRASSE"),
        arguments("capital sharp s", "stra\u1E9Ee", "stra\u00DFe"),
        arguments("final sigma", "\u03BF\u03C2", "\u039F\u03A3"),
        arguments("Kelvin sign", "\u212A", "k"),
        arguments("long s", "\u017F", "S"),
        arguments("ligature", "\uFB01le", "FILE"),
        arguments("dotted capital i", "\u0130", "i\u0307"),
        arguments("Cherokee", "\uAB70", "\u13A0"),
        arguments("case beyond the basic plane", "\uD801\uDC00", "\uD801\uDC28"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("twins")
  void twins_shareOneKeyButAreNotEqual(String what, String one, String other) {
    assertEquals(ItemName.of(one).twinKey(), ItemName.of(other).twinKey());
    assertNotEquals(ItemName.of(one), ItemName.of(other));
  }

  @Test
  void strangers_haveKeysOfTheirOwn() {
    assertNotEquals(ItemName.of("a.jpg").twinKey(), ItemName.of("b.jpg").twinKey());
    assertNotEquals(ItemName.of("a/b").twinKey(), ItemName.of("a_b").twinKey());
    assertNotEquals(ItemName.of("e").twinKey(), ItemName.of("\u00E9").twinKey());
  }

  @Test
  void order_isThatOfTheText() {
    assertTrue(ItemName.of("B").compareTo(ItemName.of("a")) < 0);
    assertEquals(0, ItemName.of("a").compareTo(ItemName.of("a")));
  }

  @Property(tries = 5_000)
  @StatisticsReport(onFailureOnly = true)
  void anyText_isRefusedOrStaysBelowItsFolder(@ForAll("texts") String text) {
    Statistics.coverage(
        coverage -> {
          coverage.check("accepted").percentage(percent -> percent > 2);
          coverage.check("refused").percentage(percent -> percent > 2);
        });
    ItemName name;
    try {
      name = ItemName.of(text);
      Statistics.collect("accepted");
    } catch (InvalidValueException refusal) {
      Statistics.collect("refused");
      assertEquals(Kind.ITEM_NAME, refusal.kind());
      assertPrintable(refusal);
      return;
    }
    assertTrue(name.value().getBytes(StandardCharsets.UTF_8).length <= ItemName.MAX_BYTES);
    assertFalse(Arrays.asList(text.split("/", -1)).contains(".."));
    String ascii = name.value().replaceAll("[^ -~]", "_");
    Path folder = Path.of("/folder");
    Path below = folder.resolve(ascii).normalize();
    assertTrue(below.startsWith(folder) && !below.equals(folder));
  }

  @Property(tries = 2_000)
  void twinKey_isBlindToCaseAndNormalisation(@ForAll("names") ItemName name) {
    String text = name.value();
    Stream.of(
            Normalizer.normalize(text, Normalizer.Form.NFC),
            Normalizer.normalize(text, Normalizer.Form.NFD),
            text.toUpperCase(Locale.ROOT),
            text.toLowerCase(Locale.ROOT))
        // Decomposed, "%0\u00E9" begins with an escape and is no name any more.
        .filter(Samples::isName)
        .forEach(variant -> assertEquals(name.twinKey(), ItemName.of(variant).twinKey()));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.strings()
            .withChars("./\\:%2fFeE5cC a0$\r\n\0\u202E\uD800\u00E9")
            .ofMaxLength(12));
  }

  @Provide
  Arbitrary<ItemName> names() {
    return Samples.names();
  }
}
