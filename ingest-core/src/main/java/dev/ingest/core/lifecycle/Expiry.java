package dev.ingest.core.lifecycle;

import dev.ingest.core.lifecycle.Event.ExpiryStarted;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The guard of invariant S4: under which conditions raw bytes may go, each judged by what was
 * observed and not by what whoever asks concludes from it.
 */
final class Expiry {

  private Expiry() {}

  static Decision started(Draft draft, ExpiryStarted event) {
    Entry entry = draft.entry();
    Publication published = entry.published().orElseThrow();
    Instant provenAt = provenAt(event.proof(), published);
    Optional<Supplier<String>> objection =
        entry
            .standing()
            .hold()
            .map(Expiry::held)
            .or(() -> entry.beside().run().map(Expiry::underWay))
            .or(() -> early(entry.receipt(), event.grace(), draft.now()))
            .or(() -> disagreeing(entry.receipt(), event.clocks(), draft.now()))
            .or(() -> unproven(event.proof(), published.result().manifest()))
            .or(() -> old(provenAt, event.maxProofAge(), draft.now()));
    if (objection.isPresent()) {
      return draft.refused(objection.get());
    }
    return draft
        .publish(Optional.of(new Publication(published.result(), published.epoch(), provenAt)))
        .endLease(draft.now())
        .note("proof", published.result().manifest().root())
        .moveTo(State.EXPIRING, TransitionKind.EXPIRING);
  }

  private static Supplier<String> held(Hold hold) {
    return () -> "a hold is placed by " + hold.actor();
  }

  private static Supplier<String> underWay(Run side) {
    return () -> SideRuns.describe(side) + " is under way, which reads its raw bytes";
  }

  private static Optional<Supplier<String>> early(Receipt receipt, Duration grace, Instant now) {
    Instant earliest = receipt.expiresAt().plus(grace);
    return now.isBefore(earliest)
        ? Optional.of(() -> "raw bytes stay until " + earliest)
        : Optional.empty();
  }

  /** The true time is at least the ledger's less what nobody measured of it. */
  private static Optional<Supplier<String>> disagreeing(
      Receipt receipt, Clocks clocks, Instant now) {
    if (clocks.doubt().isPresent()) {
      return Optional.of(clocks.doubt()::get);
    }
    return now.minus(clocks.unmeasured()).isBefore(receipt.expiresAt())
        ? Optional.of(
            () ->
                "of the time up to %s, %s were not measured by any node, so that it may not be %s yet"
                    .formatted(now, clocks.unmeasured(), receipt.expiresAt()))
        : Optional.empty();
  }

  private static Optional<Supplier<String>> unproven(Proof proof, ManifestSummary published) {
    if (proof instanceof Proof.ReadBack read) {
      return read.observedRoot().equals(published.root())
          ? Optional.empty()
          : Optional.of(
              () ->
                  "what was read has root %s, what was published %s"
                      .formatted(read.observedRoot(), published.root()));
    }
    Proof.Listed listed = (Proof.Listed) proof;
    return listed.keys() == published.count() + 1L && listed.bytes() == published.bytes()
        ? Optional.empty()
        : Optional.of(
            () ->
                "%d keys with %d bytes of items are listed, published were %d items of %d bytes and a manifest"
                    .formatted(
                        listed.keys(), listed.bytes(), published.count(), published.bytes()));
  }

  /** A listing says nothing of bytes, so that the reading before it has to be young. */
  private static Instant provenAt(Proof proof, Publication published) {
    return proof instanceof Proof.ReadBack read ? read.at() : published.provenAt();
  }

  private static Optional<Supplier<String>> old(Instant provenAt, Duration most, Instant now) {
    if (provenAt.isAfter(now)) {
      return Optional.of(() -> "the proof of " + provenAt + " lies ahead of the time");
    }
    return provenAt.plus(most).isBefore(now)
        ? Optional.of(() -> "the proof of " + provenAt + " is too old")
        : Optional.empty();
  }
}
