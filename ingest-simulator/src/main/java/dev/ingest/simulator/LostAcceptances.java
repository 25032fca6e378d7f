package dev.ingest.simulator;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.RawLocation;
import java.util.ArrayList;
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
 */
final class LostAcceptances {

  private final World world;
  private final Map<SequenceKey, Lost> all = new LinkedHashMap<>();

  /** One of them, and whether its receipts resolve again. */
  private record Lost(Entry entry, List<Receipt> receipts, boolean isWhole, boolean isKnown) {

    ContentPrefix bytes() {
      return KeyLayout.session(entry.key(), entry.raw());
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
      all.put(before.key(), new Lost(before, List.copyOf(receipts), isWhole(before), false));
    } else if (now.isPresent()) {
      receipts.stream()
          .filter(held -> held.manifest().equals(now.get().receipt().manifest()))
          .forEach(world.invariants()::heldFromBefore);
    }
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

  int count() {
    return (int) all.values().stream().filter(Lost::isWhole).count();
  }

  /** The raw bytes of those that were accepted again. */
  List<SequenceKey> known() {
    return keys(Lost::isKnown);
  }

  /** Those that wait to be adopted. */
  List<SequenceKey> waiting() {
    return keys(
        lost ->
            lost.isWhole()
                && !lost.isKnown()
                && world
                    .oracle()
                    .find(lost.entry().key())
                    .filter(now -> !lost.hasRootOf(now))
                    .isEmpty());
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
   * Each that is whole, and that the ledger does not know, is among what was found, unless its id
   * was erased, which takes the bytes of uploads that were given up before with it.
   */
  void requireNamed(List<ContentKey> found) {
    Set<ContentKey> named = new HashSet<>(found);
    all.forEach(
        (key, lost) -> {
          boolean isToBeNamed =
              lost.isWhole()
                  && !world.oracle().isErased(key)
                  && world.oracle().find(key).filter(lost::hasRootOf).isEmpty();
          if (isToBeNamed) {
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
          Optional<Entry> now = world.oracle().find(key).filter(lost::hasRootOf);
          if (lost.isKnown() || now.isEmpty()) {
            return lost;
          }
          lost.receipts().forEach(world.invariants()::heldFromBefore);
          world.oracle().takenBack(key);
          return new Lost(lost.entry(), lost.receipts(), lost.isWhole(), true);
        });
  }

  /** No byte goes of what the ledger does not know with its root, unless someone erased it. */
  void deleting(Permit permit) {
    Lost lost = all.get(permit.sequence());
    if (lost == null || world.oracle().isErased(permit.sequence())) {
      return;
    }
    boolean isKnown = world.oracle().find(permit.sequence()).filter(lost::hasRootOf).isPresent();
    require(
        isKnown || permit.keys().stream().noneMatch(lost.bytes()::covers),
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
