package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Several workers that claim, renew, hand back and commit at random while time passes, remembering
 * what they were told. Workers keep their leases past the end and use them late, so that every kind
 * of fencing happens. What they were told must add up to what the ledger holds in the end.
 */
final class WorkFuzz {

  private static final int WORKERS = 4;
  private static final int STEPS = 150;

  private final WorkQueueContract contract;
  private final long seed;
  private final List<SequenceKey> keys =
      IntStream.range(0, 12).mapToObj(i -> LedgerFixture.key("k" + i)).toList();

  WorkFuzz(WorkQueueContract contract, long seed) {
    this.contract = contract;
    this.seed = seed;
  }

  /** A grant that a worker was told of. */
  private record Grant(SequenceKey key, long fence) {}

  /** What one worker was told. */
  private record Told(List<Grant> granted, List<Grant> committed, List<Grant> returned) {
    Told() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  void run() {
    contract.acceptAll(keys, entry -> entry);
    List<Told> told = Race.run(WORKERS, worker -> () -> work(new SplittableRandom(seed + worker)));
    check(told);
  }

  private Told work(SplittableRandom random) {
    Told told = new Told();
    List<Entry> held = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(10);
      if (dice < 4 || held.isEmpty()) {
        for (Claimed claimed : contract.claim(1 + random.nextInt(3), LedgerFixture.FIRST_WORK)) {
          told.granted().add(grant(claimed.entry()));
          held.add(claimed.entry());
        }
      } else if (dice < 5) {
        contract.time.advance(Duration.ofSeconds(random.nextInt(20)));
      } else {
        use(held, random, dice, told);
      }
    }
    return told;
  }

  private void use(List<Entry> held, SplittableRandom random, int dice, Told told) {
    int at = random.nextInt(held.size());
    Entry leased = held.get(at);
    if (dice < 7) {
      contract.work().renew(List.of(LedgerFixture.held(leased)), LedgerFixture.LEASE);
    } else if (dice < 8) {
      if (isApplied(contract.work().handBack(List.of(LedgerFixture.held(leased))))) {
        told.returned().add(grant(leased));
      }
    } else {
      Outcome done =
          contract.commit(
              contract.transitions.stageDone(leased, Optional.of(Transitions.FIRST_STAGE)));
      if (done.isApplied()) {
        told.committed().add(grant(leased));
      }
      if (random.nextBoolean()) {
        held.remove(at);
      }
    }
  }

  private void check(List<Told> told) {
    Map<SequenceKey, Long> grants = new HashMap<>();
    Map<SequenceKey, Long> commits = new HashMap<>();
    Set<Grant> granted = new HashSet<>();
    Set<Grant> ended = new HashSet<>();
    for (Told one : told) {
      for (Grant grant : one.granted()) {
        assertTrue(granted.add(grant), () -> "granted twice: " + grant);
        grants.merge(grant.key(), 1L, Long::sum);
      }
      for (Grant grant : one.committed()) {
        assertTrue(ended.add(grant), () -> "one token took effect twice: " + grant);
        commits.merge(grant.key(), 1L, Long::sum);
      }
      for (Grant grant : one.returned()) {
        assertTrue(ended.add(grant), () -> "committed and handed back: " + grant);
      }
    }
    for (SequenceKey key : keys) {
      Entry entry = contract.find(key);
      assertEquals(grants.getOrDefault(key, 0L), entry.position().fence(), () -> "fence of " + key);
      long rows = contract.history(key).size() - 1L;
      assertEquals(commits.getOrDefault(key, 0L), rows, () -> "commits of " + key);
      assertEquals(rows + 1, entry.chain().length());
    }
  }

  private static Grant grant(Entry leased) {
    return new Grant(leased.key(), LedgerFixture.tokenOf(leased).fence());
  }

  private static boolean isApplied(List<Outcome> outcomes) {
    return outcomes.get(0).isApplied();
  }
}
