package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.store.jdbc.StruckLedger.Passed;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges what calls tell and leave when a statement of theirs fails, by what the tables say.
 *
 * <p>What is told as done is there, what is told as undone is not, and only what is told as unknown
 * may be either. The same call again, on the same connections, then leaves what it leaves where
 * nothing failed. No connection stays lent, and none stays in a transaction.
 */
final class FaultJudge {

  private final StruckLedger ledger;
  private final FaultTally tally;

  FaultJudge(StruckLedger ledger, FaultTally tally) {
    this.ledger = ledger;
    this.tally = tally;
  }

  /** What a call leaves and answers where nothing fails, made once and made again. */
  record Undisturbed(
      Passed passed, String before, String once, String twice, Answer first, Answer second) {}

  /** What a call answered: outcomes, or an error for all of it. */
  record Answer(List<Outcome> outcomes, Optional<LedgerException> error) {

    static Answer of(RepeatedCall.Prepared call, StruckLedger ledger) {
      try {
        return new Answer(call.of(ledger.struck()), Optional.empty());
      } catch (LedgerException e) {
        return new Answer(List.of(), Optional.of(e));
      }
    }

    /** Why each element was refused; of what was not, nothing. */
    List<Optional<Reason>> reasons() {
      return outcomes.stream()
          .map(
              outcome ->
                  outcome instanceof Outcome.NotApplied refused
                      ? Optional.of(refused.reason())
                      : Optional.<Reason>empty())
          .toList();
    }

    List<Throwable> errors() {
      List<Throwable> all = new ArrayList<>(error.stream().toList());
      for (Outcome outcome : outcomes) {
        if (outcome instanceof Outcome.Unknown unknown) {
          all.add(unknown.cause());
        }
      }
      return all;
    }

    boolean isOfNone() {
      return error.isPresent() || outcomes.stream().allMatch(one -> one instanceof Outcome.Unknown);
    }
  }

  /** Judges a call at all that has its turn. */
  void judge(RepeatedCall call, FaultShare share) throws SQLException {
    Undisturbed undisturbed = undisturbed(call);
    for (Strike strike : share.of(call.name(), ledger.strikes(undisturbed.passed()))) {
      judge(call, undisturbed, strike);
    }
  }

  Undisturbed undisturbed(RepeatedCall call) throws SQLException {
    Scene scene = ledger.scene();
    RepeatedCall.Prepared prepared = call.prepare(scene);
    String before = call.view(scene);
    ledger.count();
    Answer first = Answer.of(prepared, ledger);
    Passed passed = ledger.disarm();
    String once = call.view(scene);
    Answer second = Answer.of(prepared, ledger);
    assertEquals(List.of(), first.errors(), call.name());
    assertEquals(List.of(), second.errors(), call.name());
    ledger.assertNothingIsLeftOpen(call.name());
    return new Undisturbed(passed, before, once, call.view(scene), first, second);
  }

  /** Makes a call of which a statement is struck, and tells what it told. */
  Told judge(RepeatedCall call, Undisturbed undisturbed, Strike strike) throws SQLException {
    Scene scene = ledger.scene();
    RepeatedCall.Prepared prepared = call.prepare(scene);
    ledger.arm(strike);
    Answer answer = Answer.of(prepared, ledger);
    Passed passed = ledger.disarm();
    String at = call.name() + ": " + strike;
    passed.assertCameTo(strike, at);
    boolean struck = passed.isStruck();
    ledger.assertNothingIsLeftOpen(at);
    String left = call.view(scene);
    Told told = struck ? told(answer, strike, at) : Told.DONE;
    assertTold(told, call, prepared.batch(), undisturbed, answer, left, at);
    tally.add("call " + call.name(), strike, struck ? told.name() : "NOT REACHED");

    Answer again = Answer.of(prepared, ledger);
    assertEquals(List.of(), again.errors(), at);
    String end = call.view(scene);
    if (left.equals(undisturbed.before()) && !left.equals(undisturbed.once())) {
      assertEquals(undisturbed.once(), end, at);
      assertEquals(undisturbed.first().reasons(), again.reasons(), at);
    } else if (left.equals(undisturbed.once())) {
      assertEquals(undisturbed.twice(), end, at);
      assertEquals(undisturbed.second().reasons(), again.reasons(), at);
    } else {
      assertEquals(undisturbed.once(), end, at);
    }
    scene.assertCountsAreExact();
    ledger.assertNothingIsLeftOpen(at);
    return told;
  }

  private static void assertTold(
      Told told,
      RepeatedCall call,
      List<Transition> batch,
      Undisturbed undisturbed,
      Answer answer,
      String left,
      String at) {
    switch (told) {
      case DONE -> {
        assertEquals(undisturbed.once(), left, at + " was told as done");
        assertEquals(undisturbed.first().reasons(), answer.reasons(), at);
      }
      case UNDONE -> {
        if (!call.isInSteps()) {
          assertEquals(undisturbed.before(), left, at + " was told as undone: " + answer.errors());
        }
      }
      case UNKNOWN ->
          assertTrue(
              call.isInSteps()
                  || batch.size() > 1
                  || left.equals(undisturbed.before())
                  || left.equals(undisturbed.once()),
              () -> at + " left " + left);
      case PARTLY -> {
        for (int i = 0; i < batch.size(); i++) {
          boolean applied = answer.outcomes().get(i).isApplied();
          assertEquals(
              applied, wasCommitted(left, batch.get(i), undisturbed), at + " element " + i);
        }
      }
    }
  }

  /** Tells whether what a view says of a sequence is what it says after the transition. */
  private static boolean wasCommitted(String left, Transition one, Undisturbed undisturbed) {
    String id = one.key().id() + " ";
    return line(left, id).equals(line(undisturbed.once(), id));
  }

  private static List<String> line(String view, String begins) {
    return view.lines().filter(line -> line.startsWith(begins)).toList();
  }

  /** What the words of an answer say about its effect. */
  enum Told {
    DONE,
    /** Nothing of it took effect. */
    UNDONE,
    /** It may have taken effect. */
    UNKNOWN,
    /** Some elements are done, and each other one is undone. */
    PARTLY
  }

  /** Reads the words of an answer, and checks that they name adapter, attempt, cause and advice. */
  private Told told(Answer answer, Strike strike, String at) {
    List<Throwable> errors = answer.errors();
    if (errors.isEmpty()) {
      return Told.DONE;
    }
    boolean unknown = false;
    for (Throwable error : errors) {
      String message = String.valueOf(error.getMessage());
      FaultWords.check(ledger.healthy().name(), strike.fault(), error, at);
      unknown |= FaultWords.sayUnknown(message, at);
    }
    if (unknown) {
      return Told.UNKNOWN;
    }
    return answer.isOfNone() ? Told.UNDONE : Told.PARTLY;
  }
}
