package dev.ingest.cli.bag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Bags and lines that chance makes. */
final class BagMutationTest {

  /** What the bags hold, by their names. */
  private static final Map<String, Map<String, String>> BEFORE = new LinkedHashMap<>();

  private static Path temp = Path.of("");

  @BeforeContainer
  static void begin() throws IOException, BagException {
    temp = Files.createTempDirectory("bag-mutation");
    new Exported(List.of("b.txt", "50%", "a/c.txt")).to(temp.resolve("own"));
    HandMade.plain(temp.resolve("foreign"));
    HandMade.of(
        temp.resolve("old"),
        "0.97",
        List.of(Algorithm.MD5, Algorithm.SHA256),
        Map.of("x%y", "1", "b", "2"));
    for (String name : List.of("own", "foreign", "old")) {
      BEFORE.put(name, content(temp.resolve(name)));
    }
  }

  @AfterContainer
  static void end() throws IOException {
    Durability.removeTree(temp);
  }

  private static Map<String, String> content(Path root) throws IOException, BagException {
    Map<String, String> items = new LinkedHashMap<>();
    for (Bag.Item item : BagReader.open(root).verify(count -> {}).items()) {
      items.put(item.name().value(), item.digest().hex());
    }
    return items;
  }

  /** Whatever bytes of a tag file become others, are left out or are added. */
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void tagFileThatChanged_neverGivesOtherItems(
      @ForAll("bags") String name,
      @ForAll @IntRange(max = 1_000_000) int which,
      @ForAll @IntRange(max = 1_000_000) int where,
      @ForAll byte value,
      @ForAll("edits") String edit)
      throws IOException {
    Path root = temp.resolve(name);
    Map<String, String> before = BEFORE.getOrDefault(name, Map.of());
    List<String> tags = new ArrayList<>(new HandMade(root, List.of()).files());
    tags.removeIf(path -> path.startsWith("data/"));
    Path file = root.resolve(tags.get(which % tags.size()));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, edited(whole, where % whole.length, value, edit));
    try {
      Map<String, String> after = content(root);
      assertEquals(before, after, () -> file + " " + edit);
      assertEquals(List.copyOf(before.keySet()), List.copyOf(after.keySet()));
    } catch (BagException e) {
      assertTrue(String.valueOf(e.getMessage()).startsWith("bag refused: " + e.problem()));
    } finally {
      Files.write(file, whole);
    }
  }

  private static byte[] edited(byte[] whole, int at, byte value, String edit) {
    List<Byte> bytes = new ArrayList<>();
    for (byte one : whole) {
      bytes.add(one);
    }
    switch (edit) {
      case "set" -> bytes.set(at, value);
      case "insert" -> bytes.add(at, value);
      case "remove" -> bytes.remove(at);
      default -> bytes = bytes.subList(0, at);
    }
    byte[] edited = new byte[bytes.size()];
    for (int i = 0; i < edited.length; i++) {
      edited[i] = bytes.get(i);
    }
    return edited;
  }

  @Provide
  Arbitrary<String> bags() {
    return Arbitraries.of("own", "foreign", "old");
  }

  @Provide
  Arbitrary<String> edits() {
    return Arbitraries.of("set", "insert", "remove", "truncate");
  }

  /** Names that items may have, the odder the better. */
  @Provide
  Arbitrary<List<String>> names() {
    return Arbitraries.strings()
        .withChars("aB%~ ?:/.\u00fc\u0308\u65e5'#-_")
        .ofMinLength(1)
        .ofMaxLength(12)
        .filter(BagMutationTest::isName)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .uniqueElements(name -> ItemName.of(name).twinKey());
  }

  private static boolean isName(String name) {
    try {
      new ItemName(name);
      return true;
    } catch (InvalidValueException e) {
      return false;
    }
  }

  @Property(tries = 60)
  void namesOfItems_comeBackInTheirOrderWithTheSameRoot(@ForAll("names") List<String> names)
      throws IOException, BagException {
    Path root = temp.resolve("named");
    new Exported(names).to(root);
    try {
      assertEquals(
          names,
          BagReader.open(root).verify(count -> {}).items().stream()
              .map(item -> item.name().value())
              .toList());
    } finally {
      Durability.removeTree(root);
    }
  }

  /** A line is read as what it says, or is refused; nothing else ever comes of it. */
  @Property(tries = 1_000)
  void lineOfAManifest_isAPathBelowDataOrRefused(@ForAll("lines") String path) throws IOException {
    String text = "0".repeat(64) + "  " + path + "\n";
    List<String> read = new ArrayList<>();
    try {
      ChecksumLines.read(
          new TagLines("m", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))),
          Algorithm.SHA256,
          BagVersion.V1_0,
          (one, checksum, place) -> {
            BagPath.checkPayload(one, place);
            read.add(one);
          });
      assertEquals(1, read.size());
      assertEquals(
          path.replace("%0A", "\n")
              .replace("%0a", "\n")
              .replace("%0D", "\r")
              .replace("%0d", "\r")
              .replace("%25", "%"),
          read.get(0));
      Path resolved = Path.of("/bag").resolve(read.get(0)).normalize();
      assertTrue(resolved.startsWith("/bag/data"), resolved::toString);
      assertEquals("/bag/" + read.get(0), resolved.toString());
    } catch (BagException e) {
      assertEquals(List.of(), read);
      assertEquals(new Place("m", 1), new Place(e.file(), e.line()));
    }
  }

  @Provide
  Arbitrary<String> lines() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "data/", "data", "..", ".", "/", "a", "%", "%25", "%0A", "%0d", "%2e", "~", "\\", " ",
            "*", "C:", "\u00fc", "\u202e");
    return piece
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts))
        .filter(text -> !text.isBlank() && !text.startsWith(" "));
  }
}
