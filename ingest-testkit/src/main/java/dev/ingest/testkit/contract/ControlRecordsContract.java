package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What {@link ControlRecords} must do. An adapter's test extends this class and opens the adapter.
 */
public abstract class ControlRecordsContract extends LedgerFixture {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("node", "n1");
  private static final ControlRecord.Key SET = new ControlRecord.Key("backfill", "b1");

  /** Called by subclasses. */
  protected ControlRecordsContract() {}

  private ControlRecords controls() {
    return store().controls();
  }

  @Test
  @DisplayName("a record is created once, changed version by version, and deleted at its version")
  final void write_versions() {
    assertEquals(Optional.empty(), controls().read(KEY));
    assertApplied(write(1, "one"));
    assertRefused(Reason.EXISTS, write(1, "other"));
    assertApplied(write(2, "two"));
    assertRefused(Reason.STALE_VERSION, write(2, "other"));
    assertRefused(Reason.STALE_VERSION, write(4, "other"));
    assertEquals(Optional.of(new ControlRecord(KEY, 2, "two")), controls().read(KEY));
    assertRefused(Reason.STALE_VERSION, controls().delete(KEY, 1));
    assertApplied(controls().delete(KEY, 2));
    assertEquals(Optional.empty(), controls().read(KEY));
    assertRefused(Reason.ABSENT, controls().delete(KEY, 2));
    assertRefused(Reason.ABSENT, write(3, "other"));
    assertApplied(write(1, "anew"));
  }

  @Test
  @DisplayName("a body comes back as it was written: empty, awkward, and of 65,536 characters")
  final void body_exact() {
    List<String> bodies =
        Stream.concat(
                EntrySamples.TEXTS.stream(),
                Stream.of("x".repeat(65_536), "界".repeat(65_536), "\ud83d\ude80".repeat(32_768)))
            .toList();
    long version = 0;
    for (String body : bodies) {
      version++;
      assertApplied(write(version, body));
      assertEquals(body, controls().read(KEY).orElseThrow().body());
    }
  }

  @Test
  @DisplayName(
      "records of one kind are listed in order of name, in pages, without those of other kinds")
  final void list_pages() {
    List<String> names = Stream.of("a", "a-b", "a.b", "a0", "a_b", "b", "0").sorted().toList();
    for (String name : names) {
      for (String kind : List.of("nod", "node", "node.x")) {
        ControlRecord.Key key = new ControlRecord.Key(kind, name);
        assertApplied(controls().write(new ControlRecord(key, 1, kind + name)));
      }
    }
    for (int limit = 1; limit <= 8; limit++) {
      List<String> listed = new ArrayList<>();
      List<ControlRecord> page = controls().list("node", "", limit);
      while (!page.isEmpty()) {
        assertEquals(Math.min(limit, names.size() - listed.size()), page.size());
        page.forEach(record -> assertEquals("node" + record.key().name(), record.body()));
        page.forEach(record -> listed.add(record.key().name()));
        page = controls().list("node", listed.get(listed.size() - 1), limit);
      }
      assertEquals(names, listed);
    }
    assertEquals(List.of(), controls().list("nothing", "", 10));
  }

  @Test
  @DisplayName("no update is lost when several write at once")
  final void writeRace_noLostUpdate() {
    assertApplied(write(1, "0"));
    int rounds = 25;
    Race.run(
        4,
        thread ->
            () -> {
              int done = 0;
              while (done < rounds) {
                ControlRecord read = controls().read(KEY).orElseThrow();
                String next = Integer.toString(Integer.parseInt(read.body()) + 1);
                done += write(read.version() + 1, next).isApplied() ? 1 : 0;
              }
              return done;
            });
    assertEquals(
        Optional.of(new ControlRecord(KEY, 4 * rounds + 1, Integer.toString(4 * rounds))),
        controls().read(KEY));
  }

  @Test
  @DisplayName("of racing creations exactly one applies")
  final void createRace_oneWins() {
    for (int round = 0; round < 10; round++) {
      ControlRecord.Key key = new ControlRecord.Key("lease", "r" + round);
      List<Outcome> outcomes =
          Race.run(4, thread -> () -> controls().write(new ControlRecord(key, 1, "t" + thread)));
      List<Integer> winners =
          IntStream.range(0, 4).filter(i -> outcomes.get(i).isApplied()).boxed().toList();
      assertEquals(1, winners.size(), outcomes::toString);
      assertEquals("t" + winners.get(0), controls().read(key).orElseThrow().body());
    }
  }

