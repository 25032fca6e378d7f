package dev.ingest.core.invariants;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an observer outside the engine remembers: the receipts that clients hold, what every
 * sequence looked like when it was last seen, which alerts came, and which bytes were damaged on
 * purpose. Nothing that the engine does can change it. Not safe for use by several threads.
 */
public final class Witness {

  private final NavigableMap<SequenceKey, List<Receipt>> receipts = new TreeMap<>();
  private final NavigableMap<SequenceKey, Entry> entries = new TreeMap<>();
  private final Map<SequenceKey, Map<Integer, SealedOutput>> publications = new HashMap<>();
  private final Map<SequenceKey, Epoch> epochs = new HashMap<>();
  private final Map<ContentKey, Instant> damage = new HashMap<>();
  private final Map<SequenceKey, Set<String>> alerts = new HashMap<>();
  private final Map<String, Long> committedAlerts = new TreeMap<>();
  private final Map<String, Long> toldAlerts = new TreeMap<>();
  private long toldOrdinal;

  /** Creates an observer who has seen nothing. */
  public Witness() {}

  /**
   * Copies what was seen so far.
   *
   * @return the copy, which sees nothing more
   */
  public Witness copy() {
    Witness copy = new Witness();
    copy.takeOver(this);
    return copy;
  }

  /**
   * Forgets what was seen since a copy was made, as a ledger does that was restored from a backup
   * of that moment. What was damaged since then stays so.
   *
   * @param before the copy
   */
  public void goBack(Witness before) {
    receipts.clear();
    entries.clear();
    publications.clear();
    epochs.clear();
    alerts.clear();
    committedAlerts.clear();
    toldAlerts.clear();
    takeOver(before);
  }

  private void takeOver(Witness other) {
    other.receipts.forEach((key, held) -> receipts.put(key, new ArrayList<>(held)));
    entries.putAll(other.entries);
    other.publications.forEach((key, shown) -> publications.put(key, new TreeMap<>(shown)));
    epochs.putAll(other.epochs);
    damage.putAll(other.damage);
    other.alerts.forEach((key, codes) -> alerts.put(key, new HashSet<>(codes)));
    committedAlerts.putAll(other.committedAlerts);
    toldAlerts.putAll(other.toldAlerts);
    toldOrdinal = other.toldOrdinal;
  }

  /** How often a result was published in the epoch that the history has reached. */
  record Epoch(int number, int publishes) {}

  /**
   * Notes bytes that were damaged on purpose, so that their damage is expected.
   *
   * @param key the key
   * @param at when
   */
  public void damaged(ContentKey key, Instant at) {
    damage.put(key, at);
  }

  /**
   * Notes a digest that a sink received. Repeats are recognised by their ordinal.
   *
   * @param digest the digest
   */
  public void told(AlertDigest digest) {
    if (digest.ordinal() <= toldOrdinal) {
      return;
    }
    if (digest.ordinal() != toldOrdinal + 1) {
      throw new InvariantViolation(
          "S10 Explicit failure",
          "the digests",
          "ordinal " + (toldOrdinal + 1),
          "ordinal " + digest.ordinal());
    }
    toldOrdinal = digest.ordinal();
    for (AlertDigest.Line line : digest.lines()) {
      toldAlerts.merge(line.group().code(), line.count(), Long::sum);
    }
  }

  /**
   * Tells whether an alert was committed for a sequence.
   *
   * @param key the sequence
   * @param code the alert's code
   * @return whether its row was in the outbox
   */
  public boolean alerted(SequenceKey key, String code) {
    return alerts.getOrDefault(key, Set.of()).contains(code);
  }

  /**
   * Returns what clients hold.
   *
   * @return the receipts by sequence, in the order in which they were received
   */
  public Map<SequenceKey, List<Receipt>> receipts() {
    return receipts;
  }

  /**
   * Returns how many alerts of a code reached a sink.
   *
   * @param code the code
   * @return 0 or more
   */
  public long told(String code) {
    return toldAlerts.getOrDefault(code, 0L);
  }

  Map<String, Long> committedAlerts() {
    return committedAlerts;
  }

  void hold(Receipt receipt) {
    receipts.computeIfAbsent(receipt.key(), key -> new ArrayList<>(1)).add(receipt);
  }

  void committed(SequenceKey key, List<AlertRow> rows) {
    for (AlertRow row : rows) {
      alerts.computeIfAbsent(key, missing -> new HashSet<>()).add(row.group().code());
      committedAlerts.merge(row.group().code(), 1L, Long::sum);
    }
  }

  Optional<Entry> lastSeen(SequenceKey key) {
    return Optional.ofNullable(entries.get(key));
  }

  NavigableMap<SequenceKey, Entry> entries() {
    return entries;
  }

  void see(Entry entry) {
    entries.put(entry.key(), entry);
  }

  Map<Integer, SealedOutput> publications(SequenceKey key) {
    return publications.computeIfAbsent(key, missing -> new TreeMap<>());
  }

  Epoch epoch(SequenceKey key) {
    return epochs.getOrDefault(key, new Epoch(1, 0));
  }

  void epoch(SequenceKey key, Epoch reached) {
    epochs.put(key, reached);
  }

  /**
   * Tells whether bytes were damaged on purpose.
   *
   * @param key the key
   * @return whether they were
   */
  public boolean isDamaged(ContentKey key) {
    return damage.containsKey(key);
  }

  /**
   * Tells whether any bytes of a sequence were damaged on purpose.
   *
   * @param sequence the sequence
   * @return whether some were
   */
  public boolean isAnyDamaged(SequenceKey sequence) {
    String place = "/" + SequencePlace.of(sequence).value() + "/";
    return damage.keySet().stream().anyMatch(key -> key.value().contains(place));
  }

  boolean wasDamagedBefore(ContentKey key, Instant time) {
    Instant at = damage.get(key);
    return at != null && at.isBefore(time);
  }
}
