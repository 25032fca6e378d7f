package dev.ingest.spi.ledger;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TransitionTest {

  private static final Entry AFTER = Rows.entry(State.ACCEPTED);
  private static final HistoryRow ROW =
      Rows.row(Rows.KEY, Optional.of(State.PROCESSING), State.ACCEPTED, AFTER.chain());
  private static final Guard LEASED = new Guard.WithLease(Rows.TOKEN, 4);

  static Stream<Arguments> possible() {
    Entry first =
        AFTER
            .withPosition(new Position(State.ACCEPTED, 1, Rows.NOON, 0, Optional.empty()))
            .withChain(new ChainHead(1, Rows.HEAD));
    HistoryRow firstRow = Rows.row(Rows.KEY, Optional.empty(), State.ACCEPTED, first.chain());
    Entry working = Rows.entry(State.PROCESSING);
    HistoryRow mark =
        Rows.row(Rows.KEY, Optional.of(State.PROCESSING), State.PROCESSING, working.chain());
    return Stream.of(
        arguments(
            "acceptance", new Guard.Accept(Rows.SESSION, 0), first, LeaseEffect.END, firstRow),
        arguments(
            "readmission", new Guard.Readmit(Rows.SESSION, 0, 4), AFTER, LeaseEffect.END, ROW),
        arguments("recorded act", new Guard.AtVersion(4), AFTER, LeaseEffect.END, ROW),
        arguments("work", LEASED, AFTER, LeaseEffect.END, ROW),
        arguments("mark", new Guard.AtVersion(4), working, LeaseEffect.KEEP, mark));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("possible")
  void partsThatFit_makeATransition(
      String what, Guard guard, Entry after, LeaseEffect lease, HistoryRow row) {
    Transition transition =
        new Transition(guard, after, lease, row, Collections.nCopies(16, Rows.alert()));
    assertEquals(Rows.KEY, transition.key());
    assertEquals(TransitionId.ofBits(5, 6), transition.id());
  }

  static Stream<Arguments> impossible() {
    Optional<State> before = Optional.of(State.PROCESSING);
    ChainHead chain = AFTER.chain();
    Entry working = Rows.entry(State.PROCESSING);
    Guard accept = new Guard.Accept(Rows.SESSION, 0);
    Entry first =
        AFTER.withPosition(new Position(State.ACCEPTED, 1, Rows.NOON, 0, Optional.empty()));
    return Stream.of(
        arguments(
            "row of another sequence",
            LEASED,
            AFTER,
            Rows.row(SequenceKey.of("anna", "other"), before, State.ACCEPTED, chain)),
        arguments(
            "row of another owner",
            LEASED,
            AFTER,
            Rows.row(SequenceKey.of("bert", "holiday"), before, State.ACCEPTED, chain)),
        arguments(
            "row to another state", LEASED, AFTER, Rows.row(Rows.KEY, before, State.FAILED, chain)),
        arguments(
            "row that is not the head",
            LEASED,
            AFTER,
            Rows.row(
                Rows.KEY,
                before,
                State.ACCEPTED,
                new ChainHead(chain.length(), Digest.ofUtf8("forged")))),
        arguments(
            "row at another ordinal",
            LEASED,
            AFTER,
            Rows.row(
                Rows.KEY, before, State.ACCEPTED, new ChainHead(chain.length() - 1, chain.head()))),
        arguments("version raised by two", new Guard.AtVersion(3), AFTER, ROW),
        arguments("version not raised", new Guard.AtVersion(5), AFTER, ROW),
        arguments(
            "version not raised under a lease", new Guard.WithLease(Rows.TOKEN, 5), AFTER, ROW),
        arguments(
            "readmission at the same version", new Guard.Readmit(Rows.SESSION, 0, 5), AFTER, ROW),
        arguments("acceptance that is not the first version", accept, AFTER, ROW),
        arguments("acceptance with a state before", accept, first, ROW),
        arguments(
            "acceptance that is not the first row",
            accept,
            first,
            Rows.row(Rows.KEY, Optional.empty(), State.ACCEPTED, chain)),
        arguments(
            "acceptance whose row follows another",
            accept,
            first.withChain(new ChainHead(1, chain.head())),
            Rows.row(
                Rows.KEY,
                Optional.empty(),
                State.ACCEPTED,
                new HistoryRow.Link(1, Digest.ofUtf8("previous"), first.chain().head()))),
        arguments(
            "later row without the state before",
            LEASED,
            AFTER,
            Rows.row(Rows.KEY, Optional.empty(), State.ACCEPTED, chain)),
        arguments(
            "lease that ends and stays",
            LEASED,
            working,
            Rows.row(Rows.KEY, before, State.PROCESSING, working.chain())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossible")
  void partsThatDoNotFit_areRefused(String what, Guard guard, Entry after, HistoryRow row) {
    InvalidValueException refusal =
        assertRefused(
            Kind.IDENTIFIER, () -> new Transition(guard, after, LeaseEffect.END, row, List.of()));
    assertTrue(String.valueOf(refusal.getMessage()).contains("anna/holiday"));
  }

  @Test
  void tooManyAlerts_areRefused() {
    List<AlertRow> alerts = Collections.nCopies(Transition.MAX_ALERTS + 1, Rows.alert());
    assertRefused(
        Kind.IDENTIFIER, () -> new Transition(LEASED, AFTER, LeaseEffect.END, ROW, alerts));
  }

  @Test
  void guards_refuseVersionsAndPartsThatNeverWere() {
    assertRefused(Kind.NUMBER, () -> new Guard.Accept(Rows.SESSION, -1));
    assertRefused(Kind.NUMBER, () -> new Guard.Readmit(Rows.SESSION, -1, 1));
    assertRefused(Kind.NUMBER, () -> new Guard.Readmit(Rows.SESSION, 0, 0));
    assertRefused(Kind.NUMBER, () -> new Guard.AtVersion(0));
    assertRefused(Kind.NUMBER, () -> new Guard.WithLease(Rows.TOKEN, 0));
  }
}
