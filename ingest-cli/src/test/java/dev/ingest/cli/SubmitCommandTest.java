package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSessions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path street = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    street = Cli.street(temp.resolve("street"));
  }

  @Test
  void directory_becomesOneSequenceWithItsFilesInNameOrder() throws IOException {
    Files.createDirectory(street.resolve("more"));
    Files.writeString(street.resolve("more/a=b.txt"), "below");

    Json sequence =
        cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(0).sequence();

    List<ManifestItem> expected = new ArrayList<>();
    for (String name :
        List.of(
            "more/a=b.txt",
            "notes.txt",
            "street-001.jpg",
            "street-002.jpg",
            "street-003.jpg",
            "street-004.jpg")) {
      byte[] bytes = Files.readAllBytes(street.resolve(name));
      expected.add(new ManifestItem(ItemName.of(name), bytes.length, Digest.of(bytes)));
    }
    Manifest manifest = Manifest.of(expected);
    assertEquals(manifest.summary().root().toString(), sequence.text("root"));
    assertEquals(6, sequence.number("items"));
    assertEquals(manifest.summary().bytes(), sequence.number("bytes"));
    assertEquals("local", sequence.text("owner"));
    assertEquals("s1", sequence.text("id"));
    assertEquals("ACCEPTED", sequence.text("state"));
    assertTrue(sequence.text("session").matches("[0-9a-f]{32}"), sequence.toString());
    Instant accepted = Instant.parse(sequence.text("acceptedAt"));
    assertTrue(accepted.isBefore(Instant.parse(sequence.text("deadline"))));
    assertTrue(
        Instant.parse(sequence.text("deadline"))
            .isBefore(Instant.parse(sequence.text("expiresAt"))));
  }

  @Test
  void file_becomesASequenceOfOne() {
    Json sequence =
        cli.call("submit", street.resolve("notes.txt").toString(), "--json")
            .hasStatus(0)
            .sequence();

    assertEquals(1, sequence.number("items"));
    assertEquals(8, sequence.number("bytes"));
    assertTrue(sequence.text("id").matches("notes\\.txt-[0-9a-f]{10}"), sequence.toString());
  }

  @Test
  void severalPaths_becomeSequencesWithIdsOfTheirOwn() {
    Cli.Result result =
        cli.call("submit", street.toString(), street.toString(), "--owner", "ann", "--json");

    List<Json> sequences = result.hasStatus(0).json().list("sequences");
    assertEquals(2, sequences.size());
    assertNotEquals(sequences.get(0).text("id"), sequences.get(1).text("id"));
    assertEquals("ann", sequences.get(1).text("owner"));
  }

  @Test
  void receipt_isPrintedForPeople() {
    Cli.Result result = cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);

    String form =
        """
        receipt local/s1
          items     5
          bytes     \\d+
          root      sha256:[0-9a-f]{64}
          accepted  \\S+Z
          deadline  \\S+Z
          expires   \\S+Z
        """;
    assertTrue(result.out().matches(form), result.out());
    assertEquals("", result.err());
  }

  @Test
  void sameBytesAgain_giveTheSameReceipt() {
    Json first = cli.call("submit", street.toString(), "--id", "s1", "--json").sequence();
    Json again =
        cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(0).sequence();
    cli.call("run", "--until-idle").hasStatus(0);
    Json afterwards =
        cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(0).sequence();

    for (String field : List.of("root", "session", "acceptedAt", "deadline", "expiresAt")) {
      assertEquals(first.text(field), again.text(field), field);
      assertEquals(first.text(field), afterwards.text(field), field);
    }
    assertEquals("VERIFIED", afterwards.text("state"));
  }

  @Test
  void otherBytesUnderAnAcceptedId_areAConflictAndChangeNothing() throws IOException {
    Json first = cli.call("submit", street.toString(), "--id", "s1", "--json").sequence();
    byte[] notes = Files.readAllBytes(street.resolve("notes.txt"));
    Files.writeString(street.resolve("notes.txt"), "dry road");

    Cli.Result other = cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(1);

    assertTrue(other.err().startsWith("local/s1 was accepted at "), other.err());
    assertEquals(List.of(), other.json().list("sequences"));
    assertEquals("s1", other.json().list("failed").get(0).text("id"));
    Files.write(street.resolve("notes.txt"), notes);
    Json again =
        cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(0).sequence();
    assertEquals(first.toString(), again.toString());
  }

  @Test
  void nameThatIsRefused_sendsNothingOfItsSequence() throws IOException {
    Files.writeString(street.resolve("CON"), "device");

    Cli.Result result =
        cli.call("submit", street.toString(), street.resolve("notes.txt").toString(), "--json");

    result.hasStatus(1);
    assertEquals(1, result.json().list("sequences").size());
    assertTrue(result.err().contains("local/street-"), result.err());
    assertTrue(result.err().contains("device name"), result.err());
    assertEquals(0, cli.call("status", "--json").json().number("openUploads"));
  }

  @Test
  void namesThatDifferOnlyInCase_areRefusedByName() throws IOException {
    Files.writeString(street.resolve("NOTES.txt"), "twin");

    Cli.Result result = cli.call("submit", street.toString(), "--id", "s1").hasStatus(1);

    assertTrue(result.err().contains("notes.txt"), result.err());
  }

  @Test
  void sequenceWhoseUploadWasLeftOpenWithOtherFiles_isSentAsItIsNow() throws IOException {
    Files.writeString(street.resolve("NOTES.txt"), "twin");
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(1);
    Files.delete(street.resolve("NOTES.txt"));
    Files.delete(street.resolve("street-001.jpg"));

    Json sequence =
        cli.call("submit", street.toString(), "--id", "s1", "--json").hasStatus(0).sequence();

    assertEquals(4, sequence.number("items"));
  }

  @Test
  void linkWithin_isTakenForItsFile_andLinkOutsideRefused() throws IOException {
    Files.createSymbolicLink(street.resolve("within.txt"), Path.of("notes.txt"));
    cli.call("submit", street.toString(), "--id", "within").hasStatus(0);
    Files.writeString(temp.resolve("secret"), "secret");
    Files.createSymbolicLink(street.resolve("outside.txt"), temp.resolve("secret"));

    Cli.Result result = cli.call("submit", street.toString(), "--id", "outside").hasStatus(1);

    assertTrue(result.err().contains("\"outside.txt\""), result.err());
    assertFalse(result.err().contains("at dev.ingest"), result.err());
  }

  @Test
  void emptyDirectory_isRefusedAndTheOthersAreSent() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));

    Cli.Result result =
        cli.call("submit", empty.toString(), street.toString(), "--json").hasStatus(1);

    assertTrue(result.err().startsWith("local/empty-"), result.err());
    assertTrue(result.err().contains("no files"), result.err());
    assertEquals(1, result.json().list("sequences").size());
  }

  @Test
  void emptyDirectoryAmongOthers_isRefusedAlone() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));

    Cli.Result result =
        cli.call("submit", street.toString(), empty.toString(), street.toString(), "--json");

    assertEquals(2, result.hasStatus(1).json().list("sequences").size());
    assertEquals(1, result.json().list("failed").size());
  }

  @Test
  void pathThatVanished_isRefused() {
    assertThrows(
        SequenceFiles.RefusedException.class, () -> SequenceFiles.of(temp.resolve("gone")));
  }

  @Test
  void outputThatTakesNothing_isCouldNotFindOutAndNamesTheAccepted() {
    for (List<String> options : List.of(List.<String>of(), List.of("--json"))) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      List<String> args =
          new ArrayList<>(List.of("submit", street.toString(), "--home", cli.home().toString()));
      args.addAll(options);

      int status =
          Main.run(
              args.toArray(String[]::new),
              new PrintStream(new Full(), false, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));

      assertEquals(3, status);
      String text = err.toString(StandardCharsets.UTF_8);
      assertTrue(text.contains("receipt could not be printed"), text);
      assertTrue(text.contains("local/street-"), text);
    }
  }

  private static final class Full extends OutputStream {

    @Override
    public void write(int b) throws IOException {
      throw new IOException("no space left");
    }
  }

  @Test
  void receiptWithoutAnEntry_isPrintedAllTheSame() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Receipt receipt =
        new Receipt(
            SequenceKey.of("ann", "x"),
            Manifest.of(List.of(new ManifestItem(ItemName.of("a"), 1, Digest.of(new byte[1]))))
                .summary(),
            InMemory.NOW,
            InMemory.NOW.plusSeconds(1),
            InMemory.NOW.plusSeconds(2));
    try (JsonOutput json = new JsonOutput(new PrintStream(bytes, false, StandardCharsets.UTF_8))) {
      json.write(out -> out.writeFieldName("receipt"));
      json.receipt(receipt);
      json.flush();
      assertTrue(bytes.toString(StandardCharsets.UTF_8).endsWith("}"), "printed before the end");
    }

    Json json = Json.parse(bytes.toString(StandardCharsets.UTF_8)).object("receipt");
    assertEquals("ACCEPTED", json.text("state"));
    assertEquals("x", json.text("id"));
  }

  @Test
  void sameBytesUnderOneIdAtOnce_allGetTheReceipt() throws Exception {
    cli.call("submit", street.toString()).hasStatus(0);
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      children.add(
          Child.start(
              temp.resolve("errors-" + i),
              line -> {},
              List.of("submit", street.toString(), "--id", "s1", "--home", cli.home().toString())));
    }
    Set<List<String>> receipts = new HashSet<>();
    for (Child child : children) {
      assertEquals(0, child.exitStatus(), child::describe);
      receipts.add(child.lines());
    }
    assertEquals(1, receipts.size(), receipts.toString());
  }

  @Test
  void liveUploadOfOtherFiles_isNotGivenUp() throws IOException {
    SequenceKey key = SequenceKey.of("local", "s1");
    cli.call("submit", street.toString(), "--id", "other").hasStatus(0);
    Place place = Place.home(cli.home());
    SessionId open = SessionId.ofBits(1, 2);
    try (Stores stores = place.open(InstantSource.system())) {
      UploadSessions sessions = stores.ledger().sessions();
      Reservation room = new Reservation(1, 1);
      sessions.open(open, key, room, OwnerQuota.UNLIMITED);
      ManifestItem item = new ManifestItem(ItemName.of("another"), 1, Digest.of(new byte[1]));
      assertTrue(sessions.record(open, 0, List.of(new SessionItem(0, item))).isApplied());
    }

    Cli.Result busy = cli.call("submit", street.toString(), "--id", "s1", "--lease", "600");

    assertTrue(busy.hasStatus(1).err().contains("local/s1 has an open upload"), busy.err());
    try (Stores stores = place.open(InstantSource.system())) {
      assertEquals(SessionState.OPEN, stores.ledger().sessions().find(open).orElseThrow().state());
    }
  }

  @Test
  void homeWithinThePath_isWrongUsageAndNotMade() {
    Cli inside = new Cli(street.resolve("ingest-home"));

    Cli.Result result = inside.call("submit", street.toString()).hasStatus(2);

    assertTrue(result.err().contains("lies within"), result.err());
    assertFalse(Files.exists(inside.home()));
  }

  @Test
  void missingPath_isWrongUsageAndNothingIsSent() {
    Cli.Result result =
        cli.call("submit", street.toString(), temp.resolve("none").toString()).hasStatus(2);

    assertTrue(result.err().contains("nothing at"), result.err());
    assertEquals("", result.out());
  }

  @Test
  void idThatFitsNoOneSequence_isWrongUsage() {
    String path = street.toString();

    assertTrue(cli.call("submit", path, path, "--id", "x").hasStatus(2).err().contains("--id"));
    assertTrue(
        cli.call("submit", path, "--id", "no spaces").hasStatus(2).err().contains("SEQUENCE_ID"));
    cli.call("submit").hasStatus(2);
  }

  @Test
  void idFromAnOddName_isValid() {
    assertEquals("my-street-0123456789", Submission.idFor(Path.of("/x/my street"), "0123456789"));
    assertEquals("sequence-0123456789", Submission.idFor(Path.of("/x/日本"), "0123456789"));
    assertEquals("sequence-0123456789", Submission.idFor(Path.of("/"), "0123456789"));
    assertEquals(111, Submission.idFor(Path.of("n".repeat(250)), "0123456789").length());
  }
}
