package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequencePlaceTest {

  /** {@code printf alice | sha256sum}, {@code printf 'alice\nride-1' | sha256sum}. */
  @Test
  void place_isThatOfTheDocumentedHashes() {
    assertEquals(
        "2bd806c97f0e00af/e79c953138f8e9325672e61242440369",
        SequencePlace.of(SequenceKey.of("alice", "ride-1")).value());
  }

  @Test
  void bytes_leadBackAndSortAsTheText() {
    List<SequencePlace> places = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      SequencePlace place = SequencePlace.of(SequenceKey.of("o" + i % 7, "s" + i));
      assertEquals(place, SequencePlace.ofBytes(place.toBytes()));
      assertEquals(SequencePlace.BYTES, place.toBytes().length);
      places.add(place);
    }
    List<SequencePlace> byBytes = new ArrayList<>(places);
    byBytes.sort((a, b) -> Arrays.compareUnsigned(a.toBytes(), b.toBytes()));
    places.sort(null);
    assertEquals(places, byBytes);
    assertTrue(places.get(299).compareTo(SequencePlace.LAST) < 0);
  }

  @Test
  void sequencesOfOneOwner_lieSideBySide() {
    String owner = SequencePlace.of(SequenceKey.of("alice", "a")).value().substring(0, 17);
    assertTrue(SequencePlace.of(SequenceKey.of("alice", "b")).value().startsWith(owner));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0123456789abcdef",
        "0123456789abcdef/0123456789abcdef0123456789abcde",
        "0123456789ABCDEF/0123456789abcdef0123456789abcdef",
        "0123456789abcdef-0123456789abcdef0123456789abcdef",
        "0123456789abcdef/0123456789abcdef0123456789abcdef/"
      })
  void otherForms_areRefused(String text) {
    assertThrows(InvalidValueException.class, () -> new SequencePlace(text));
  }

  @Test
  void otherLengths_areRefused() {
    assertThrows(InvalidValueException.class, () -> SequencePlace.ofBytes(new byte[23]));
    assertThrows(InvalidValueException.class, () -> SequencePlace.ofBytes(new byte[25]));
  }
}
