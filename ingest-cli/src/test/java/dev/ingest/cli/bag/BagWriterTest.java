package dev.ingest.cli.bag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.bag.BagException.Problem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bags that are written, read by the reader of the same package, and damaged. */
final class BagWriterTest {

  @TempDir private Path temp;
  private Path bag = Path.of("");

  @BeforeEach
  void name() {
    bag = temp.resolve("bag");
  }

  private static Manifest manifest(Bag bag) {
    return Manifest.of(
        bag.items().stream()
            .map(item -> new ManifestItem(item.name(), item.length(), item.digest()))
            .toList());
  }

  private static Bag read(Path root) throws IOException, BagException {
    return BagReader.open(root).verify(count -> {});
  }

  private Problem refused() {
    return assertThrows(BagException.class, () -> read(bag)).problem();
  }

  /** Everything below a folder, with its text. */
  private static Map<String, String> below(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return files;
  }

  @Test
  void order_isThatOfTheSequence() throws IOException, BagException {
    Exported items = Exported.of("b.txt", "a/z.txt", "a.txt", "c/d/e", "a/b");

    assertEquals(List.of(), items.to(bag));

    assertEquals(items.summary(), manifest(read(bag)).summary());
    assertEquals("b.txtb.txt", below(bag).get("data/raw/b.txt"));
    assertFalse(Files.exists(bag.resolve("ingest/renamed.txt")));
  }

  @Test
  void namesThatAreNoFilesEverywhere_lieUnderNumbersAndComeBack() throws IOException, BagException {
    List<String> odd =
        List.of(
            "100%.txt",
            "what?",
            "a<b",
            "a|b",
            "say \"x\"",
            "a*",
            "12:30",
            "~",
            "~ann/x",
            "x~/y",
            "x~",
            " x",
            "y/ x",
            "n".repeat(256),
            "\u00fc".repeat(128),
            "p/" + "q".repeat(300));
    List<String> names = new ArrayList<>(odd);
    names.add(3, "plain.txt");
    Exported items = new Exported(names);

    List<BagWriter.Moved> moved = items.to(bag, true);

    assertEquals(odd, moved.stream().map(one -> one.name().value()).toList());
    assertEquals("data/raw-by-number/0000000", moved.get(0).path());
    assertEquals("data/raw-by-number/0000004", moved.get(3).path());
    assertEquals("a|ba|b", below(bag).get("data/raw-by-number/0000004"));
    assertTrue(
        Files.readString(bag.resolve("ingest/renamed.txt"))
            .startsWith("data/raw-by-number/0000000 100%.txt\n"));
    assertEquals(items.summary(), manifest(read(bag)).summary());
  }

  @Test
  void itemThatWouldBeFileAndFolder_liesUnderANumber() throws IOException, BagException {
    Exported items = Exported.of("a", "a/b", "c/d/e", "c/d", "c", "f");

    List<BagWriter.Moved> moved = items.to(bag);

    assertEquals(
        List.of("a/b", "c/d", "c"), moved.stream().map(one -> one.name().value()).toList());
    assertEquals(items.summary(), manifest(read(bag)).summary());
  }

  @Test
  void platformWithoutUnicode_getsNumbersForAllThatIsNotAscii() throws IOException, BagException {
    Exported items = Exported.of("a.txt", "stra\u00dfe/b.txt", "\u65e5\u672c");

    List<BagWriter.Moved> moved = items.to(bag, false);

    assertEquals(2, moved.size());
    assertEquals(items.summary(), manifest(read(bag)).summary());
  }

  @Test
  void rawAndResult_areBothThere_andOnlyRawIsTheSequence() throws IOException, BagException {
    Exported raw = Exported.of("x.jpg", "50%");
    Exported result = Exported.of("x.jpg", "x.json", "51%");
    try (BagWriter writer = BagWriter.begin(bag, "0", moved -> {})) {
      writer.write(Part.RAW, raw.summary(), raw::readInto, count -> {});
      writer.write(Part.RESULT, result.summary(), result::readInto, count -> {});
      writer.finish(List.of());
    }

    assertEquals(raw.summary(), manifest(read(bag)).summary());
    assertTrue(Files.exists(bag.resolve("data/result/x.json")));

    Files.delete(bag.resolve("ingest/result-manifest.txt"));
    new HandMade(bag, List.of(Algorithm.SHA256, Algorithm.SHA512)).tag();
    assertEquals(Problem.TAG_FILE_UNLISTED, refused());
  }

