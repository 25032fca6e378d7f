package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which transitions are written by the statement of an expiry, which sends the least. */
final class PostgresShapeTest {

  private static final IncarnationId LIFE = IncarnationId.ofBits(1, 2);
  private static final Publication RESULT =
      new Publication(Sample.output("runs/a"), 1, Sample.START);

  private static Optional<PostgresShape> shape(
      State from, State to, TransitionKind kind, Beside beside) {
    Entry accepted = Sample.accept(Sample.key(1), Sample.session(), 10, Sample.START).after();
    Entry after =
        new Entry(
                accepted.receipt(),
                accepted.raw(),
                Sample.position(accepted, to, Optional.empty()),
                accepted.run(),
                Optional.of(RESULT),
                accepted.standing(),
                accepted.chain())
            .withBeside(beside);
    Transition transition =
        Sample.transition(
            new Guard.AtVersion(accepted.version()),
            Optional.of(from),
            after,
            LeaseEffect.END,
            kind);
    return PostgresShape.of(transition, LIFE);
  }

  @Test
  void bothStepsOfAnExpiry_haveItsShape() {
    assertEquals(
        Optional.of(PostgresShape.EXPIRE),
        shape(State.VERIFIED, State.EXPIRING, TransitionKind.EXPIRING, Beside.NONE));
    assertEquals(
        Optional.of(PostgresShape.EXPIRE),
        shape(State.EXPIRING, State.EXPIRED, TransitionKind.EXPIRED, Beside.NONE));
  }

  @Test
  void whatMayChangeMore_doesNot() {
    assertEquals(
        Optional.of(PostgresShape.REST),
        shape(State.VERIFIED, State.EXPIRED, TransitionKind.EXPIRED, Beside.NONE));
    assertEquals(
        Optional.of(PostgresShape.REST),
        shape(State.DISCARDED, State.EXPIRING, TransitionKind.EXPIRING, Beside.NONE));
    assertEquals(
        Optional.of(PostgresShape.REST),
        shape(State.VERIFIED, State.EXPIRING, TransitionKind.PROOF_RENEWED, Beside.NONE));
    Beside replaced =
        new Beside(Optional.empty(), Optional.of(new Superseded(RESULT, Sample.START)), 2);
    assertEquals(
        Optional.of(PostgresShape.REST),
        shape(State.VERIFIED, State.EXPIRING, TransitionKind.EXPIRING, replaced));
  }
}
