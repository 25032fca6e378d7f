package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a tag file, one at a time: UTF-8 without a byte-order mark, and without control
 * characters but the tab.
 *
 * <p>A file is read by one tool as lines that end in LF and by another as lines that end in CR, so
 * what they would read as different lines is refused: a lone CR, and a file with LF here and CRLF
 * there. The last line may lack its end. For one thread.
 */
final class TagLines {

  /** The longest line, in bytes. */
  static final int MAX_LINE = 16_384;

  private final String file;
  private final InputStream in;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
  private long number;
  private @Nullable Boolean endsWithCarriageReturn;

  TagLines(String file, InputStream in) {
    this.file = file;
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** Returns where the line that was read last stands. */
  Place place() {
    return new Place(file, number);
  }

  /** Reads the next line without its end; null after the last one. */
  @Nullable String next() throws IOException, BagException {
    int value = in.read();
    if (value < 0) {
      return null;
    }
    number++;
    buffer.reset();
    while (value >= 0 && value != '\n') {
      if (value == '\r') {
        value = in.read();
        if (value != '\n') {
          throw lineEnd("LF or CR LF at the end of each line", "a CR that no LF follows");
        }
        ended(true);
        return text();
      }
      buffer.write(value);
      if (buffer.size() > MAX_LINE) {
        throw place()
            .refused(
                Problem.BAD_LINE,
                "at most " + MAX_LINE + " bytes",
                "a longer line",
                "shorten the paths in the bag");
      }
      value = in.read();
    }
    if (value == '\n') {
      ended(false);
    }
    return text();
  }

  private void ended(boolean carriageReturn) throws BagException {
    if (endsWithCarriageReturn == null) {
      endsWithCarriageReturn = carriageReturn;
    } else if (endsWithCarriageReturn != carriageReturn) {
      throw lineEnd("one kind of line end in a file", "LF and CR LF");
    }
  }

  private BagException lineEnd(String expected, String actual) {
    return place()
        .refused(
            Problem.BAD_LINE_END,
            expected,
            actual,
            "have the tag files written again by the tool that made the bag");
  }

  private String text() throws BagException {
    byte[] bytes = buffer.toByteArray();
    if (number == 1) {
      refuseByteOrderMark(bytes);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw place()
          .refused(
              Problem.WRONG_ENCODING,
              "UTF-8",
              "bytes that are not",
              "have the tag files written in UTF-8 by the tool that made the bag");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\t' && Character.isISOControl(c)) {
        throw place()
            .refused(
                Problem.BAD_LINE,
                "no control characters but the tab",
                String.format("U+%04X", (int) c),
                "have the tag files written again by the tool that made the bag");
      }
    }
    return text;
  }

  private void refuseByteOrderMark(byte[] line) throws BagException {
    boolean utf8 =
        line.length >= 3
            && line[0] == (byte) 0xef
            && line[1] == (byte) 0xbb
            && line[2] == (byte) 0xbf;
    boolean utf16 =
        line.length >= 2
            && ((line[0] == (byte) 0xfe && line[1] == (byte) 0xff)
                || (line[0] == (byte) 0xff && line[1] == (byte) 0xfe));
    if (utf8 || utf16) {
      throw place()
          .refused(
              Problem.BYTE_ORDER_MARK,
              "UTF-8 without a byte-order mark",
              utf8 ? "the mark of UTF-8" : "the mark of UTF-16",
              "have the tag files written again by the tool that made the bag");
    }
  }
}
