package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InvalidValueExceptionTest {

  static Stream<Arguments> shown() {
    return Stream.of(
        arguments("plain text", "a b~!", "a b~!"),
        arguments("line break", "a\r\nb", "a\\u000d\\u000ab"),
        arguments("quote", "\"", "\\u0022"),
        arguments("backslash", "\\", "\\u005c"),
        arguments("lookup", "${jndi:x}", "\\u0024{jndi:x}"),
        arguments("accent", "\u00E9", "\\u00e9"),
        arguments("pair of surrogates", "\uD83D\uDE00", "\\ud83d\\ude00"),
        arguments("80 characters", "a".repeat(80), "a".repeat(80)),
        arguments("81 characters", "a".repeat(81), "a".repeat(80) + "... (81 characters)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shown")
  void value_isShownEscapedAndCut(String what, String value, String expected) {
    assertEquals(expected, InvalidValueException.escape(value));
  }

  @Property
  void anyValue_isShownInPrintableAscii(@ForAll String value) {
    String shown = InvalidValueException.escape(value);
    assertTrue(shown.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '"' && c != '$'));
    assertTrue(shown.length() < 600);
  }
}
