package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.bentAlerts;
import static dev.ingest.testkit.Bent.bentWork;
import static dev.ingest.testkit.Bent.sound;

import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.testkit.contract.AlertOutboxContract;
import dev.ingest.testkit.contract.ControlRecordsContract;
import dev.ingest.testkit.contract.UploadSessionsContract;
import dev.ingest.testkit.contract.WorkQueueContract;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Ledgers that are wrong in one way each in a role, and the case that catches them. */
class BrokenRolesTest {

  @Test
  void fenceNotRaised_caught() {
    Caught.by(
        "the fence rises by one at each claim, after takeover, hand-back, work and decision",
        FenceNotRaised.class);
  }

  @Test
  void overClaim_caught() {
    Caught.by("the longest due comes first, and never more than asked for", OverClaim.class);
  }

  @Test
  void handBackWithoutRefund_caught() {
    Caught.by(
        "a hand-back refunds the attempt, is due at once, and raises the version", NoRefund.class);
  }

  @Test
  void sharedClaims_caught() {
    Caught.by(
        "concurrent claimers never get the same entry, and together get all", SharedClaims.class);
    Caught.by(
        "under a storm of claims, renewals, hand-backs and commits one token commits at most once",
        SharedClaims.class);
  }

  @Test
  void quotaIgnored_caught() {
    Caught.by("racing openings never exceed the quota together", QuotaIgnored.class);
    Caught.by(
        "an opening over the quota of sessions or bytes changes nothing and tells the usage",
        QuotaIgnored.class);
  }

  @Test
  void anyPartRecords_caught() {
    Caught.by(
        "a resumed session begins a part at the number recorded, and fences the parts before",
        AnyPartRecords.class);
  }

  @Test
  void itemsInTheOrderOfText_caught() {
    Caught.by("more items than a page has come back in order, of any length", TextOrder.class);
  }

  @Test
  void lengthsCutShort_caught() {
    Caught.by("more items than a page has come back in order, of any length", ShortLengths.class);
  }

  @Test
  void digestGaps_caught() {
    Caught.by("digests are numbered from 1 without gaps, and empty ones exist", DigestGaps.class);
  }

  @Test
  void lateRowsLost_caught() {
    Caught.by("each row is in exactly one digest, and late rows join the next", LateRowsLost.class);
  }

  @Test
  void lostUpdate_caught() {
    Caught.by("no update is lost when several write at once", LostUpdate.class);
    Caught.by(
        "a record is created once, changed version by version, and deleted at its version",
        LostUpdate.class);
  }

