package dev.ingest.cli.bag;

import static dev.ingest.cli.bag.BagException.Problem.BAD_CHECKSUM;
import static dev.ingest.cli.bag.BagException.Problem.BAD_DECLARATION;
import static dev.ingest.cli.bag.BagException.Problem.BAD_ESCAPE;
import static dev.ingest.cli.bag.BagException.Problem.BAD_LINE;
import static dev.ingest.cli.bag.BagException.Problem.BAD_LINE_END;
import static dev.ingest.cli.bag.BagException.Problem.BAD_NAME;
import static dev.ingest.cli.bag.BagException.Problem.BAD_PATH;
import static dev.ingest.cli.bag.BagException.Problem.BYTE_ORDER_MARK;
import static dev.ingest.cli.bag.BagException.Problem.CHECKSUM_DIFFERS;
import static dev.ingest.cli.bag.BagException.Problem.DUPLICATE_ENTRY;
import static dev.ingest.cli.bag.BagException.Problem.EMPTY;
import static dev.ingest.cli.bag.BagException.Problem.FETCH;
import static dev.ingest.cli.bag.BagException.Problem.FILE_MISSING;
import static dev.ingest.cli.bag.BagException.Problem.FILE_UNLISTED;
import static dev.ingest.cli.bag.BagException.Problem.ITEM_DIFFERS;
import static dev.ingest.cli.bag.BagException.Problem.MANIFESTS_DIFFER;
import static dev.ingest.cli.bag.BagException.Problem.NOT_A_BAG;
import static dev.ingest.cli.bag.BagException.Problem.NOT_A_FILE;
import static dev.ingest.cli.bag.BagException.Problem.NO_MANIFEST;
import static dev.ingest.cli.bag.BagException.Problem.NO_TAG_MANIFEST;
import static dev.ingest.cli.bag.BagException.Problem.OXUM_DIFFERS;
import static dev.ingest.cli.bag.BagException.Problem.PATH_ESCAPES;
import static dev.ingest.cli.bag.BagException.Problem.ROOT_DIFFERS;
import static dev.ingest.cli.bag.BagException.Problem.SYMBOLIC_LINK;
import static dev.ingest.cli.bag.BagException.Problem.TAG_FILE_UNLISTED;
import static dev.ingest.cli.bag.BagException.Problem.TOO_LARGE;
import static dev.ingest.cli.bag.BagException.Problem.TWIN_PATHS;
import static dev.ingest.cli.bag.BagException.Problem.UNSUPPORTED_ALGORITHM;
import static dev.ingest.cli.bag.BagException.Problem.UNSUPPORTED_ENCODING;
import static dev.ingest.cli.bag.BagException.Problem.UNSUPPORTED_VERSION;
import static dev.ingest.cli.bag.BagException.Problem.WEAK_PROOF;
import static dev.ingest.cli.bag.BagException.Problem.WRONG_ENCODING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that a bag is refused for, each by its name, its file and its line. */
final class BagRefusalTest {

  private static final String SHA256 = "manifest-sha256.txt";
  private static final String SHA512 = "manifest-sha512.txt";
  private static final String ZEROS = "0".repeat(64);

  @TempDir private Path temp;

  /** What a person does to a bag. */
  @FunctionalInterface
  private interface Change {
    void to(HandMade bag) throws IOException;
  }

