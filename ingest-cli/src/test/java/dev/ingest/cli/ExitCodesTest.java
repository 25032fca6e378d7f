package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodesTest {

  @ParameterizedTest
  @CsvSource({"0,0,0", "0,1,1", "0,3,3", "3,1,1", "1,3,1", "3,0,3", "2,1,2"})
  void ofTwoEndings_thePersonComesFirstAndUnknownIsNeverDone(int one, int other, int worse) {
    assertEquals(worse, ExitCodes.worse(one, other));
  }
}
