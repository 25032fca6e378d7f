package dev.ingest.core;

import dev.ingest.core.engine.AuditDiary;
import dev.ingest.core.engine.Beats;
import dev.ingest.core.engine.Blockages;
import dev.ingest.core.engine.ContentWatch;
import dev.ingest.core.engine.Watcher;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What comes near: which sequences are not proven yet and when their time ends, and what the
 * expirer would do. Reads the ledger's due indices, a bounded number of entries at a time, and
 * changes nothing. Thread-safe.
 */
public final class Outlook {

  /** The most entries of one answer. */
  public static final int MAX_LIMIT = 10_000;

  private static final int PAGE = 1_000;

  private final LedgerStore ledger;
  private final ExpiryPolicy policy;
  private final InFlightWalk inFlight;

  /**
   * Returns the same by another policy, which changes nothing.
   *
   * @param other the policy
   * @return what would be by it
   */
  public Outlook by(ExpiryPolicy other) {
    return new Outlook(ledger, other, inFlight);
  }

  /**
   * Returns the expiry policy that this engine goes by.
   *
   * @return the policy
   */
  public ExpiryPolicy policy() {
    return policy;
  }

  Outlook(LedgerStore ledger, ExpiryPolicy policy, TimePolicy times) {
    this(ledger, policy, new InFlightWalk(ledger.ledger(), times.shortest()));
  }

  private Outlook(LedgerStore ledger, ExpiryPolicy policy, InFlightWalk inFlight) {
    this.ledger = ledger;
    this.policy = policy;
    this.inFlight = inFlight;
  }

  /**
   * Reads the ledger's time, by which what is read here is judged.
   *
   * @return the time
   */
  public Instant now() {
    return ledger.ledger().now();
  }

  /** What would happen to a sequence's bytes. */
  public enum Fate {
    /** The result is proven, if need be by reading it again, and then the raw bytes go. */
    EXPIRE,
    /** A deletion that was begun is finished. */
    FINISH,
    /** Not proven: discarded by the strict policy. */
    DISCARD,
    /** Not proven, or held: everything stays. */
    KEEP
  }

  /**
   * What the next sweep of the expirer would do to one sequence.
   *
   * @param entry the sequence
   * @param fate what would happen
   * @param because why
   */
  public record Prospect(Entry entry, Fate fate, String because) {}

  /**
   * How many of what is not proven are late.
   *
   * @param overdue past their deadline and in flight
   * @param atRisk told of as at risk; 0 only if none is, whatever was not looked at
   * @param oldest when the one in flight was accepted that waits longest; empty if none was seen
   * @param isCutOff whether more are not proven than were looked at for what is at risk, so that
   *     {@code atRisk} is the least
   * @param isZeroKnown whether none is overdue if {@code overdue} is 0, and none in flight if
   *     {@code oldest} is empty; false where not all that is in flight was looked at lately, or
   *     deadlines have passed since, or may have of what was accepted since, so that there may be
   *     more of either than was seen
   */
  public record Lateness(
      long overdue, long atRisk, Optional<Instant> oldest, boolean isCutOff, boolean isZeroKnown) {}

  /**
   * Counts what is late among the sequences that are not proven. For what is at risk it looks at
   * those that expire first. What is overdue it counts among all that is in flight, each by its own
   * deadline, whatever set it; of that it reads 10,000 at most at a call. Where more is in flight,
   * the next call goes on, and the counts are those of all calls since such a walk began, or of the
   * walk before. A zero is unknown until a walk is through, where one takes longer than ten
   * minutes, and where a deadline has passed of what a walk did not find overdue, until the next
   * has looked; and where two walks take longer than a sequence has to be verified by this engine's
   * {@link TimePolicy}, since what is accepted meanwhile may be late before any walk comes by.
   *
   * @param limit how many are looked at for what is at risk, 1 to {@link #MAX_LIMIT}
   * @return the counts, by the ledger's time
   */
  public Lateness lateness(int limit) {
    Instant now = ledger.ledger().now();
    Limit.checked(limit, MAX_LIMIT);
    List<Entry> atEachLevel = atEachLevel(TimePolicy.LONGEST, limit + 1);
    InFlightWalk.Found found = inFlight.look(now);
    return new Lateness(
        found.overdue(),
        atEachLevel.stream()
            .filter(entry -> entry.standing().isAtRisk())
            .map(Entry::key)
            .distinct()
            .count(),
        found.oldest(),
        nearest(atEachLevel, limit + 1).size() > limit,
        found.isWhole());
  }

