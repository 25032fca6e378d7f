package com.example.words;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.ItemName;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A stage that makes of each text an item with the number of its words. */
final class WordCount {

  private WordCount() {}

  static Stage stage() {
    return Stage.perItem("word-count", 1, WordCount::count);
  }

  static ItemName resultOf(ItemName text) {
    return ItemName.of(text + ".words");
  }

  private static void count(StageItem item, StageContext context) throws IOException {
    long words = 0;
    // A decoder of its own reports what is not UTF-8; a charset by itself would replace it.
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(item.open(), StandardCharsets.UTF_8.newDecoder()))) {
      boolean inWord = false;
      for (int c; (c = in.read()) >= 0; ) {
        boolean blank = Character.isWhitespace(c);
        words += !blank && !inWord ? 1 : 0;
        inWord = !blank;
      }
    } catch (CharacterCodingException e) {
      throw new PermanentStageException(item.name() + " is not a text in UTF-8", e);
    }
    byte[] result = (words + "\n").getBytes(StandardCharsets.UTF_8);
    context.emit(resultOf(item.name()), new ByteArrayInputStream(result));
  }
}
