package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Keys of one area are listed place by place, and what has none is told apart. */
final class ListedAreaTest {

  private static final ContentPrefix AREA = new ContentPrefix("raw");
  private static final Reconciliation.Range ALL =
      new Reconciliation.Range(Optional.empty(), SequencePlace.LAST);

  /** Which keys there are, in the order in which the store lists them. */
  private final List<String> keys = new ArrayList<>();

  private final List<Optional<ContentKey>> asked = new ArrayList<>();
  private final List<String> misplaced = new ArrayList<>();
  private int pageSize = ContentStore.MAX_PAGE;
  private int ahead;

  private static SequencePlace place(int number) {
    return new SequencePlace("%016x/%032x".formatted(number, number));
  }

  private static String key(int number, String name) {
    return "raw/" + place(number) + "/" + name;
  }

  private ContentStore store() {
    return (ContentStore)
        Proxy.newProxyInstance(
            ListedAreaTest.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) ->
                method.getName().equals("list")
                    ? page(((Optional<?>) args[1]).map(ContentKey.class::cast))
                    : "a store");
  }

  private ContentPage page(Optional<ContentKey> after) {
    asked.add(after);
    int from = after.map(key -> keys.indexOf(key.value()) + 1).orElse(0);
    int to = Math.min(keys.size(), from + pageSize);
    return new ContentPage(
        keys.subList(from, to).stream()
            .map(key -> new ContentStat(new ContentKey(key), 1, Optional.empty()))
            .toList(),
        to < keys.size());
  }

  private ListedArea area(Reconciliation.Range range) {
    return new ListedArea(
        store(),
        AREA,
        range,
        key -> misplaced.add(key.value()),
        task -> {
          ahead++;
          task.run();
        });
  }

  /** How many keys each place has, in the order in which they come. */
  private static Map<SequencePlace, Integer> all(ListedArea area) {
    Map<SequencePlace, Integer> all = new LinkedHashMap<>();
    for (SequencePlace place = area.place(); place != null; place = area.place()) {
      SequencePlace now = place;
      area.take(place, stat -> all.merge(now, 1, Integer::sum));
    }
    return all;
  }

  @Test
  void keys_comePlaceByPlaceWhereverPagesEnd() {
    keys.addAll(List.of(key(1, "a"), key(1, "b"), key(2, "a"), key(3, "a"), key(3, "b")));
    for (pageSize = 1; pageSize <= 6; pageSize++) {
      ListedArea area = area(ALL);
      assertEquals(Map.of(place(1), 2, place(2), 1, place(3), 2), all(area));
      assertEquals(5, area.objects());
      assertNull(area.place(), "and nothing more");
    }
    assertEquals(List.of(), misplaced);
  }

  @Test
  void emptyArea_hasNoPlace() {
    ListedArea area = area(ALL);
    assertNull(area.place());
    assertNull(area.place());
    assertEquals(1, asked.size(), "listed once");
    assertEquals(0, area.objects());
  }

  @Test
  void placeThatIsNotNext_hasNothingToTake() {
    keys.add(key(2, "a"));
    ListedArea area = area(ALL);
    area.take(place(1), stat -> misplaced.add("taken of another place"));
    area.take(place(3), stat -> misplaced.add("taken of another place"));
    assertEquals(place(2), area.place());
    assertEquals(List.of(), misplaced);
  }

  @Test
  void keysWithoutAPlace_areToldAndCountedAndPassedOver() {
    String hex = "%032x".formatted(7);
    List<String> strange =
        List.of(
            "raw/0-nobody-makes-this",
            "raw/" + place(1),
            "raw/" + "0".repeat(15) + "x/" + hex + "/name",
            "raw/" + place(1).value().replace('/', '0') + "/name",
            "raw/" + place(1) + "0/name");
    keys.add(key(1, "a"));
    keys.addAll(strange);
    keys.add(key(2, "a"));
    ListedArea area = area(ALL);
    keys.sort(null);
    assertEquals(Map.of(place(1), 1, place(2), 1), all(area));
    assertEquals(strange.stream().sorted().toList(), misplaced);
    assertEquals(7, area.objects());
  }

  @Test
  void listing_beginsAfterItsPlaceAndEndsWithItsLast() {
    for (int number = 1; number <= 6; number++) {
      keys.add(key(number, "a"));
    }
    keys.add(1, key(1, "zz"));
    keys.add(4, key(3, "b"));
    keys.add(6, "raw/" + place(4) + "-strange");
    pageSize = 2;
    ListedArea area = area(new Reconciliation.Range(Optional.of(place(1)), place(3)));
    assertEquals(Map.of(place(2), 1, place(3), 2), all(area));
    assertEquals(3, area.objects());
    assertEquals(List.of(), misplaced, "what is strange is another range's");
    assertEquals(Optional.of(new ContentKey(key(1, "zz"))), asked.get(0));
    assertTrue(asked.size() <= 3, () -> "no page past the end of its range: " + asked);
  }

  @Test
  void pageAfter_isReadWhileOneIsLookedAtUpToTheEndOfItsRange() {
    for (int number = 1; number <= 6; number++) {
      keys.add(key(number, "a"));
    }
    pageSize = 2;
    ListedArea whole = area(ALL);
    whole.place();
    assertEquals(1, ahead);
    assertEquals(2, asked.size(), "the second, beside the first");
    all(whole);
    assertEquals(2, ahead, "none after the last");
    ahead = 0;
    asked.clear();
    all(area(new Reconciliation.Range(Optional.empty(), place(3))));
    assertEquals(1, ahead, "none after a page that reaches past the range");
    assertEquals(2, asked.size());
  }

  @Test
  void storeThatListsOutOfOrder_isAnError() {
    keys.addAll(List.of(key(1, "a"), key(3, "a"), key(2, "a")));
    assertOutOfOrder(key(2, "a") + " after " + key(3, "a"));
    pageSize = 2;
    assertOutOfOrder(key(2, "a") + " after " + key(3, "a"));
  }

  /** It lists the last key of a page again, and so without end. */
  @Test
  void storeThatListsAKeyTwice_isAnError() {
    keys.addAll(List.of(key(1, "a"), key(1, "a"), key(2, "a")));
    assertOutOfOrder(key(1, "a") + " after " + key(1, "a"));
    pageSize = 1;
    assertOutOfOrder(key(1, "a") + " after " + key(1, "a"));
  }

  private void assertOutOfOrder(String words) {
    ContentException refused = assertThrows(ContentException.class, () -> all(area(ALL)));
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::getMessage);
  }
}