  /**
   * Tells whether a sequence is late. The mark is the sentinel's; the time counts too, since no
   * sentinel may be running.
   *
   * @param entry the sequence
   * @param now the ledger's time
   * @return whether it is in flight past its deadline
   */
  public static boolean isOverdue(Entry entry, Instant now) {
    return entry.state().isInFlight()
        && (entry.standing().overdue() || entry.receipt().deadline().isBefore(now));
  }

  /**
   * Finds sequences that are not proven, nearest expiry first.
   *
   * @param within how near their expiry is at most; negative for how long it must be past
   * @param limit the most, 1 to {@link #MAX_LIMIT}
   * @return their entries
   */
  public List<Entry> unproven(Duration within, int limit) {
    Limit.checked(limit, MAX_LIMIT);
    return nearest(atEachLevel(within, limit), limit);
  }

  /** Finds that many at each level of escalation. */
  private List<Entry> atEachLevel(Duration within, int limit) {
    List<Entry> found = new ArrayList<>();
    for (int level = 0; level <= Standing.MAX_ESCALATIONS; level++) {
      found.addAll(all(DueQuery.risk(level, within, page(limit)), limit));
    }
    return found;
  }

  private static List<Entry> nearest(List<Entry> found, int limit) {
    return found.stream()
        .sorted(
            Comparator.comparing((Entry entry) -> entry.receipt().expiresAt())
                .thenComparing(Entry::key))
        .limit(limit)
        .toList();
  }

  /**
   * Finds VERIFIED sequences without a hold, nearest expiry first.
   *
   * @param within how near their expiry is at most
   * @param limit the most, 1 to {@link #MAX_LIMIT}
   * @return their entries
   */
  public List<Entry> expiring(Duration within, int limit) {
    Limit.checked(limit, MAX_LIMIT);
    return all(DueQuery.of(DueQuery.Kind.EXPIRY, within, page(limit)), limit);
  }

  /**
   * Tells what the expirer would do now. Sequences under a hold that are VERIFIED are not listed:
   * nothing is due for them.
   *
   * @param limit the most of each fate, 1 to {@link #MAX_LIMIT}
   * @return first what would be finished, then what would expire, then what is not proven
   */
  public List<Prospect> prospects(int limit) {
    Limit.checked(limit, MAX_LIMIT);
    Instant now = ledger.ledger().now();
    List<Prospect> prospects = new ArrayList<>();
    for (Entry entry :
        all(DueQuery.of(DueQuery.Kind.DISPOSAL, Duration.ZERO, page(limit)), limit)) {
      prospects.add(new Prospect(entry, Fate.FINISH, "it is " + entry.state() + " already"));
    }
    for (Entry entry : expiring(policy.grace().negated(), limit)) {
      prospects.add(new Prospect(entry, Fate.EXPIRE, proof(entry, now)));
    }
    for (Entry entry : unproven(Duration.ZERO, limit)) {
      prospects.add(unproven(entry, now));
    }
    return prospects;
  }

  /**
   * Tells which work is due and cannot be run by any live node, as the watch found it last. Empty
   * also if nobody watches: see {@link Blockage#seen()} and {@link #beats()}.
   *
   * @return what is blocked, by pipeline and stage
   */
  public List<Blockage> blocked() {
    return Blockages.of(ledger);
  }

  /**
   * Counts the sequences that wait for blocked work, as {@link #blocked()}.
   *
   * @return 0 or more
   */
  public long blockedSequences() {
    return blocked().stream().mapToLong(Blockage::sequences).sum();
  }

