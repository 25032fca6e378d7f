package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditFinding.Span;
import dev.ingest.core.AuditFinding.Subject;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Remedy;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AuditRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one look at one sequence found: at most {@value #MOST} discrepancies of each kind, the last
 * of which then says that there are more. A kind that is not among them was not found: many of one
 * hide none of another. For one thread.
 */
final class Examined {

  static final int MOST = 100;

  private final SequencePlace place;
  private final @Nullable AuditRow row;
  private final List<AuditFinding> findings = new ArrayList<>();
  private boolean rawIsDamaged;

  Examined(SequencePlace place, @Nullable AuditRow row) {
    this.place = place;
    this.row = row;
  }

  /** Bytes under a key that no engine makes. */
  static AuditFinding misplaced(ContentKey key) {
    return new AuditFinding(
        Kind.EXTRA_BYTES,
        new Subject(SequencePlace.LAST, Optional.empty(), Optional.empty(), Optional.of(key)),
        new Span(Optional.empty(), Optional.empty()),
        "no key that has no place",
        "this one",
        Remedy.QUARANTINE);
  }

  SequencePlace place() {
    return place;
  }

  @Nullable AuditRow row() {
    return row;
  }

  /** Where a discrepancy is. */
  record Spot(Optional<ItemName> item, Optional<ContentKey> key) {

    static final Spot WHOLE = new Spot(Optional.empty(), Optional.empty());

    static Spot at(ContentKey key) {
      return new Spot(Optional.empty(), Optional.of(key));
    }
  }

  void add(Kind kind, Spot spot, String expected, String actual) {
    rawIsDamaged |=
        kind == Kind.RAW_MISSING
            || kind == Kind.RAW_DIFFERS
            || kind == Kind.DELETED_EARLY
            || (kind == Kind.MANIFEST_DIFFERS && !isOfResult(spot.key()));
    long told = count(kind);
    if (told < MOST) {
      boolean isLast = told == MOST - 1;
      findings.add(finding(kind, spot, expected, isLast ? actual + "; and more like it" : actual));
    }
  }

  /** Adds a discrepancy of an item unless the same item has one already. */
  void addOnce(Kind kind, Spot spot, String expected, String actual) {
    boolean isTold =
        findings.stream()
            .anyMatch(told -> told.kind() == kind && told.subject().item().equals(spot.item()));
    if (!isTold) {
      add(kind, spot, expected, actual);
    }
  }

  /** Adds that the ledger lacks the entry of stored bytes, with its name if that is known. */
  void missingEntry(
      Optional<SequenceKey> sequence, ContentKey manifest, String expected, String actual) {
    if (count(Kind.ENTRY_MISSING) < MOST) {
      findings.add(
          new AuditFinding(
              Kind.ENTRY_MISSING,
              new Subject(place, sequence, Optional.empty(), Optional.of(manifest)),
              new Span(Optional.empty(), Optional.empty()),
              expected,
              actual,
              remedy(Kind.ENTRY_MISSING)));
    }
  }

  private long count(Kind kind) {
    return findings.stream().filter(told -> told.kind() == kind).count();
  }

  boolean has(Kind kind) {
    return findings.stream().anyMatch(told -> told.kind() == kind);
  }

  private AuditFinding finding(Kind kind, Spot spot, String expected, String actual) {
    Optional<AuditRow> entry = Optional.ofNullable(row);
    return new AuditFinding(
        kind,
        new Subject(place, entry.map(AuditRow::key), spot.item(), spot.key()),
        new Span(entry.flatMap(known -> since(kind, known)), Optional.empty()),
        expected,
        actual,
        kind == Kind.MANIFEST_DIFFERS && isOfResult(spot.key()) ? Remedy.RERUN : remedy(kind));
  }

  /**
   * Tells by its key whether a manifest is that of a result, of which raw bytes make another; where
   * none is named, nothing is to be made again.
   */
  static boolean isOfResult(Optional<ContentKey> manifest) {
    return manifest.filter(key -> !KeyLayout.isRaw(key)).isPresent();
  }

  private static Optional<Instant> since(Kind kind, AuditRow row) {
    return switch (kind) {
      case RESULT_MISSING, RESULT_DIFFERS, NOT_COVERED, EXPECTATION_FAILED ->
          row.published().map(published -> published.provenAt());
      case STUCK -> Optional.of(row.progress().visibleAt());
      case EXTRA_BYTES -> Optional.empty();
      case RAW_MISSING,
          RAW_DIFFERS,
          MANIFEST_DIFFERS,
          HISTORY_BROKEN,
          NOT_VERIFIED,
          UNREADABLE,
          UNPROVEN,
          ENTRY_MISSING,
          DELETED_EARLY ->
          Optional.of(row.receipt().acceptedAt());
    };
  }

  private static Remedy remedy(Kind kind) {
    return switch (kind) {
      case RAW_MISSING, RAW_DIFFERS, MANIFEST_DIFFERS, DELETED_EARLY -> Remedy.REUPLOAD;
      case RESULT_MISSING, RESULT_DIFFERS, NOT_COVERED, EXPECTATION_FAILED, UNPROVEN ->
          Remedy.RERUN;
      case STUCK, NOT_VERIFIED -> Remedy.RESUME;
      case ENTRY_MISSING -> Remedy.ADOPT;
      case EXTRA_BYTES -> Remedy.QUARANTINE;
      case HISTORY_BROKEN, UNREADABLE -> Remedy.EXAMINE;
    };
  }

  /**
   * Returns the findings, with the time until which raw bytes that are whole make them good. Where
   * the raw bytes are not, running again does not help any more; but what keeps bytes that are to
   * be gone needs no bytes, and their owner is not to be asked for them.
   */
  List<AuditFinding> findings() {
    AuditRow entry = row;
    boolean canRerun =
        entry != null
            && !rawIsDamaged
            && AuditRules.raw(entry.state()) == AuditRules.Presence.WHOLE;
    return findings.stream().map(found -> completed(found, canRerun)).toList();
  }

  private AuditFinding completed(AuditFinding found, boolean canRerun) {
    Optional<Instant> until =
        canRerun && row != null && found.kind() != Kind.EXTRA_BYTES
            ? Optional.of(row.receipt().expiresAt())
            : Optional.empty();
    boolean isDeletion =
        found.kind() == Kind.STUCK && row != null && AuditRules.isToBeDeleted(row.state());
    boolean needsRaw =
        !isDeletion && (found.remedy() == Remedy.RERUN || found.remedy() == Remedy.RESUME);
    return new AuditFinding(
        found.kind(),
        found.subject(),
        new Span(found.span().since(), until),
        found.expected(),
        found.actual(),
        reachable(needsRaw && !canRerun ? Remedy.REUPLOAD : found.remedy()));
  }

  /**
   * Raw bytes come from their owner alone, whose upload is taken where the entry says that it needs
   * one: damage that no act has recorded yet does not say so, nor does a result that stands.
   */
  private Remedy reachable(Remedy remedy) {
    if (remedy != Remedy.REUPLOAD || row == null) {
      return remedy;
    }
    return switch (row.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, EXPIRED -> Remedy.RECORD;
      case VERIFIED ->
          findings.stream().anyMatch(Examined::isResult) ? Remedy.RECORD : Remedy.RESTORE;
      case FAILED, LOST, DISCARDING, DISCARDED -> remedy;
    };
  }

  /** Whether a result is not as it was published, of which one that nothing proves says nothing. */
  static boolean isResult(AuditFinding found) {
    return switch (found.kind()) {
      case RESULT_MISSING, RESULT_DIFFERS, NOT_COVERED, EXPECTATION_FAILED -> true;
      case MANIFEST_DIFFERS -> isOfResult(found.subject().key());
      case RAW_MISSING,
          RAW_DIFFERS,
          DELETED_EARLY,
          EXTRA_BYTES,
          HISTORY_BROKEN,
          NOT_VERIFIED,
          UNREADABLE,
          UNPROVEN,
          ENTRY_MISSING,
          STUCK ->
          false;
    };
  }
}
