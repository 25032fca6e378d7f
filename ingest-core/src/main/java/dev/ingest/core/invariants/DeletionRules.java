package dev.ingest.core.invariants;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Judges a deletion by what the ledger says at the moment at which the bytes go: S4 and S12. */
final class DeletionRules {

  private static final String PROBE = "0";
  private static final int PAGE = 1_000;

  /** Sessions are found by when they were touched, which may be yet to come by a clock set back. */
  private static final Duration ANY_TIME = Duration.ofDays(-36_500);

  private final LedgerStore ledger;
  private final QuarantineRules quarantine;

  DeletionRules(LedgerStore ledger) {
    this.ledger = ledger;
    this.quarantine = new QuarantineRules(ledger);
  }

  /** Nothing goes that an entry or an open session still refers to. */
  void s4ExpiryGuard(Permit permit) {
    SequenceKey sequence = permit.sequence();
    if (isAside(permit)) {
      quarantine.s4SetAside(permit);
      // Such a permit may not know whose bytes they are, or not any more.
      sequence = quarantine.sequence(permit).orElse(sequence);
    }
    Optional<Entry> entry = ledger.ledger().find(List.of(sequence)).get(0);
    if (entry.isEmpty() && isAside(permit)) {
      refuse(permit, DeletionRules::isManifest, "no entry that answers for it");
    }
    entry.ifPresent(there -> protectEntry(permit, there));
    protectSessions(permit, sequence);
  }

  /** A session's prefix is a part of each raw key, whatever the layout puts before and after it. */
  private void protectSessions(Permit permit, SequenceKey sequence) {
    for (UploadSession session : open(sequence)) {
      refuse(permit, KeyLayout.session(sequence, session.raw())::covers, "session " + session);
    }
  }

  private List<UploadSession> open(SequenceKey sequence) {
    List<UploadSession> found = new ArrayList<>();
    Optional<UploadSession> after = Optional.empty();
    List<UploadSession> page;
    do {
      page = ledger.sessions().untouched(SessionState.OPEN, ANY_TIME, after, PAGE);
      for (UploadSession session : page) {
        after = Optional.of(session);
        if (session.key().equals(sequence)) {
          found.add(session);
        }
      }
    } while (page.size() == PAGE);
    return found;
  }

  private static void protectEntry(Permit permit, Entry entry) {
    if (keepsRaw(entry.state())) {
      ContentPrefix raw = KeyLayout.session(entry.key(), entry.raw());
      refuse(permit, within(permit, raw, entry.receipt().manifest()), describe(entry));
    }
    entry.published().ifPresent(shown -> protect(permit, shown.result(), entry));
    entry
        .beside()
        .superseded()
        .ifPresent(kept -> protect(permit, kept.publication().result(), entry));
    if (entry.isQueued()) {
      entry.active().output().ifPresent(made -> protect(permit, made, entry));
      entry
          .position()
          .lease()
          .map(lease -> KeyLayout.output(entry.key(), entry.active().epoch(), lease.token()))
          .ifPresent(written -> refuse(permit, written::covers, describe(entry)));
    }
  }

  private static void protect(Permit permit, SealedOutput output, Entry entry) {
    refuse(permit, within(permit, output.prefix(), output.manifest()), describe(entry));
  }

  /** What a set keeps: all below its prefix, or, of what was set aside, what it can name. */
  private static Predicate<ContentKey> within(
      Permit permit, ContentPrefix set, ManifestSummary manifest) {
    return key -> set.covers(key) && (!isAside(permit) || isNamed(key, manifest.count()));
  }

  private static boolean isNamed(ContentKey key, int count) {
    String last = key.value().substring(key.value().lastIndexOf('/') + 1);
    return isManifest(key) || (last.matches("[0-9]{7}") && Integer.parseInt(last) < count);
  }

  private static boolean isManifest(ContentKey key) {
    return key.value().endsWith("/manifest");
  }

  private static boolean isAside(Permit permit) {
    return permit.reason() == Permit.Reason.QUARANTINE;
  }

  private static boolean keepsRaw(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private static String describe(Entry entry) {
    return "its entry, " + entry.state() + " at version " + entry.version();
  }

  private static void refuse(Permit permit, Predicate<ContentKey> kept, String because) {
    for (ContentKey key : permit.keys()) {
      if (kept.test(key)) {
        throw new InvariantViolation(
            Invariants.S4,
            permit.sequence(),
            key + " to stay, because of " + because,
            "deleted for " + permit.reason() + ", " + permit.evidence());
      }
    }
  }

  /** A permit covers the bytes of its own sequence alone. */
  void s12Isolation(Permit permit) {
    if (isAside(permit)) {
      quarantine.s12OnePlace(permit);
      return;
    }
    ContentPrefix runs = KeyLayout.runs(permit.sequence());
    UnaryOperator<String> raw = value -> "raw" + value.substring(value.indexOf('/'));
    ContentPrefix uploads = new ContentPrefix(raw.apply(runs.value()));
    String scope = permit.scope().key(PROBE).value();
    if (!runs.covers(new ContentKey(scope)) && !uploads.covers(new ContentKey(scope))) {
      throw new InvariantViolation(
          Invariants.S12,
          permit.sequence(),
          "a permit for keys below " + runs + " or " + uploads,
          permit.scope().value());
    }
  }
}