  /**
   * Reads when each watcher last did its work. One that never ran on this ledger is missing, unless
   * another misses it: then it has no beats.
   *
   * @return the beats, in the order of the watchers' names
   */
  public List<Beat> beats() {
    return Beats.of(ledger);
  }

  /**
   * Names the watchers that every deployment needs and that no node runs now: of {@code sentinel},
   * without which nobody tells of deadlines, and {@code pump}, without which no alert reaches
   * anybody. Each engine that watches has both, so that both are named where none does: where all
   * have ended, in order or not, where they have not been started, and on a ledger that nobody ever
   * watched. A watcher that ended in order is not silent, and is named here all the same.
   *
   * @param beats what {@link #beats()} has read
   * @param now the ledger's time
   * @return the names, none if both are at work
   */
  public static List<String> unwatched(List<Beat> beats, Instant now) {
    return Stream.of(Watcher.SENTINEL, Watcher.PUMP)
        .map(Watcher::label)
        .filter(
            name ->
                beats.stream().noneMatch(beat -> beat.watcher().equals(name) && beat.isLive(now)))
        .toList();
  }

  /**
   * Reads since when the content store is out, as nodes tell of it: it does not answer one of them,
   * or takes none of its bytes.
   *
   * @param ledger the ledger
   * @return since when that is told; empty if no live node sees it
   */
  public static Optional<Instant> contentOutSince(LedgerStore ledger) {
    return ContentWatch.outSince(ledger);
  }

  /**
   * Reads the same of this ledger.
   *
   * @return since when it is told that the content store is out; empty if it is not
   */
  public Optional<Instant> contentOutSince() {
    return contentOutSince(ledger);
  }

  /**
   * Reads since when nothing has been read back of the published result that was proven least
   * recently.
   *
   * @return when it was read back last; empty if none is published
   */
  public Optional<Instant> oldestProof() {
    return ledger.ledger().due(DueQuery.of(DueQuery.Kind.PROOF, TimePolicy.LONGEST, 1)).stream()
        .findFirst()
        .map(DueQuery.Kind.PROOF::timeOf);
  }

  /**
   * Tells what the last audit came to that the engines made by themselves ({@link AuditPolicy}).
   * One number of it says whether anything is unaccounted for: {@link LatestAudit#findingCount}, if
   * {@link LatestAudit#unreadCount} is 0 and it ended lately; otherwise nothing is known.
   *
   * @return it, or empty if none has ended yet
   */
  public Optional<LatestAudit> latestAudit() {
    return new AuditDiary(ledger).latest();
  }

  private String proof(Entry entry, Instant now) {
    Instant provenAt = entry.published().orElseThrow().provenAt();
    boolean fresh = !provenAt.plus(policy.maxProofAge()).isBefore(now);
    return "its result was proven at " + provenAt + (fresh ? "" : ", and is proven again first");
  }

  private Prospect unproven(Entry entry, Instant now) {
    String held =
        entry.standing().hold().map(Hold::actor).map(actor -> ", held by " + actor).orElse("");
    String because = "it is " + entry.state() + " past its expiry" + held;
    boolean told =
        entry.standing().escalations() >= policy.levels().size()
            && !now.isBefore(entry.receipt().expiresAt().plus(policy.grace()));
    return switch (policy.unproven()) {
      case HOLD -> new Prospect(entry, Fate.KEEP, because);
      case DISCARD_UNLESS_HELD ->
          new Prospect(entry, told && held.isEmpty() ? Fate.DISCARD : Fate.KEEP, because);
      case DISCARD -> new Prospect(entry, told ? Fate.DISCARD : Fate.KEEP, because);
    };
  }

  /** No page is larger than what is asked for in all, since there is one for each level. */
  private static int page(int limit) {
    return Math.min(PAGE, limit);
  }

  private List<Entry> all(DueQuery first, int limit) {
    List<Entry> found = new ArrayList<>();
    DueQuery next = first;
    while (found.size() < limit) {
      List<Entry> page = ledger.ledger().due(next);
      found.addAll(page);
      if (page.size() < first.limit()) {
        break;
      }
      next = next.after(page.get(page.size() - 1));
    }
    return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
  }
}
