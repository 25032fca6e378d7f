package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits one batch until the outcome of each of its transitions is known, or the attempts are
 * spent.
 *
 * <p>What is unknown is resolved by submitting the <em>same</em> transitions again: their ids make
 * that idempotent, and only the ledger can say whether they landed. It goes in rounds. A round that
 * settles nothing is followed by a pause that doubles from 20 ms; after {@value
 * #MAX_FRUITLESS_ROUNDS} such rounds what is left stays unknown.
 *
 * <p><b>How long one batch holds up the next.</b> All pauses together take 620 ms. A call may take
 * long, as long as its adapter allows (60 s for PostgreSQL). So nothing but the first repetition
 * begins later than {@value #LONGEST_SECONDS} s after the batch did, and what is left then stays
 * unknown. With calls of c seconds, a batch holds up the next for {@value #LONGEST_SECONDS} + c
 * seconds at most, or for two calls and a pause if that is longer.
 *
 * <p><b>A call that takes long</b>, a second or more, and leaves something unknown may have waited
 * for one row that a stranger keeps, or for a ledger that failed over meanwhile. What was done
 * under a lease stays unknown at once, and is kept to be submitted {@linkplain Pending#isAlone()
 * alone}. What someone waits for is submitted once more at once where all was left: one element
 * alone, and once that is settled quickly, all others together, for whom the rounds and their time
 * begin anew. After one more such call each goes alone, as after the first if the one alone is not
 * settled quickly; there the first that fails ends it if nothing has settled, and the second that
 * takes long in any case. So one kept row costs three long calls, two cost four, and more cost no
 * more. Where the ledger answered for others, it has said whom it waited for, and what it left
 * stays unknown.
 *
 * <p>The first repetition is of the whole, since what hides an answer is mostly the connection.
 * What fails then is halved from round to round, without pauses as long as other parts settle, so
 * that an element that the ledger never takes ends alone with its own unknown, after about {@code 2
 * log n} calls. Only elements that spoil each of 16 parts at once could hide all others.
 *
 * <p>Where nothing settles at all, the ledger is asked for its time before anything is halved: one
 * that does not answer that either is out, and a smaller batch would not get through. An outage so
 * costs {@value #MAX_FRUITLESS_ROUNDS} commits whatever the size of the batch, and a ledger that
 * answers reads and takes no commit costs 32. For one batch, by one thread.
 *
 * <p>What stays unknown may come here once more ({@link #again}): it is then submitted and halved
 * without any pause, and each element alone once, so that an outage costs one commit and a ledger
 * that takes no commit 31. What is to go alone goes one by one, and what is left after a second, or
 * once a call took long, is left for the next turn, so that it holds up nobody for longer.
 */
final class Settlement {

  /** How many rounds may settle nothing. */
  static final int MAX_FRUITLESS_ROUNDS = 6;

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final int LONGEST_SECONDS = 5;
  private static final long LONGEST_NANOS = Duration.ofSeconds(LONGEST_SECONDS).toNanos();

  /** A call that takes as long as this, and is not answered, may have waited for one row. */
  static final Duration LONG = Duration.ofSeconds(1);

  /** How often a transition is submitted at least, if it fails alone while others settle. */
  private static final int MIN_SUBMISSIONS = 3;

  /** How many elements of one batch may each take long alone, while others settle. */
  private static final int MOST_LONG_CALLS = 2;

  private final Node node;
  private final Supervisor supervisor;
  private final Answers answers;
  private final long began;
  private long patientSince;
  private boolean isTogetherAgain;
  private Duration pause = FIRST_PAUSE;
  private int fruitlessRounds;
  private boolean isRepetition;
  private int settled;
  private int longCalls;

  Settlement(Node node, Supervisor supervisor, Answers answers) {
    this.node = node;
    this.supervisor = supervisor;
    this.answers = answers;
    this.began = node.seams().elapsed().getAsLong();
    this.patientSince = began;
  }

  /** Who hears of outcomes. */
  interface Answers {

    /** The outcome of each of some elements, applied or not. */
    void known(List<Pending> elements, List<Outcome> outcomes);

    /** The attempts of some elements are spent; each has the cause of the last in it. */
    void unknown(List<Pending> elements);

    /** Some elements that came here once more were not submitted, and are after a time. */
    void postponed(List<Pending> elements, Duration time);
  }

  /** Settles a batch: each of its elements is answered when this returns. */
  void settle(List<Pending> batch) {
    List<List<Pending>> parts = List.of(batch);
    while (!parts.isEmpty()) {
      int before = settled;
      int calls = longCalls;
      List<List<Pending>> unknown = submitEach(parts);
      boolean fruit = settled > before;
      boolean isLong = longCalls > calls && count(unknown) > 1;
      parts = isLong ? submitEachAlone(unknown) : afterRound(giveUpLone(unknown), fruit);
    }
  }

  private List<List<Pending>> afterRound(List<List<Pending>> unknown, boolean fruit) {
    if (isOverdue(unknown)) {
      unknown.forEach(answers::unknown);
      return List.of();
    }
    return fruit ? halve(unknown) : afterFruitlessRound(unknown);
  }

  /** Submits what stayed unknown before, without pauses: each is answered when this returns. */
  void again(List<Pending> batch) {
    isRepetition = true;
    Deque<List<Pending>> parts = new ArrayDeque<>();
    batch.stream().filter(Pending::isAlone).forEach(element -> parts.add(List.of(element)));
    List<Pending> together = batch.stream().filter(element -> !element.isAlone()).toList();
    if (!together.isEmpty()) {
      parts.addFirst(together);
    }
    boolean isOut = false;
    boolean goesOn = true;
    while (!parts.isEmpty() && goesOn) {
      fruitlessRounds = 1;
      settle(parts.remove());
      boolean isLong = elapsed() - began >= LONG.toNanos();
      isOut = !parts.isEmpty() && settled == 0 && !isLong && !ledgerAnswers();
      goesOn = !isLong && !isOut;
    }
    Duration time = isOut ? Suspects.LONGEST_PAUSE : Duration.ZERO;
    parts.forEach(part -> answers.postponed(part, time));
  }

  /**
   * Submits each alone, beginning with another one each time, lest one always hides the rest; once,
   * returns all but the first to be submitted together again if the first was settled quickly.
   */
  private List<List<Pending>> submitEachAlone(List<List<Pending>> parts) {
    List<Pending> left = new ArrayList<>(count(parts));
    parts.forEach(left::addAll);
    long from = elapsed();
    Collections.rotate(left, -Math.floorMod(from, left.size()));
    int calls = longCalls;
    boolean goesOn = true;
    for (int i = 0; i < left.size(); i++) {
      List<Pending> one = left.subList(i, i + 1);
      List<Pending> unknown = goesOn ? submit(one) : one;
      if (!unknown.isEmpty()) {
        answers.unknown(unknown);
        goesOn &= settled > 0 && longCalls - calls < MOST_LONG_CALLS;
        from = elapsed();
      } else if (!isTogetherAgain && i == 0 && elapsed() - from < LONG.toNanos()) {
        isTogetherAgain = true;
        patientSince = elapsed();
        return List.of(left.subList(1, left.size()));
      }
      goesOn &= elapsed() - from < LONGEST_NANOS;
    }
    return List.of();
  }

  private List<List<Pending>> afterFruitlessRound(List<List<Pending>> unknown) {
    boolean halving = fruitlessRounds > 0 && ledgerAnswers();
    if (halving && settled > 0 && unknown.stream().anyMatch(part -> part.size() > 1)) {
      return halve(unknown);
    }
    fruitlessRounds++;
    if (fruitlessRounds >= MAX_FRUITLESS_ROUNDS || (isRepetition && !halving)) {
      unknown.forEach(answers::unknown);
      return List.of();
    }
    if (!isRepetition) {
      pause();
    }
    return halving ? halve(unknown) : unknown;
  }

  private void pause() {
    if (!node.seams().pause().await(pause)) {
      // The node stops: once more at once, and not again after that.
      fruitlessRounds = MAX_FRUITLESS_ROUNDS - 1;
    }
    pause = pause.multipliedBy(2);
  }

  /** Tells whether no part gets another call: it is too late for each, or none is left. */
  private boolean isOverdue(List<List<Pending>> parts) {
    return parts.stream().allMatch(this::isOverduePart);
  }

  private boolean isOverduePart(List<Pending> part) {
    return part.get(0).submissions > 1 && elapsed() - patientSince >= LONGEST_NANOS;
  }

  private List<List<Pending>> submitEach(List<List<Pending>> parts) {
    List<List<Pending>> unknown = new ArrayList<>();
    for (List<Pending> part : parts) {
      List<Pending> left = isOverduePart(part) ? part : submit(part);
      if (!left.isEmpty()) {
        unknown.add(left);
      }
    }
    return unknown;
  }

  /** Submits a part, answers what is known of it, and returns the rest. */
  private List<Pending> submit(List<Pending> part) {
    long asked = elapsed();
    List<Outcome> outcomes = commit(part);
    Duration took = Duration.ofNanos(elapsed() - asked);
    List<Pending> answered = new ArrayList<>(part.size());
    List<Outcome> known = new ArrayList<>(part.size());
    List<Pending> left = new ArrayList<>();
    for (int i = 0; i < part.size(); i++) {
      Pending element = part.get(i);
      element.submissions++;
      if (outcomes.get(i) instanceof Outcome.Unknown unknown) {
        element.cause = unknown.cause();
        left.add(element);
      } else {
        answered.add(element);
        known.add(outcomes.get(i));
      }
    }
    if (!answered.isEmpty()) {
      settled += answered.size();
      answers.known(answered, known);
    }
    boolean hasNamed = part.size() == 1 || !answered.isEmpty();
    left.forEach(element -> element.failed(took, hasNamed));
    return took.compareTo(LONG) < 0 || left.isEmpty() ? left : afterLongCall(left, answered);
  }

  /** Leaves what a call that took long has left, but for what is submitted alone at once. */
  private List<Pending> afterLongCall(List<Pending> left, List<Pending> answered) {
    longCalls++;
    List<Pending> again = new ArrayList<>();
    List<Pending> over = new ArrayList<>();
    for (Pending element : left) {
      (answered.isEmpty() && element.lease().isEmpty() ? again : over).add(element);
    }
    if (!over.isEmpty()) {
      answers.unknown(over);
    }
    return again;
  }

  private List<Outcome> commit(List<Pending> part) {
    if (!supervisor.isMetered()) {
      return ask(part);
    }
    long asked = node.seams().elapsed().getAsLong();
    List<Outcome> outcomes = ask(part);
    Duration took = Duration.ofNanos(node.seams().elapsed().getAsLong() - asked);
    boolean isAnswered = outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance);
    supervisor.count(
        node.seams().tasks(), meter -> meter.batchAnswered(part.size(), took, isAnswered));
    return outcomes;
  }

  private List<Outcome> ask(List<Pending> part) {
    List<Transition> transitions = part.stream().map(Pending::transition).toList();
    try {
      List<Outcome> outcomes = node.ledger().ledger().commit(transitions);
      if (outcomes.size() == part.size()) {
        return outcomes;
      }
      return unknown(
          part,
          new IllegalStateException(
              "%s answered a batch of %d transitions with %d outcomes"
                  .formatted(node.ledger().name(), part.size(), outcomes.size())));
    } catch (Exception e) {
      Interrupts.keep(e);
      LOG.debug("a batch of {} has no known outcome", part.size(), e);
      return unknown(part, e);
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      supervisor.reportAside(node.seams().tasks(), "group commit", e);
      return unknown(part, e);
    }
  }

  private static List<Outcome> unknown(List<Pending> part, Throwable cause) {
    return Collections.nCopies(part.size(), new Outcome.Unknown(cause));
  }

  /** Answers those that failed alone and often enough, and returns the rest. */
  private List<List<Pending>> giveUpLone(List<List<Pending>> parts) {
    int enough = isRepetition ? 1 : settled > 0 ? MIN_SUBMISSIONS : MAX_FRUITLESS_ROUNDS;
    List<List<Pending>> left = new ArrayList<>(parts.size());
    for (List<Pending> part : parts) {
      if (part.size() == 1 && part.get(0).submissions >= enough) {
        answers.unknown(part);
      } else {
        left.add(part);
      }
    }
    return left;
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  private boolean ledgerAnswers() {
    try {
      node.ledger().ledger().now();
      return true;
    } catch (Exception e) {
      Interrupts.keep(e);
      LOG.debug("{} does not answer", node.ledger().name(), e);
      return false;
    }
  }

  /** Halves what was submitted more than once; the first repetition is of the whole. */
  private static List<List<Pending>> halve(List<List<Pending>> parts) {
    List<List<Pending>> halves = new ArrayList<>(parts.size() * 2);
    for (List<Pending> part : parts) {
      int middle = part.size() / 2;
      if (part.size() == 1 || part.get(0).submissions < 2) {
        halves.add(part);
      } else {
        halves.add(part.subList(0, middle));
        halves.add(part.subList(middle, part.size()));
      }
    }
    return halves;
  }

  private static int count(List<List<Pending>> parts) {
    return parts.stream().mapToInt(List::size).sum();
  }
}
