package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.Beat;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.notice.OwnerNotifier;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which watchers a node drives, and which it expects to beat somewhere. */
final class WatchersTest {

  private static final Set<String> ALWAYS =
      Set.of("sentinel", "lookout", "expirer", "router", "pump");

  /** What nodes that work drive, which are expected by those that only watch as well. */
  private static final Set<String> OF_WORK = Set.of("backfiller", "sweeper", "worker", "verifier");

  private final Bench bench = new Bench();

  private List<Driver> drivers(
      ScrubPolicy scrub, AuditPolicy audits, Optional<OwnerNotifier> notifier, boolean canaries) {
    return new Watchers(
            bench.engine(Bench.copying()),
            bench.content.access(),
            new Watchers.Plan(
                ExpiryPolicy.DEFAULT,
                scrub,
                QuietHourPolicy.DEFAULT,
                AlertPolicy.DEFAULT,
                List.of(new TestSink("sink")),
                Optional.empty(),
                audits,
                notifier,
                canaries))
        .drivers();
  }

  private List<Driver> all() {
    return drivers(ScrubPolicy.DEFAULT, AuditPolicy.DEFAULT, Optional.of(notice -> {}), true);
  }

  private List<Driver> fewest() {
    return drivers(ScrubPolicy.DEFAULT.withOn(false), AuditPolicy.NEVER, Optional.empty(), false);
  }

  private Set<String> beating(Predicate<Beat> which) {
    return Beats.of(bench.ledger).stream()
        .filter(which)
        .map(Beat::watcher)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> and(Set<String> some, String... names) {
    Set<String> all = new TreeSet<>(ALWAYS);
    all.addAll(some);
    all.addAll(List.of(names));
    return all;
  }

  private static int tick(List<Driver> drivers) {
    return drivers.stream().map(Driver::tick).mapToInt(IntSupplier::getAsInt).sum();
  }

  private static void tick(List<Driver> drivers, String name) {
    tick(drivers.stream().filter(driver -> driver.name().equals(name)).toList());
  }

  @Test
  void eachDriver_beatsForItsWatcherUntilItsEnd() {
    List<Driver> drivers = all();
    tick(drivers);
    assertEquals(
        and(Set.of(), "scrubber", "auditor", "notifier"),
        beating(beat -> beat.beats() > 0 && beat.holder().isPresent()));
    drivers.forEach(driver -> driver.end().run());
    assertEquals(Set.of(), beating(beat -> beat.holder().isPresent()));
  }

  @Test
  void whatIsOff_doesNotBeat() {
    tick(fewest());
    assertEquals(ALWAYS, beating(beat -> beat.beats() > 0));
  }

  @Test
  void watchdog_expectsEachWatcherThatIsOn() {
    tick(all(), "watchdog");
    assertEquals(and(OF_WORK, "scrubber", "auditor", "notifier", "canary"), beating(beat -> true));
  }

  @Test
  void watchdog_expectsNoneThatIsOff() {
    tick(fewest(), "watchdog");
    assertEquals(and(OF_WORK), beating(beat -> true));
  }

  /** The notices that this node writes are sent by another, which is missed if it is gone. */
  @Test
  void watchdogOfANodeThatWritesNotices_expectsWhoSendsThem() {
    bench.tellsOwners = true;
    tick(fewest(), "watchdog");
    assertEquals(and(OF_WORK, "notifier"), beating(beat -> true));
  }
}
