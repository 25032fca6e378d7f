package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.bag.Bag;
import dev.ingest.cli.bag.BagReader;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.UploadSessions;
import gov.loc.repository.bagit.creator.BagCreator;
import gov.loc.repository.bagit.hash.StandardSupportedAlgorithms;
import gov.loc.repository.bagit.verify.BagVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences that leave as bags, and bags that come in. */
class ExportCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path street = Path.of("");
  private Path bag = Path.of("");

  /** What killed processes left. */
  private final Set<Path> left = new HashSet<>();

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    street = Cli.street(temp.resolve("street"));
    bag = temp.resolve("bag");
  }

  private static void validate(Path root) throws Exception {
    try (BagVerifier verifier = new BagVerifier()) {
      verifier.isValid(new gov.loc.repository.bagit.reader.BagReader().read(root), false);
    }
  }

  private List<String> beside() throws IOException {
    try (Stream<Path> list = Files.list(temp)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void sequence_goesOutAndComesInUnderAnotherOwnerWithTheSameRoot() throws Exception {
    Files.writeString(street.resolve("100%.txt"), "all of it");
    cli.submitAndRun(street, "s1", "--owner", "ann");

    Json exported =
        cli.call("export", "s1", bag.toString(), "--result", "--json").hasStatus(0).json();

    validate(bag);
    assertEquals("s1", exported.text("sequence"));
    assertEquals("ann", exported.text("owner"));
    assertEquals(6, exported.number("items"));
    assertEquals(10, exported.object("result").number("items"));
    assertEquals("100%.txt", exported.list("renamed").get(0).text("item"));
    assertArrayEquals(
        Files.readAllBytes(street.resolve("street-001.jpg")),
        Files.readAllBytes(bag.resolve("data/raw/street-001.jpg")));
    String info = Files.readString(bag.resolve("bag-info.txt"));
    for (String line :
        List.of(
            "Ingest-Owner: ann\n",
            "Ingest-Id: s1\n",
            "External-Identifier: ann/s1\n",
            "Ingest-Root: " + exported.text("root") + "\n",
            "Ingest-Result-Root: " + exported.object("result").text("root") + "\n")) {
      assertTrue(info.contains(line), info);
    }
    Json again =
        cli.call("submit", "--bag", bag.toString(), "--owner", "bob", "--id", "s2", "--json")
            .hasStatus(0)
            .sequence();
    assertEquals(exported.text("root"), again.text("root"));
    assertEquals("bob", again.text("owner"));
    assertEquals(6, again.number("items"));
  }

  /** Opens what the commands use, as a service would. */
  @FunctionalInterface
  private interface Use {
    void with(Stores stores, Ingest engine) throws Exception;
  }

  private void embedded(Use use) throws Exception {
    Pipeline copy =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    try (Stores stores = Place.home(cli.home()).create(InstantSource.system());
        Ingest engine =
            Ingest.builder()
                .ledger(stores.ledger())
                .content(stores.content())
                .pipeline(copy)
                .build()) {
      use.with(stores, engine);
    }
  }

  @Test
  void orderAndOddNames_areKept() throws Exception {
    List<String> names = List.of("b", "a", "a/x", "50%", "c/d", "A1");
    embedded(
        (stores, engine) ->
            engine.submit(
                SequenceKey.of("ann", "s1"),
                upload -> {
                  for (String name : names) {
                    upload.add(ItemName.of(name), name.getBytes(StandardCharsets.UTF_8));
                  }
                }));

    Json exported = cli.call("export", "s1", bag.toString(), "--json").hasStatus(0).json();

    validate(bag);
    assertEquals(2, exported.number("renamedItems"));
    Json again =
        cli.call("submit", "--bag", bag.toString(), "--id", "s2", "--json").hasStatus(0).sequence();
    assertEquals(exported.text("root"), again.text("root"));
  }

  @Test
  void fileThatChangesAfterTheCheck_isRefused_andSentOnceItIsAsItWas() throws Exception {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);
    String root = cli.call("export", "s1", bag.toString(), "--json").json().text("root");
    Bag checked = BagReader.open(bag).verify(count -> {});
    Path changing = bag.resolve("data/raw/street-002.jpg");
    byte[] before = Files.readAllBytes(changing);
    embedded(
        (stores, engine) -> {
          SequenceKey key = SequenceKey.of("bob", "s2");
          Submission submission =
              new Submission(
                  stores,
                  engine,
                  new SecureRandom(),
                  new ProgressBar(new Terminal(System.out, System.err, false), false, "bytes", 0),
                  Duration.ofSeconds(30));
          Cli.flip(changing);

          ItemRefusedException refused =
              assertThrows(
                  ItemRefusedException.class,
                  () -> submission.send(key, SequenceFiles.of(bag, checked)));

          assertTrue(
              String.valueOf(refused.getMessage()).contains("street-002.jpg"),
              refused.getMessage());
          assertTrue(engine.find(key).isEmpty());
          Files.write(changing, before);
          assertEquals(
              root,
              submission.send(key, SequenceFiles.of(bag, checked)).manifest().root().toString());
        });
  }

  @Test
  void uploadOfABag_isResumed() throws Exception {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);
    cli.call("export", "s1", bag.toString()).hasStatus(0);
    List<String> session = new ArrayList<>();
    embedded(
        (stores, engine) -> {
          SessionId open = SessionId.ofBits(1, 2);
          UploadSessions sessions = stores.ledger().sessions();
          sessions.open(
              open, SequenceKey.of("bob", "s2"), new Reservation(1, 1), OwnerQuota.UNLIMITED);
          session.add(open.value());
        });

    Json resumed =
        cli.call("submit", "--bag", bag.toString(), "--owner", "bob", "--id", "s2", "--json")
            .hasStatus(0)
            .sequence();

    assertEquals(session, List.of(resumed.text("session")));
  }

  @Test
  void export_isToldToPeople() {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);

    Cli.Result result = cli.call("export", "s1", bag.toString()).hasStatus(0);

    String form =
        """
        exported local/s1 to ".*/bag"
          items     5
          bytes     \\d+
          root      sha256:[0-9a-f]{64}
        """;
    assertTrue(result.out().matches(form), result.out());
    assertEquals("", result.err());
  }

  @Test
  void target_isRefusedWhereItCannotBe() throws IOException {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);
    Files.createDirectory(bag);

    assertTrue(cli.call("export", "s1", bag.toString()).hasStatus(2).err().contains("already"));
    assertTrue(
        cli.call("export", "s1", temp.resolve("none/bag").toString())
            .hasStatus(2)
            .err()
            .contains("there is no folder"));
    assertTrue(
        cli.call("export", "s1", cli.home().resolve("content/bag").toString())
            .hasStatus(2)
            .err()
            .contains("lies within the home"));
    assertTrue(
        cli.call("export", "s9", temp.resolve("other").toString())
            .hasStatus(2)
            .err()
            .contains("there is no sequence"));
    assertEquals(List.of("bag", "home", "street"), beside());
  }

  @Test
  void whatIsNotThere_isNotExported() throws IOException {
    Path photo = street.resolve("street-001.jpg");
    byte[] whole = Files.readAllBytes(photo);
    Files.write(photo, Arrays.copyOf(whole, whole.length / 2));
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);

    Cli.Result early = cli.call("export", "s1", bag.toString(), "--result").hasStatus(1);

    assertTrue(early.err().contains("no published result"), early.err());
    cli.call("run", "--until-idle").hasStatus(1);
    cli.call("discard", "s1", "--reason", "unwanted", "--actor", "ann").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);
    Cli.Result gone = cli.call("export", "s1", bag.toString()).hasStatus(1);
    assertTrue(gone.err().contains("raw bytes are gone"), gone.err());
    assertEquals(List.of("home", "street"), beside());
  }

  /** Real processes, killed as early and as late as what they leave can tell. */
  @Test
  void exportThatIsKilled_leavesNoPartOfABagUnderItsName() throws Exception {
    Path many = Files.createDirectory(temp.resolve("many"));
    for (int i = 0; i < 800; i++) {
      Files.writeString(many.resolve("%04d".formatted(i)), "item " + i);
    }
    cli.call("submit", many.toString(), "--id", "s1").hasStatus(0);
    int absent = 0;
    for (String sign :
        List.of(
            "data", "data/raw/0300", "data/raw/0799", "bag-info.txt", "tagmanifest-sha512.txt")) {
      try (Child child =
          Child.start(
              temp.resolve("errors"),
              line -> {},
              List.of("export", "s1", bag.toString(), "--home", cli.home().toString()))) {
        boolean came = false;
        while (!came && !child.endsWithin(1)) {
          came = isThere(sign);
        }
        child.kill();
      }
      if (Files.exists(bag)) {
        assertEquals(800, BagReader.open(bag).verify(count -> {}).items().size());
        Files.move(bag, temp.resolve("whole-" + absent + sign.replace('/', '-')));
      } else {
        absent++;
      }
    }

    assertTrue(absent > 0, "none was killed in time");
    cli.call("export", "s1", bag.toString()).hasStatus(0);
    validate(bag);
  }

  /** Tells whether a bag that grows has come so far. */
  private boolean isThere(String sign) throws IOException {
    try (Stream<Path> list = Files.list(temp)) {
      for (Path path : list.toList()) {
        if (path.getFileName().toString().startsWith(".bag.export-")
            && !left.contains(path)
            && Files.exists(path.resolve(sign))) {
          left.add(path);
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void damagedBytes_makeNoBag() throws IOException {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);
    Cli.flip(cli.stored("raw", Files.readAllBytes(street.resolve("street-003.jpg"))));

    Cli.Result result = cli.call("export", "s1", bag.toString()).hasStatus(1);

    assertTrue(result.err().contains("item \"street-003.jpg\""), result.err());
    assertEquals(List.of("home", "street"), beside());
  }

  @Test
  void bagOfSomebodyElse_isSubmittedInTheOrderOfItsNames() throws Exception {
    Json plain = cli.call("submit", street.toString(), "--id", "s1", "--json").sequence();
    BagCreator.bagInPlace(street, List.of(StandardSupportedAlgorithms.SHA512), true);

    Json fromBag =
        cli.call("submit", "--bag", street.toString(), "--id", "s2", "--json")
            .hasStatus(0)
            .sequence();

    assertEquals(plain.text("root"), fromBag.text("root"));
    cli.call("run", "--until-idle").hasStatus(0);
    cli.call("verify", "s2").hasStatus(0);
  }

  @Test
  void damagedBag_isRefusedByNameAndTheOthersAreSent() throws Exception {
    Path other = Cli.street(temp.resolve("other"));
    BagCreator.bagInPlace(street, List.of(StandardSupportedAlgorithms.SHA256), true);
    BagCreator.bagInPlace(other, List.of(StandardSupportedAlgorithms.SHA256), true);
    Files.writeString(street.resolve("data/notes.txt"), "dry road");

    Cli.Result result =
        cli.call("submit", "--bag", street.toString(), other.toString(), "--json").hasStatus(1);

    assertEquals(1, result.json().list("sequences").size());
    String problem = result.json().list("failed").get(0).text("problem");
    assertTrue(
        problem.startsWith("bag refused: CHECKSUM_DIFFERS in \"data/notes.txt\": expected sha256 "),
        problem);
    assertTrue(result.err().contains("CHECKSUM_DIFFERS"), result.err());
    assertEquals(0, cli.call("status", "--json").json().number("openUploads"));
  }

  @Test
  void folderThatIsNoBag_isRefused() {
    Cli.Result result = cli.call("submit", "--bag", street.toString()).hasStatus(1);

    assertTrue(result.err().contains("NOT_A_BAG"), result.err());
  }

  @Test
  void sameBagAgain_givesTheSameReceipt() throws Exception {
    BagCreator.bagInPlace(street, List.of(StandardSupportedAlgorithms.SHA256), true);
    String path = street.toString();
    Json first = cli.call("submit", "--bag", path, "--id", "s1", "--json").sequence();

    Json again = cli.call("submit", "--bag", path, "--id", "s1", "--json").sequence();

    assertEquals(first.text("session"), again.text("session"));
    assertEquals(first.text("acceptedAt"), again.text("acceptedAt"));
  }
}
