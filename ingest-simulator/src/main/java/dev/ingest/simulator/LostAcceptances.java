package dev.ingest.simulator;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What clients hold receipts of and a restored ledger does not know. Each whose bytes are whole has
 * to be named, can be adopted, and then its receipts resolve; and as long as the ledger does not
 * know a sequence with its root, nothing deletes its bytes.
 *
 * <p>Two receipts do not resolve again, and cannot. What had expired or was discarded in the life
 * that was lost has no bytes. And under an id for which clients send different bytes, another may
 * be accepted by the restored ledger before the first is adopted: then that is a conflict, and the
 * bytes of the first stay and are named.
 *
 * <p>What was uploaded again in the life that was lost, after it had failed or was gone, has an
 * entry with its root in the backup, which may have no bytes any more. So there the root answers
 * for nothing: the entry has to have its own bytes whole, or to tell of that upload.
 */
final class LostAcceptances {

  private static final Set<State> GONE = EnumSet.of(State.FAILED, State.LOST, State.DISCARDED);

  private final World world;
  private final Map<SequenceKey, Lost> all = new LinkedHashMap<>();
  private final Map<SequenceKey, Entry> unheard = new LinkedHashMap<>();

  /** One of them, whether it was uploaded again, and whether its receipts resolve again. */
  private record Lost(
      Entry entry, List<Receipt> receipts, boolean isWhole, boolean isAgain, boolean isKnown) {

    ContentPrefix bytes() {
      return KeyLayout.session(entry.key(), entry.raw());
    }

    SessionId session() {
      return entry.raw().session();
    }

    Lost asKnown() {
      return new Lost(entry, receipts, isWhole, isAgain, true);
    }

    boolean hasRootOf(Entry known) {
      return known.receipt().manifest().equals(entry.receipt().manifest());
    }
  }

  LostAcceptances(World world) {
    this.world = world;
  }

  /**
   * Notes what the ledger knew before it was restored, once it is.
   *
   * @param before the entry as it was
   * @param receipts what clients hold of it
   */
  void add(Entry before, List<Receipt> receipts) {
    Optional<Entry> now = world.oracle().find(before.key());
    if (now.isEmpty() && keepsRaw(before)) {
      all.put(before.key(), new Lost(before, List.copyOf(receipts), isWhole(before), false, false));
    } else if (now.isPresent()) {
      if (!now.get().raw().session().equals(before.raw().session()) && keepsRaw(before)) {
        world.tally().add("re-uploads lost with a backup");
        all.put(before.key(), new Lost(before, List.of(), isWhole(before), true, false));
      }
      receipts.stream()
          .filter(held -> held.manifest().equals(now.get().receipt().manifest()))
          .forEach(world.invariants()::heldFromBefore);
    }
  }

  /** Notes what the ledger knew before it was restored and no client has heard of by then. */
  void addUnheard(Entry before) {
    unheard.put(before.key(), before);
  }

  /**
   * Takes a receipt that a client hears of only now, by a call that stood still while the ledger
   * failed over: it was given in the life that is lost, as those that were held by then.
   *
   * @return whether it is such a receipt
   */
  boolean hasHeard(Receipt receipt) {
    Entry before = unheard.get(receipt.key());
    if (before == null || !before.receipt().equals(receipt)) {
      return false;
    }
    world.tally().add("receipts of a lost life that came late");
    unheard.remove(receipt.key());
    add(before, List.of(receipt));
    return true;
  }

  /** Tells whether every raw byte of an acceptance is stored as it came. */
  private boolean isWhole(Entry entry) {
    List<ContentKey> keys = new ArrayList<>();
    keys.add(KeyLayout.rawManifest(entry.key(), entry.raw()));
    for (int i = 0; i < entry.receipt().manifest().count(); i++) {
      keys.add(KeyLayout.rawItem(entry.key(), entry.raw(), i));
    }
    return keys.stream()
        .allMatch(
            key -> world.rawContent().stat(key).isPresent() && !world.witness().isDamaged(key));
  }

