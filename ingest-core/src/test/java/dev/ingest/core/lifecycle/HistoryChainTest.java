package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The hash chain: what it accepts, and that nothing can be altered, dropped or moved unseen. */
final class HistoryChainTest {

  private static final Entry ENTRY = Entries.in(State.FAILED);
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00.123Z");

  @Test
  void linkedRow_follows() {
    Transition transition = transition();
    assertEquals(ENTRY.chain().length() + 1, transition.row().link().ordinal());
    assertEquals(
        Optional.of(transition.after().chain()),
        HistoryChain.follow(transition.row(), ENTRY.chain()));
  }

  @Test
  void hash_isThatOfTheDocumentedFields() {
    HistoryRow row = transition().row();
    StringBuilder fields = new StringBuilder();
    for (String field :
        List.of(
            "ingest-history-1",
            "alice",
            "ride-1",
            "4",
            "00000000000000010000000000000002",
            "OVERDUE",
            Long.toString(NOW.toEpochMilli()),
            "FAILED",
            "FAILED",
            "node-1",
            row.note().detail(),
            ENTRY.chain().head().hex())) {
      fields.append(field.length()).append(':').append(field).append('\n');
    }
    assertEquals(Digest.ofUtf8(fields.toString()), row.link().hash());
  }

  static Stream<Arguments> forgeries() {
    HistoryRow row = transition().row();
    HistoryRow.Step step = row.step();
    return Stream.of(
        Arguments.of(
            "another time",
            with(row, new HistoryRow.Step(step.transition(), step.kind(), NOW.plusMillis(1)))),
        Arguments.of(
            "another kind",
            with(row, new HistoryRow.Step(step.transition(), TransitionKind.HELD, step.at()))),
        Arguments.of(
            "another transition",
            with(row, new HistoryRow.Step(TransitionId.ofBits(8, 8), step.kind(), step.at()))),
        Arguments.of(
            "another actor",
            new HistoryRow(
                row.key(),
                step,
                row.from(),
                row.to(),
                new HistoryRow.Note("eve", row.note().detail()),
                row.link())),
        Arguments.of(
            "text moved between fields",
            new HistoryRow(
                row.key(),
                step,
                row.from(),
                row.to(),
                new HistoryRow.Note(row.note().actor() + "x", row.note().detail().substring(1)),
                row.link())),
        Arguments.of(
            "another state",
            new HistoryRow(row.key(), step, row.from(), State.LOST, row.note(), row.link())),
        Arguments.of(
            "another ordinal",
            new HistoryRow(
                row.key(),
                step,
                row.from(),
                row.to(),
                row.note(),
                new HistoryRow.Link(5, row.link().previous(), row.link().hash()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forgeries")
  void alteredRow_doesNotFollow(String what, HistoryRow forged) {
    assertTrue(HistoryChain.follow(forged, ENTRY.chain()).isEmpty(), what);
  }

  @Test
  void rowAfterAMissingOne_doesNotFollow() {
    assertTrue(HistoryChain.follow(transition().row(), ChainHead.EMPTY).isEmpty());
    assertTrue(
        HistoryChain.follow(
                transition().row(), new ChainHead(ENTRY.chain().length(), Digest.ofUtf8("other")))
            .isEmpty());
  }

  private static HistoryRow with(HistoryRow row, HistoryRow.Step step) {
    return new HistoryRow(row.key(), step, row.from(), row.to(), row.note(), row.link());
  }

  private static Transition transition() {
    Decision.Change change =
        assertInstanceOf(
            Decision.Change.class, Lifecycle.decide(ENTRY, new Event.DeadlinePassed(), NOW));
    return HistoryChain.link(
        change,
        new Guard.AtVersion(ENTRY.version()),
        Optional.of(ENTRY.state()),
        TransitionId.ofBits(1, 2),
        NOW,
        "node-1");
  }
}
