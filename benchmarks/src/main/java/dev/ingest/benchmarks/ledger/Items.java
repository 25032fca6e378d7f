package dev.ingest.benchmarks.ledger;

import dev.ingest.core.lifecycle.Acceptance;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The sequences of a run, and the transitions that the engine would make of them. */
final class Items {

  /** The owners that the sequences belong to, in turn: enough for every lane to have work. */
  static final int OWNERS = 100;

  static final WorkRef STAGE_WORK = new WorkRef("photos", Optional.of(new StageRef("convert", 1)));
  static final WorkRef VERIFICATION = new WorkRef("photos", Optional.empty());

  private static final PipelineRef PIPELINE = new PipelineRef("photos", Digest.ofUtf8("plan"));
  private static final StageRef STAGE = STAGE_WORK.stage().orElseThrow();
  private static final String NODE = "node-1";

  private final String run;
  private final AtomicLong transitions = new AtomicLong();

  /** Makes the items of a run, whose name is part of all their ids. */
  Items(String run) {
    this.run = run;
  }

  SequenceKey key(int number) {
    return SequenceKey.of("owner-" + number % OWNERS, run + "-" + number);
  }

  SessionId session(int number) {
    return SessionId.ofBits(run.hashCode(), number);
  }

  /** Accepts an item, whose session is open. */
  Transition accept(int number, Instant now) {
    SequenceKey key = key(number);
    Receipt receipt =
        new Receipt(
            key,
            new ManifestSummary(Digest.ofUtf8(key.toString()), 10, 1_000_000),
            now,
            now.plus(Duration.ofHours(1)),
            now.plus(Duration.ofDays(30)));
    Decision.Change change =
        Acceptance.of(receipt, new RawLocation(session(number), List.of(0)), PIPELINE, STAGE);
    Guard guard = new Guard.Accept(session(number), 0);
    return HistoryChain.link(change, guard, Optional.empty(), nextId(), now, NODE);
  }

  /** Finishes what was claimed, as if its work had been done: the only stage, or verification. */
  Transition finish(Entry claimed, Instant now) {
    Event event;
    if (claimed.state() == State.PROCESSED) {
      Digest root = claimed.run().output().orElseThrow().manifest().root();
      event = new Event.Verified(root, now);
    } else {
      String prefix = "runs/" + claimed.key().owner() + "/" + claimed.key().id();
      SealedOutput output =
          new SealedOutput(
              new ContentPrefix(prefix),
              new ManifestSummary(Digest.ofUtf8(claimed.key().toString()), 10, 100_000));
      event = new Event.StageDone(output, Optional.empty());
    }
    if (Lifecycle.decide(claimed, event, now) instanceof Decision.Change change) {
      Guard guard =
          new Guard.WithLease(claimed.position().lease().orElseThrow().token(), claimed.version());
      return HistoryChain.link(change, guard, Optional.of(claimed.state()), nextId(), now, NODE);
    }
    throw new IllegalStateException(claimed.key() + " in " + claimed.state() + " was refused");
  }

  private TransitionId nextId() {
    return TransitionId.ofBits(run.hashCode(), transitions.incrementAndGet());
  }
}
