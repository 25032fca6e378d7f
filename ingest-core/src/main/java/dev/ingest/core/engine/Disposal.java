package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.Committer.Request;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Takes a page of sequences through the two phases in which bytes go. Whether they are due, and
 * whether the time is right, was judged before; the lifecycle judges both again at each commit. For
 * one thread.
 */
final class Disposal {

  private static final int MAX_UNKNOWN_IN_A_ROW = 10;
  private static final Event.Act STRICT =
      new Event.Act("ingest", "its time to live ended unproven, and the policy is to discard");

  private final Node node;
  private final Committer committer;
  private final ExpiryPolicy policy;
  private final Supervisor supervisor;
  private final Deletion deletion;
  private final ResultProof proofs;
  private int unknownInRow;

  Disposal(
      Node node,
      Committer committer,
      ContentPurger purger,
      ExpiryPolicy policy,
      Supervisor supervisor) {
    this.node = node;
    this.committer = committer;
    this.policy = policy;
    this.supervisor = supervisor;
    this.deletion = new Deletion(node, purger);
    this.proofs = new ResultProof(node, policy.maxProofAge(), deletion::checkGoingOn);
  }

  /** Lets the raw bytes of VERIFIED sequences go whose result is proven now. */
  int expire(List<Entry> due, Instant now) {
    return delete(committed(proven(due, now)));
  }

  /** Discards sequences that are not proven at their expiry. */
  int discard(List<Entry> unproven, Instant now) {
    boolean evenHeld = policy.unproven() == ExpiryPolicy.Unproven.DISCARD;
    Event.Ground ground =
        evenHeld ? Event.Ground.STRICT_EXPIRY_EVEN_HELD : Event.Ground.STRICT_EXPIRY;
    return delete(
        committed(
            unproven.stream()
                .filter(entry -> evenHeld || entry.standing().hold().isEmpty())
                .map(entry -> new Request(entry, new Event.DiscardDecided(ground, STRICT)))
                .toList()));
  }

  /**
   * Finishes what was interrupted. The result of what is EXPIRING is proven again if its proof has
   * become old meanwhile.
   */
  int resume(List<Entry> condemned, Instant now) {
    Stream<Entry> discarding =
        condemned.stream().filter(entry -> entry.state() == State.DISCARDING);
    List<Entry> expiring =
        condemned.stream().filter(entry -> entry.state() == State.EXPIRING).toList();
    Stream<Entry> proven = proven(expiring, now).stream().map(Request::entry);
    return delete(Stream.concat(discarding, proven).toList());
  }

  /**
   * Tells whether the last call met so many unreadable results in a row that the store is probably
   * out; it left the rest of its page to the next pass.
   */
  boolean metOutage() {
    return unknownInRow >= MAX_UNKNOWN_IN_A_ROW;
  }

  /** Proves results, records which are damaged, and tells of which nothing is known. */
  private List<Request> proven(List<Entry> entries, Instant now) {
    List<Request> proven = new ArrayList<>();
    List<AlertRow> unknown = new ArrayList<>();
    unknownInRow = 0;
    for (Entry entry : entries) {
      ResultProof.Found found = proofs.find(entry, now);
      boolean isUnknown = found instanceof ResultProof.Found.Unknown;
      unknownInRow = isUnknown ? unknownInRow + 1 : 0;
      if (found instanceof ResultProof.Found.Whole whole) {
        proven.add(
            new Request(
                entry,
                new Event.ExpiryStarted(whole.proof(), policy.grace(), policy.maxProofAge())));
      } else if (found instanceof ResultProof.Found.Damaged damaged) {
        committer.apply(entry, new Event.DamageFound(damaged.failure(), true));
      } else if (found instanceof ResultProof.Found.Unknown nothing) {
        unknown.add(unproven(entry, nothing.reason(), now));
      }
      if (metOutage()) {
        break;
      }
    }
    int most = node.ledger().capabilities().maxBatch();
    for (int from = 0; from < unknown.size(); from += most) {
      node.ledger().alerts().raise(unknown.subList(from, Math.min(from + most, unknown.size())));
    }
    return proven;
  }

  private AlertRow unproven(Entry entry, String reason, Instant now) {
    return new EngineAlert(
            AlertCode.EXPIRY_UNPROVEN,
            entry.run().pipeline().name(),
            "",
            Optional.of(entry.key()),
            "its raw bytes are past expiry and stay, since its result could not be read in "
                + node.content().name()
                + ": "
                + reason)
        .row(node.identity(), now);
  }

  /** Commits the first phase, and returns what is to lose its bytes. */
  private List<Entry> committed(List<Request> requests) {
    List<Entry> condemned = new ArrayList<>();
    for (Committer.Result result : committer.applyAll(requests)) {
      // What someone else changed, and what is not known, the due index shows again.
      if (result instanceof Committer.Result.Committed done) {
        condemned.add(done.after());
      }
    }
    return condemned;
  }

  private int delete(List<Entry> condemned) {
    List<Entry> bare = new ArrayList<>();
    for (Entry entry : condemned) {
      if (supervisor.supervise("expirer", () -> delete(entry)) == 1) {
        bare.add(entry);
      }
    }
    return committed(
            bare.stream().map(entry -> new Request(entry, new Event.DisposalFinished())).toList())
        .size();
  }

  private int delete(Entry entry) {
    boolean discarding = entry.state() == State.DISCARDING;
    Deletion.Ground ground =
        new Deletion.Ground(
            discarding ? Permit.Reason.DISCARD : Permit.Reason.EXPIRY,
            entry.key(),
            entry.state() + " at version " + entry.version());
    deletion.below(KeyLayout.session(entry.key(), entry.raw()), ground, key -> true);
    if (discarding) {
      deletion.below(
          KeyLayout.runs(entry.key()),
          ground,
          key ->
              KeyLayout.leaseOutput(entry.key(), key)
                  .filter(output -> output.fence() <= entry.position().fence())
                  .isPresent());
    }
    return 1;
  }
}
