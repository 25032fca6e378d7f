package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.WorkEnd;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims work under leases, has it done, and commits what came of it: the worker with a {@link
 * StageTask}, the verifier with a {@link VerifyTask}.
 *
 * <p>A claim holds its lease from the moment it is granted, also while it waits for a thread, and
 * until the outcome of its commit is known. No thread waits for that commit: what follows from it
 * happens when it comes, on the thread that commits. The listener is told elsewhere ({@link News}),
 * and only then is the room of the claim free. Finished work is kept through an outage of the
 * ledger, and nothing is claimed as long as a claim might take it away. Whatever else goes wrong
 * between claim and commit, the entry stays as it is and its lease runs out; the claim after that
 * records the lost lease, and fails the sequence once its attempts are spent. Work that goes on in
 * another system ends its attempt here without a commit. Thread-safe.
 */
public final class LeasedDriver {

  private static final Logger LOG = LoggerFactory.getLogger(LeasedDriver.class);

  private final Node node;
  private final Committer committer;
  private final HeldLeases leases;
  private final Supervisor supervisor;
  private final StageRates rates;
  private final Set<WorkRef> work;
  private final Task task;
  private final Runnable progress;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger untold = new AtomicInteger();
  private volatile boolean isDraining;

  LeasedDriver(Shared shared, Set<WorkRef> work, Task task, Runnable progress) {
    this.node = shared.node();
    this.committer = shared.committer();
    this.leases = shared.leases();
    this.supervisor = shared.supervisor();
    this.rates = shared.rates();
    this.work = Set.copyOf(work);
    this.task = task;
    this.progress = progress;
  }

  /** What the drivers of one node share. */
  record Shared(
      Node node, Committer committer, HeldLeases leases, Supervisor supervisor, StageRates rates) {}

  /** What is done with a claimed entry. */
  interface Task {

    /**
     * Does the work.
     *
     * @param entry the entry, under lease
     * @param grip the lease
     * @return what happened, to be committed under the lease; empty if the work goes on elsewhere,
     *     to which the lease was left
     * @throws StageCancelledException if the work ended early because of the lease or a shutdown
     */
    Optional<Event> perform(Entry entry, HeldLeases.Grip grip);

    /** Throws if nothing that is claimed now could be done; that costs no attempt. */
    default void requireReady() {}

    /** Throws if what was claimed cannot be done now; it goes back then, and costs no attempt. */
    default void requireReadyFor(List<Entry> claimed) {}
  }

  /**
   * Claims as much as there is room for, in one call, and hands it to the task executor.
   *
   * @return how many entries were claimed
   */
  public int tick() {
    supervisor.news().resume(node.seams().tasks());
    int room = room();
    if (!isClaiming() || leases.isStopping() || room <= 0 || leases.mayClaimItsOwn()) {
      return 0;
    }
    task.requireReady();
    long asked = committer.time().elapsed();
    List<Claimed> claims = claim(room, asked);
    begin(claims, asked);
    return claims.size();
  }

  /**
   * Begins what was claimed, or gives it back if it could not be done. What was taken over begins
   * in any case: that the lease before was lost is still to be recorded.
   */
  private void begin(List<Claimed> claims, long asked) {
    Deque<Attempt> waiting = new ArrayDeque<>(claims.size() + 1);
    boolean allStarted = true;
    try {
      claims.forEach(claim -> waiting.add(new Attempt(claim, asked)));
      for (Attempt attempt : takenOver(waiting)) {
        waiting.remove(attempt);
        allStarted &= start(attempt);
      }
      task.requireReadyFor(waiting.stream().map(attempt -> attempt.claim.entry()).toList());
      while (!waiting.isEmpty()) {
        allStarted &= start(waiting.remove());
      }
    } finally {
      allStarted &= waiting.isEmpty();
      waiting.forEach(Attempt::giveUp);
      if (!allStarted) {
        supervisor.supervise("hand-back", leases::handBack);
      }
    }
  }

  private static List<Attempt> takenOver(Deque<Attempt> waiting) {
    return waiting.stream().filter(attempt -> attempt.claim.takenFrom().isPresent()).toList();
  }

