package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Brings transitions of a node to the ledger, in batches: one call, and so one durable commit, for
 * up to {@value #MAX_BATCH} of them (fewer if the ledger takes fewer).
 *
 * <p>First come, first served, except that a batch holds at most one transition of a sequence: a
 * second one stays for the next batch, and the order within a sequence is kept. Each batch is
 * sorted by key, so that nodes lock rows in one order. An outcome is told only after the call
 * returned. At most {@value #MAX_QUEUED_BATCHES} batches are queued or under way; who comes on top
 * of that waits for room.
 *
 * <p><b>What stays unknown</b> after {@link Settlement} has done its part is answered as unknown if
 * someone waits for it. What was done under a lease is kept instead and submitted again ({@link
 * Suspects}), in batches of its own and in turn with those of the queue, so that neither holds up
 * the other for more than one batch, nor what is kept for more than one call that takes long. What
 * comes later of the same sequence stays behind it; whoever waits there is answered as unknown
 * after a second, without having been submitted. What is kept takes no room in the queue: it is
 * bounded by what the node may have in flight.
 *
 * <p><b>How long a batch waits for company.</b> Those who submit mostly wait for their outcome
 * before they submit again. When a batch of n returns, n of them come back at nearly the same time,
 * but the first comes a little earlier; a batch that left with it at once would make the other n −
 * 1 wait for a whole commit, and every second batch would be of one. So for a short time after a
 * batch returned, the next waits until it is as large as that one was, and leaves as soon as it is.
 * The time is that of the last call, and 5 ms at the most: a wait that is no longer than the call
 * it may save costs at worst twice of what the best choice would have. It is counted from the
 * return of the last batch, not from the first arrival, so whoever comes later finds the ledger
 * idle and leaves at once; and after a batch of one there is no wait at all.
 *
 * <p>Thread-safe. Drains run where {@link Seams.Commits} says, and so does whoever is told: it must
 * be quick and must not wait for another commit.
 */
final class GroupCommit {

  /** The most transitions of one batch. */
  static final int MAX_BATCH = 200;

  /** How many batches may be queued or under way. */
  static final int MAX_QUEUED_BATCHES = 10;

  private static final Duration MAX_LINGER = Duration.ofMillis(5);
  private static final Duration LONGEST_BEHIND = Duration.ofSeconds(1);
  private static final Comparator<Pending> BY_KEY = Comparator.comparing(Pending::key);

  private final Node node;
  private final Supervisor supervisor;
  private final Seams.Commits commits;
  private final int maxBatch;
  private final Object lock = new Object();
  private final Deque<Pending> queue = new ArrayDeque<>();
  private final Set<Pending> open = new LinkedHashSet<>();
  private final Suspects suspects = new Suspects();
  private CompletableFuture<Void> room = new CompletableFuture<>();
  private CompletableFuture<Void> enough = new CompletableFuture<>();
  private int lastSize;
  private long lingerUntil;
  private long settled;
  private boolean scheduled;
  private boolean watched;
  private boolean closed;

  GroupCommit(Node node, Supervisor supervisor) {
    this(node, supervisor, node.seams().commits());
  }

  /** Creates a group that commits where it is told. */
  GroupCommit(Node node, Supervisor supervisor, Seams.Commits commits) {
    this.node = node;
    this.supervisor = supervisor;
    this.commits = commits;
    this.maxBatch = Math.min(MAX_BATCH, node.ledger().capabilities().maxBatch());
    this.lingerUntil = elapsed();
  }

  /**
   * Submits a transition for someone who waits for its outcome; waits while there is no room.
   *
   * @param transition the transition
   * @return its outcome, unknown after the attempts are spent or at the end of the node; never an
   *     error
   */
  CompletableFuture<Outcome> submit(Transition transition) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    submit(transition, Optional.empty(), outcome::complete);
    return outcome;
  }

  /**
   * Submits a transition; waits while there is no room.
   *
   * @param transition the transition
   * @param lease the lease under which its work was done: for as long as it may still be held, the
   *     transition is submitted again; if empty, until the attempts are spent
   * @param then told the outcome, exactly once; quick to return
   */
  void submit(Transition transition, Optional<HeldLeases.Grip> lease, Consumer<Outcome> then) {
    Pending element = new Pending(noticed(transition), lease, elapsed(), then);
    Optional<CompletableFuture<Void>> full = offer(element);
    while (full.isPresent()) {
      commits.await(full.get());
      full = offer(element);
    }
  }

  /** A pure function of the transition: every attempt writes the same notice. */
  private Transition noticed(Transition transition) {
    return node.policies().tellsOwners()
        ? transition.withNotice(OwnerNotices.of(transition))
        : transition;
  }

  /** Waits for an outcome of what was submitted here. */
  void await(CompletableFuture<Outcome> outcome) {
    commits.await(outcome);
  }

  /**
   * Takes nothing more, commits what is queued, submits what is kept a last time, and answers what
   * could not be committed in time.
   *
   * @param longest the most to wait
   */
  void close(Duration longest) {
    CompletableFuture<Void> flushed = new CompletableFuture<>();
    synchronized (lock) {
      closed = true;
      enough.complete(null);
    }
    try {
      commits.execute(
          () -> {
            drain();
            flushed.complete(null);
          });
      commits.await(flushed, longest);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      report(e);
    }
    abandon(
        new IllegalStateException(
            "the node ended before the outcome was known, within " + longest + " of its close"));
  }

  /** Queues an element, or returns what to wait for. */
  private Optional<CompletableFuture<Void>> offer(Pending element) {
    boolean refused;
    boolean schedule = false;
    synchronized (lock) {
      refused = closed;
      if (!refused) {
        if (open.size() - suspects.size() >= maxBatch * MAX_QUEUED_BATCHES) {
          return Optional.of(room);
        }
        queue.add(element);
        open.add(element);
        if (queue.size() >= lastSize) {
          enough.complete(null);
        }
        schedule = !scheduled;
        scheduled = true;
      }
    }
    if (refused) {
      tell(
          element,
          new Outcome.Unknown(
              new IllegalStateException(
                  "the node has ended, nothing of " + element.key() + " was submitted")));
    } else if (schedule) {
      schedule();
    }
    return Optional.empty();
  }

  private void schedule() {
    try {
      commits.execute(this::drain);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // No thread could be made. The submitter commits, rather than that nobody does.
      report(e);
      drain();
    }
  }

  private void drain() {
    synchronized (lock) {
      scheduled = false;
    }
    boolean drained = false;
    try {
      drainAll();
      drained = true;
    } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
      drained = true;
      Interrupts.keep(e);
      report(e);
      abandon(e);
    } finally {
      if (!drained) {
        goOn();
      }
    }
  }

  private void drainAll() {
    boolean more = true;
    while (more) {
      List<Pending> again = due();
      commit(again, settlement -> settlement.again(again));
      List<Pending> batch = next();
      long began = elapsed();
      commit(batch, settlement -> settlement.settle(batch));
      returned(batch.size(), began);
      more = !again.isEmpty() || !batch.isEmpty();
    }
    watch();
  }

  /** Has another drain see to what a drain leaves behind that ends by an error of some new kind. */
  private void goOn() {
    boolean schedule;
    synchronized (lock) {
      schedule = !scheduled && (!queue.isEmpty() || suspects.size() > 0);
      scheduled |= schedule;
    }
    if (schedule) {
      schedule();
    }
  }

  /** Has what is kept looked at when the first of it is due. */
  private void watch() {
    OptionalLong at;
    synchronized (lock) {
      at = watched ? OptionalLong.empty() : suspects.nextAt();
      watched |= at.isPresent();
    }
    if (at.isPresent()) {
      try {
        Duration delay = Duration.ofNanos(Math.max(0, at.getAsLong() - elapsed()));
        commits.later(delay, this::look);
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        synchronized (lock) {
          watched = false;
        }
        answerKept();
      }
    }
  }

  private void look() {
    synchronized (lock) {
      watched = false;
    }
    drain();
  }

  private void commit(List<Pending> batch, Consumer<Settlement> how) {
    if (batch.isEmpty()) {
      return;
    }
    boolean answered = false;
    try {
      how.accept(new Settlement(node, supervisor, new Answers()));
      answered = true;
    } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
      Interrupts.keep(e);
      report(e);
      answer(batch, unknown(batch, e));
      answered = true;
    } finally {
      if (!answered) {
        answer(batch, unknown(batch, new IllegalStateException("its thread died as it committed")));
      }
    }
  }

  private void returned(int size, long began) {
    if (size > 0) {
      long ended = elapsed();
      synchronized (lock) {
        lastSize = size;
        lingerUntil = ended + Math.min(ended - began, MAX_LINGER.toNanos());
      }
    }
  }

  /** Takes what is kept and due; at the end of the node all of it. */
  private List<Pending> due() {
    List<Pending> due;
    synchronized (lock) {
      due = suspects.take(elapsed(), maxBatch, closed);
    }
    due.sort(BY_KEY);
    return due;
  }

  /** Takes the next batch; empty if nothing is queued that may go. */
  private List<Pending> next() {
    linger();
    List<Pending> batch = new ArrayList<>();
    List<Pending> later = new ArrayList<>();
    List<Pending> tooLong = new ArrayList<>();
    Set<SequenceKey> keys = new HashSet<>();
    long now = elapsed();
    synchronized (lock) {
      while (batch.size() < maxBatch && !queue.isEmpty()) {
        Pending element = queue.remove();
        if (!suspects.has(element.key())) {
          (keys.add(element.key()) ? batch : later).add(element);
        } else if (element.lease().isEmpty()
            && now - element.queuedAt >= LONGEST_BEHIND.toNanos()) {
          tooLong.add(element);
        } else {
          later.add(element);
        }
      }
      Collections.reverse(later);
      later.forEach(queue::addFirst);
    }
    answer(
        tooLong,
        unknown(
            tooLong,
            new IllegalStateException(
                "it was not submitted: it is not known yet whether a transition of the same"
                    + " sequence before it took effect")));
    batch.sort(BY_KEY);
    return batch;
  }

  private void linger() {
    CompletableFuture<Void> company;
    long left;
    synchronized (lock) {
      left = lingerUntil - elapsed();
      if (closed || queue.isEmpty() || queue.size() >= lastSize || left <= 0) {
        return;
      }
      enough = new CompletableFuture<>();
      company = enough;
    }
    commits.await(company, Duration.ofNanos(left));
  }

  private final class Answers implements Settlement.Answers {

    @Override
    public void known(List<Pending> elements, List<Outcome> outcomes) {
      synchronized (lock) {
        settled += elements.size();
      }
      answer(elements, outcomes);
    }

    @Override
    public void unknown(List<Pending> elements) {
      List<Pending> notKept = new ArrayList<>();
      synchronized (lock) {
        for (Pending element : elements) {
          if (!open.contains(element) || !suspects.keep(element, elapsed(), settled)) {
            notKept.add(element);
          }
        }
      }
      answer(notKept, unknownAsFound(notKept));
    }

    @Override
    public void postponed(List<Pending> elements, Duration time) {
      synchronized (lock) {
        elements.forEach(element -> suspects.postpone(element, elapsed() + time.toNanos()));
      }
    }
  }

  private void answer(List<Pending> elements, List<Outcome> outcomes) {
    try {
      for (int i = 0; i < elements.size(); i++) {
        if (isTaken(elements.get(i))) {
          tell(elements.get(i), outcomes.get(i));
        }
      }
    } finally {
      CompletableFuture<Void> freed;
      synchronized (lock) {
        freed = room;
        room = new CompletableFuture<>();
      }
      freed.complete(null);
    }
  }

  /** Takes out one who is answered next: an error in between leaves all others to be answered. */
  private boolean isTaken(Pending element) {
    synchronized (lock) {
      boolean isOpen = open.remove(element);
      if (isOpen) {
        suspects.remove(element);
      }
      return isOpen;
    }
  }

  /** One who cannot bear to be told does not keep the others waiting, nor does who counts. */
  private void tell(Pending element, Outcome outcome) {
    try {
      if (supervisor.isMetered() && outcome.isApplied()) {
        supervisor.count(node.seams().tasks(), meter -> meter.committed(element.transition()));
      }
    } finally {
      answer(element, outcome);
    }
  }

  /** What an answer sets off leaves no interrupt for the batches that come after it. */
  private void answer(Pending element, Outcome outcome) {
    boolean wasInterrupted = Thread.currentThread().isInterrupted();
    try {
      element.answer(outcome);
    } catch (RuntimeException | VirtualMachineError | LinkageError | AssertionError e) {
      report(e);
    } finally {
      Interrupts.restore(wasInterrupted);
    }
  }

  /** Answers what is kept, since nobody could come back to it. */
  private void answerKept() {
    List<Pending> kept;
    synchronized (lock) {
      kept = suspects.take(elapsed(), Integer.MAX_VALUE, true);
    }
    answer(kept, unknownAsFound(kept));
  }

  /** Answers everything that is queued or under way. */
  private void abandon(Throwable cause) {
    List<Pending> left;
    synchronized (lock) {
      queue.clear();
      left = List.copyOf(open);
    }
    answer(left, unknown(left, cause));
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  private void report(Throwable cause) {
    supervisor.reportAside(node.seams().tasks(), "group commit", cause);
  }

  private static List<Outcome> unknown(List<Pending> elements, Throwable cause) {
    return Collections.nCopies(elements.size(), new Outcome.Unknown(cause));
  }

  private static List<Outcome> unknownAsFound(List<Pending> elements) {
    return elements.stream().<Outcome>map(element -> new Outcome.Unknown(element.cause)).toList();
  }
}
