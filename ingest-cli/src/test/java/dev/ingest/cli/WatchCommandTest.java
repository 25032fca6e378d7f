package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is shown of what comes near: {@code watch}, {@code at-risk}, {@code expire}. */
@Timeout(120)
class WatchCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path text = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    text = Files.writeString(temp.resolve("note.txt"), "wet road");
  }

  private void submit(String id, String... options) {
    List<String> all =
        new ArrayList<>(List.of("submit", text.toString(), "--id", id, "--pipeline", "copy"));
    all.addAll(List.of(options));
    cli.call(all.toArray(String[]::new)).hasStatus(0);
  }

  @Test
  void emptyLedger_showsNothingAndNeedsNobody() {
    cli.call("run", "--until-idle").hasStatus(0);

    String screen = cli.call("watch", "--once").hasStatus(0).out();

    assertTrue(screen.contains("\naccepted in all 0\n"), screen);
    assertTrue(screen.contains("\noverdue 0   at risk 0   uploads open 0\n"), screen);
    assertTrue(screen.contains("\nnot proven, nearest expiry first, 0 in all: none\n"), screen);
    assertTrue(screen.contains("\nnext to expire: none\n"), screen);
    assertTrue(cli.call("at-risk").hasStatus(0).out().startsWith("0 at risk"));
    assertEquals(
        "0 would go, 0 would stay; nothing was deleted\n",
        cli.call("expire", "--dry-run").hasStatus(0).out());
  }

  @Test
  void whatNeedsAPerson_isOnTheScreenAndInTheStatus() throws IOException {
    submit("fine");
    cli.call("run", "--until-idle").hasStatus(0);
    String nobody = "NOBODY WATCHES: no sentinel and no pump is at work; `ingest run` watches";
    assertFalse(cli.call("status").hasStatus(0).err().contains(nobody), "nothing is in flight");
    submit("waits");
    assertTrue(cli.call("status").hasStatus(0).err().contains(nobody));
    String watched = cli.call("watch", "--once").hasStatus(0).out();
    assertTrue(watched.contains("\n  " + nobody + "\n"), watched);
    submit("late", "--target", "1s", "--time-to-live", "20h", "--repair-window", "19h");
    cli.call("hold", "late", "--actor", "carol", "--reason", "a dispute").hasStatus(0);
    awaitOverdue();

    String screen = cli.call("watch", "--once").hasStatus(1).out();
    Json json = cli.call("watch", "--json").hasStatus(1).json();

    assertTrue(screen.contains("ACCEPTED 2   VERIFIED 1   accepted in all 3\n"), screen);
    assertTrue(screen.contains("\noverdue 1   at risk 0   uploads open 0\n"), screen);
    assertTrue(screen.contains("\nnot proven, nearest expiry first, 2 in all\n"), screen);
    assertTrue(screen.contains("left   ACCEPTED   local/late  OVERDUE  held by carol\n"), screen);
    assertTrue(screen.indexOf("local/late") < screen.indexOf("local/waits"), screen);
    assertTrue(screen.contains("\nnext to expire\n  29 d 23 h left     VERIFIED   local/fine\n"));
    assertEquals(2, json.object("states").number("ACCEPTED"));
    assertEquals(1, json.number("overdue"));
    assertEquals("carol", json.list("unproven").get(0).object("hold").text("actor"));
    assertEquals("fine", json.list("expiring").get(0).text("id"));
  }

  @Test
  void auditOfTheEngine_isShownAndItsFindingsNeedAPerson() throws IOException {
    submit("whole");
    submit("cut");
    cli.call("run", "--until-idle", "--audit-every", "0s").hasStatus(0);
    String none = cli.call("watch", "--once").hasStatus(0).out();
    assertTrue(none.endsWith("\nlast audit: none yet\n"), none);
    String cut = SequencePlace.of(SequenceKey.of("local", "cut")).value();
    Files.delete(
        cli.stored("raw", file -> file.toString().contains(cut)).stream()
            .min(Path::compareTo)
            .orElseThrow());

    awaitAudit();

    String screen = cli.call("watch", "--once").hasStatus(1).out();
    assertTrue(screen.endsWith(" ago, 2 sequences, RAW_MISSING ×1\n"), screen);
    Json audit = cli.call("watch", "--json").hasStatus(1).json().object("lastAudit");
    assertEquals(1, audit.number("findings"));
    assertEquals(2, audit.number("sequences"));
  }

  @Test
  void intervalOfAuditsBelowAMinute_isWrongUsage() {
    String told = cli.call("run", "--until-idle", "--audit-every", "5s").hasStatus(2).err();
    assertTrue(told.contains("a minute or more"), told);
  }

  /** An engine audits soon after its start. */
  private void awaitAudit() {
    try (Stores stores = Place.home(cli.home()).open(InstantSource.system());
        Ingest engine =
            Ingest.builder()
                .ledger(stores.ledger())
                .content(stores.content())
                .withoutWork()
                .build()) {
      engine.start();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
      while (engine.outlook().latestAudit().isEmpty()) {
        assertTrue(System.nanoTime() - end < 0, "no audit within 90 s");
      }
    }
  }

  /** The deadline of a second passes by itself. */
  private void awaitOverdue() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (cli.call("status", "--id", "late", "--json").status() == 0) {
      assertTrue(System.nanoTime() - end < 0, "not overdue within 30 s");
    }
  }

  @Test
  void failedSequence_needsAPerson() throws IOException {
    byte[] photo = Files.readAllBytes(Cli.street(temp.resolve("s")).resolve("street-001.jpg"));
    Path bad = temp.resolve("bad.jpg");
    Files.write(bad, java.util.Arrays.copyOf(photo, photo.length / 2));
    cli.call("submit", bad.toString(), "--id", "bad").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(1);

    String screen = cli.call("watch", "--once").hasStatus(1).out();

    assertTrue(screen.contains("FAILED 1   accepted in all 1\n"), screen);
    assertTrue(screen.contains("FAILED     local/bad\n"), screen);
  }

  @Test
  void atRisk_listsWhatExpiresWithinTheTimeAndAsksForAPerson() {
    submit("near", "--time-to-live", "20h", "--repair-window", "19h");
    submit("far");

    Cli.Result near = cli.call("at-risk").hasStatus(1);
    Json json = cli.call("at-risk", "--within", "31d", "--json").hasStatus(1).json();

    assertTrue(near.out().startsWith("19 h 59 min left  local/near until "), near.out());
    assertTrue(near.out().endsWith("\n1 at risk\n"), near.out());
    assertEquals(
        List.of("near", "far"),
        json.list("sequences").stream().map(entry -> entry.text("id")).toList());
    assertEquals("false", json.text("orMore"));
    cli.call("at-risk", "--within", "10h").hasStatus(0);
    cli.call("at-risk", "--within", "0s").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);
    cli.call("at-risk", "--within", "31d").hasStatus(0);
  }

  @Test
  void atRisk_listsWhatTheLongestLeadTellsOf() {
    submit("near", "--target", "30min", "--time-to-live", "90h", "--repair-window", "89h");
    cli.call("at-risk").hasStatus(0);
    cli.call("confirm", "policy", "--lead", "96h", "--actor", "carol", "--reason", "long weekends")
        .hasStatus(0);
    assertTrue(cli.call("at-risk").hasStatus(1).out().contains("local/near"));
    cli.call("at-risk", "--within", "72h").hasStatus(0);
  }

  @Test
  void expire_tellsWhatWouldGoAndDeletesNothing() {
    submit("old", "--target", "1s", "--time-to-live", "2s", "--repair-window", "1s");
    cli.call("run", "--until-idle", "--repair-window", "1s", "--time-to-live", "2s");
    Cli.Result gone;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    do {
      gone = cli.call("expire", "--dry-run", "--grace", "1s").hasStatus(0);
      assertTrue(System.nanoTime() - end < 0, gone.out());
    } while (gone.out().startsWith("0 would go"));

    assertTrue(gone.out().startsWith("EXPIRE   local/old  1 items  8 bytes  expired "), gone.out());
    assertTrue(gone.out().endsWith("\n1 would go, 0 would stay; nothing was deleted\n"));
    assertEquals("", gone.err());
    Cli.Result cut = cli.call("expire", "--dry-run", "--grace", "1s", "--limit", "1").hasStatus(0);
    assertTrue(cut.out().endsWith("\n1 would go, 0 would stay, or more; nothing was deleted\n"));
    assertTrue(cut.err().contains("only the first 1 of a kind"), cut.err());
    assertTrue(cut.err().contains("--limit takes up to 10000"), cut.err());
    Cli.Result json =
        cli.call("expire", "--dry-run", "--grace", "1s", "--limit", "1", "--json").hasStatus(0);
    assertEquals("true", json.json().text("orMore"));
    String old =
        cli.call("expire", "--dry-run", "--grace", "1s", "--max-proof-age", "1s")
            .hasStatus(0)
            .out();
    assertTrue(old.contains("and is proven again first"), old);
    assertEquals(
        "0 would go, 0 would stay; nothing was deleted\n",
        cli.call("expire", "--dry-run").hasStatus(0).out(),
        "the default grace is 3 days");
    cli.call("verify", "old").hasStatus(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "watch --interval 0",
        "watch --interval 86401",
        "watch --interval x",
        "at-risk --within 5",
        "at-risk --within -1h",
        "at-risk --within 366001d",
        "expire",
        "expire --dry-run --limit 0",
        "expire --dry-run --limit 10001",
        "expire --dry-run --grace 5x",
        "run --watch-only --until-idle",
        "run --until-idle --target 0s",
        "run --until-idle --repair-window 30d",
        "run --until-idle --grace 999999999d",
        "run --until-idle --lead 8d",
        "run --until-idle --lead 1h --lead 2h",
        "run --until-idle --per-second 0",
        "expire --dry-run --unproven MAYBE",
        "run --until-idle --webhook http://127.0.0.1:1/x",
        "run --until-idle --alertmanager ftp://h/x",
        "run --until-idle --heartbeat nowhere"
      })
  void wrongUsage_isToldInFewLines(String line) {
    submit("s1");

    Cli.Result result = cli.call(line.split(" ")).hasStatus(2);

    assertTrue(result.err().lines().count() <= 2, result.err());
    assertEquals("", result.out());
    assertEquals("ACCEPTED", cli.call("status", "--json").sequence().text("state"));
  }

  @Test
  void submitWithImpossibleTimes_makesNothing() {
    cli.call("submit", text.toString(), "--time-to-live", "1h").hasStatus(2);
    cli.call("submit", text.toString(), "--target", "0s").hasStatus(2);

    assertFalse(Files.exists(cli.home()));
  }

  @Test
  void alertsOnTheTerminal_areLinesWithWhatToDo() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    AtomicInteger cleared = new AtomicInteger();
    TerminalSink sink =
        new TerminalSink(new Terminal(stream, stream, true), cleared::incrementAndGet);
    IncarnationId life = IncarnationId.ofBits(1, 1);
    SequenceKey late = SequenceKey.of("ann", "late");
    AlertRow.Group group = new AlertRow.Group("SEQUENCE_OVERDUE", "copy", "copy@1", "v1");
    AlertDigest.Line line =
        new AlertDigest.Line(group, 3, InMemory.NOW, InMemory.NOW, List.of(late), "at level 3");

    sink.send(new AlertMessage.Digest(life, new AlertDigest(1, InMemory.NOW, List.of())));
    assertEquals("", err.toString(StandardCharsets.UTF_8), "an empty digest is not printed");
    sink.send(new AlertMessage.Digest(life, new AlertDigest(2, InMemory.NOW, List.of(line))));
    sink.send(
        new AlertMessage.Direct(
            life,
            "0".repeat(32),
            new AlertRow(group, InMemory.NOW, Optional.empty(), "two\nlines\u001b[2J"),
            1));

    assertEquals(
        "alert SEQUENCE_OVERDUE ×3 ann/late (at level 3): not verified by its deadline; to do: find"
            + " what holds it up\nalert SEQUENCE_OVERDUE: two\\u000alines\\u001b[2J\n",
        err.toString(StandardCharsets.UTF_8));
    assertEquals(2, cleared.get());
  }

  @Test
  void watchOnATerminal_drawsOverItselfUntilItIsInterrupted() throws Exception {
    submit("waits");
    cli.call("hold", "waits", "--actor", "carol", "--reason", "a dispute").hasStatus(0);
    Screen screen = new Screen("\u001b[J", 2);
    Terminal terminal =
        new Terminal(
            new PrintStream(screen, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            true);

    assertEquals(0, interrupt(new WatchCommand(around(terminal)), screen, "--interval", "1"));

    String drawn = screen.text();
    assertTrue(drawn.startsWith("\u001b[2J\u001b[H20"), drawn);
    assertTrue(drawn.indexOf("\u001b[H") < drawn.lastIndexOf("\u001b[H"), "drawn twice");
    assertTrue(drawn.contains("local/waits  held by carol\u001b[K\n"), drawn);
    String rest = drawn.replaceAll("\u001b\\[(2J|H|K|J)", "");
    assertFalse(rest.contains("\u001b"), rest);
  }

  @Test
  void textOfSeveralLines_staysOneLineWithoutEscapes() {
    assertEquals("a\\u000ab\\u001b[2J\\u202ec", Terminal.line("a\nb\u001b[2J\u202ec"));
  }

  private Surroundings around(Terminal terminal) {
    return new Surroundings(terminal, InstantSource.system(), new SecureRandom());
  }

  /** Runs a command on a thread of its own, and interrupts it when the screen shows enough. */
  private int interrupt(EngineCommand command, Screen screen, String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--home", cli.home().toString()));
    FutureTask<Integer> task =
        new FutureTask<>(
            () ->
                new CommandLine(command)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .execute(all.toArray(String[]::new)));
    Thread thread = new Thread(task, "command");
    thread.start();
    assertTrue(screen.shown.await(60, TimeUnit.SECONDS), screen::text);
    thread.interrupt();
    return task.get(60, TimeUnit.SECONDS);
  }

  /** What was printed, and whether a text came often enough. */
  private static final class Screen extends OutputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CountDownLatch shown = new CountDownLatch(1);
    private final String expected;
    private final int times;

    Screen(String expected, int times) {
      this.expected = expected;
      this.times = times;
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void write(int one) {
      bytes.write(one);
    }

    @Override
    public void flush() {
      if (text().split(java.util.regex.Pattern.quote(expected), -1).length > times) {
        shown.countDown();
      }
    }
  }
}
