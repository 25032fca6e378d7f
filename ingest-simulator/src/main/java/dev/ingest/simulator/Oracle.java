package dev.ingest.simulator;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Knows from outside what must become of everything: what each upload consists of, who holds which
 * receipt, and what readers must see of it in the end.
 */
final class Oracle {

  private static final String L1 = "L1 Every sequence ends";
  private static final String S5 = "S5 Verified";

  private final World world;
  private final Map<Digest, Map<String, ManifestSummary>> expected = new HashMap<>();
  private final List<SequenceKey> accepted = new ArrayList<>();
  private final Set<SequenceKey> rotted = new LinkedHashSet<>();
  private final Set<SequenceKey> givenUp = new HashSet<>();
  private final Set<SequenceKey> erased = new HashSet<>();
  private final List<Asked> underWay = new ArrayList<>();
  private final Set<SequenceKey> submitted = new HashSet<>();
  private final Map<SequenceKey, Entry> told = new HashMap<>();

  Oracle(World world) {
    this.world = world;
  }

  /** Notes what a client is about to upload, and returns the root that its receipt must have. */
  Digest prepare(List<Content> items) {
    Digest root =
        Manifest.of(items.stream().map(Content::asManifestItem).toList()).summary().root();
    Map<String, ManifestSummary> results = new HashMap<>();
    for (String pipeline : UserCode.PIPELINES) {
      results.put(pipeline, UserCode.expected(items, pipeline));
    }
    expected.put(root, results);
    return root;
  }

  /**
   * What is known of the ledger's rows at a moment.
   *
   * @param told what each sequence looked like when it was last seen
   * @param givenUp what someone had asked to be discarded
   * @param erased what of it someone had asked to be erased
   */
  record Seen(Map<SequenceKey, Entry> told, Set<SequenceKey> givenUp, Set<SequenceKey> erased) {
    Seen {
      told = Map.copyOf(told);
      givenUp = Set.copyOf(givenUp);
      erased = Set.copyOf(erased);
    }
  }

  /** That someone asks for a sequence to be discarded. */
  private record Asked(SequenceKey key, Event.Ground ground) {}

  Seen seen() {
    return new Seen(told, givenUp, erased);
  }

  /**
   * The ledger was restored from a backup of that moment, and is held to no more than it knows. An
   * act that is under way may still be committed to it.
   */
  void goBack(Seen before) {
    told.clear();
    told.putAll(before.told());
    givenUp.clear();
    givenUp.addAll(before.givenUp());
    erased.clear();
    erased.addAll(before.erased());
    underWay.forEach(this::note);
    accepted.removeIf(key -> find(key).isEmpty());
    rotted.removeIf(key -> find(key).isEmpty());
    accepted.stream()
        .filter(key -> world.invariants().hasUnnoticedRot(entry(key)))
        .forEach(rotted::add);
  }

  /** What a restored ledger had lost is accepted anew. */
  void takenBack(SequenceKey key) {
    if (!accepted.contains(key)) {
      accepted.add(key);
    }
  }

  /** A client submits: from now on a sequence may be accepted, whatever the client hears. */
  void submitted(SequenceKey key) {
    submitted.add(key);
  }

  /** What was accepted and no client has a receipt of. */
  List<Entry> unheard() {
    return submitted.stream()
        .filter(key -> !accepted.contains(key))
        .flatMap(key -> find(key).stream())
        .toList();
  }

  /** A client received a receipt. */
  void received(Receipt receipt) {
    if (world.restoration().hasHeard(receipt)) {
      return;
    }
    if (!world.witness().receipts().containsKey(receipt.key())) {
      accepted.add(receipt.key());
    }
    try {
      world.invariants().received(receipt);
    } catch (InvariantViolation e) {
      throw world.fail(e);
    }
    world.restoration().received(receipt);
  }

  /** Notes that stored bytes of a sequence rotted, which a scrub has to find. */
  void rotted(SequenceKey key) {
    rotted.add(key);
  }

  /** Someone asks for a sequence to be discarded, whatever becomes of that. */
  void whileGivingUp(SequenceKey key, Event.Ground ground, Runnable act) {
    Asked asked = new Asked(key, ground);
    note(asked);
    underWay.add(asked);
    try {
      act.run();
    } finally {
      underWay.remove(asked);
    }
  }

  private void note(Asked asked) {
    givenUp.add(asked.key());
    if (asked.ground() == Event.Ground.ERASURE) {
      erased.add(asked.key());
    }
  }

  /** Tells whether someone asked for all that is stored of a sequence to go. */
  boolean isErased(SequenceKey key) {
    return erased.contains(key);
  }

  /** Sequences with rot that must be known by now and is not. */
  List<SequenceKey> unnoticed() {
    return rotted.stream().filter(key -> world.invariants().hasUnnoticedRot(entry(key))).toList();
  }

  /** Sequences of which a client holds a receipt, in the order of the receipts. */
  List<SequenceKey> accepted() {
    return accepted;
  }