  private static boolean keepsRaw(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /** Tells whether the ledger knows of one, so that nothing is held to its bytes any more. */
  private boolean isAnswered(Lost lost) {
    Optional<Entry> now = world.oracle().find(lost.entry().key());
    if (!lost.isAgain() || lost.isKnown()) {
      return now.filter(lost::hasRootOf).isPresent();
    }
    return now.filter(
            entry ->
                entry.raw().session().equals(lost.session())
                    || (keepsRaw(entry) && isWhole(entry))
                    || entry.state() == State.EXPIRED
                    || isToldOf(lost))
        .isPresent();
  }

  private boolean isToldOf(Lost lost) {
    String adopted = "adopted=" + lost.session().value();
    return world.rawLedger().ledger().history(lost.entry().key(), 0, ScanQuery.MAX_LIMIT).stream()
        .anyMatch(row -> row.note().detail().contains(adopted));
  }

  /** Tells whether one that is not answered can be adopted: another root would be a conflict. */
  private boolean isToAdopt(Lost lost) {
    Optional<State> now = world.oracle().find(lost.entry().key()).map(Entry::state);
    return lost.isAgain() ? now.filter(GONE::contains).isPresent() : now.isEmpty();
  }

  int count() {
    return (int) all.values().stream().filter(Lost::isWhole).count();
  }

  /** The raw bytes of those that were accepted again. */
  List<SequenceKey> known() {
    return keys(Lost::isKnown);
  }

  /** Those that wait to be adopted. */
  List<SequenceKey> waiting() {
    return keys(lost -> lost.isWhole() && !lost.isKnown() && !isAnswered(lost) && isToAdopt(lost));
  }

  private List<SequenceKey> keys(Predicate<Lost> which) {
    List<SequenceKey> keys = new ArrayList<>();
    all.forEach(
        (key, lost) -> {
          if (which.test(lost)) {
            keys.add(key);
          }
        });
    return keys;
  }

  private Lost lost(SequenceKey key) {
    return Objects.requireNonNull(all.get(key), "nothing of " + key + " was lost");
  }

  /** Where the bytes of one of them lie. */
  RawLocation raw(SequenceKey key) {
    return lost(key).entry().raw();
  }

  /**
   * Each that is whole, and that the ledger does not know, unless its id was erased, which takes
   * the bytes of uploads that were given up before with it.
   */
  Set<SequenceKey> toBeNamed() {
    return Set.copyOf(keys(this::isToBeNamed));
  }

  private boolean isToBeNamed(Lost lost) {
    return lost.isWhole() && !world.oracle().isErased(lost.entry().key()) && !isAnswered(lost);
  }

  /**
   * Each is among what was found that was to be named before and still is: what answers for it may
   * rot while the engine looks.
   */
  void requireNamed(Set<SequenceKey> before, List<ContentKey> found) {
    Set<ContentKey> named = new HashSet<>(found);
    all.forEach(
        (key, lost) -> {
          if (before.contains(key) && isToBeNamed(lost)) {
            ContentKey manifest = KeyLayout.rawManifest(key, lost.entry().raw());
            require(
                named.contains(manifest),
                key,
                () -> "to be named by " + manifest,
                () -> "only " + found);
          }
        });
  }

  /** An adoption was answered with a receipt. */
  void adopted(SequenceKey key, Receipt receipt) {
    Optional<Entry> now = world.oracle().find(key);
    require(
        now.filter(lost(key)::hasRootOf).isPresent(),
        key,
        () -> "an entry with " + lost(key).entry().receipt().manifest(),
        () -> now + " after " + receipt);
  }

  /** What the ledger knows again, adopted or uploaded anew, has its receipts resolve. */
  void look() {
    all.replaceAll(
        (key, lost) -> {
          if (lost.isKnown() || !isAnswered(lost)) {
            return lost;
          }
          lost.receipts().forEach(world.invariants()::heldFromBefore);
          world.oracle().takenBack(key);
          return lost.asKnown();
        });
  }

  /** No byte goes of what the ledger does not know with its root, unless someone erased it. */
  void deleting(Permit permit) {
    Lost lost = all.get(permit.sequence());
    if (lost == null || world.oracle().isErased(permit.sequence())) {
      return;
    }
    require(
        isAnswered(lost) || permit.keys().stream().noneMatch(lost.bytes()::covers),
        permit.sequence(),
        () -> "the bytes of " + lost.receipts() + " until it is known again",
        permit::toString);
  }

  /** The words are made only where they are needed. */
  private void require(
      boolean isSo, Object subject, Supplier<String> expected, Supplier<String> found) {
    if (!isSo) {
      throw world.fail(
          new InvariantViolation(Restoring.T10B, subject, expected.get(), found.get()));
    }
  }
}
