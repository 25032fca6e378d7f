package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The manifests that a bag has.
 *
 * @param payload the names of the payload manifests
 * @param tag the names of the tag manifests
 */
record Manifests(Map<Algorithm, String> payload, Map<Algorithm, String> tag) {

  private static final Pattern MANIFEST = Pattern.compile("(tag)?manifest-([^/]*)\\.txt");
  private static final String FETCH = "fetch.txt";
  private static final String REMEDY = "have the bag made again by a tool that knows RFC 8493";

  /**
   * Finds them, and refuses a folder that is no bag, has links, is not whole, or has nothing that
   * proves its bytes.
   */
  static Manifests find(BagFolder folder) throws IOException, BagException {
    if (!folder.has(Declaration.FILE)) {
      throw Place.file(Declaration.FILE)
          .refused(
              Problem.NOT_A_BAG,
              "a file that declares the folder a bag",
              "none",
              "name the bag's folder, or submit the files without --bag");
    }
    Manifests found = new Manifests(new EnumMap<>(Algorithm.class), new EnumMap<>(Algorithm.class));
    folder.forEachFile((path, length) -> found.look(path));
    require(found.payload, "manifest-sha512.txt", Problem.NO_MANIFEST, REMEDY);
    require(
        found.tag,
        "tagmanifest-sha512.txt",
        Problem.NO_TAG_MANIFEST,
        REMEDY + ", or submit its folder data without --bag");
    return found;
  }

  private void look(String path) throws BagException {
    if (path.equals(FETCH)) {
      throw Place.file(path)
          .refused(
              Problem.FETCH,
              "a bag with all its bytes",
              "a list of bytes to fetch from elsewhere",
              "fetch them with the tool that made the bag, and have it made whole");
    }
    Matcher manifest = MANIFEST.matcher(path);
    if (!manifest.matches()) {
      return;
    }
    Algorithm algorithm =
        Algorithm.named(manifest.group(2))
            .orElseThrow(
                () ->
                    Place.file(path)
                        .refused(
                            Problem.UNSUPPORTED_ALGORITHM,
                            Arrays.stream(Algorithm.values())
                                .map(Algorithm::bagName)
                                .collect(Collectors.joining(", ")),
                            BagException.quoted(manifest.group(2)),
                            REMEDY));
    (manifest.group(1) == null ? payload : tag).put(algorithm, path);
  }

  private static void require(
      Map<Algorithm, String> manifests, String wanted, Problem none, String remedy)
      throws BagException {
    if (manifests.isEmpty()) {
      throw Place.file(wanted).refused(none, "one manifest at least", "none", remedy);
    }
    if (manifests.keySet().stream().noneMatch(Algorithm::isProof)) {
      throw Place.file(wanted)
          .refused(
              Problem.WEAK_PROOF,
              "a manifest by sha256, sha384 or sha512",
              String.join(" and ", manifests.values()) + " alone",
              remedy);
    }
  }
}
