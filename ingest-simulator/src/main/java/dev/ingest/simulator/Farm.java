package dev.ingest.simulator;

import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException;
import dev.ingest.core.CompletionToken;
import dev.ingest.core.DamagedContentException;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.engine.Completing;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.IngestException;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * Another system, to which a stage leaves some of its sequences. It brings their output to whatever
 * node answers, repeats a call whose outcome it does not know, and is sometimes late, cut off, said
 * twice, or silent.
 */
final class Farm {

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MAX_CALLS = 100;
  private static final int ONE_IN = 6;

  private final World world;

  Farm(World world) {
    this.world = world;
  }

  /** Tells whether this sequence is the farm's to do. */
  boolean takes() {
    return world.below(ONE_IN) == 0;
  }

  /** Takes the rest of a stage on. */
  void take(StageContext context) {
    Duration within = world.scenario().lease().plus(world.upTo(Duration.ofSeconds(40)));
    CompletionToken token = context.completeLater(within);
    String of = context.sequence().toString();
    world.tally().add("stages left to the farm");
    if (world.strikes(FaultKind.CALLBACK_LOST)) {
      world.trace().say("farm", "forgets " + of);
      return;
    }
    boolean isLate = !world.scenario().isCalm() && !world.isQuiet() && world.below(8) == 0;
    Duration delay = world.upTo(within.dividedBy(2)).plus(isLate ? within : Duration.ZERO);
    Job job = new Job(of, token);
    world.in(delay, job.line, job::call);
    if (world.strikes(FaultKind.CALLBACK_REPEATED)) {
      Job twin = new Job(of, token);
      world.in(world.upTo(within), twin.line, twin::call);
    }
  }

  /** One sequence in the farm's hands. */
  private final class Job {

    private final String of;
    private final CompletionToken token;
    private final Line line;
    private final boolean isOfRestored = world.restoration().isStruck();
    private boolean broken;
    private int calls;

    Job(String of, CompletionToken token) {
      this.of = of;
      this.token = token;
      this.line = new Line("farm for " + of, null);
    }

    void call() {
      calls++;
      List<SimNode> up =
          world.nodes().stream()
              .filter(SimNode::isAlive)
              .filter(node -> node.frozenUntil() <= world.now().toEpochMilli())
              .toList();
      if (!up.isEmpty() && isSettled(up.get(world.below(up.size())))) {
        return;
      }
      if (calls < MAX_CALLS) {
        world.in(PAUSE, line, this::call);
      }
    }

    private boolean isSettled(SimNode node) {
      try {
        CompletionOutcome outcome = bring(node.engine().completing());
        world.tally().add("callbacks " + outcome);
        world.trace().say("farm", "is told of " + of + ": " + outcome);
        return true;
      } catch (CompletionRefusedException e) {
        boolean isLost = !isOfRestored && world.restoration().isStruck();
        if (e.reason() == CompletionRefusedException.Reason.UNKNOWN && !isLost) {
          throw world.fail(
              new InvariantViolation(
                  "S7 Fencing", of, "a token that is known once a stage has it", e.toString()));
        }
        world.tally().add("callbacks refused");
        world.trace().say("farm", "is refused for " + of);
        return true;
      } catch (SimulatedCrash e) {
        node.die(String.valueOf(e.getMessage()));
      } catch (IngestException | IOException | UncheckedIOException e) {
        world.trace().say("farm", "does not know what became of " + of + ": " + e);
      }
      return false;
    }

    private CompletionOutcome bring(Completing node) throws IOException {
      if (broken) {
        return node.fail(token.text(), "its input is damaged", true);
      }
      try {
        return node.complete(token.text(), this::copy);
      } catch (DamagedContentException e) {
        broken = true;
        throw e;
      }
    }

    private void copy(StageContext context) throws IOException {
      Iterator<StageItem> items = context.items();
      while (items.hasNext()) {
        StageItem item = items.next();
        context.emit(item.name(), item.open());
        if (world.strikes(FaultKind.CALLBACK_CUT_OFF)) {
          throw new IOException("the farm's connection was cut");
        }
      }
    }
  }
}
