package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Entries in the order in which content is listed. */
abstract class AuditCases extends CensusCases {

  private static final AuditQuery ALL = new AuditQuery(Optional.empty(), SequencePlace.LAST, 1_000);

  private static List<SequenceKey> keys(List<AuditRow> rows) {
    return rows.stream().map(AuditRow::key).toList();
  }

  private static List<SequenceKey> inOrder(Stream<SequenceKey> keys) {
    return keys.sorted(Comparator.comparing(SequencePlace::of)).toList();
  }

  /** Of several owners, some of whose names continue in an id of another. */
  private List<SequenceKey> acceptSome() {
    List<SequenceKey> keys =
        IntStream.range(0, 23)
            .mapToObj(i -> SequenceKey.of("o" + i % 5, (i % 3 == 0 ? "O1." : "s") + i))
            .toList();
    acceptAll(keys, entry -> entry);
    return inOrder(keys.stream());
  }

  private List<AuditRow> paged(AuditQuery first, Runnable between) {
    List<AuditRow> rows = new ArrayList<>();
    AuditQuery next = first;
    boolean more = true;
    while (more) {
      AuditPage page = ledger().holdings().audit(next);
      assertTrue(page.rows().size() <= first.limit(), "no more rows than asked for");
      assertTrue(
          page.rows().size() == first.limit() || !page.more(), "short only if no more follow");
      rows.addAll(page.rows());
      more = page.more();
      if (more) {
        SequenceKey last = page.rows().get(page.rows().size() - 1).key();
        next = next.after(SequencePlace.of(last));
      }
      between.run();
    }
    return rows;
  }

  @Test
  @DisplayName("an audit is told every entry once, in the order of places, in pages of any size")
  final void audit_pages() {
    assertEquals(new AuditPage(List.of(), false), ledger().holdings().audit(ALL));
    List<SequenceKey> keys = acceptSome();
    for (int limit : List.of(1, 2, 7, 22, 23, 24, 1_000)) {
      AuditQuery first = new AuditQuery(Optional.empty(), SequencePlace.LAST, limit);
      assertEquals(keys, keys(paged(first, () -> {})), () -> "pages of " + limit);
    }
  }

  @Test
  @DisplayName("an audit's part begins after one place and ends at another, which it includes")
  final void audit_part() {
    List<SequenceKey> keys = acceptSome();
    SequencePlace third = SequencePlace.of(keys.get(2));
    SequencePlace last = SequencePlace.of(keys.get(20));
    assertEquals(
        keys.subList(3, 21), keys(paged(new AuditQuery(Optional.of(third), last, 4), () -> {})));
    assertEquals(
        keys.subList(0, 3), keys(paged(new AuditQuery(Optional.empty(), third, 100), () -> {})));
    assertFalse(ledger().holdings().audit(new AuditQuery(Optional.empty(), third, 3)).more());
    for (SequencePlace until : List.of(third, SequencePlace.of(keys.get(0)))) {
      AuditQuery nothing = new AuditQuery(Optional.of(third), until, 10);
      assertEquals(new AuditPage(List.of(), false), ledger().holdings().audit(nothing));
    }
  }

  @Test
  @DisplayName(
      "an audit is told of every entry what the entry says, in every state and with leases")
  final void audit_rows() {
    EntrySamples samples = new EntrySamples(9);
    for (int i = 0; i < 60; i++) {
      Entry before = accept("k" + i);
      Entry after = samples.vary(before);
      apply(
          transitions.change(before, new Guard.AtVersion(1), TransitionKind.STAGE_RETRIED, after));
    }
    for (State state : List.of(State.ACCEPTED, State.PROCESSED)) {
      for (int i = 0; i < 4; i++) {
        acceptAs(key(state.name() + i), state);
      }
    }
    time.advance(Duration.ofSeconds(1));
    claim(2, FIRST_WORK);
    claim(2, VERIFICATION);
    List<AuditRow> rows = ledger().holdings().audit(ALL).rows();
    assertEquals(68, rows.size());
    for (AuditRow row : rows) {
      assertEquals(AuditRow.of(find(row.key())), row);
    }
    assertTrue(rows.stream().anyMatch(row -> row.progress().leased()), "a lease is among them");
  }

  @Test
  @DisplayName("entries that come or change between an audit's pages hide none and double none")
  final void audit_meanwhile() {
    List<SequenceKey> keys = acceptSome();
    int[] round = {0};
    AuditQuery first = new AuditQuery(Optional.empty(), SequencePlace.LAST, 4);
    List<SequenceKey> told =
        keys(
            paged(
                first,
                () -> {
                  int now = round[0]++;
                  accept("new" + now);
                  if (now < keys.size()) {
                    Entry entry = find(keys.get(now));
                    apply(transitions.mark(entry, standing -> standing.withOverdue(true)));
                  }
                }));
    assertEquals(told.stream().distinct().toList(), told, "none twice");
    assertEquals(keys, told.stream().filter(keys::contains).toList(), "none omitted");
  }
}