  static class FenceNotRaised extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args ->
              sound.work().claim((ClaimRequest) args[0]).stream()
                  .map(FenceNotRaised::lowered)
                  .toList());
    }

    private static Claimed lowered(Claimed claimed) {
      Entry entry = claimed.entry();
      Position position = entry.position();
      Lease lease = position.lease().orElseThrow();
      Lease first =
          new Lease(
              new LeaseToken(lease.token().incarnation(), 1),
              lease.node(),
              lease.nodeVersion(),
              lease.until());
      return new Claimed(
          entry.withPosition(
              new Position(
                  position.state(),
                  position.version(),
                  position.visibleAt(),
                  1,
                  Optional.of(first))),
          claimed.takenFrom());
    }
  }

  static class OverClaim extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(
          sound,
          "claim",
          args -> {
            ClaimRequest asked = (ClaimRequest) args[0];
            return sound
                .work()
                .claim(
                    new ClaimRequest(
                        asked.node(),
                        asked.nodeVersion(),
                        asked.work(),
                        asked.limit() + 1,
                        asked.lease()));
          });
    }
  }

  static class NoRefund extends WorkQueueContract {
    private final Set<SequenceKey> returned = new HashSet<>();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      LedgerStore charging =
          bentWork(
              sound,
              "handBack",
              args -> {
                List<Held> held = ((List<?>) args[0]).stream().map(Held.class::cast).toList();
                held.forEach(one -> returned.add(one.key()));
                return sound.work().handBack(held);
              });
      return Twist.of(
          LedgerStore.class,
          charging,
          "ledger",
          none ->
              Twist.of(
                  Ledger.class,
                  sound.ledger(),
                  "find",
                  args ->
                      sound
                          .ledger()
                          .find(((List<?>) args[0]).stream().map(SequenceKey.class::cast).toList())
                          .stream()
                          .map(found -> found.map(this::charged))
                          .toList()));
    }

    private Entry charged(Entry entry) {
      return returned.contains(entry.key())
          ? entry.withRun(entry.run().withAttempts(entry.run().attempts() + 1))
          : entry;
    }
  }

  /** Grants what is due to everybody who asks, as a claim that reads before it writes would. */
  static class SharedClaims extends WorkQueueContract {
    private Optional<List<Claimed>> last = Optional.empty();

    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentWork(sound, "claim", args -> claim(sound, (ClaimRequest) args[0]));
    }

    private synchronized List<Claimed> claim(LedgerStore sound, ClaimRequest request) {
      if (last.isPresent()) {
        List<Claimed> again = last.get();
        last = Optional.empty();
        return again;
      }
      List<Claimed> fresh = sound.work().claim(request);
      last = fresh.isEmpty() ? Optional.empty() : Optional.of(fresh);
      return fresh;
    }
  }

  private static LedgerStore bentSessions(LedgerStore sound, String method, Twist.Instead instead) {
    return Twist.of(
        LedgerStore.class,
        sound,
        "sessions",
        args -> Twist.of(UploadSessions.class, sound.sessions(), method, instead));
  }

  /** Reads items in an order of its own, as many as there are. */
  private static List<SessionItem> all(LedgerStore sound, SessionId id) {
    List<SessionItem> all = new ArrayList<>();
    List<SessionItem> page = sound.sessions().items(id, -1, ScanQuery.MAX_LIMIT);
    while (!page.isEmpty()) {
      all.addAll(page);
      int last = all.get(all.size() - 1).ordinal();
      page = sound.sessions().items(id, last, ScanQuery.MAX_LIMIT);
    }
    return all;
  }

  /** 10 comes before 2. */
  static class TextOrder extends UploadSessionsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentSessions(
          sound,
          "items",
          args -> {
            String after = String.valueOf(args[1]);
            return all(sound, (SessionId) args[0]).stream()
                .filter(item -> after.equals("-1") || text(item).compareTo(after) > 0)
                .sorted(Comparator.comparing(TextOrder::text))
                .limit((int) args[2])
                .toList();
          });
    }

    private static String text(SessionItem item) {
      return String.valueOf(item.ordinal());
    }
  }

  /** A column of 32 bits. */
  static class ShortLengths extends UploadSessionsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentSessions(
          sound,
          "items",
          args ->
              sound.sessions().items((SessionId) args[0], (int) args[1], (int) args[2]).stream()
                  .map(ShortLengths::cut)
                  .toList());
    }

    private static SessionItem cut(SessionItem one) {
      ManifestItem item = one.item();
      return new SessionItem(
          one.ordinal(),
          new ManifestItem(item.name(), item.length() & Integer.MAX_VALUE, item.digest()));
    }
  }

  static class QuotaIgnored extends UploadSessionsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentSessions(
          sound,
          "open",
          args ->
              sound
                  .sessions()
                  .open(
                      (SessionId) args[0],
                      (SequenceKey) args[1],
                      (Reservation) args[2],
                      OwnerQuota.UNLIMITED));
    }
  }

  static class AnyPartRecords extends UploadSessionsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentSessions(
          sound,
          "record",
          args -> {
            SessionId id = (SessionId) args[0];
            int latest = sound.sessions().find(id).orElseThrow().raw().latestPart();
            List<SessionItem> items =
                ((List<?>) args[2]).stream().map(SessionItem.class::cast).toList();
            return sound.sessions().record(id, latest, items);
          });
    }
  }

  static class DigestGaps extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentAlerts(
          sound,
          "seal",
          args -> {
            AlertDigest digest = sound.alerts().seal();
            return digest.lines().isEmpty() ? sound.alerts().seal() : digest;
          });
    }
  }

  /** Keeps a cursor on the time of the rows, so that what was raised before it is never seen. */
  static class LateRowsLost extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return bentAlerts(
          sound,
          "seal",
          args -> {
            AlertDigest digest = sound.alerts().seal();
            return new AlertDigest(
                digest.ordinal(),
                digest.sealedAt(),
                digest.lines().stream()
                    .filter(line -> !line.first().isBefore(clock.instant()))
                    .toList());
          });
    }
  }

  static class LostUpdate extends ControlRecordsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      LedgerStore sound = sound(clock);
      return Twist.of(
          LedgerStore.class,
          sound,
          "controls",
          none ->
              Twist.of(
                  ControlRecords.class,
                  sound.controls(),
                  "write",
                  args -> overwrite(sound.controls(), (ControlRecord) args[0])));
    }

    private static Outcome overwrite(ControlRecords controls, ControlRecord record) {
      // Long enough for others to write meanwhile, also where threads hardly run side by side.
      LockSupport.parkNanos(200_000);
      Optional<ControlRecord> stored = controls.read(record.key());
      stored.ifPresent(old -> controls.delete(old.key(), old.version()));
      Outcome outcome = Outcome.APPLIED;
      for (long version = 1; version <= record.version() && outcome.isApplied(); version++) {
        outcome = controls.write(new ControlRecord(record.key(), version, record.body()));
      }
      return outcome;
    }
  }
}
