package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.Permit;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a {@link dev.ingest.spi.content.ContentPurger} must do. An adapter's test extends this class
 * and opens the adapter.
 */
public abstract class ContentPurgerContract extends ContentFixture {

  /** Called by subclasses. */
  protected ContentPurgerContract() {}

  private ContentPurger purger() {
    return access().purger();
  }

  private void assertAllApplied(int count, List<Outcome> outcomes) {
    assertEquals(Collections.nCopies(count, Outcome.APPLIED), outcomes);
  }

  @Test
  @DisplayName("exactly the permit's keys go; every other key stays whole")
  final void delete_exactKeys() {
    List<ContentKey> gone = List.of(key("a/1"), key("a/3"), key("b"));
    List<ContentKey> kept =
        List.of(
            key("a/10"), key("a/11"), key("a/2"), key("a/3-1"), key("b-1"), key("b0"), key("c"));
    storeAll(PREFIX, gone);
    storeAll(PREFIX, kept);
    assertAllApplied(3, purger().delete(permit(PREFIX, gone)));
    gone.forEach(this::assertAbsent);
    assertEquals(kept.stream().sorted().toList(), keysBelow(PREFIX));
    kept.forEach(key -> assertStored(key, bytesOf(key)));
  }

  @Test
  @DisplayName("the same keys below another sequence stay")
  final void delete_scoped() {
    ContentPrefix other = new ContentPrefix("raw/o1/s2");
    storeAll(PREFIX, List.of(key("a")));
    storeAll(other, List.of(other.key("a")));
    assertAllApplied(1, purger().delete(permit(PREFIX, List.of(key("a")))));
    assertAbsent(key("a"));
    assertStored(other.key("a"), bytesOf(other.key("a")));
  }

  @Test
  @DisplayName("deleting what is gone or never was is a success")
  final void deleteGone_applied() {
    storeAll(PREFIX, List.of(key("a")));
    Permit permit = permit(PREFIX, List.of(key("a"), key("never"), key("never/was")));
    assertAllApplied(3, purger().delete(permit));
    assertAllApplied(3, purger().delete(permit));
    assertAbsent(key("a"));
  }

  @Test
  @DisplayName("every reason of a permit is honoured")
  final void delete_everyReason() {
    for (Permit.Reason reason : Permit.Reason.values()) {
      ContentKey key = key(reason.name().toLowerCase(Locale.ROOT));
      storeAll(PREFIX, List.of(key));
      Permit like = permit(PREFIX, List.of(key));
      assertAllApplied(
          1,
          purger()
              .delete(
                  new Permit(reason, like.sequence(), like.evidence(), like.scope(), like.keys())));
      assertAbsent(key);
    }
  }

  @Test
  @DisplayName("a permit of 1,000 keys, one in ten stored, gives 1,000 outcomes, and no other goes")
  final void delete_largestPermit() {
    List<ContentKey> keys =
        IntStream.rangeClosed(0, Permit.MAX_KEYS)
            .mapToObj(i -> key(String.format("%04d", i)))
            .toList();
    storeAll(
        PREFIX,
        IntStream.iterate(0, i -> i <= Permit.MAX_KEYS, i -> i + 10).mapToObj(keys::get).toList());
    assertAllApplied(
        Permit.MAX_KEYS, purger().delete(permit(PREFIX, keys.subList(0, Permit.MAX_KEYS))));
    assertEquals(List.of(keys.get(Permit.MAX_KEYS)), keysBelow(PREFIX));
  }

  @Test
  @DisplayName("what was deleted is gone after a reopen")
  final void deletedReopened_gone() throws Exception {
    storeAll(PREFIX, List.of(key("a"), key("b")));
    assertAllApplied(1, purger().delete(permit(PREFIX, List.of(key("a")))));
    reopen();
    assertAbsent(key("a"));
    assertAbsentOrWhole(key("b"), bytesOf(key("b")));
  }

  @Test
  @DisplayName("what one instance deleted is gone for the other at once, and can be put again")
  final void deletedByOne_goneForTheOther() throws Exception {
    List<ContentAccess> both = List.of(access(), beside());
    for (int round = 0; round < 4; round++) {
      ContentAccess deleting = both.get(round % 2);
      ContentStore looking = both.get(1 - round % 2).store();
      store(looking, key("a"), bytes(100, round));
      store(looking, key("b"), bytes(100, 60));
      assertStored(deleting.store(), key("a"), bytes(100, round));
      assertStored(looking, key("a"), bytes(100, round));
      assertAllApplied(1, deleting.purger().delete(permit(PREFIX, List.of(key("a")))));
      assertAbsent(looking, key("a"));
      assertAbsent(deleting.store(), key("a"));
      assertStored(looking, key("b"), bytes(100, 60));
    }
  }

  @Test
  @DisplayName("two purgers of the same keys both succeed")
  final void deleteRace_bothApplied() {
    List<ContentKey> keys = IntStream.range(0, 50).mapToObj(i -> key("k" + i)).toList();
    storeAll(PREFIX, keys);
    Race.run(3, thread -> () -> purger().delete(permit(PREFIX, keys)))
        .forEach(outcomes -> assertAllApplied(50, outcomes));
    assertEquals(List.of(), keysBelow(PREFIX));
  }

  @Test
  @DisplayName("deleting everything of one sequence leaves its prefix usable for others below it")
  final void deleteAll_prefixUsable() {
    storeAll(PREFIX, List.of(key("a/b/c")));
    assertAllApplied(1, purger().delete(permit(PREFIX, List.of(key("a/b/c")))));
    storeAll(PREFIX, List.of(key("a/b/d")));
    assertEquals(List.of(key("a/b/d")), keysBelow(PREFIX));
    assertStored(key("a/b/d"), bytesOf(key("a/b/d")));
  }
}
