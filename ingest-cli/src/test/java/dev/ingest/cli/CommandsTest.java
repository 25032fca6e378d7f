package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that look and work; {@code submit} has tests of its own. */
class CommandsTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path street = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    street = Cli.street(temp.resolve("street"));
  }

  @Test
  void run_publishesDescriptionsAndThumbnails() {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);

    Cli.Result run = cli.call("run", "--until-idle").hasStatus(0);

    assertTrue(run.out().contains("stage photo@1 done for local/s1\n"), run.out());
    assertTrue(run.out().contains("verified and published local/s1\n"), run.out());
    assertTrue(
        run.out().endsWith("1 sequence accepted, 1 verified, 0 unaccounted for\n"), run.out());
    Json json = Json.parse(cli.call("cat", "s1", "street-002.jpg.json").hasStatus(0).out());
    assertEquals("2026-05-04T09:30:01+02:00", json.text("capturedAt"));
    assertEquals(0xff, cli.call("cat", "s1", "street-002.jpg.thumb.jpg").bytes().get(0) & 0xff);
    assertEquals(
        "text",
        Json.parse(cli.call("cat", "s1", "notes.txt.json").out()).has("width") ? "" : "text");
  }

  @Test
  void copyPipeline_publishesTheBytesUnchanged() throws IOException {
    cli.submitAndRun(street, "s1", "--pipeline", "copy");

    for (String name : List.of("notes.txt", "street-003.jpg")) {
      byte[] expected = Files.readAllBytes(street.resolve(name));
      List<Byte> actual = cli.call("cat", "s1", name).hasStatus(0).bytes();
      assertEquals(expected.length, actual.size());
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual.get(i));
      }
    }
    Json sequence = cli.call("status", "--id", "s1", "--json").hasStatus(0).sequence();
    assertEquals("copy", sequence.text("pipeline"));
    assertEquals(sequence.text("root"), sequence.object("result").text("root"));
  }

  @Test
  void runAsJson_printsOneObject() {
    cli.call("submit", street.toString()).hasStatus(0);

    Json json = cli.call("run", "--until-idle", "--json").hasStatus(0).json();

    assertEquals(1, json.number("published"));
    assertEquals(0, json.number("failed"));
    assertEquals(1, json.number("accepted"));
    assertEquals(1, json.number("verified"));
    assertEquals(0, json.number("unaccountedFor"));
  }

  @Test
  void corruptPhotograph_failsItsSequenceByNameAndNoOther() throws IOException {
    byte[] photo = Files.readAllBytes(street.resolve("street-001.jpg"));
    Path bad = Files.createDirectory(temp.resolve("bad"));
    Files.write(bad.resolve("half.jpg"), Arrays.copyOf(photo, photo.length / 2));
    cli.call("submit", street.toString(), "--id", "good").hasStatus(0);
    cli.call("submit", bad.toString(), "--id", "bad").hasStatus(0);

    Cli.Result run = cli.call("run", "--until-idle").hasStatus(1);

    assertTrue(run.err().contains("local/bad FAILED"), run.err());
    assertTrue(run.err().contains("item \"half.jpg\" begins as a JPEG"), run.err());
    assertTrue(run.out().endsWith("2 sequences accepted, 1 verified, 0 unaccounted for\n"));
    Json status = cli.call("status", "--json").hasStatus(1).json();
    assertEquals("FAILED", status.list("sequences").get(0).text("state"));
    assertTrue(
        status.list("sequences").get(0).object("failure").text("message").contains("half.jpg"));
    assertEquals("VERIFIED", status.list("sequences").get(1).text("state"));
    assertTrue(cli.call("cat", "bad", "half.jpg.json").hasStatus(1).err().contains("local/bad"));
    assertEquals(
        "NOT_VERIFIED",
        cli.call("verify", "bad", "--json")
            .hasStatus(1)
            .json()
            .list("findings")
            .get(0)
            .text("kind"));
  }

  @Test
  void status_accountsForAllSequencesOrOneOwners() {
    cli.call("submit", street.toString(), "--id", "a", "--owner", "ann").hasStatus(0);
    cli.submitAndRun(street, "b");
    cli.call("submit", street.toString(), "--id", "c").hasStatus(0);

    Cli.Result all = cli.call("status").hasStatus(0);
    Cli.Result local = cli.call("status", "--owner", "local").hasStatus(0);
    Json one = cli.call("status", "--id", "c", "--json").hasStatus(0).json();

    assertTrue(
        all.out().endsWith("3 sequences accepted, 2 verified, 0 unaccounted for\n"), all.out());
    assertTrue(
        local.out().endsWith("2 sequences accepted, 1 verified, 0 unaccounted for\n"), local.out());
    assertEquals("ACCEPTED", one.list("sequences").get(0).text("state"));
    assertEquals(1, one.number("accepted"));
    assertEquals(0, one.number("unaccountedFor"));
  }

  @Test
  void statusAsJson_repeatsTheReceipt() {
    Json receipt = cli.call("submit", street.toString(), "--id", "s1", "--json").sequence();
    cli.call("run", "--until-idle").hasStatus(0);

    Json status = cli.call("status", "--json").hasStatus(0).sequence();

    for (String field :
        List.of("id", "owner", "items", "bytes", "root", "session", "acceptedAt", "expiresAt")) {
      assertEquals(receipt.text(field), status.text(field), field);
    }
    assertEquals("VERIFIED", status.text("state"));
    assertEquals("false", status.text("overdue"));
    assertEquals(9, status.object("result").number("items"));
    Instant.parse(status.object("result").text("provenAt"));
  }

  @Test
  void history_tellsEveryStepAndItsLink() {
    cli.submitAndRun(street, "s1");

    Json history = cli.call("history", "s1", "--json").hasStatus(0).json();

    List<Json> rows = history.list("rows");
    assertEquals("s1", history.text("sequence"));
    assertEquals(
        List.of("ACCEPTED", "STAGE_DONE", "VERIFIED"),
        rows.stream().map(row -> row.text("kind")).toList());
    assertEquals("0".repeat(64), rows.get(0).text("previous"));
    assertEquals(rows.get(0).text("hash"), rows.get(1).text("previous"));
    Instant.parse(rows.get(2).text("at"));
    assertEquals(3, cli.call("history", "s1").hasStatus(0).out().lines().count());
  }

  @Test
  void verify_readsEverythingBack() {
    cli.submitAndRun(street, "s1");

    Json json = cli.call("verify", "s1", "--json").hasStatus(0).json();

    assertEquals("s1", json.text("sequence"));
    assertEquals("VERIFIED", json.text("state"));
    assertEquals(List.of(), json.list("findings"));
    assertTrue(cli.call("verify", "s1").hasStatus(0).out().startsWith("VERIFIED local/s1: "));
  }

  @Test
  void idThatSeveralOwnersHave_needsTheOwner() {
    cli.submitAndRun(street, "same", "--owner", "ann");
    cli.submitAndRun(street, "same", "--owner", "bob");

    for (List<String> command :
        List.of(
            List.of("history", "same"),
            List.of("verify", "same"),
            List.of("cat", "same", "notes.txt.json"))) {
      Cli.Result unclear = cli.call(command.toArray(String[]::new)).hasStatus(2);
      assertTrue(unclear.err().contains("ann, bob"), unclear.err());
      List<String> clear = new ArrayList<>(command);
      clear.addAll(List.of("--owner", "bob"));
      cli.call(clear.toArray(String[]::new)).hasStatus(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"history nope", "verify nope", "cat nope item", "status --id nope"})
  void unknownId_isWrongUsage(String command) {
    cli.submitAndRun(street, "s1");

    Cli.Result result = cli.call(command.split(" ")).hasStatus(2);

    assertTrue(result.err().contains("\"nope\""), result.err());
    assertEquals(1, result.err().lines().count());
  }

  @Test
  void itemThatTheResultDoesNotHave_isWrongUsage() {
    cli.submitAndRun(street, "s1");

    assertTrue(cli.call("cat", "s1", "notes.txt").hasStatus(2).err().contains("\"notes.txt\""));
  }

  @Test
  void homeThatIsNotThere_isWrongUsageForCommandsThatLook() {
    for (String command : List.of("status", "history x", "verify x", "cat x y")) {
      Cli.Result result = cli.call(command.split(" ")).hasStatus(2);
      assertTrue(result.err().contains("there is no home at"), result.err());
    }
    assertFalse(Files.exists(cli.home()));
  }

  @Test
  void homeThatIsAFile_isWrongUsage() throws IOException {
    Files.writeString(cli.home(), "a file");

    for (String command : List.of("status", "run --until-idle", "demo", "history x")) {
      Cli.Result result = cli.call(command.split(" ")).hasStatus(2);
      assertTrue(result.err().contains("is a file"), result.err());
      assertEquals(1, result.err().lines().count());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ledger.db", "content"})
  void homeThatLostAStore_isCouldNotFindOutAndMakesNone(String lost) throws IOException {
    cli.submitAndRun(street, "s1");
    Files.move(cli.home().resolve(lost), temp.resolve("away"));
    Files.deleteIfExists(cli.home().resolve("ledger.db-wal"));

    for (String command :
        List.of("status", "history s1", "verify s1", "cat s1 x", "run --until-idle", "demo")) {
      Cli.Result result = cli.call(command.split(" ")).hasStatus(3);
      assertTrue(result.err().contains(cli.home().resolve(lost).toString()), result.err());
      assertFalse(Files.exists(cli.home().resolve(lost)), command);
    }
    cli.call("submit", street.toString()).hasStatus(3);
    Files.deleteIfExists(cli.home().resolve("home.lock"));
    cli.call("submit", street.toString()).hasStatus(3);
    assertFalse(Files.exists(cli.home().resolve(lost)));
    Files.move(temp.resolve("away"), cli.home().resolve(lost));
    cli.call("verify", "s1").hasStatus(0);
  }

  @Test
  void contentThatIsNotMounted_isCouldNotFindOut() throws IOException {
    cli.submitAndRun(street, "s1");
    Files.move(cli.home().resolve("content"), temp.resolve("away"));
    Files.createDirectory(cli.home().resolve("content"));

    cli.call("status").hasStatus(3);
    cli.call("run", "--until-idle").hasStatus(3);
  }

  @Test
  void homeWhoseMakerWasKilled_isMadeWhole() throws IOException {
    Files.createDirectories(cli.home());
    Files.createFile(cli.home().resolve("home.lock"));
    Files.createFile(cli.home().resolve("ledger.db"));

    cli.submitAndRun(street, "s1");
  }

  @Test
  void mistypedUris_makeNothing() {
    Cli.Result result =
        Cli.callAsIs(
            "status",
            "--ledger",
            "jdbc:sqlite:" + temp.resolve("typo.db"),
            "--content",
            temp.resolve("typo").toUri().toString());

    assertTrue(result.hasStatus(3).err().contains("typo.db"), result.err());
    assertFalse(Files.exists(temp.resolve("typo.db")));
    assertFalse(Files.exists(temp.resolve("typo")));
  }

  @Test
  void workThatSomebodyElseHolds_isNamedWhenNothingIsLeftToDo() throws IOException {
    Attention attention = new Attention(InMemory.NOW);
    Accounts.of(InMemory.ledger("open"), Optional.empty(), attention::examineAfterWork);

    assertTrue(attention.isNeeded());
  }

  @Test
  void unknownUriScheme_isWrongUsageAndNamesTheKnownOnes() {
    Cli.Result ledger =
        Cli.callAsIs("status", "--ledger", "mongodb://u:secret@h/x", "--content", "file:/x");
    Cli.Result content =
        Cli.callAsIs(
            "status",
            "--ledger",
            "jdbc:sqlite:" + temp.resolve("l.db"),
            "--content",
            "ftp://u:secret@h/x");

    assertTrue(ledger.hasStatus(2).err().contains("jdbc:sqlite:/PATH"), ledger.err());
    assertTrue(content.hasStatus(2).err().contains("file:/PATH"), content.err());
    assertFalse((ledger.err() + content.err()).contains("secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:sqlite:relative.db file:/x ledger jdbc:sqlite:/path/to/ledger.db",
        "jdbc:sqlite:/x.db?a=b file:/x ledger jdbc:sqlite:/path/to/ledger.db",
        "jdbc:sqlite:/%00 file:/x ledger jdbc:sqlite:/path/to/ledger.db",
        "jdbc:postgresql://h:port/db file:/x ledger jdbc:postgresql://host/database",
        "jdbc:postgresql://h:99999/db file:/x ledger jdbc:postgresql://host/database",
        "jdbc:postgresql://u:secret@h/db file:/x ledger jdbc:postgresql://host/database",
        "jdbc:sqlite:LEDGER file:relative content file:/var/lib/ingest",
        "jdbc:sqlite:LEDGER file://host/x content file:/var/lib/ingest",
        "jdbc:sqlite:LEDGER s3:bucket content s3://bucket/prefix",
        "jdbc:sqlite:LEDGER s3:///prefix content s3://bucket/prefix",
        "jdbc:sqlite:LEDGER s3://bucket/x?endpoint=host:secret content s3://bucket/prefix",
        "jdbc:sqlite:LEDGER s3://bucket/x?regoin=a content s3://bucket/prefix",
        "jdbc:sqlite:LEDGER jdbc:sqlite:c.db content jdbc:sqlite:/path/to/content.db"
      })
  void malformedUri_isWrongUsageOfItsOptionAndMakesNothing(String line) {
    Path ledger = temp.resolve("ledger.db");
    String[] words = line.replace("LEDGER", ledger.toString()).split(" ", -1);
    for (String command : List.of("status", "run --until-idle")) {
      List<String> args = new ArrayList<>(List.of(command.split(" ")));
      args.addAll(List.of("--ledger", words[0], "--content", words[1]));

      Cli.Result result = Cli.callAsIs(args.toArray(String[]::new)).hasStatus(2);

      assertTrue(result.err().contains(": --" + words[2] + ": "), result.err());
      assertTrue(result.err().contains(words[3]), result.err());
      assertFalse(result.err().contains("secret"), result.err());
      assertFalse(Files.exists(ledger), result.err());
    }
  }

  @Test
  void uris_nameTheSamePlaceAsAHome() {
    cli.submitAndRun(street, "s1");

    Cli.Result result =
        Cli.callAsIs(
            "verify",
            "s1",
            "--ledger",
            "jdbc:sqlite:" + cli.home().resolve("ledger.db"),
            "--content",
            cli.home().resolve("content").toUri().toString());

    result.hasStatus(0);
    Cli.callAsIs("status", "--ledger", "jdbc:sqlite:/x").hasStatus(2);
    cli.call("status", "--ledger", "jdbc:sqlite:/x", "--content", "file:/x").hasStatus(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "frobnicate",
        "run --frob",
        "run --lease x",
        "run --lease 0",
        "status --lease 0",
        "history x --pipeline x",
        "run --pipeline x"
      })
  void wrongCommandLine_isToldInFewLines(String line) {
    Cli.Result result = cli.call(line.isEmpty() ? new String[0] : line.split(" ")).hasStatus(2);

    assertTrue(result.err().lines().count() <= 2, result.err());
    assertFalse(result.err().contains("    at "), result.err());
    assertEquals("", result.out());
  }

  @Test
  void storeThatCannotBeOpened_isCouldNotFindOut() throws IOException {
    Files.createDirectories(cli.home());
    Files.writeString(cli.home().resolve("ledger.db"), "this is no database, but a text of a file");

    Cli.Result result = cli.call("status").hasStatus(3);

    assertTrue(result.err().startsWith("ingest status: "), result.err());
    assertFalse(result.err().contains("    at "), result.err());
    assertTrue(cli.call("status", "--verbose").hasStatus(3).err().contains("    at "));
  }

  @Test
  void contentThatCannotBeOpened_isCouldNotFindOut() throws IOException {
    Files.createDirectories(cli.home());
    Files.writeString(cli.home().resolve("content"), "a file where a directory should be");

    Cli.Result result = cli.call("submit", street.toString()).hasStatus(3);

    assertTrue(result.err().startsWith("ingest submit: "), result.err());
    assertEquals("", result.out());
  }

  @Test
  void textFromOutside_cannotMoveTheCursor() {
    Cli.Result result = cli.call("status", "\u001b[2J\u202eevil").hasStatus(2);

    assertFalse(result.err().contains("\u001b"), result.err());
    assertFalse(result.err().contains("\u202e"), result.err());
    assertTrue(result.err().contains("\\u001b[2J\\u202eevil"), result.err());
  }

  @Test
  void demo_showsTheWholeWay() {
    Cli.Result result = cli.call("demo").hasStatus(0);

    assertTrue(result.out().contains("4 sample photographs in "), result.out());
    assertTrue(result.out().contains("receipt local/street-"), result.out());
    assertTrue(result.out().contains("  street-004.jpg.thumb.jpg\n"), result.out());
    assertTrue(
        result.out().endsWith("\n1 sequence accepted, 1 verified, 0 unaccounted for\n"),
        result.out());
    Json json = cli.call("demo", "--json").hasStatus(0).json();
    assertEquals("VERIFIED", json.list("sequences").get(0).text("state"));
    assertEquals(2, json.number("verified"));
  }

  @Test
  void help_namesCommandsAndExitStatus() {
    String help = Cli.callAsIs("--help").hasStatus(0).out();

    String commands =
        "submit run status history verify audit cat watch at-risk hold release redrive discard"
            + " expire adopt confirm demo";
    for (String word : commands.split(" ", -1)) {
      assertTrue(help.contains("  " + word + " "), help);
    }
    assertTrue(help.contains("0 done, 1 something needs a person, 2 wrong usage, 3 could not"));
    assertTrue(Cli.callAsIs("--version").hasStatus(0).out().startsWith("ingest "));
  }

  @Test
  void jsonOfOddNames_parsesBack() throws IOException {
    Path odd = Files.createDirectory(temp.resolve("=1+1"));
    Files.write(odd.resolve("=2+5\"'$x"), "x".getBytes(StandardCharsets.UTF_8));
    cli.submitAndRun(odd, "odd");

    Json json = Json.parse(cli.call("cat", "odd", "=2+5\"'$x.json").hasStatus(0).out());

    assertEquals("=2+5\"'$x", json.text("name"));
  }
}
