package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths in manifests: how they are escaped, and which of them lead nowhere but into the bag.
 */
final class BagPath {

  /** What all payload paths begin with. */
  static final String PAYLOAD = "data/";

  private static final Pattern ESCAPE = Pattern.compile("%(0[AaDd]|25)?");
  private static final Pattern LINE_ESCAPE = Pattern.compile("%(0[AaDd])");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private BagPath() {}

  /**
   * Reads a path of a manifest. Version 1.0 escapes a percent sign too, 0.97 only line ends: what
   * is no escape there is a percent sign, and here an error.
   */
  static String decode(String written, BagVersion version, Place place) throws BagException {
    if (written.indexOf('%') < 0) {
      return written;
    }
    Matcher escape = (version == BagVersion.V1_0 ? ESCAPE : LINE_ESCAPE).matcher(written);
    StringBuilder decoded = new StringBuilder();
    while (escape.find()) {
      String code = escape.group(1);
      if (code == null) {
        throw place.refused(
            Problem.BAD_ESCAPE,
            "%0A, %0D or %25 for a line feed, a carriage return or a percent sign",
            BagException.quoted(written),
            "have the manifests written again by a tool that knows RFC 8493");
      }
      String character = code.equals("25") ? "%" : code.equalsIgnoreCase("0a") ? "\n" : "\r";
      escape.appendReplacement(decoded, Matcher.quoteReplacement(character));
    }
    return escape.appendTail(decoded).toString();
  }

  /** Refuses a payload path that is not below the payload's folder. */
  static void checkPayload(String path, Place place) throws BagException {
    check(path, place);
    if (!path.startsWith(PAYLOAD)) {
      throw escapes(path, place, "a path that begins with data/");
    }
  }

  /** Refuses a path of a tag file that is not one. */
  static void checkTag(String path, Place place) throws BagException {
    check(path, place);
    if (path.startsWith(PAYLOAD) || path.startsWith("tagmanifest-")) {
      throw place.refused(
          Problem.BAD_PATH,
          "a tag file that is no tag manifest",
          BagException.quoted(path),
          "have the tag manifests written again");
    }
  }

  private static void check(String path, Place place) throws BagException {
    if (path.startsWith("/")
        || path.startsWith("~")
        || path.indexOf('\\') >= 0
        || DRIVE.matcher(path).matches()) {
      throw escapes(path, place, "a relative path with / between its parts");
    }
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        throw escapes(path, place, "a path without the part ..");
      }
      if (part.isEmpty() || part.equals(".")) {
        throw place.refused(
            Problem.BAD_PATH,
            "a path without empty parts and dots",
            BagException.quoted(path),
            "have the manifests written again");
      }
    }
  }

  private static BagException escapes(String path, Place place, String expected) {
    return place.refused(
        Problem.PATH_ESCAPES,
        expected,
        BagException.quoted(path),
        "do not trust this bag; ask whoever made it");
  }
}
