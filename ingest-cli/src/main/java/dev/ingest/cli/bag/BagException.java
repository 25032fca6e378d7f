package dev.ingest.cli.bag;

import dev.ingest.spi.InvalidValueException;

/**
 * A bag is refused: nothing of it is taken in. The message names the file, the line where there is
 * one, what was expected, what was found and what to do.
 */
public final class BagException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What is wrong with a bag. Scripts may rely on the names. */
  public enum Problem {
    /** There is no folder with a {@code bagit.txt}. */
    NOT_A_BAG,
    /** {@code bagit.txt} has another form than its two lines. */
    BAD_DECLARATION,
    /** A version other than 0.97 and 1.0. */
    UNSUPPORTED_VERSION,
    /** Tag files in another encoding than UTF-8. */
    UNSUPPORTED_ENCODING,
    /** A tag file begins with a byte-order mark. */
    BYTE_ORDER_MARK,
    /** The bytes of a tag file, or the name of a file, are not valid text. */
    WRONG_ENCODING,
    /** A lone carriage return, or line ends of several kinds in one file. */
    BAD_LINE_END,
    /** A line that does not have its form, or is too long. */
    BAD_LINE,
    /** A checksum that is not as many hexadecimal digits as its algorithm has. */
    BAD_CHECKSUM,
    /** A percent sign that is not part of {@code %0A}, {@code %0D} or {@code %25}. */
    BAD_ESCAPE,
    /** A path that leads, or could lead, out of the bag or out of its payload. */
    PATH_ESCAPES,
    /** A path with empty parts or parts that are a dot. */
    BAD_PATH,
    /** A payload path that is no name of an item. */
    BAD_NAME,
    /** A path, or a label that is unique, stands twice. */
    DUPLICATE_ENTRY,
    /** Two payload paths that some file system takes for the same. */
    TWIN_PATHS,
    /** A symbolic link anywhere in the bag. */
    SYMBOLIC_LINK,
    /** Something that is neither a file nor a folder. */
    NOT_A_FILE,
    /** A {@code fetch.txt}: bytes that are elsewhere. */
    FETCH,
    /** No payload manifest. */
    NO_MANIFEST,
    /** No tag manifest. */
    NO_TAG_MANIFEST,
    /** A manifest by an algorithm that is not known. */
    UNSUPPORTED_ALGORITHM,
    /** Manifests by nothing stronger than MD5, SHA-1 or SHA-224. */
    WEAK_PROOF,
    /** Payload manifests that do not list the same files. */
    MANIFESTS_DIFFER,
    /** A file is listed and not there. */
    FILE_MISSING,
    /** A file is there and not listed. */
    FILE_UNLISTED,
    /** A tag file is not listed where it must be. */
    TAG_FILE_UNLISTED,
    /** {@code Payload-Oxum} has another form, or says other totals. */
    OXUM_DIFFERS,
    /** The bytes of a file are not those of a manifest. */
    CHECKSUM_DIFFERS,
    /** The payload has no file, and a sequence has at least one item. */
    EMPTY,
    /** More files or lines than a bag may have here. */
    TOO_LARGE,
    /** A manifest of Ingest in the bag is not canonical, or not the one of its root. */
    ROOT_DIFFERS,
    /** What the tag files of Ingest say of an item is not what the bag holds. */
    ITEM_DIFFERS
  }

  /** What is wrong. */
  private final Problem problem;

  /** In which file, relative to the bag. */
  private final String file;

  /** In which line, or 0. */
  private final long line;

  BagException(Problem problem, Place place, String detail) {
    super("bag refused: " + problem + " " + place + ": " + detail);
    this.problem = problem;
    this.file = place.file();
    this.line = place.line();
  }

  /**
   * Where in a bag something is wrong.
   *
   * @param file the file, relative to the bag's folder
   * @param line the line, counted from 1; 0 if it is about the whole file
   */
  record Place(String file, long line) {

    static Place file(String file) {
      return new Place(file, 0);
    }

    /** Refuses the bag because of something here. */
    BagException refused(Problem problem, String expected, String actual, String remedy) {
      return new BagException(
          problem, this, "expected " + expected + ", got " + actual + "; " + remedy);
    }

    @Override
    public String toString() {
      return line == 0 ? "in " + quoted(file) : "in " + quoted(file) + " line " + line;
    }
  }

  /** Shows a text from a bag so that it is safe in logs and on terminals. */
  static String quoted(String text) {
    return "\"" + InvalidValueException.escape(text) + "\"";
  }

  /**
   * Tells what is wrong.
   *
   * @return the problem
   */
  public Problem problem() {
    return problem;
  }

  /**
   * Tells in which file.
   *
   * @return its path, relative to the bag's folder
   */
  public String file() {
    return file;
  }

  /**
   * Tells in which line.
   *
   * @return counted from 1; 0 if it is about the whole file
   */
  public long line() {
    return line;
  }
}