  /**
   * A refusal.
   *
   * @param tagged whether the tag manifests are made again after the change
   */
  private record Case(
      String name, Problem problem, String file, long line, boolean tagged, Change change) {

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case wrong(String name, Problem problem, String file, long line, Change change) {
    return new Case(name, problem, file, line, true, change);
  }

  private static Case untagged(String name, Problem problem, String file, Change change) {
    return new Case(name, problem, file, 0, false, change);
  }

  static Stream<Case> declarations() {
    return Stream.of(
        wrong("no bagit.txt", NOT_A_BAG, "bagit.txt", 0, bag -> bag.delete("bagit.txt")),
        declared("", BAD_DECLARATION, 0),
        declared("BagIt-Version: 1.0\n", BAD_DECLARATION, 1),
        declared("BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n", BAD_DECLARATION, 1),
        declared(
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: 1\n",
            BAD_DECLARATION,
            3),
        declared(
            "BagIt-Version: 0.96\nTag-File-Character-Encoding: UTF-8\n", UNSUPPORTED_VERSION, 1),
        declared(
            "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n", UNSUPPORTED_VERSION, 1),
        declared(
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n", UNSUPPORTED_ENCODING, 2),
        declared(
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\n",
            UNSUPPORTED_ENCODING,
            2),
        declared(
            "\ufeffBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", BYTE_ORDER_MARK, 1),
        declared("BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\n", BAD_LINE_END, 2),
        declared("BagIt-Version: 1.0\rTag-File-Character-Encoding: UTF-8\r", BAD_LINE_END, 1),
        wrong(
            "UTF-16 with a mark",
            BYTE_ORDER_MARK,
            "bagit.txt",
            1,
            bag -> bag.write("bagit.txt", "BagIt".getBytes(StandardCharsets.UTF_16))));
  }

  private static Case declared(String text, Problem problem, long line) {
    return wrong(
        "bagit.txt of " + text, problem, "bagit.txt", line, bag -> bag.write("bagit.txt", text));
  }

  static Stream<Case> lines() {
    return Stream.of(
        listed("\n", BAD_LINE),
        listed("no-checksum\n", BAD_LINE),
        listed(ZEROS + "\n", BAD_LINE),
        listed(ZEROS + "  \n", BAD_LINE),
        listed(" " + ZEROS + "  data/x\n", BAD_LINE),
        listed(ZEROS + "  data/x\0\n", BAD_LINE),
        listed(ZEROS + "  data/x\u0085y\n", BAD_LINE),
        listed(ZEROS + "  data/" + "x".repeat(TagLines.MAX_LINE) + "\n", BAD_LINE),
        listed("00  data/x\n", BAD_CHECKSUM),
        listed(ZEROS + "00  data/x\n", BAD_CHECKSUM),
        listed("g" + ZEROS.substring(1) + "  data/x\n", BAD_CHECKSUM),
        listed(ZEROS + "  data/100%\n", BAD_ESCAPE),
        listed(ZEROS + "  data/%20x\n", BAD_ESCAPE),
        listed(ZEROS + "  data/%2\n", BAD_ESCAPE),
        listed(ZEROS + "  ../x\n", PATH_ESCAPES),
        listed(ZEROS + "  data/../../x\n", PATH_ESCAPES),
        listed(ZEROS + "  data/..\n", PATH_ESCAPES),
        listed(ZEROS + "  /etc/passwd\n", PATH_ESCAPES),
        listed(ZEROS + "  ~/x\n", PATH_ESCAPES),
        listed(ZEROS + "  ~ann/x\n", PATH_ESCAPES),
        listed(ZEROS + "  C:/x\n", PATH_ESCAPES),
        listed(ZEROS + "  \\\\server\\x\n", PATH_ESCAPES),
        listed(ZEROS + "  data\\x\n", PATH_ESCAPES),
        listed(ZEROS + "  bagit.txt\n", PATH_ESCAPES),
        listed(ZEROS + "  database/x\n", PATH_ESCAPES),
        listed(ZEROS + " *data/x\n", PATH_ESCAPES),
        listed(ZEROS + "  ./data/x\n", BAD_PATH),
        listed(ZEROS + "  data//x\n", BAD_PATH),
        listed(ZEROS + "  data/\n", BAD_PATH),
        listed(ZEROS + "  data/./x\n", BAD_PATH),
        listed(ZEROS + "  data/a.txt\n", DUPLICATE_ENTRY),
        wrong(
            "bytes that are not UTF-8",
            WRONG_ENCODING,
            SHA256,
            1,
            bag -> bag.write(SHA256, "\u00fc  data/x\n".getBytes(StandardCharsets.ISO_8859_1))),
        wrong(
            "a byte-order mark in a manifest",
            BYTE_ORDER_MARK,
            SHA256,
            1,
            bag -> bag.write(SHA256, "\ufeff" + bag.read(SHA256))),
        wrong(
            "line ends of two kinds",
            BAD_LINE_END,
            SHA256,
            2,
            bag -> bag.write(SHA256, bag.read(SHA256).replaceFirst("\n", "\r\n"))),
        wrong(
            "line ends of CR",
            BAD_LINE_END,
            SHA256,
            1,
            bag -> bag.write(SHA256, bag.read(SHA256).replace('\n', '\r'))),
        new Case(
            "a tag manifest that lists itself",
            BAD_PATH,
            "tagmanifest-sha256.txt",
            5,
            false,
            bag -> bag.append("tagmanifest-sha256.txt", ZEROS + "  tagmanifest-sha256.txt\n")),
        new Case(
            "a tag manifest that lists the payload",
            BAD_PATH,
            "tagmanifest-sha256.txt",
            5,
            false,
            bag -> bag.append("tagmanifest-sha256.txt", ZEROS + "  data/a.txt\n")),
        new Case(
            "a tag manifest that leads out",
            PATH_ESCAPES,
            "tagmanifest-sha256.txt",
            5,
            false,
            bag -> bag.append("tagmanifest-sha256.txt", ZEROS + "  ../x\n")),
        new Case(
            "a tag file listed twice",
            DUPLICATE_ENTRY,
            "tagmanifest-sha256.txt",
            5,
            false,
            bag -> bag.append("tagmanifest-sha256.txt", ZEROS + "  bagit.txt\n")));
  }

  /** A third line after the two of the payload manifest. */
  private static Case listed(String line, Problem problem) {
    return wrong(
        "a manifest's line " + line.substring(0, Math.min(90, line.length())),
        problem,
        SHA256,
        3,
        bag -> bag.append(SHA256, line));
  }

  static Stream<Case> files() {
    return Stream.of(
        wrong("fetch.txt", FETCH, "fetch.txt", 0, bag -> bag.write("fetch.txt", "")),
        wrong(
            "no payload manifest",
            NO_MANIFEST,
            SHA512,
            0,
            bag -> {
              bag.delete(SHA256);
              bag.delete(SHA512);
            }),
        untagged(
            "no tag manifest",
            NO_TAG_MANIFEST,
            "tagmanifest-sha512.txt",
            bag -> {
              bag.delete("tagmanifest-sha256.txt");
              bag.delete("tagmanifest-sha512.txt");
            }),
        wrong(
            "an algorithm that is not known",
            UNSUPPORTED_ALGORITHM,
            "manifest-sha3256.txt",
            0,
            bag -> bag.write("manifest-sha3256.txt", "")),
        wrong(
            "an algorithm in capitals",
            UNSUPPORTED_ALGORITHM,
            "manifest-SHA256.txt",
            0,
            bag -> bag.write("manifest-SHA256.txt", "")),
        wrong(
            "manifests that list different files",
            MANIFESTS_DIFFER,
            SHA512,
            0,
            bag -> bag.write(SHA512, bag.read(SHA512).lines().findFirst().orElseThrow() + "\n")),
        wrong(
            "a file that is missing",
            FILE_MISSING,
            "data/a.txt",
            0,
            bag -> bag.delete("data/a.txt")),
        wrong(
            "a folder where a file is listed",
            FILE_MISSING,
            "data/a.txt",
            0,
            bag -> {
              bag.delete("data/a.txt");
              Files.createDirectory(bag.root().resolve("data/a.txt"));
            }),
        untagged("a tag file that is missing", FILE_MISSING, "more.txt", bag -> more(bag, true)),
        wrong(
            "a file that is not listed",
            FILE_UNLISTED,
            "data/sub/.DS_Store",
            0,
            bag -> bag.write("data/sub/.DS_Store", "")),
        untagged(
            "a payload manifest that a tag manifest does not list",
            TAG_FILE_UNLISTED,
            "tagmanifest-sha512.txt",
            bag ->
                bag.write(
                    "tagmanifest-sha512.txt",
                    bag.read("tagmanifest-sha512.txt")
                        .lines()
                        .filter(line -> !line.endsWith(SHA256))
                        .map(line -> line + "\n")
                        .collect(Collectors.joining()))),
        wrong(
            "other bytes of the same length",
            CHECKSUM_DIFFERS,
            "data/a.txt",
            0,
            bag -> bag.write("data/a.txt", "fIrst")),
        wrong(
            "a checksum of one manifest that is wrong",
            CHECKSUM_DIFFERS,
            "data/sub/b.txt",
            0,
            bag ->
                bag.replace(
                    SHA512,
                    bag.line(Algorithm.SHA512, "data/sub/b.txt"),
                    "0".repeat(128) + "  data/sub/b.txt\n")),
        untagged(
            "a payload manifest that was changed",
            CHECKSUM_DIFFERS,
            SHA512,
            bag -> bag.write(SHA512, bag.read(SHA512).replace("  ", " "))),
        untagged(
            "a tag file that nothing here reads and that was changed",
            CHECKSUM_DIFFERS,
            "more.txt",
            bag -> more(bag, false)));
  }

  /** A tag file of somebody else's, listed, and then gone or changed. */
  private static void more(HandMade bag, boolean gone) throws IOException {
    bag.write("more.txt", "more");
    bag.tag();
    if (gone) {
      bag.delete("more.txt");
    } else {
      bag.write("more.txt", "less");
    }
  }

  static Stream<Case> contents() {
    return Stream.of(
        info("Payload-Oxum: 11.3\n", OXUM_DIFFERS, 1),
        info("Payload-Oxum: 12.2\n", OXUM_DIFFERS, 1),
        info("X: y\npayload-oxum: eleven\n", OXUM_DIFFERS, 2),
        info("Payload-Oxum: 11.2\nX: y\nPayload-Oxum: 11.2\n", DUPLICATE_ENTRY, 3),
        info("Payload-Oxum:\n 11.2\n", BAD_LINE, 2),
        info("no colon\n", BAD_LINE, 1),
        info(": no label\n", BAD_LINE, 1),
        info("\n", BAD_LINE, 1),
        info("X: \u0007\n", BAD_LINE, 1),
        info("\ufeffX: y\n", BYTE_ORDER_MARK, 1),
        info("X: y\n".repeat(100_001), TOO_LARGE, 100_001),
        payload("a name of a device", BAD_NAME, "data/CON.txt", "CON.txt"),
        payload("a name with a line feed", BAD_NAME, "data/a\nb", "a\nb"),
        payload("a name with a carriage return", BAD_NAME, "data/a\rb", "a\rb"),
        payload("a name that ends in a space", BAD_NAME, "data/x ", "x "),
        payload("names that differ in case", TWIN_PATHS, "data/twin", "Twin", "twin"),
        payload(
            "names that differ in normalisation", TWIN_PATHS, "data/\u00fc", "u\u0308", "\u00fc"),
        wrong(
            "a link in the payload",
            SYMBOLIC_LINK,
            "data/link",
            0,
            bag -> Files.createSymbolicLink(bag.root().resolve("data/link"), Path.of("a.txt"))),
        wrong(
            "a folder that is a link",
            SYMBOLIC_LINK,
            "data/link",
            0,
            bag -> Files.createSymbolicLink(bag.root().resolve("data/link"), Path.of("sub"))),
        wrong(
            "a manifest that is a link",
            SYMBOLIC_LINK,
            SHA512,
            0,
            bag -> {
              Files.move(bag.root().resolve(SHA512), bag.root().resolve("elsewhere"));
              Files.createSymbolicLink(bag.root().resolve(SHA512), Path.of("elsewhere"));
            }),
        wrong(
            "a socket",
            NOT_A_FILE,
            "data/socket",
            0,
            bag -> {
              try (ServerSocketChannel socket =
                  ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.bind(UnixDomainSocketAddress.of(bag.root().resolve("data/socket")));
              }
            }),
        wrong(
            "no files",
            EMPTY,
            "data",
            0,
            bag -> {
              bag.delete("data/a.txt");
              bag.delete("data/sub/b.txt");
              bag.delete("bag-info.txt");
              bag.list();
            }));
  }

  private static Case info(String text, Problem problem, long line) {
    return wrong(
        "bag-info.txt of " + text.substring(0, Math.min(60, text.length())),
        problem,
        "bag-info.txt",
        line,
        bag -> bag.write("bag-info.txt", text));
  }

  /** Files that are listed as they are. */
  private static Case payload(String name, Problem problem, String file, String... names) {
    return wrong(
        name,
        problem,
        file,
        0,
        bag -> {
          for (String one : names) {
            bag.write("data/" + one, one);
          }
          bag.delete("bag-info.txt");
          bag.list();
        });
  }

  @ParameterizedTest
  @MethodSource({"declarations", "lines", "files", "contents"})
  void bag_isRefusedByName(Case wrong) throws IOException {
    HandMade bag = HandMade.plain(temp.resolve("bag"));
    wrong.change().to(bag);
    if (wrong.tagged()) {
      bag.tag();
    }

    BagException refused = assertThrows(BagException.class, () -> read(bag.root()));

    assertEquals(wrong.problem(), refused.problem(), refused.getMessage());
    assertEquals(wrong.file(), refused.file(), refused.getMessage());
    assertEquals(wrong.line(), refused.line(), refused.getMessage());
    assertTrue(
        String.valueOf(refused.getMessage())
            .matches("bag refused: [A-Z_0-9]+ in \".*\".*: expected .+, got .+; .+"),
        refused.getMessage());
  }

  @Test
  void weakChecksumsAlone_areNoProof() throws IOException {
    Map<String, String> files = Map.of("a", "b");
    List<Algorithm> weak = List.of(Algorithm.MD5, Algorithm.SHA1, Algorithm.SHA224);
    HandMade bag = HandMade.of(temp.resolve("weak"), "1.0", weak, files);
    assertEquals(WEAK_PROOF, refused(bag).problem());

    HandMade tags =
        HandMade.of(temp.resolve("tags"), "1.0", List.of(Algorithm.MD5, Algorithm.SHA512), files);
    tags.delete("tagmanifest-sha512.txt");
    assertEquals(WEAK_PROOF, refused(tags).problem());
    assertEquals("tagmanifest-sha512.txt", refused(tags).file());
  }

  @Test
  void somethingElseThanAFolder_isNoBag() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");

    assertEquals(NOT_A_BAG, assertThrows(BagException.class, () -> read(file)).problem());
    assertEquals(
        NOT_A_BAG, assertThrows(BagException.class, () -> read(temp.resolve("none"))).problem());
  }

  /** A problem that no bag here has would be a name without a meaning. */
  @Test
  void everyProblem_isProvokedHereOrByABagOfIngest() {
    Set<Problem> provoked =
        Stream.of(declarations(), lines(), files(), contents())
            .flatMap(Function.identity())
            .map(Case::problem)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Problem.class)));
    provoked.addAll(List.of(WEAK_PROOF, ROOT_DIFFERS, ITEM_DIFFERS));
    assertEquals(EnumSet.allOf(Problem.class), provoked);
  }

  private static BagException refused(HandMade bag) {
    return assertThrows(BagException.class, () -> read(bag.root()));
  }

  private static Bag read(Path root) throws IOException, BagException {
    return BagReader.open(root).verify(count -> {});
  }
}
