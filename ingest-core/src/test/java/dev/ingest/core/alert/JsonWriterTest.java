package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.text.JsonWriter;
import dev.ingest.core.text.PlainText;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is written is JSON, and says what was meant. */
final class JsonWriterTest {

  @Test
  void structure_isSeparatedWhereItMustBe() {
    JsonWriter json = new JsonWriter();
    json.object(
        all -> {
          all.name("a").number(-1);
          all.name("b")
              .array(list -> list.text("x y").truth(true).truth(false).array(none -> {}).number(7));
          all.name("c").object(none -> {});
          all.name("d").texts(Map.of("k", "v"));
        });
    assertEquals(
        "{\"a\":-1,\"b\":[\"x y\",true,false,[],7],\"c\":{},\"d\":{\"k\":\"v\"}}", json.toString());
  }

  @Test
  void everyCharacter_comesBack() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < 0x3000 || c % 251 == 0) {
        String text = "<" + Character.toString(c) + ">";
        boolean isHalf = c >= 0xd800 && c <= 0xdfff;
        assertEquals(isHalf ? "<\ufffd>" : text, writtenAndRead(text));
      }
    }
  }

  @Test
  void whatMovesACursorOrReordersALine_isEscaped() {
    String seen = "é 写 <b> '; " + Character.toString(0x1f600);
    String said =
        "\u001b[2J\u009b2J\u007f\r\n\u202e\u2028\u200b" + Character.toString(0xe0001) + seen;

    String json = new JsonWriter().text(said).toString();

    assertTrue(PlainText.isPlain(json), json);
    assertTrue(json.endsWith(seen + "\""), json);
    assertEquals(said, writtenAndRead(said));
  }

  @Test
  void randomText_comesBackThroughUtf8() {
    SplittableRandom random = new SplittableRandom(42);
    char[] alphabet = "\"\\{}[],:\n\u0000\u2028\ud83d\ude00aü/".toCharArray();
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(12);
      for (int i = 0; i < length; i++) {
        text.append(alphabet[random.nextInt(alphabet.length)]);
      }
      String whole =
          new String(
              text.toString().replaceAll("[\\x{D800}-\\x{DFFF}]", "\ufffd").getBytes(UTF_8), UTF_8);
      assertEquals(whole, writtenAndRead(text.toString()));
    }
  }

  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  private static Object writtenAndRead(String text) {
    String json = new JsonWriter().array(all -> all.text(text)).toString();
    assertTrue(json.chars().allMatch(c -> c >= 0x20), json);
    List<Object> read = JsonReader.array(JsonReader.read(new String(json.getBytes(UTF_8), UTF_8)));
    assertEquals(1, read.size());
    return read.get(0);
  }
}