  Optional<SequenceKey> anyAccepted() {
    return accepted.isEmpty()
        ? Optional.empty()
        : Optional.of(accepted.get(world.below(accepted.size())));
  }

  Entry entry(SequenceKey key) {
    return find(key).orElseThrow();
  }

  Optional<Entry> find(SequenceKey key) {
    return world.rawLedger().ledger().find(List.of(key)).get(0);
  }

  long versionTold(SequenceKey key) {
    Entry last = told.get(key);
    return last == null ? 0 : last.version();
  }

  long rowsTold(SequenceKey key) {
    Entry last = told.get(key);
    return last == null ? 0 : last.chain().length();
  }

  void told(Entry entry) {
    told.put(entry.key(), entry);
    if (!submitted.contains(entry.key())) {
      throw world.fail(
          new InvariantViolation(
              "S1 Receipt", entry.key(), "no entry of what nobody has submitted", "" + entry));
    }
    entry
        .published()
        .ifPresent(
            shown -> {
              boolean isKnown = expected.containsKey(entry.receipt().manifest().root());
              if (isKnown && !right(entry).contains(shown.result().manifest())) {
                throw world.fail(
                    new InvariantViolation(
                        S5, entry.key(), "readers to see " + right(entry), "" + shown.result()));
              }
            });
  }

  /**
   * What readers may see: what the pipeline of the primary run makes, the one before or the one
   * that took its place; while another run is on its way to a result, what either had made.
   */
  private Collection<ManifestSummary> right(Entry entry) {
    Map<String, ManifestSummary> results =
        expected.getOrDefault(entry.receipt().manifest().root(), Map.of());
    return switch (entry.state()) {
      case VERIFIED, EXPIRING, EXPIRED -> List.of(results.get(entry.run().pipeline().name()));
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> results.values();
    };
  }

  /** A shadow differs if its pipeline makes something else of these bytes, and only then. */
  void compared(Entry entry, HistoryRow row) {
    Map<String, ManifestSummary> results =
        expected.getOrDefault(entry.receipt().manifest().root(), Map.of());
    String detail = row.note().detail();
    String made =
        UserCode.PIPELINES.stream()
            .filter(name -> detail.contains("pipeline=" + name + ";"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no pipeline in " + row));
    boolean isSame = Objects.equals(results.get(made), results.get(entry.run().pipeline().name()));
    if (!detail.contains("equal=" + isSame)) {
      throw world.fail(
          new InvariantViolation(
              S5, entry.key(), "a comparison that finds equal=" + isSame, row.toString()));
    }
  }

  /**
   * No raw bytes expire before their receipt said, by the true time and whatever clocks show; nor
   * are they discarded before, unless someone asked for that.
   */
  void deleting(Permit permit) {
    world.restoration().deleting(permit);
    boolean byTime =
        permit.reason() == Permit.Reason.EXPIRY
            || (permit.reason() == Permit.Reason.DISCARD && !givenUp.contains(permit.sequence()));
    if (!byTime) {
      return;
    }
    Receipt receipt = entry(permit.sequence()).receipt();
    if (world.now().isBefore(receipt.expiresAt())) {
      throw world.fail(
          new InvariantViolation(
              "S4 Expiry guard",
              permit.sequence(),
              "its raw bytes until " + receipt.expiresAt(),
              "a permit at " + world.now() + ", " + permit.evidence()));
    }
  }

  /** Judges every receipt when everything is over. */
  void verdict() {
    for (SequenceKey key : accepted) {
      Entry entry = entry(key);
      Optional<AlertCode> alert =
          switch (entry.state()) {
            case VERIFIED, EXPIRING, EXPIRED -> Optional.empty();
            case FAILED -> Optional.of(AlertCode.SEQUENCE_FAILED);
            case DISCARDING, DISCARDED -> Optional.of(AlertCode.SEQUENCE_DISCARDING);
            case LOST -> Optional.of(AlertCode.SEQUENCE_LOST);
            case ACCEPTED, PROCESSING, PROCESSED ->
                throw new InvariantViolation(
                    L1, key, "a state in which the promise is kept or ended", entry.toString());
          };
      alert.ifPresent(code -> requireAlert(key, entry.state(), code));
      if (world.scenario().isCalm() && !entry.state().isSettled()) {
        throw new InvariantViolation(
            L1, key, "VERIFIED where nothing went wrong", entry.toString());
      }
    }
  }

  /** Counts what has become of everything. */
  void count() {
    accepted.forEach(key -> world.tally().add("end " + entry(key).state()));
    world.tally().add("sequences", accepted.size());
  }

  private void requireAlert(SequenceKey key, State state, AlertCode code) {
    if (!world.witness().alerted(key, code.name())) {
      throw new InvariantViolation(
          "S10 Explicit failure", key, "an alert " + code, "none, though it is " + state);
    }
  }
}
