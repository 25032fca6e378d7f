package dev.ingest.simulator;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.fault.CallSite.Role;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What one seed stands for: how many nodes and sequences, how long everything takes, and which
 * faults are in the mix and how often. Each seed leaves some faults out and makes others frequent,
 * because faults that are all equally rare never meet.
 *
 * @param seed the seed
 * @param sequences how many sequences clients upload
 * @param nodes how many engines run
 * @param owners how many owners the sequences belong to
 * @param lease how long leases run
 * @param idleTime how long an upload session may be idle
 * @param timeToLive how long raw bytes live
 * @param sweepGrace how long bytes stay after nothing refers to them
 * @param hot the role of the stores at whose calls faults are {@value #HOT} times as frequent
 * @param rates how often each fault strikes, from 0 to 1 per opportunity
 */
record Scenario(
    long seed,
    int sequences,
    int nodes,
    int owners,
    Duration lease,
    Duration idleTime,
    Duration timeToLive,
    Duration sweepGrace,
    Role hot,
    Map<FaultKind, Double> rates) {

  /** More than nodes that take over from each other leave unmeasured in a calm run. */
  private static final Duration GRACE = Duration.ofMinutes(2);

  /** How long what was set aside stays. */
  static final Duration QUARANTINE = Duration.ofMinutes(3);

  /** How long raw bytes live where a run sees them expire. */
  private static final Duration SHORT_LIFE = Duration.ofMinutes(8);

  private static final int HOT = 8;
  private static final int FEW = 50;
  private static final int PER_PICK = 200;
  private static final List<Role> ROLES = List.of(Role.values());
  private static final double[] CALL_RATES = {0.0005, 0.002, 0.01};
  private static final double[] CRASH_RATES = {0.0002, 0.0006, 0.002};
  private static final double[] ACT_RATES = {0.02, 0.08, 0.25};

  Scenario {
    rates = Map.copyOf(rates);
  }

  static Scenario of(long seed, int sequences) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
    boolean calm = random.nextInt(16) == 0;
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    draw(rates, 0, random, calm, sequences);
    Scenario scenario =
        new Scenario(
            seed,
            sequences,
            1 + random.nextInt(3),
            1 + random.nextInt(4),
            Duration.ofSeconds(2L + random.nextInt(20)),
            Duration.ofSeconds(30L + random.nextInt(120)),
            random.nextInt(3) == 0 ? SHORT_LIFE : Duration.ofDays(30),
            Duration.ofSeconds(random.nextInt(120)),
            ROLES.get(random.nextInt(ROLES.size())),
            rates);
    for (int round = 1; round <= FaultKind.LAST_ROUND; round++) {
      draw(rates, round, random, calm, sequences);
    }
    return scenario.with(rates);
  }

  /** Draws whether each kind of a round is in the mix, and how often it strikes. */
  private static void draw(
      Map<FaultKind, Double> rates,
      int round,
      SplittableRandom random,
      boolean calm,
      int sequences) {
    for (FaultKind kind : FaultKind.values()) {
      if (kind.round() == round) {
        double[] choice =
            switch (kind) {
              case CRASH_BEFORE, CRASH_AFTER -> CRASH_RATES;
              case FAIL_BEFORE, REPLY_LOST, DELAY, DUPLICATE, TORN -> CALL_RATES;
              default -> ACT_RATES;
            };
        boolean out = calm || random.nextInt(2) == 0;
        double rate = choice[random.nextInt(choice.length)];
        rates.put(kind, out ? 0.0 : rate * thinned(kind, sequences));
      }
    }
  }

  private Scenario with(Map<FaultKind, Double> changed) {
    return new Scenario(
        seed, sequences, nodes, owners, lease, idleTime, timeToLive, sweepGrace, hot, changed);
  }

  /**
   * Returns the part of a rate that stays in a run of more than {@value #FEW} sequences. Calls and
   * stages of many sequences share the same minutes and the same few nodes. What makes one of these
   * die or stand still would otherwise add up until none is ever up, and the run would show nothing
   * but that; so its rate falls as the number of sequences grows, to about a fourth per minute of
   * what a small run has, since sequences share calls. All other faults strike as often per call or
   * sequence.
   */
  private static double thinned(FaultKind kind, int sequences) {
    return switch (kind) {
      case CRASH_BEFORE, CRASH_AFTER, DELAY, STAGE_SLOW ->
          Math.min(1.0, (double) FEW / Math.max(1, sequences));
      default -> 1.0;
    };
  }

  /** Returns how many tasks a node has at a time: among many, so that claims take many at once. */
  int parallelism() {
    return isSmall() ? 4 : 32;
  }

  /** Returns how many sequences trouble picks at a time, so that many have as much as few. */
  int picks() {
    return 1 + sequences / PER_PICK;
  }

  double rate(FaultKind kind) {
    return rates.getOrDefault(kind, 0.0);
  }

  /**
   * Returns when raw bytes may go: soon, so that a run sees it; in turn by each policy, and by
   * proofs that are too old by then or not.
   */
  ExpiryPolicy expiry() {
    Unproven[] policies = Unproven.values();
    Unproven unproven = policies[(int) Math.floorMod(seed, (long) policies.length)];
    boolean readsAgain = Math.floorMod(seed, 2 * policies.length) < policies.length;
    Duration maxProofAge = Duration.ofMinutes(readsAgain ? 1 : 10);
    return new ExpiryPolicy(
        GRACE, maxProofAge, List.of(Duration.ofMinutes(1)), unproven, 1_000, QUARANTINE);
  }

  /** Tells whether the nodes are of two services, each with a stage of its own. */
  boolean hasServices() {
    return nodes > 1 && Math.floorMod(seed, 3) == 0;
  }

  /** Tells whether few sequences are uploaded. */
  boolean isSmall() {
    return sequences <= FEW;
  }

  /** Tells whether the ledger is restored from a backup. */
  boolean hasRestoration() {
    return rate(FaultKind.RESTORATION) > 0;
  }

  /** Tells whether that happens while clients upload and faults strike, and not at the end. */
  boolean restoresAmid() {
    return hasRestoration() && Math.floorMod(seed / 4, 2) == 0;
  }

  /** Tells whether nodes run on under it, as with a replica that lagged and takes over. */
  boolean failsOver() {
    return restoresAmid() && Math.floorMod(seed / 8, 2) == 1;
  }

  /** Tells whether owners have a quota. */
  boolean hasQuotas() {
    return rate(FaultKind.QUOTA) > 0;
  }

  /**
   * Returns what an owner may hold: a few sessions, and, where raw bytes expire within the run, a
   * part of what an owner is about to upload, so that some wait until others have expired.
   */
  OwnerQuota quota() {
    if (!hasQuotas()) {
      return OwnerQuota.UNLIMITED;
    }
    long crowd = Math.max(1, sequences / FEW);
    long sessions = crowd * (1 + Math.floorMod(seed, 3));
    long bytes = (long) sequences * Clients.MEAN_BYTES / owners * 2 / 3;
    boolean expire = timeToLive.compareTo(SHORT_LIFE) <= 0;
    return new OwnerQuota(sessions, expire ? bytes : Long.MAX_VALUE);
  }

  /** Tells whether backfills are ordered, for which nodes then drive them. */
  boolean hasBackfills() {
    return rate(FaultKind.BACKFILL) > 0;
  }

  /** Returns how often everything is audited: in every other run, beside the traffic. */
  AuditPolicy audits() {
    return seed % 2 == 0
        ? AuditPolicy.NEVER
        : AuditPolicy.DEFAULT.withEvery(Duration.ofMinutes(1 + Math.floorMod(seed / 2, 10)));
  }

  /** Returns how often a fault strikes at the calls of a role. */
  double rate(FaultKind kind, Role role) {
    return role == hot ? rate(kind) * HOT : rate(kind);
  }

  /** Tells whether nothing at all goes wrong. */
  boolean isCalm() {
    return rates.values().stream().allMatch(rate -> rate == 0.0);
  }
}
