package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Repair;
import dev.ingest.core.SetAside;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.RawLocation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/** Bytes that nothing refers to, and what sets them aside and deletes them. */
abstract class QuarantineFixture {

  static final Event.Act CAROL = new Event.Act("carol", "ticket 4711");
  static final Duration GRACE = Duration.ofDays(7);
  static final SequenceKey GHOST = SequenceKey.of("bob", "ghost-1");

  final Care care = new Care();
  final Bench bench = care.bench;
  final Engine engine = care.engine;
  final List<AuditFinding> found = new ArrayList<>();
  long sessions;

  /** Stores bytes that no ledger knows, as a restored backup or a person leaves them. */
  List<ContentKey> plant(ContentPrefix below, String... parts) {
    List<ContentKey> keys = new ArrayList<>();
    for (String part : parts) {
      ContentKey key = below.key(part);
      try (ContentWriter writer = bench.content.writer(below)) {
        writer.put(
            key,
            new StreamBody(
                new ByteArrayInputStream(("left at " + key).getBytes(StandardCharsets.UTF_8)),
                OptionalLong.empty(),
                Runnable::run));
        writer.commit();
      }
      keys.add(key);
    }
    return keys;
  }

  ContentPrefix session(SequenceKey key) {
    RawLocation raw = new RawLocation(SessionId.ofBits(99, sessions++), List.of(0));
    return KeyLayout.part(key, raw, 0);
  }

  ContentPrefix output(SequenceKey key, int fence) {
    return KeyLayout.runs(key).child("e000001-%012d-%s".formatted(fence, "ab".repeat(16)));
  }

  AuditReport audit() {
    found.clear();
    return engine.auditing().audit(AuditOptions.DEFAULT, Collections.emptyIterator(), found::add);
  }

  List<Repair> repairAll(Acting acting) {
    audit();
    List<Repair> repairs = new ArrayList<>();
    for (AuditFinding finding : List.copyOf(found)) {
      repairs.addAll(acting.repair(finding, CAROL, false));
    }
    return repairs;
  }

  void setAside(int keys) {
    List<Repair> repairs = repairAll(engine.acting());
    // Several findings of one place are repaired by the first repair.
    assertTrue(
        repairs.stream()
            .allMatch(
                one ->
                    one.outcome() == Repair.Outcome.DONE
                        || one.outcome() == Repair.Outcome.NEEDLESS),
        repairs::toString);
    AuditReport report = audit();
    assertTrue(report.isClean(), () -> report + " " + found);
    assertEquals(keys, report.quarantined().keys());
  }

  List<SetAside> aside() {
    List<SetAside> all = new ArrayList<>();
    engine.acting().eachSetAside(all::add);
    return all;
  }

  void assertThere(List<ContentKey> keys) {
    assertTrue(bench.content.keys().containsAll(keys), () -> bench.content.keys().toString());
  }

  void assertGone(List<ContentKey> keys) {
    assertTrue(Collections.disjoint(bench.content.keys(), keys), bench.content.keys()::toString);
  }

  static void tick(Expirer expirer) {
    expirer.tick();
    expirer.tick();
  }
}
