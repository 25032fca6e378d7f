package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.lifecycle.Acceptance;
import dev.ingest.core.lifecycle.Adopted;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * The last step of an upload: from a manifest to a receipt, by what the ledger has of the sequence.
 *
 * <p>What has no entry is accepted. What has one is answered as {@link Resubmission} says: with the
 * receipt it has, by the repair of what failed or was lost, or by a refusal. The entry may change
 * before the commit; then it is read and decided again, a bounded number of times.
 */
final class Submission {

  private static final int MAX_DECISIONS = 16;

  private final Node node;
  private final Committer committer;
  private final Supervisor supervisor;
  private final UploadSession session;
  private final SessionCalls calls;
  private final Function<SequenceKey, Routing.Choice> route;
  private final Optional<Adopted> adopted;
  private final Function<Outcome.NotApplied, IngestException> refused;

  /**
   * Creates a submission.
   *
   * @param node what it works for
   * @param committer takes the acceptance to the ledger
   * @param supervisor who tells the listener
   * @param calls the session
   * @param route where the sequence goes
   * @param adopted who adopted the bytes, if not the owner sent them
   * @param refused makes what is thrown where the session takes nothing more
   */
  Submission(
      Node node,
      Committer committer,
      Supervisor supervisor,
      SessionCalls calls,
      Function<SequenceKey, Routing.Choice> route,
      Optional<Adopted> adopted,
      Function<Outcome.NotApplied, IngestException> refused) {
    this.node = node;
    this.committer = committer;
    this.supervisor = supervisor;
    this.session = calls.session();
    this.calls = calls;
    this.route = route;
    this.adopted = adopted;
    this.refused = refused;
  }

  /**
   * Submits a manifest.
   *
   * @param found the entry of the sequence as last seen
   * @param manifest the manifest, which is stored unless that entry answers it
   * @return the receipt
   */
  Receipt of(Optional<Entry> found, ManifestSummary manifest) {
    Optional<Entry> entry = found;
    for (int i = 0; i < MAX_DECISIONS; i++) {
      Optional<Receipt> receipt =
          entry.isEmpty() ? accept(manifest) : resubmit(entry.get(), manifest);
      if (receipt.isPresent()) {
        return receipt.get();
      }
      entry = committer.read(key());
    }
    throw new OutcomeUnknownException(
        key() + " changed " + MAX_DECISIONS + " times during its submission; submit it again");
  }

  private Optional<Receipt> accept(ManifestSummary manifest) {
    Instant now = committer.now();
    Routing.Choice choice = route.apply(key());
    Decision.Change change =
        Acceptance.of(
            receipt(manifest, now), session.raw(), choice.pipeline(), choice.first(), adopted);
    return commit(
        change, new Guard.Accept(session.id(), session.raw().latestPart()), Optional.empty(), now);
  }

  private Optional<Receipt> resubmit(Entry entry, ManifestSummary manifest) {
    return switch (Resubmission.of(entry, manifest.root())) {
      case SAME_RECEIPT -> Optional.of(sameReceipt(entry));
      case REPAIR -> repair(entry, manifest);
      case CONFLICT -> {
        calls.giveUp();
        throw new SequenceConflictException(
            "%s was accepted at %s with root %s; this upload has root %s; nothing was changed: use"
                    .formatted(
                        key(),
                        entry.receipt().acceptedAt(),
                        entry.receipt().manifest().root(),
                        manifest.root())
                + " another id");
      }
      case LATER ->
          throw new UploadClosedException(
              key() + " is being discarded just now; submit it again when that is done");
    };
  }

  private Receipt sameReceipt(Entry entry) {
    if (!entry.raw().session().equals(session.id())) {
      // The bytes of this session are a second copy; the sweep deletes them.
      calls.giveUp();
    }
    return entry.receipt();
  }

  private Optional<Receipt> repair(Entry entry, ManifestSummary manifest) {
    Instant now = committer.now();
    Routing.Choice choice = route.apply(key());
    Event event =
        new Event.Readmitted(
            receipt(manifest, now), session.raw(), choice.pipeline(), choice.first(), adopted);
    Decision decision = Lifecycle.decide(entry, event, now);
    if (decision instanceof Decision.Change change) {
      Guard guard = new Guard.Readmit(session.id(), session.raw().latestPart(), entry.version());
      return commit(change, guard, Optional.of(entry.state()), now);
    }
    return Optional.empty();
  }

  private Optional<Receipt> commit(
      Decision.Change change, Guard guard, Optional<State> from, Instant now) {
    Transition transition =
        HistoryChain.link(change, guard, from, node.newTransitionId(), now, node.actor());
    Outcome outcome = committer.submit(transition);
    if (outcome instanceof Outcome.Applied) {
      Receipt receipt = transition.after().receipt();
      supervisor.tell(listener -> listener.accepted(receipt));
      return Optional.of(receipt);
    } else if (outcome instanceof Outcome.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether %s was accepted is unknown; submit it again under the same id, do not assume that it"
                  .formatted(key())
              + " failed",
          unknown.cause());
    }
    Outcome.NotApplied refusal = (Outcome.NotApplied) outcome;
    return switch (refusal.reason()) {
      case EXISTS, STALE_VERSION -> Optional.empty();
      case ABSENT, FENCED, SESSION_CLOSED, CONFLICT, LIMIT, NOT_PERMITTED -> {
        // An entry that appeared meanwhile answers the submission even though the session is
        // closed.
        Optional<Entry> entry = committer.read(key());
        if (entry.isPresent()
            && entry.get().raw().session().equals(session.id())
            && entry.get().receipt().manifest().equals(transition.after().receipt().manifest())) {
          yield Optional.of(entry.get().receipt());
        }
        throw refused.apply(refusal);
      }
    };
  }

  private Receipt receipt(ManifestSummary manifest, Instant now) {
    return new Receipt(
        key(),
        manifest,
        now,
        node.policies().times().deadline(now),
        node.policies().times().expiresAt(now));
  }

  private SequenceKey key() {
    return session.key();
  }
}
