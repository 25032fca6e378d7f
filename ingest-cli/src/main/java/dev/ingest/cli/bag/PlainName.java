package dev.ingest.cli.bag;

import dev.ingest.spi.ItemName;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Which items' names are also the names of their files in a bag.
 *
 * <p>Those that every common file system takes and every tool reads alike. {@code %} is escaped by
 * RFC 8493, left as it is by tools that are older or know the draft alone, and unescaped by none of
 * these, so no one spelling of such a path is found by all. {@code <>:"|?*} are no names on
 * Windows, which also bounds the whole path. A tilde at either end of a part is taken for a home
 * directory by some tools, and a leading space for the end of the white space before the path.
 */
final class PlainName {

  private static final int MAX_PART_BYTES = 255;
  private static final Pattern SPECIAL = Pattern.compile("[%<>:\"|?*]|(^|/)[ ~]|~(/|$)");

  private PlainName() {}

  /**
   * Tells whether a name is plain.
   *
   * @param unicode whether this platform's file names are Unicode
   */
  static boolean is(ItemName name, boolean unicode) {
    String value = name.value();
    if (SPECIAL.matcher(value).find()) {
      return false;
    }
    for (String part : value.split("/", -1)) {
      if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
        return false;
      }
    }
    // Without Unicode only ASCII is the same in the manifest and on the disk.
    return unicode || value.chars().allMatch(c -> c < 0x80);
  }

  /** Tells whether the names of files are Unicode here, whatever the language. */
  static boolean isUnicodeHere() {
    String encoding = System.getProperty("sun.jnu.encoding", "");
    return encoding.equalsIgnoreCase("UTF-8") || File.separatorChar == '\\';
  }
}
