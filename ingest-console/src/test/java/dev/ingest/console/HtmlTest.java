package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Nothing that is given to the writer can be anything but text. */
final class HtmlTest {

  private static String of(String text) {
    return new Html().given(text).document().substring("<!doctype html>".length());
  }

  @Test
  void markup_becomesText() {
    assertEquals(
        "<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp;amp; &quot;</bdi>",
        of("<script>alert('x')</script> &amp; \""));
  }

  @Test
  void attributes_cannotBeLeft() {
    assertEquals(
        "<!doctype html><input value=\"&quot; onfocus=&quot;alert(1)\">",
        new Html().tag("input", "value", "\" onfocus=\"alert(1)").document());
  }

  @Test
  void whatIsInvisible_standsAloneAndIsShown() {
    assertEquals(
        "<bdi>a<bdi class=\"odd\" data-code=\"U+202E\">\u202e</bdi>gpj</bdi>", of("a\u202egpj"));
    assertEquals("<bdi><bdi class=\"odd\" data-code=\"U+000D\">&#13;</bdi></bdi>", of("\r"));
  }

  @Test
  void whatHtmlCannotCarry_becomesTheReplacementCharacter() {
    assertEquals("<bdi><bdi class=\"odd\" data-code=\"U+0000\">\ufffd</bdi></bdi>", of("\0"));
    assertEquals("<bdi><bdi class=\"odd\" data-code=\"U+D800\">\ufffd</bdi></bdi>", of("\ud800"));
    assertFalse(new Html().tag("input", "value", "\0\ud800").document().contains("\0"));
  }

  @Test
  void addressesThatLeadAway_areRefused() {
    for (String address :
        new String[] {
          "javascript:alert(1)",
          "JaVaScript:alert(1)",
          "https://elsewhere.example/",
          "//elsewhere.example/",
          "/\\elsewhere.example",
          "java\tscript:alert(1)",
          "data:text/html,x",
          "\\\\elsewhere",
          "",
        }) {
      assertThrows(
          IllegalArgumentException.class, () -> new Html().tag("a", "href", address), address);
    }
    assertEquals(
        "<!doctype html><a href=\"sequence?owner=a%3Ab&amp;id=c\"></a>",
        new Html().tag("a", "href", "sequence?owner=a%3Ab&id=c").document());
  }

  @Test
  void handlersStylesAndForeignNames_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Html().tag("p", "onclick", "x"));
    assertThrows(IllegalArgumentException.class, () -> new Html().tag("p", "style", "x"));
    assertThrows(IllegalArgumentException.class, () -> new Html().tag("p", "a b", "x"));
    assertThrows(IllegalArgumentException.class, () -> new Html().tag("p><script"));
    assertThrows(IllegalArgumentException.class, () -> new Html().tag("iframe"));
  }
}
