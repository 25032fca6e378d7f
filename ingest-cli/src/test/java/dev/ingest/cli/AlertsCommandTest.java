package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was told, read from a ledger in which digests wait, are taken, and are empty. */
class AlertsCommandTest {

  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() {
    cli = new Cli(temp.resolve("home"));
    alerts(alerts -> assertEquals(0, alerts.pending()));
  }

  private void alerts(Consumer<AlertOutbox> act) {
    Place place = Place.home(cli.home());
    try (Place.Stores stores = place.create(InstantSource.system())) {
      act.accept(stores.ledger().alerts());
    }
  }

  /** What nodes that see the content store out keep of it; the last word of each is its time. */
  private void contentIsOut(Instant seen) {
    Place place = Place.home(cli.home());
    try (Place.Stores stores = place.create(InstantSource.system())) {
      ControlRecords controls = stores.ledger().controls();
      ControlRecord.Key key = new ControlRecord.Key("outage", "content");
      long version = controls.read(key).map(ControlRecord::version).orElse(0L);
      String body =
          "ingest-record 1\nincarnation=%s\nstage=TOLD\nteller=0a0b0c0d\nsince=%d\nseen=0a0b0c0d:%d"
              .formatted(
                  stores.ledger().incarnation().value(), AT.toEpochMilli(), seen.toEpochMilli());
      assertTrue(controls.write(new ControlRecord(key, version + 1, body)).isApplied());
    }
  }

  @Test
  void contentStoreThatNodesTellToBeOut_isInTheStatus() {
    String out = "the content store is out since " + AT;
    assertFalse(cli.call("status").hasStatus(0).err().contains(out));
    contentIsOut(Instant.now());
    Cli.Result status = cli.call("status").hasStatus(1);
    assertTrue(status.err().contains(out), status.err());
    assertEquals(AT.toString(), cli.call("status", "--json").json().text("contentOutSince"));
    assertTrue(cli.call("watch", "--once").hasStatus(1).out().contains(out));
    Json watch = cli.call("watch", "--once", "--json").hasStatus(1).json();
    assertEquals(AT.toString(), watch.text("contentOutSince"));
    contentIsOut(Instant.now().minusSeconds(600));
    assertFalse(cli.call("status").hasStatus(0).err().contains(out), "no live node sees it");
  }

  private static void raise(AlertOutbox alerts, String code, String message) {
    alerts.raise(
        List.of(
            new AlertRow(
                new AlertRow.Group(code, "photos", "resize@1", "v7"),
                AT,
                Optional.of(SequenceKey.of("alice", "ride")),
                message)));
  }

  @Test
  void whatWasTold_isShownWholeTheOldestFirstWithoutTheSilence() {
    alerts(
        alerts -> {
          raise(alerts, "SEQUENCE_FAILED", "CORRUPT_INPUT: item 3\nforged line\u001b[2J");
          alerts.acknowledge(alerts.seal().ordinal());
          alerts.acknowledge(alerts.seal().ordinal());
          raise(alerts, "SEQUENCE_OVERDUE", "");
          alerts.acknowledge(alerts.seal().ordinal());
        });
    String out = cli.call("alerts").hasStatus(0).out();
    List<String> lines = out.lines().toList();
    assertEquals(7, lines.size(), out);
    assertTrue(lines.get(0).startsWith("#1 "), out);
    assertEquals("  SEQUENCE_FAILED ×1 photos resize@1 v7, " + AT + " to " + AT, lines.get(1));
    assertEquals("    of alice/ride", lines.get(2));
    assertTrue(lines.get(3).startsWith("    CORRUPT_INPUT: item 3"), out);
    assertTrue(lines.get(3).contains("forged line"), out);
    assertTrue(out.indexOf('\u001b') < 0, out);
    assertTrue(lines.get(4).startsWith("#3 "), out);
    assertTrue(cli.call("alerts", "--last", "1").hasStatus(0).out().startsWith("#3 "));
    assertTrue(cli.call("alerts", "--digest", "2").hasStatus(0).out().startsWith("#2 "));
    Json json = cli.call("alerts", "--json").hasStatus(0).json();
    assertEquals(2, json.list("digests").size());
    assertEquals(0, json.number("pending"));
  }

  @Test
  void whatNobodyHasTaken_isStatusOne() {
    alerts(
        alerts -> {
          raise(alerts, "SEQUENCE_FAILED", "no");
          alerts.seal();
        });
    Cli.Result unsent = cli.call("alerts").hasStatus(1);
    assertTrue(unsent.out().lines().findFirst().orElseThrow().endsWith("taken by no sink yet"));
    assertTrue(unsent.err().contains("digest 1"), unsent.err());
    alerts(
        alerts -> {
          alerts.acknowledge(1);
          raise(alerts, "SEQUENCE_FAILED", "no");
        });
    Cli.Result pending = cli.call("alerts").hasStatus(1);
    assertTrue(pending.err().contains("1 alerts wait for a process that watches"), pending.err());
  }

  @Test
  void silenceThatNobodyHasTaken_needsNobody() {
    alerts(AlertOutbox::seal);
    assertEquals("", cli.call("alerts").hasStatus(0).err());
    String screen = cli.call("watch", "--once").hasStatus(0).out();
    assertTrue(screen.contains("NOBODY WATCHES"), screen);
    assertFalse(screen.contains("alerts wait"), screen);
    alerts(
        alerts -> {
          raise(alerts, "SEQUENCE_FAILED", "no");
          alerts.seal();
        });
    assertTrue(cli.call("alerts").hasStatus(1).err().contains("digest 1, nor any behind it"));
    screen = cli.call("watch", "--once").hasStatus(1).out();
    assertTrue(screen.contains("NOBODY WATCHES"), screen);
    assertTrue(screen.contains("alerts wait"), screen);
  }

  @Test
  void digestsThatAreNotThere_areWrongUsage() {
    assertTrue(cli.call("alerts", "--digest", "1").hasStatus(2).err().contains("no digest yet"));
    alerts(AlertOutbox::seal);
    assertTrue(cli.call("alerts", "--digest", "7").hasStatus(2).err().contains("1 to 1"));
    cli.call("alerts", "--last", "0").hasStatus(2);
    cli.call("alerts", "--last", "1001").hasStatus(2);
    cli.call("alerts", "--last", "1", "--digest", "1").hasStatus(2);
  }
}
