package dev.ingest.simulator;

import dev.ingest.core.Finding;
import dev.ingest.core.Verification;
import dev.ingest.core.engine.Committer;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The watchers that the lifecycle needs and the engine does not drive by itself: marks what is
 * overdue or at risk, expires, finishes disposals, scrubs, and pumps alerts. All decisions are the
 * lifecycle's.
 */
final class Caretaker {

  private static final int BATCH = 100;
  private static final int SCRUB_EVERY = 6;
  private static final List<Duration> LEADS =
      List.of(Duration.ofMinutes(1), Duration.ofSeconds(20));
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration MAX_PROOF_AGE = Duration.ofMinutes(10);

  private final World world;
  private final SimNode node;

  Caretaker(World world, SimNode node) {
    this.world = world;
    this.node = node;
  }

  int tick() {
    due(DueQuery.Kind.DEADLINE, Duration.ZERO)
        .forEach(entry -> apply(entry, new Event.DeadlinePassed()));
    LEADS.forEach(lead -> escalate(lead, LEADS.indexOf(lead)));
    due(DueQuery.Kind.EXPIRY, GRACE.negated()).forEach(this::expire);
    due(DueQuery.Kind.DISPOSAL, Duration.ZERO).forEach(this::dispose);
    if (world.below(SCRUB_EVERY) == 0) {
      world.oracle().anyAccepted().flatMap(node.engine()::find).ifPresent(this::scrub);
    }
    world.oracle().anyRotted().flatMap(node.engine()::find).ifPresent(this::scrub);
    pump();
    return 0;
  }

  /** Tells what was last told at a level and has come within the lead of the next, or further. */
  private void escalate(Duration lead, int told) {
    for (Entry entry : ledger().due(DueQuery.risk(told, lead, BATCH))) {
      Duration left = Duration.between(ledger().now(), entry.receipt().expiresAt());
      int level = (int) LEADS.stream().filter(each -> left.compareTo(each) <= 0).count();
      apply(entry, new Event.ExpiryNear(LEADS.get(level - 1), level));
    }
  }

  private void pump() {
    node.ledger().alerts().seal();
    for (AlertDigest digest : node.ledger().alerts().unsent(BATCH)) {
      world.witness().told(digest);
      node.ledger().alerts().acknowledge(digest.ordinal());
    }
  }

  private void expire(Entry entry) {
    Instant began = ledger().now();
    Verification found = node.engine().verify(entry);
    Publication shown = entry.published().orElseThrow();
    if (found.isClean()) {
      Event.Proof proof = new Event.Proof(shown.result().manifest().root(), began, true);
      apply(entry, new Event.ExpiryStarted(proof, GRACE, MAX_PROOF_AGE)).ifPresent(this::dispose);
    } else {
      damaged(entry, found);
    }
  }

  private void scrub(Entry entry) {
    boolean shown =
        switch (entry.state()) {
          case VERIFIED, EXPIRING, EXPIRED -> true;
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
        };
    if (shown) {
      damaged(entry, node.engine().verify(entry));
    }
  }

  private void damaged(Entry entry, Verification found) {
    List<Finding> damage = found.findings().stream().filter(Caretaker::isDamage).toList();
    if (!damage.isEmpty()) {
      Failure failure =
          new Failure("RESULT_DAMAGED", Optional.empty(), damage.get(0).kind().toString());
      apply(entry, new Event.DamageFound(failure, true));
    }
  }

  private static boolean isDamage(Finding finding) {
    return switch (finding.kind()) {
      case RESULT_MISSING, RESULT_DIFFERS -> true;
      case MANIFEST_DIFFERS -> finding.expected().startsWith("result");
      case RAW_MISSING,
          RAW_DIFFERS,
          EXTRA_BYTES,
          EXPECTATION_FAILED,
          HISTORY_BROKEN,
          NOT_VERIFIED,
          UNREADABLE ->
          false;
    };
  }

  /** Deletes what EXPIRING or DISCARDING condemned: exact keys, none of a later run or session. */
  private void dispose(Entry entry) {
    ContentPrefix raw = KeyLayout.session(entry.key(), entry.raw());
    boolean discarding = entry.state() == State.DISCARDING;
    Permit.Reason reason = discarding ? Permit.Reason.DISCARD : Permit.Reason.EXPIRY;
    delete(entry, raw, reason, key -> true);
    if (discarding) {
      ContentPrefix runs = KeyLayout.runs(entry.key());
      delete(entry, runs, reason, key -> fence(runs.relative(key)) <= entry.position().fence());
    }
    apply(entry, new Event.DisposalFinished());
  }

  private static long fence(String relative) {
    return Long.parseLong(relative.split("-", 3)[1]);
  }

  private void delete(
      Entry entry, ContentPrefix scope, Permit.Reason reason, Predicate<ContentKey> condemned) {
    ContentPage page = node.content().store().list(scope, Optional.empty(), 1_000);
    List<ContentKey> keys = new ArrayList<>();
    for (ContentStat stat : page.entries()) {
      if (condemned.test(stat.key())) {
        keys.add(stat.key());
      }
    }
    if (!keys.isEmpty()) {
      String evidence = entry.state() + " at version " + entry.version();
      node.content().purger().delete(new Permit(reason, entry.key(), evidence, scope, keys));
    }
  }

  private List<Entry> due(DueQuery.Kind kind, Duration lead) {
    return ledger().due(DueQuery.of(kind, lead, BATCH));
  }

  private Optional<Entry> apply(Entry entry, Event event) {
    Committer.Result result = node.engine().committer().apply(entry, event);
    return result instanceof Committer.Result.Committed committed
        ? Optional.of(committed.after())
        : Optional.empty();
  }

  private Ledger ledger() {
    return node.ledger().ledger();
  }
}