  private List<Claimed> claim(int room, long asked) {
    Duration lease = node.policies().work().lease();
    List<Claimed> claims =
        node.ledger()
            .work()
            .claim(
                new ClaimRequest(
                    node.identity().id(),
                    node.identity().version(),
                    work,
                    Math.min(room, ClaimRequest.MAX_LIMIT),
                    lease));
    if (!claims.isEmpty()) {
      Instant ends = claims.get(0).entry().position().lease().orElseThrow().until();
      committer.time().heard(ends.minus(lease), asked);
    }
    return claims;
  }

  /** Claims nothing any more; what is under way goes on. */
  void drain() {
    isDraining = true;
  }

  /** Tells whether it claims anything: not if this node has the code for nothing, or drains. */
  boolean isClaiming() {
    return !isDraining && !work.isEmpty();
  }

  /**
   * Tells whether a claim is worth its call without waiting for more to finish: whether at least
   * half of what this driver may work on is free. Tasks mostly finish one by one, and a call for
   * each would cost as much as one for all of them. Whoever drives this calls {@link #tick()} then,
   * and otherwise at short intervals, so that the rest does not stay idle behind tasks that take
   * long.
   *
   * @return true if at least half the room is free
   */
  public boolean isRoomy() {
    return room() * 2 >= node.policies().work().parallelism();
  }

  private int room() {
    return node.policies().work().parallelism() - inFlight.get();
  }

  /**
   * Counts claims that are not finished: waiting for a thread, at work, being committed, or with
   * news that the listener has not been told.
   *
   * @return 0 or more
   */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Counts claims that are not finished, but for those whose news wait for the listener. For the
   * listener's thread, on which none of them is told meanwhile.
   *
   * @return 0 or more
   */
  int atWork() {
    int waiting = untold.get();
    return inFlight.get() - waiting;
  }

  private boolean start(Attempt attempt) {
    boolean started = false;
    try {
      node.seams().tasks().execute(attempt::run);
      started = true;
    } catch (RejectedExecutionException e) {
      LOG.info("the node stops; {} goes back as it came", attempt.key());
    } catch (OutOfMemoryError e) {
      // No thread could be made; the claim goes back, and others of the batch may still find one.
      supervisor.report("task executor", e);
    } finally {
      if (!started) {
        attempt.giveUp();
      }
    }
    return started;
  }

  /** One claim, from the grant of its lease until its outcome is known and told. */
  private final class Attempt {

    private final Claimed claim;
    private final HeldLeases.Grip grip;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean hasBegun;

    Attempt(Claimed claim, long asked) {
      this.claim = claim;
      this.grip = leases.hold(key(), claim.entry().position().lease().orElseThrow().token(), asked);
      inFlight.incrementAndGet();
    }

    SequenceKey key() {
      return claim.entry().key();
    }

    void run() {
      boolean committing = false;
      try {
        Optional<Entry> entry = recordTakeover();
        if (entry.isPresent()) {
          committing = perform(entry.get());
        }
      } catch (StageCancelledException e) {
        LOG.info("{}", e.getMessage());
        if (leases.isStopping()) {
          giveUp();
        }
      } catch (UnhandledError e) {
        throw e;
      } catch (Throwable e) {
        Interrupts.keep(e);
        supervisor.reportAside(node.seams().tasks(), "task", e);
      } finally {
        if (!committing) {
          end(Optional.empty());
        }
      }
    }

    private Optional<Entry> recordTakeover() {
      if (claim.takenFrom().isEmpty()) {
        grip.checkActive();
        return Optional.of(claim.entry());
      }
      Event lost =
          new Event.LeaseLost(claim.takenFrom().get(), node.policies().work().maxAttempts());
      Committer.Result result =
          uninterrupted(() -> committer.applyWithLease(claim.entry(), grip.held().token(), lost));
      Optional<Entry> after = committed(claim.entry(), lost, result);
      account(claim.entry(), lost, result, claim.takenFrom().get().nodeVersion());
      if (after.isEmpty() || after.get().position().lease().isEmpty()) {
        end(after.flatMap(entry -> news(claim.entry(), lost, entry)));
        return Optional.empty();
      }
      grip.checkActive();
      return after;
    }

