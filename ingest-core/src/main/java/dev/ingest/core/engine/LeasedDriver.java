package dev.ingest.core.engine;

import dev.ingest.core.StageCancelledException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims work under leases, has it done, and commits what came of it: the worker with a {@link
 * StageTask}, the verifier with a {@link VerifyTask}.
 *
 * <p>A claim holds its lease from the moment it is granted, also while it waits for a thread.
 * Whatever goes wrong between claim and commit, the entry stays as it is and its lease runs out;
 * the claim after that records the lost lease, and fails the sequence once its attempts are spent.
 * Thread-safe.
 */
public final class LeasedDriver {

  private static final Logger LOG = LoggerFactory.getLogger(LeasedDriver.class);

  private final Node node;
  private final Committer committer;
  private final HeldLeases leases;
  private final Supervisor supervisor;
  private final Set<WorkRef> work;
  private final Task task;
  private final Runnable progress;
  private final AtomicInteger inFlight = new AtomicInteger();

  LeasedDriver(
      Node node,
      Committer committer,
      HeldLeases leases,
      Supervisor supervisor,
      Set<WorkRef> work,
      Task task,
      Runnable progress) {
    this.node = node;
    this.committer = committer;
    this.leases = leases;
    this.supervisor = supervisor;
    this.work = Set.copyOf(work);
    this.task = task;
    this.progress = progress;
  }

  /** What is done with a claimed entry. */
  interface Task {

    /**
     * Does the work.
     *
     * @param entry the entry, under lease
     * @param grip the lease
     * @return what happened, to be committed under the lease
     * @throws StageCancelledException if the work ended early because of the lease or a shutdown
     */
    Event perform(Entry entry, HeldLeases.Grip grip);
  }

  /**
   * Claims as much as there is room for and hands it to the task executor.
   *
   * @return how many entries were claimed
   */
  public int tick() {
    int room = node.policies().work().parallelism() - inFlight.get();
    if (leases.isStopping() || room <= 0) {
      return 0;
    }
    List<Claimed> claims =
        node.ledger()
            .work()
            .claim(
                new ClaimRequest(
                    node.identity().id(),
                    node.identity().version(),
                    work,
                    Math.min(room, ClaimRequest.MAX_LIMIT),
                    node.policies().work().lease()));
    for (Claimed claim : claims) {
      start(claim);
    }
    return claims.size();
  }

  /**
   * Counts claims that are not finished.
   *
   * @return 0 or more
   */
  public int inFlight() {
    return inFlight.get();
  }

  private void start(Claimed claim) {
    HeldLeases.Grip grip =
        leases.hold(claim.entry().key(), claim.entry().position().lease().orElseThrow().token());
    inFlight.incrementAndGet();
    boolean started = false;
    try {
      node.seams().tasks().execute(() -> run(claim, grip));
      started = true;
    } catch (RejectedExecutionException e) {
      LOG.info("the node stops; {} goes back as it came", claim.entry().key());
    } catch (OutOfMemoryError e) {
      // No thread could be made; the claim goes back, and others of the batch may still find one.
      supervisor.report("task executor", e);
    } finally {
      if (!started) {
        inFlight.decrementAndGet();
        handBack(grip);
      }
    }
  }

  private void run(Claimed claim, HeldLeases.Grip grip) {
    try {
      Optional<Entry> entry = recordTakeover(claim, grip);
      if (entry.isPresent()) {
        perform(entry.get(), grip);
      }
    } catch (StageCancelledException e) {
      LOG.info("{}", e.getMessage());
      if (leases.isStopping() && !grip.isLost()) {
        handBack(grip);
      }
    } catch (RuntimeException | VirtualMachineError | LinkageError | AssertionError e) {
      supervisor.report("task", e);
    } finally {
      leases.release(grip);
      inFlight.decrementAndGet();
      progress.run();
    }
  }

  private Optional<Entry> recordTakeover(Claimed claim, HeldLeases.Grip grip) {
    if (claim.takenFrom().isEmpty()) {
      grip.checkActive();
      return Optional.of(claim.entry());
    }
    Event lost = new Event.LeaseLost(claim.takenFrom().get(), node.policies().work().maxAttempts());
    Optional<Entry> after = commit(claim.entry(), grip, lost);
    Optional<Entry> leased = after.filter(entry -> entry.position().lease().isPresent());
    if (leased.isPresent()) {
      grip.checkActive();
    }
    return leased;
  }

  private void perform(Entry entry, HeldLeases.Grip grip) {
    Optional<StageRef> stage = entry.run().stage();
    Event event = task.perform(entry, grip);
    commit(entry, grip, event)
        .ifPresent(
            after -> {
              if (event instanceof Event.StageDone) {
                stage.ifPresent(
                    done -> supervisor.tell(listener -> listener.stageDone(after, done)));
              }
            });
  }

  private Optional<Entry> commit(Entry entry, HeldLeases.Grip grip, Event event) {
    Committer.Result result =
        uninterrupted(() -> committer.applyWithLease(entry, grip.held().token(), event));
    if (result instanceof Committer.Result.Committed committed) {
      tell(committed.after());
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

  private void tell(Entry after) {
    switch (after.state()) {
      case VERIFIED -> supervisor.tell(listener -> listener.published(after));
      case FAILED -> supervisor.tell(listener -> listener.failed(after));
      case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> {}
    }
  }

  private void handBack(HeldLeases.Grip grip) {
    leases.release(grip);
    supervisor.supervise(
        "hand-back",
        () -> {
          List<Outcome> outcomes =
              uninterrupted(() -> node.ledger().work().handBack(List.of(grip.held())));
          if (!outcomes.get(0).isApplied()) {
            LOG.info(
                "{} was not handed back ({}); its lease runs out", grip.held().key(), outcomes);
          }
          return outcomes.size();
        });
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
