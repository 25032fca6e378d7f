package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.Finding.Kind;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An audit that several nodes share, and that goes on after it was interrupted. */
final class SharedAuditTest {

  private static final String NAME = "monthly";
  private static final int SEQUENCES = 40;
  private static final AuditOptions OPTIONS = AuditOptions.DEFAULT;

  private final Bench bench = new Bench();
  private final List<SequenceKey> keys =
      IntStream.range(0, SEQUENCES).mapToObj(i -> SequenceKey.of("o" + i, "s")).toList();

  @BeforeEach
  void fill() {
    Engine engine = bench.engine(Bench.copying());
    keys.forEach(key -> Bench.submit(engine, key, "a", "one of " + key));
    bench.run(engine);
  }

  private SharedAudit node(ContentStore content) {
    return new SharedAudit(bench.node(bench.ledger, content, Bench.copying()), OPTIONS, NAME);
  }

  private AuditReport audit(ContentStore content, AuditListener listener) {
    return node(content).run(Collections.emptyIterator(), listener);
  }

  /** Takes the first raw item of each of some sequences away. */
  private Set<SequenceKey> damage(int... which) {
    Set<SequenceKey> damaged = new TreeSet<>();
    for (int i : which) {
      String head = "raw/" + SequencePlace.of(keys.get(i)) + "/";
      ContentKey first =
          bench.content.keys().stream()
              .filter(key -> key.value().startsWith(head))
              .findFirst()
              .orElseThrow();
      bench.content.remove(first);
      damaged.add(keys.get(i));
    }
    return damaged;
  }

  private static Set<SequenceKey> sequences(List<AuditFinding> found) {
    assertTrue(found.stream().allMatch(finding -> finding.kind() == Kind.RAW_MISSING));
    Set<SequenceKey> keys =
        found.stream()
            .map(finding -> finding.subject().sequence().orElseThrow())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(keys.size(), found.size(), "none twice");
    return keys;
  }

  @Test
  void oneNode_findsWhatAnAuditWithoutANameFinds() {
    Set<SequenceKey> damaged = damage(3, 17, 30);
    List<AuditFinding> found = new ArrayList<>();
    AuditReport report = audit(bench.content, found::add);
    assertTrue(report.isComplete(), report::toString);
    assertEquals(damaged, sequences(found));
    assertEquals(SEQUENCES, report.looked().sequences());
    assertEquals(4 * SEQUENCES - 3, report.looked().objects());
  }

  @Test
  void callAfterItsEnd_tellsWhatIsStillWrong() {
    Set<SequenceKey> damaged = damage(3, 17);
    audit(bench.content, finding -> {});
    List<AuditFinding> again = new ArrayList<>();
    AuditReport report = audit(bench.content, again::add);
    assertEquals(damaged, sequences(again));
    assertEquals(2, report.findingCount());
    assertEquals(SEQUENCES, report.looked().sequences());
  }

  @Test
  void interruptedAudit_goesOnAndTellsEverything() {
    Set<SequenceKey> damaged = damage(1, 5, 9, 13, 21, 34);
    for (int killedAt = 1; killedAt <= 6; killedAt++) {
      int stop = killedAt;
      List<AuditFinding> first = new ArrayList<>();
      assertThrows(
          IllegalStateException.class,
          () ->
              audit(
                  bench.content,
                  finding -> {
                    first.add(finding);
                    if (first.size() == stop) {
                      throw new IllegalStateException("killed");
                    }
                  }));
      List<AuditFinding> rest = new ArrayList<>();
      AuditReport report = audit(bench.content, rest::add);
      assertTrue(report.isComplete(), report::toString);
      assertEquals(damaged, sequences(rest));
      assertEquals(SEQUENCES, report.looked().sequences());
      node(bench.content).forget();
    }
  }

