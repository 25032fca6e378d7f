package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger whose file was copied back from a backup. */
class RestoredCommandTest {

  private static final List<String> WHO = List.of("--actor", "carol", "--reason", "disk replaced");
  private static final List<String> WHERE =
      List.of(
          "--pipeline", "copy", "--target", "2h", "--time-to-live", "20d", "--repair-window", "5d");

  private static final List<String> WHO_AND_WHERE =
      Stream.of(WHO, WHERE).flatMap(List::stream).toList();

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() {
    cli = new Cli(temp.resolve("home"));
  }

  private void submit(String id) throws IOException {
    Path file = Files.writeString(temp.resolve(id + ".txt"), id);
    cli.call("submit", file.toString(), "--id", id, "--pipeline", "copy").hasStatus(0);
  }

  private Cli.Result call(List<String> words, List<String> more) {
    return cli.call(Stream.of(words, more).flatMap(List::stream).toArray(String[]::new));
  }

  private String incarnation() {
    return call(List.of("restored", "--dry-run", "--json"), WHO)
        .hasStatus(0)
        .json()
        .text("incarnation");
  }

  private void copy(Path from, Path to) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.createDirectories(to);
    try (Stream<Path> all = Files.list(from)) {
      all.filter(file -> file.getFileName().toString().startsWith("ledger.db")).forEach(files::add);
    }
    for (Path file : files) {
      Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Test
  void aRunThatEndsAtOnce_tellsWhatItHasRaised() throws IOException {
    submit("one");
    cli.call("run", "--until-idle").hasStatus(0);
    call(List.of("restored"), WHO).hasStatus(0);
    Cli.Result run = cli.call("run", "--until-idle");
    assertTrue(run.err().contains("INCARNATION_CHANGED"), run.err());
    cli.call("alerts").hasStatus(0);
  }

  /** Begins a run that has something to tell while another process has the pump's lease. */
  private Begun runBesideTheLeaseOfAnother() throws IOException {
    submit("one");
    cli.call("run", "--until-idle").hasStatus(0);
    call(List.of("restored"), WHO).hasStatus(0);
    held(Duration.ofHours(1), 17);
    return Begun.call("run", "--until-idle", "--home", cli.home().toString());
  }

  @Test
  void aRunThatFollowsAKilledOne_waitsForItsLeaseAndTellsWhatItHasRaised() throws Exception {
    try (Begun begun = runBesideTheLeaseOfAnother()) {
      begun.awaitErr("alerts wait for killed-1, which beat at ");
      KilledPump.in(cli.home(), KilledPump::endLease);
      Cli.Result run = begun.end().hasStatus(0);
      assertTrue(run.err().contains("INCARNATION_CHANGED"), run.err());
    }
    cli.call("alerts").hasStatus(0);
  }

  @Test
  void aRunBesideAProcessThatTells_leavesItToThatOne() throws Exception {
    try (Begun begun = runBesideTheLeaseOfAnother()) {
      begun.awaitErr("alerts wait for killed-1, which beat at ");
      long seen = System.nanoTime();
      for (long beats = 18; !begun.hasEnded(); beats++) {
        held(Duration.ofHours(1), beats);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        assertTrue(System.nanoTime() - seen < TimeUnit.SECONDS.toNanos(60), "it has waited long");
      }
      Cli.Result run = begun.end().hasStatus(0);
      assertFalse(run.err().contains("INCARNATION_CHANGED"), run.err());
    }
  }

  /** Writes down that a process has the pump's lease and has just beaten. */
  private void held(Duration lease, long beats) {
    KilledPump.in(cli.home(), ledger -> KilledPump.plant(ledger, lease, beats));
  }

  @Test
  void aFileCopiedBack_isNoticedAndWhatItLostIsAdopted() throws IOException {
    submit("kept");
    copy(temp.resolve("home"), temp.resolve("backup"));
    submit("lost");
    submit("last");
    String before = incarnation();
    copy(temp.resolve("backup"), temp.resolve("home"));
    assertNotEquals(before, incarnation());
    call(List.of("confirm", "ledger"), WHO).hasStatus(1);
    assertTrue(
        cli.call("adopt").hasStatus(1).out().contains("2 accepted and not known"),
        "listing needs nobody's name");
    for (String id : List.of("lost", "last")) {
      call(List.of("adopt", id), WHO_AND_WHERE).hasStatus(0);
      Json row = cli.call("history", id, "--json").hasStatus(0).json().list("rows").get(0);
      assertEquals("carol", row.text("actor"));
      assertTrue(row.text("detail").contains("pipeline=copy"), row.text("detail"));
      assertTrue(row.text("detail").endsWith("reason=disk replaced"), row.text("detail"));
    }
    cli.call("adopt").hasStatus(0);
    call(List.of("confirm", "ledger"), WHO).hasStatus(0);
    List<Json> kept = cli.call("confirmations", "--json").hasStatus(0).json().list("confirmations");
    assertEquals(1, kept.size());
    assertEquals("LEDGER", kept.get(0).text("subject"));
    assertEquals("carol", kept.get(0).text("actor"));
  }

  @Test
  void whatIsSaidToBeRestored_getsAnotherIncarnation() throws IOException {
    submit("kept");
    String before = incarnation();
    call(List.of("restored"), WHO).hasStatus(0);
    assertNotEquals(before, incarnation());
    assertTrue(cli.call("confirmations").hasStatus(0).out().contains("RESTORED"));
    cli.call("restored").hasStatus(2);
  }

  @Test
  void anAdoption_namesPipelineTimesAndWho() throws IOException {
    submit("kept");
    String told = call(List.of("adopt", "kept"), WHO).hasStatus(2).err();
    for (String option : List.of("--pipeline", "--target", "--time-to-live", "--repair-window")) {
      assertTrue(told.contains(option), told);
    }
    told = call(List.of("adopt", "kept"), WHERE).hasStatus(2).err();
    assertTrue(told.contains("missing: --actor, --reason"), told);
  }
}
