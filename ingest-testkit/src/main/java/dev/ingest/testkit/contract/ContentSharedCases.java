package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What must hold of two instances over one place, as two processes have them. A store that is not
 * shared has one user, who then does the part of both.
 */
abstract class ContentSharedCases extends ContentUpkeepCases {

  private List<ContentStore> both() throws Exception {
    return List.of(store(), beside().store());
  }

  @Test
  @DisplayName("what was committed is there for a process that comes after a kill")
  final void committedKilled_kept() throws Exception {
    List<ContentKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + i)).sorted().toList();
    storeAll(PREFIX, keys);
    if (store().capabilities().durable()) {
      try (ContentAccess next =
          SecondInstance.afterKill(store().name(), () -> openAfterKill(time))) {
        for (ContentKey key : keys) {
          assertArrayEquals(
              bytesOf(key),
              read(next.store(), key, ByteRange.ALL, ReadPurpose.USE),
              () -> key + " was committed, and is not there after a kill");
        }
      }
    }
  }

  @Test
  @DisplayName("what one instance committed the other sees at once, also if it looked before")
  final void committedByOne_seenByTheOther() throws Exception {
    List<ContentStore> both = both();
    List<ContentKey> keys = new ArrayList<>();
    for (int round = 0; round < 6; round++) {
      ContentKey key = key("k" + round);
      ContentStore writing = both.get(round % 2);
      ContentStore looking = both.get(1 - round % 2);
      assertAbsent(looking, key);
      store(writing, key, bytesOf(key));
      keys.add(key);
      assertTrue(looking.stat(key).isPresent(), () -> SecondInstance.unseen("a commit"));
      assertStored(looking, key, bytesOf(key));
      assertEquals(keys, keysBelow(looking, PREFIX));
    }
  }

  @Test
  @DisplayName("nothing of a key is visible to another instance while its body is being read")
  final void putting_invisibleToTheOther() throws Exception {
    ContentStore other = beside().store();
    byte[] bytes = bytes(200_000, 30);
    TestBody body =
        new TestBody(bytes, 10_000) {
          private boolean looked;

          @Override
          void beforeRead(int given) {
            if (given == 0 || (!looked && given > 100_000)) {
              looked = given > 0;
              assertAbsent(other, key("a"));
            }
          }
        };
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("a"), body);
      if (other.stat(key("a")).isPresent()) {
        assertStored(other, key("a"), bytes);
      }
      writer.commit();
    }
    assertStored(other, key("a"), bytes);
  }

  @Test
  @DisplayName(
      "other bytes under a key of another instance are a conflict, the same ones succeed, and the"
          + " stored ones stay")
  final void otherBytesOfTheOther_conflict() throws Exception {
    List<ContentStore> both = both();
    for (int round = 0; round < 4; round++) {
      ContentKey key = key("k" + round);
      byte[] stored = bytes(3_000, round);
      ContentStore first = both.get(round % 2);
      ContentStore second = both.get(1 - round % 2);
      try (ContentWriter writer = second.writer(PREFIX)) {
        assertAbsent(second, key);
        store(first, key, stored);
        assertThrows(
            ContentConflictException.class,
            () -> {
              writer.put(key, new TestBody(bytes(3_000, 40)));
              writer.commit();
            });
      }
      store(second, key, stored);
      assertStored(first, key, stored);
      assertStored(second, key, stored);
    }
  }

  @Test
  @DisplayName("of writers of two instances the first to commit wins and the other learns of it")
  final void lateConflictOfTheOther_refused() throws Exception {
    List<ContentStore> both = both();
    byte[] first = bytes(500, 31);
    try (ContentWriter one = both.get(0).writer(PREFIX);
        ContentWriter two = both.get(1).writer(PREFIX)) {
      one.put(key("a"), new TestBody(first));
      assertThrows(
          ContentConflictException.class,
          () -> {
            two.put(key("a"), new TestBody(bytes(500, 32)));
            one.commit();
            two.commit();
          });
      one.commit();
    }
    for (ContentStore store : both) {
      assertStored(store, key("a"), first);
    }
  }

  @Test
  @DisplayName(
      "of racing writers of two instances with other bytes exactly one wins, and its bytes stay")
  final void raceOfBoth_oneWinner() throws Exception {
    List<ContentStore> both = both();
    for (int round = 0; round < 10; round++) {
      ContentKey key = key("r" + round);
      List<Boolean> won =
          Race.run(4, thread -> () -> tryStore(both.get(thread % 2), key, bytes(2_000, thread)));
      assertEquals(1, won.stream().filter(one -> one).count(), () -> "winners of " + key);
      for (ContentStore store : both) {
        assertStored(store, key, bytes(2_000, won.indexOf(true)));
      }
    }
  }

  @Test
  @DisplayName("racing writers of two instances with the same bytes all succeed")
  final void raceOfBothSameBytes_allSucceed() throws Exception {
    List<ContentStore> both = both();
    for (int round = 0; round < 5; round++) {
      ContentKey key = key("r" + round);
      assertEquals(
          List.of(true, true, true, true),
          Race.run(4, thread -> () -> tryStore(both.get(thread % 2), key, bytes(2_000, 33))));
      assertStored(beside().store(), key, bytes(2_000, 33));
    }
  }

  @Test
  @DisplayName("closing one instance leaves another one at work")
  final void closedBesideTheOther_goesOn() throws Exception {
    List<ContentStore> both = both();
    store(both.get(0), key("a"), bytes(10, 34));
    both.get(0).close();
    if (store().capabilities().shared()) {
      assertStored(both.get(1), key("a"), bytes(10, 34));
      store(both.get(1), key("b"), bytes(10, 35));
      assertStored(both.get(1), key("b"), bytes(10, 35));
    } else {
      assertThrows(RuntimeException.class, () -> both.get(1).stat(key("a")));
    }
  }

  private static boolean tryStore(ContentStore store, ContentKey key, byte[] bytes) {
    try {
      store(store, key, bytes);
      return true;
    } catch (ContentConflictException e) {
      return false;
    }
  }
}