  @Test
  void twoNodes_shareTheParts() {
    Set<SequenceKey> damaged = damage(2, 8, 11, 27, 39);
    List<AuditFinding> other = new ArrayList<>();
    AuditReport[] others = new AuditReport[1];
    int[] reached = {0};
    List<AuditFinding> found = new ArrayList<>();
    AuditReport report =
        audit(
            bench.content,
            new AuditListener() {
              @Override
              public void found(AuditFinding finding) {
                found.add(finding);
              }

              @Override
              public void reached(AuditReport.Looked looked, double share) {
                if (reached[0]++ == 3) {
                  others[0] = audit(bench.content, other::add);
                }
              }
            });
    assertTrue(report.isComplete(), report::toString);
    assertEquals(damaged, sequences(found));
    assertEquals(SEQUENCES, report.looked().sequences());
    assertTrue(other.size() >= 1, "the other node found some of it");
    assertTrue(others[0].isComplete(), () -> others[0].toString());
  }

  @Test
  void whatCouldNotBeRead_isReadByTheNextCall() {
    Set<SequenceKey> damaged = damage(4, 25);
    ContentStore failing =
        new FaultingContent(
            bench.content.access(),
            call ->
                call.method().equals("list") && call.count() > 40 && call.count() < 120
                    ? new Fault.FailBefore()
                    : new Fault.None());
    List<AuditFinding> found = new ArrayList<>();
    AuditReport report = audit(failing, found::add);
    assertFalse(report.isComplete());
    assertFalse(report.unread().isEmpty());
    found.clear();
    AuditReport next = audit(bench.content, found::add);
    assertTrue(next.isComplete(), next::toString);
    assertEquals(damaged, sequences(found));
    assertEquals(SEQUENCES, next.looked().sequences());
  }

  @Test
  void placeThatIsNoLongerRead_isNotedUntilItIs() {
    SequenceKey damaged = damage(4).iterator().next();
    audit(bench.content, finding -> {});
    assertEquals(List.of(), unread());
    ContentStore failing =
        new FaultingContent(
            bench.content.access(),
            call -> call.method().equals("list") ? new Fault.FailBefore() : new Fault.None());
    AuditReport report = audit(failing, finding -> {});
    SequencePlace place = SequencePlace.of(damaged);
    assertEquals(
        List.of(damaged + " at " + place),
        report.unread().stream().map(AuditReport.Unread::part).toList());
    assertEquals(List.of(AuditRecord.member(place)), unread());
    assertTrue(audit(bench.content, finding -> {}).isComplete());
    assertEquals(List.of(), unread());
  }

  private List<SequenceKey> unread() {
    return bench.ledger.controls().members(AuditRecord.unread(NAME), Optional.empty(), 10);
  }

  @Test
  void storageThatFailsForOneCallInAHundred_isReadInTheEnd() {
    Set<SequenceKey> damaged = damage(4, 25);
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ContentStore failing =
          new FaultingContent(
              bench.content.access(),
              call -> random.nextInt(100) == 0 ? new Fault.FailBefore() : new Fault.None());
      AuditReport report = audit(failing, finding -> {});
      for (int call = 0; call < 10 && !report.isComplete(); call++) {
        report = audit(failing, finding -> {});
      }
      assertTrue(report.isComplete(), report::toString);
      List<AuditFinding> found = new ArrayList<>();
      audit(bench.content, found::add);
      assertEquals(damaged, sequences(found));
      node(bench.content).forget();
    }
  }

  @Test
  void otherOptions_areRefused() {
    audit(bench.content, finding -> {});
    SharedAudit other =
        new SharedAudit(
            bench.node(bench.ledger, bench.content, Bench.copying()),
            OPTIONS.withStuckAfter(Duration.ofHours(2)),
            NAME);
    assertThrows(
        ConfigurationException.class, () -> other.run(Collections.emptyIterator(), f -> {}));
  }

  @Test
  void recordOfAnotherForm_isRefused() {
    String sound = AuditRecord.begun("x").format();
    ControlRecord.Key key = AuditRecord.key(NAME);
    assertEquals(AuditRecord.begun("x"), AuditRecord.parse(new ControlRecord(key, 1, sound)));
    for (String body :
        List.of(
            "",
            sound.replace("audit 1", "audit 2"),
            sound.substring(0, sound.length() - 10),
            sound.replaceFirst("open", "shut"),
            sound + "open - - 0 0 0\n")) {
      assertThrows(
          InvalidValueException.class,
          () -> AuditRecord.parse(new ControlRecord(key, 1, body)),
          body);
    }
  }
}
