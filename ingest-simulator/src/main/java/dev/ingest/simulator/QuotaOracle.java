package dev.ingest.simulator;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Holds owners to their quota from outside. What an owner has is counted anew from the rows,
 * directly around each call that takes room: nobody gets more than the quota, and nobody is refused
 * what it allows; what an operator adopts over a restored ledger is counted, and alone not refused.
 * So room that a dead node, a client that went away or a sequence that is done with does not give
 * back shows as a refusal, or as a session that stays open.
 */
final class QuotaOracle {

  static final String QUOTA = "The quota of an owner";

  /** Also what was touched before the ledger's clock was set back. */
  private static final Duration ANY_TIME = Duration.ofDays(-36_500);

  /** More than a sweep, and a person who confirms the ledger's time before it, need. */
  private static final Duration SLACK = Duration.ofMinutes(10);

  private final World world;
  private final OwnerQuota quota;
  private Optional<Instant> quietSince = Optional.empty();

  QuotaOracle(World world) {
    this.world = world;
    this.quota = world.scenario().quota();
  }

  private boolean isOn() {
    return world.scenario().hasQuotas();
  }

  /** Looks at each call that takes room, if owners have a quota. */
  LedgerStore judged(LedgerStore ledger) {
    return isOn()
        ? new PatchedLedger(ledger, ledger.ledger(), new Judged(ledger.sessions()))
        : ledger;
  }

  /** Tells whether some bytes more fit, whatever sessions are open just now. */
  boolean fits(OwnerId owner, long bytes) {
    return counted(owner).allows(new OwnerQuota(Long.MAX_VALUE, quota.bytes()), 0, bytes);
  }

  /** Sessions that are open although nobody uploads any more, where that costs an owner room. */
  List<UploadSession> open() {
    return isOn() ? openSessions() : List.of();
  }

  /**
   * What nobody goes on with, once all clients are done, is given up in time: counted from when it
   * was touched where the ledger's clock, which says so, was ahead and has been set back. Nothing
   * is given up while a restored ledger is in doubt.
   */
  void look(boolean areClientsDone) {
    List<UploadSession> open = open();
    boolean isSwept = !world.restoration().isInDoubt();
    if (!areClientsDone || open.isEmpty() || !isSwept) {
      quietSince = Optional.empty();
      return;
    }
    quietSince = Optional.of(quietSince.orElse(world.now()));
    Instant since =
        Stream.concat(quietSince.stream(), open.stream().map(UploadSession::touchedAt))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    Duration longest = world.scenario().idleTime().plus(SLACK);
    require(
        world.now().isBefore(since.plus(longest)),
        "idle sessions",
        "none that is open for longer than " + longest,
        open);
  }

  /** Judges what the ledger says of each owner when everything is over. */
  void verdict() {
    Set<OwnerId> owners = new TreeSet<>();
    world.oracle().accepted().forEach(key -> owners.add(key.owner()));
    for (OwnerId owner : owners) {
      require(
          recounted(owner).equals(world.rawLedger().ledger().holdings().usage(owner)),
          owner,
          recounted(owner),
          world.rawLedger().ledger().holdings().usage(owner));
    }
  }

  /** Many entries are not counted anew at each call, but in the end. */
  private OwnerUsage counted(OwnerId owner) {
    if (world.scenario().isSmall()) {
      return recounted(owner);
    }
    OwnerUsage told = world.rawLedger().ledger().holdings().usage(owner);
    return usage(owner, told.heldBytes());
  }

  private OwnerUsage recounted(OwnerId owner) {
    long held = 0;
    ScanQuery query =
        new ScanQuery(
            Optional.of(owner), Optional.empty(), Set.of(), Optional.empty(), ScanQuery.MAX_LIMIT);
    boolean more = true;
    while (more) {
      EntryPage page = world.rawLedger().ledger().scan(query);
      for (Entry entry : page.entries()) {
        held += hasRaw(entry) ? entry.receipt().manifest().bytes() : 0;
        query = query.after(entry.key());
      }
      more = page.more();
    }
    return usage(owner, held);
  }

  private OwnerUsage usage(OwnerId owner, long held) {
    long sessions = 0;
    long reserved = 0;
    for (UploadSession session : openSessions()) {
      if (session.key().owner().equals(owner)) {
        sessions++;
        reserved += session.reserved().bytes();
      }
    }
    return new OwnerUsage(sessions, reserved, held);
  }

  private List<UploadSession> openSessions() {
    List<UploadSession> open = new ArrayList<>();
    Optional<UploadSession> after = Optional.empty();
    List<UploadSession> page;
    do {
      page =
          world
              .rawLedger()
              .sessions()
              .untouched(SessionState.OPEN, ANY_TIME, after, ScanQuery.MAX_LIMIT);
      open.addAll(page);
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1));
    } while (page.size() == ScanQuery.MAX_LIMIT);
    return open;
  }

  private static boolean hasRaw(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED, EXPIRING, DISCARDING -> true;
      case EXPIRED, DISCARDED, LOST -> false;
    };
  }

  /** Returns what a call may take: an upload as much as the quota, and an adoption anything. */
  private OwnerQuota granted(SequenceKey key, OwnerQuota asked) {
    OwnerQuota due = world.restoration().isAdopting(key) ? OwnerQuota.UNLIMITED : quota;
    require(asked.equals(due), key, "a call within " + due, asked);
    return due;
  }

  private void require(boolean isSo, Object subject, Object expected, Object found) {
    if (!isSo) {
      throw world.fail(
          new InvariantViolation(QUOTA, subject, expected.toString(), found.toString()));
    }
  }

  private final class Judged extends Sessions {

    Judged(UploadSessions sessions) {
      super(sessions);
    }

    @Override
    public SessionOpening open(
        SessionId id, SequenceKey key, Reservation reserve, OwnerQuota asked) {
      OwnerUsage before = counted(key.owner());
      OwnerQuota granted = granted(key, asked);
      SessionOpening opening = super.open(id, key, reserve, asked);
      if (opening instanceof SessionOpening.OverQuota over) {
        require(
            !before.allows(granted, 1, reserve.bytes()),
            key,
            "a session, since its owner has " + before + " of " + granted,
            over);
        require(over.usage().equals(before), key, before, over);
      } else {
        requireWithin(key, before, granted);
      }
      return opening;
    }

    @Override
    public Outcome reserve(SessionId id, Reservation total, OwnerQuota asked) {
      Optional<UploadSession> session = find(id);
      Optional<OwnerUsage> before =
          session.map(UploadSession::key).map(key -> counted(key.owner()));
      OwnerQuota granted = session.map(found -> granted(found.key(), asked)).orElse(quota);
      Outcome outcome = super.reserve(id, total, asked);
      boolean isOver =
          outcome instanceof Outcome.NotApplied refusal && refusal.reason() == Outcome.Reason.LIMIT;
      if (isOver) {
        long further = total.bytes() - session.orElseThrow().reserved().bytes();
        require(
            !before.orElseThrow().allows(granted, 0, further),
            session.get().key(),
            further + " bytes more, since its owner has " + before.get() + " of " + granted,
            outcome);
      } else if (session.isPresent()) {
        requireWithin(session.get().key(), before.orElseThrow(), granted);
      }
      return outcome;
    }

    private void requireWithin(SequenceKey key, OwnerUsage before, OwnerQuota granted) {
      OwnerUsage after = counted(key.owner());
      require(
          after.equals(before) || after.allows(granted, 0, 0),
          key,
          "no more for its owner than " + granted,
          after);
    }
  }
}