  @Test
  @DisplayName("a set holds each member once, in key order, paged after a key")
  final void set_pages() {
    List<SequenceKey> members =
        IntStream.range(0, 30)
            .mapToObj(i -> SequenceKey.of("o" + i % 3, "s" + i))
            .sorted()
            .toList();
    assertEquals(List.of(), controls().members(SET, Optional.empty(), 10));
    controls().add(SET, members.subList(10, 30));
    controls().add(SET, members.subList(0, 15));
    for (int limit : new int[] {1, 7, 30, 31}) {
      List<SequenceKey> paged = new ArrayList<>();
      List<SequenceKey> page = controls().members(SET, Optional.empty(), limit);
      while (!page.isEmpty()) {
        assertEquals(Math.min(limit, 30 - paged.size()), page.size());
        paged.addAll(page);
        page = controls().members(SET, Optional.of(paged.get(paged.size() - 1)), limit);
      }
      assertEquals(members, paged);
    }
    assertEquals(
        members.stream().filter(key -> key.compareTo(SequenceKey.of("o1", "a")) > 0).toList(),
        controls().members(SET, Optional.of(SequenceKey.of("o1", "a")), 30));
  }

  @Test
  @DisplayName("removing takes members out and leaves alone what is none")
  final void set_remove() {
    controls().add(SET, List.of(key("a"), key("b"), key("c")));
    controls().remove(SET, List.of(key("b"), key("x")));
    controls().remove(SET, List.of(key("b")));
    controls().remove(new ControlRecord.Key("backfill", "other"), List.of(key("a")));
    assertEquals(List.of(key("a"), key("c")), controls().members(SET, Optional.empty(), 10));
    controls().add(SET, List.of(key("b")));
    assertEquals(3, controls().members(SET, Optional.empty(), 10).size());
  }

  @Test
  @DisplayName("sets of other kinds, other names, and records of the same name are apart")
  final void sets_apart() {
    controls().add(SET, List.of(key("a")));
    controls().add(new ControlRecord.Key("backfill", "b2"), List.of(key("b")));
    controls().add(new ControlRecord.Key("other", "b1"), List.of(key("c")));
    assertApplied(controls().write(new ControlRecord(SET, 1, "plan")));
    assertEquals(List.of(key("a")), controls().members(SET, Optional.empty(), 10));
    assertApplied(controls().delete(SET, 1));
    assertEquals(List.of(key("a")), controls().members(SET, Optional.empty(), 10));
  }

  @Test
  @DisplayName("a set of more than 1,000 members is read whole, batch by batch")
  final void set_thousands() {
    int most = Math.min(store().capabilities().maxBatch(), 500);
    List<SequenceKey> members =
        IntStream.range(0, 2_100).mapToObj(i -> key(String.format("%04d", i))).toList();
    for (int i = 0; i < members.size(); i += most) {
      controls().add(SET, members.subList(i, Math.min(i + most, members.size())));
    }
    List<SequenceKey> read = new ArrayList<>();
    List<SequenceKey> page = controls().members(SET, Optional.empty(), ScanQuery.MAX_LIMIT);
    while (!page.isEmpty()) {
      read.addAll(page);
      page = controls().members(SET, Optional.of(read.get(read.size() - 1)), ScanQuery.MAX_LIMIT);
    }
    assertEquals(members, read);
  }

  @Test
  @DisplayName("members added by several at once are all there")
  final void addRace_union() {
    Race.run(
        4,
        thread ->
            () -> {
              for (int i = 0; i < 20; i++) {
                controls().add(SET, List.of(key("shared" + i), key("t" + thread + "-" + i)));
              }
              return thread;
            });
    assertEquals(100, controls().members(SET, Optional.empty(), 1_000).size());
  }

  @Test
  @DisplayName("limits outside 1 to 1,000 and batches over the declared size are refused")
  final void limits_refused() {
    for (int limit : new int[] {-1, 0, ScanQuery.MAX_LIMIT + 1}) {
      assertThrows(InvalidValueException.class, () -> controls().list("node", "", limit));
      assertThrows(
          InvalidValueException.class, () -> controls().members(SET, Optional.empty(), limit));
    }
    int most = store().capabilities().maxBatch();
    if (most < 100_000) {
      List<SequenceKey> tooMany =
          IntStream.rangeClosed(0, most).mapToObj(i -> key("k" + i)).toList();
      assertThrows(InvalidValueException.class, () -> controls().add(SET, tooMany));
      assertThrows(InvalidValueException.class, () -> controls().remove(SET, tooMany));
    }
    assertEquals(List.of(), controls().members(SET, Optional.empty(), 1));
  }

  @Test
  @DisplayName("records and sets survive a reopen of a durable ledger")
  final void reopened_kept() throws Exception {
    assertApplied(write(1, "one"));
    controls().add(SET, List.of(key("a"), key("b")));
    reopen();
    Optional<ControlRecord> read = controls().read(KEY);
    assertTrue(read.isPresent() || !store().capabilities().durable(), "a record was lost");
    if (read.isPresent()) {
      assertEquals("one", read.get().body());
      assertEquals(List.of(key("a"), key("b")), controls().members(SET, Optional.empty(), 10));
    } else {
      assertApplied(write(1, "one"));
    }
  }

  private Outcome write(long version, String body) {
    return controls().write(new ControlRecord(KEY, version, body));
  }
}