  @Test
  void bagOfIngest_isRefusedWhereItsOwnTagFilesDoNotFit() throws IOException {
    HandMade own = new HandMade(bag, List.of(Algorithm.SHA256, Algorithm.SHA512));
    record Case(Problem problem, BagChange change) {}
    List<Case> cases =
        List.of(
            new Case(
                Problem.ROOT_DIFFERS,
                () -> own.replace("bag-info.txt", "Ingest-Root: sha256:", "Ingest-Root: sha256:0")),
            new Case(
                Problem.ROOT_DIFFERS, () -> own.replace("bag-info.txt", "Ingest-Root", "My-Root")),
            new Case(
                Problem.ROOT_DIFFERS,
                () -> own.replace("ingest/raw-manifest.txt", "sha256 2", "sha256 02")),
            new Case(
                Problem.ROOT_DIFFERS,
                () -> {
                  String[] lines = own.read("ingest/raw-manifest.txt").split("\n", -1);
                  own.write(
                      "ingest/raw-manifest.txt",
                      String.join("\n", lines[0], lines[2], lines[1], ""));
                  own.write("ingest/renamed.txt", "data/raw-by-number/0000001 50%\n");
                  Files.move(
                      bag.resolve("data/raw-by-number/0000000"),
                      bag.resolve("data/raw-by-number/0000001"));
                  own.list();
                }),
            new Case(Problem.ITEM_DIFFERS, () -> own.replace("ingest/renamed.txt", "50%", "51%")),
            new Case(
                Problem.ITEM_DIFFERS,
                () -> own.append("ingest/renamed.txt", "data/raw-by-number/0000009 x\n")),
            new Case(Problem.BAD_LINE, () -> own.append("ingest/renamed.txt", "data/x y\n")),
            new Case(
                Problem.DUPLICATE_ENTRY,
                () -> own.append("ingest/renamed.txt", own.read("ingest/renamed.txt"))),
            new Case(Problem.ITEM_DIFFERS, () -> own.delete("ingest/renamed.txt")),
            new Case(Problem.TAG_FILE_UNLISTED, () -> own.delete("ingest/raw-manifest.txt")),
            new Case(
                Problem.ITEM_DIFFERS,
                () -> {
                  own.write("data/notes.txt", "more");
                  own.replace("bag-info.txt", "Payload-Oxum", "Was");
                  own.list();
                }),
            new Case(
                Problem.ITEM_DIFFERS,
                () -> {
                  own.write("data/raw/a.txt", "other");
                  own.replace("bag-info.txt", "Payload-Oxum", "Was");
                  own.list();
                }));
    for (Case wrong : cases) {
      Exported.of("50%", "a.txt").to(bag);
      wrong.change().run();
      own.tag();
      BagException refused = assertThrows(BagException.class, () -> read(bag));
      assertEquals(wrong.problem(), refused.problem(), refused.getMessage());
      Durability.removeTree(bag);
    }
  }

  /** What is done to a bag that was written here. */
  @FunctionalInterface
  private interface BagChange {
    void run() throws IOException;
  }

  @Test
  void target_isNeverOverwritten() throws IOException {
    Files.createDirectory(bag);
    assertThrows(FileAlreadyExistsException.class, () -> Exported.of("a").to(bag));

    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("none"));
    assertThrows(FileAlreadyExistsException.class, () -> Exported.of("a").to(link));

    Path late = temp.resolve("late");
    Exported items = Exported.of("a");
    try (BagWriter writer = BagWriter.begin(late, "0", moved -> {})) {
      writer.write(Part.RAW, items.summary(), items::readInto, count -> {});
      Files.createDirectory(late);
      Files.writeString(late.resolve("mine"), "x");
      assertThrows(FileAlreadyExistsException.class, () -> writer.finish(List.of()));
    }
    assertEquals(Map.of("mine", "x"), below(late));
    assertEquals(List.of("bag", "late", "link"), names());
  }

  @Test
  void nothingHasTheName_untilAllIsThere() throws IOException {
    Exported items = Exported.of("a", "b");
    try (BagWriter writer = BagWriter.begin(bag, "77", moved -> {})) {
      writer.write(
          Part.RAW,
          items.summary(),
          sink -> {
            ManifestSummary read = items.readInto(sink);
            assertEquals(List.of(".bag.export-77"), names());
            return read;
          },
          count -> {});
      assertEquals(List.of(".bag.export-77"), names());
      writer.finish(List.of());
    }
    assertEquals(List.of("bag"), names());
  }

  @Test
  void failure_leavesNothing() throws IOException {
    Exported items = Exported.of("a", "b");
    IOException full = new IOException("no space left");

    assertEquals(
        full,
        assertThrows(
            IOException.class,
            () -> {
              try (BagWriter writer = BagWriter.begin(bag, "0", moved -> {})) {
                writer.write(
                    Part.RAW,
                    items.summary(),
                    sink -> {
                      items.readInto(sink);
                      throw full;
                    },
                    count -> {});
              }
            }));

    assertEquals(List.of(), names());
  }

  @Test
  void bytesThatAreNotAsAnnounced_makeNoBag() throws IOException {
    Exported items = Exported.of("a", "b");
    Exported others = Exported.of("a", "c");
    ManifestItem lie = new ManifestItem(ItemName.of("a"), 1, Digest.of(new byte[] {1}));
    try (BagWriter writer = BagWriter.begin(bag, "0", moved -> {})) {
      IOException differs =
          assertThrows(
              IOException.class,
              () -> writer.write(Part.RAW, items.summary(), others::readInto, count -> {}));
      assertTrue(
          String.valueOf(differs.getMessage()).contains("export again"), differs.getMessage());
      IOException damaged =
          assertThrows(
              IOException.class,
              () ->
                  writer.write(
                      Part.RESULT,
                      items.summary(),
                      sink -> {
                        sink.take(lie, new ByteArrayInputStream(new byte[] {2}));
                        return items.summary();
                      },
                      count -> {}));
      assertTrue(String.valueOf(damaged.getMessage()).contains("item \"a\""), damaged.getMessage());
    }
    assertEquals(List.of(), names());
  }

  @Test
  void label_isOneLineOfAscii() {
    assertEquals("A-b: c d\n", new Label("A-b", "c d").line());
    for (String value : List.of("", " a", "a ", "a\nB: c", "\u00fc", "a\rb")) {
      assertThrows(IllegalArgumentException.class, () -> new Label("A", value));
    }
    assertThrows(IllegalArgumentException.class, () -> new Label("A b", "c"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(temp)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