    /** Does the work and leaves its commit, if there is one, to others, who end this attempt. */
    private boolean perform(Entry entry) {
      hasBegun = true;
      rates.begun(entry, version());
      Optional<Event> performed = task.perform(entry, grip);
      performed.ifPresent(
          event ->
              uninterrupted(
                  () -> {
                    committer.applyWithLease(
                        entry, grip, event, result -> conclude(entry, event, result));
                    return true;
                  }));
      return performed.isPresent();
    }

    private void conclude(Entry entry, Event event, Committer.Result result) {
      Optional<Consumer<EngineListener>> news = Optional.empty();
      try {
        Optional<Entry> after = committed(entry, event, result);
        account(entry, event, result, version());
        news = after.flatMap(now -> news(entry, event, now));
      } finally {
        end(news);
      }
    }

    private void account(Entry before, Event event, Committer.Result result, String version) {
      if (result instanceof Committer.Result.Committed committed) {
        WorkEnds.of(before, event, committed.after(), version).ifPresent(LeasedDriver.this::ended);
      } else if (result instanceof Committer.Result.Superseded) {
        ended(WorkEnds.stale(before, version()));
      }
    }

    /** Leaves the lease to the hand-back. */
    void giveUp() {
      if (ended.compareAndSet(false, true)) {
        if (hasBegun) {
          rates.handedBack(claim.entry(), version());
        }
        leases.giveUp(grip);
        finish();
      }
    }

    private void end(Optional<Consumer<EngineListener>> news) {
      if (ended.compareAndSet(false, true)) {
        leases.release(grip);
        if (news.isPresent() && supervisor.isHeard()) {
          untold.incrementAndGet();
          supervisor.news().give(node.seams().tasks(), news.get(), this::told);
        } else {
          finish();
        }
      }
    }

    private String version() {
      return node.identity().version();
    }

    private void told() {
      untold.decrementAndGet();
      finish();
    }

    private void finish() {
      inFlight.decrementAndGet();
      progress.run();
    }
  }

  private void ended(WorkEnd end) {
    rates.ended(end);
    supervisor.ended(node.seams().tasks(), end);
  }

  private static Optional<Entry> committed(Entry entry, Event event, Committer.Result result) {
    if (result instanceof Committer.Result.Committed committed) {
      return Optional.of(committed.after());
    } else if (result instanceof Committer.Result.Superseded superseded) {
      LOG.info("{} of {} came too late: {}", event.kind(), entry.key(), superseded.reason());
    } else if (result instanceof Committer.Result.Unknown unknown) {
      LOG.warn(
          "whether {} of {} took effect is unknown; its lease runs out and another attempt finds"
              + " out",
          event.kind(),
          entry.key(),
          unknown.cause());
    }
    return Optional.empty();
  }

  /** What the listener hears of an event, if anything. */
  static Optional<Consumer<EngineListener>> news(Entry before, Event event, Entry after) {
    if (before.beside().run().isPresent() && after.state() == State.VERIFIED) {
      return sideNews(before, event, after);
    }
    return switch (after.state()) {
      case VERIFIED -> Optional.of(listener -> listener.published(after));
      case FAILED -> Optional.of(listener -> listener.failed(after));
      case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST ->
          event instanceof Event.StageDone
              ? before.run().stage().map(done -> listener -> listener.stageDone(after, done))
              : Optional.empty();
    };
  }

  private static Optional<Consumer<EngineListener>> sideNews(
      Entry before, Event event, Entry after) {
    if (event instanceof SideRunEvent.Replaced) {
      return Optional.of(listener -> listener.replaced(after));
    } else if (event instanceof SideRunEvent.Compared compared) {
      return Optional.of(
          listener -> listener.compared(after, compared.isEqual(), compared.report()));
    } else if (event instanceof Event.StageDone) {
      return before.active().stage().map(done -> listener -> listener.stageDone(after, done));
    }
    return after.beside().run().isEmpty()
        ? before.beside().run().map(run -> listener -> listener.sideRunFailed(after, run))
        : Optional.empty();
  }

  /**
   * Makes a call of the ledger that the interrupt of a shutdown does not cut short: what was
   * finished is committed, and what was not is handed back, after which the interrupt is restored.
   */
  private static <T> T uninterrupted(Supplier<T> call) {
    boolean interrupted = Thread.interrupted();
    try {
      return call.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
