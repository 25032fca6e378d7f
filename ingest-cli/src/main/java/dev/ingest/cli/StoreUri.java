package dev.ingest.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** URIs of stores on the command line, which may hold passwords. */
final class StoreUri {

  private static final String SERVER = "jdbc:postgresql:";
  private static final String SCHEMA = "ingestSchema=";
  private static final Pattern OPTION =
      Pattern.compile("(?i)((?:password|passwd|pwd|secret|token|key)[a-z]*=)[^&\\s\"']+");
  private static final Pattern USER = Pattern.compile("//[^/\\s\"'?]*@");

  private StoreUri() {}

  /** Reads a URI; a refusal does not repeat it. */
  static final class Converter implements ITypeConverter<URI> {

    @Override
    public URI convert(String text) {
      try {
        return new URI(text);
      } catch (URISyntaxException e) {
        // Its message repeats the text, so it is not handed on.
        throw new TypeConversionException(
            "not a URI: %s at position %d".formatted(e.getReason(), e.getIndex()));
      } catch (NumberFormatException e) {
        // Of a number in an address that is too large for the JDK's parser, which says so like
        // this.
        throw new TypeConversionException("not a URI: a number in its address is too large");
      }
    }
  }

  /** Leaves out of a message what a URI in it may hold of a password. */
  static String masked(String message) {
    return USER.matcher(OPTION.matcher(message).replaceAll("$1...")).replaceAll("//...@");
  }

  /** Tells whether a store is on a server whose tables are made on demand alone. */
  static boolean hasSchema(URI uri) {
    String text = uri.toString();
    // Not of the whole, which takes time and memory by the square of the letters that get longer.
    String start = text.substring(0, Math.min(text.length(), SERVER.length()));
    return start.toLowerCase(Locale.ROOT).equals(SERVER);
  }

  /** Adds what is to be done about missing tables, unless the URI says it itself. */
  static URI withSchema(URI uri, boolean apply) {
    String text = uri.toString();
    if (!hasSchema(uri) || text.contains(SCHEMA)) {
      return uri;
    }
    return URI.create(
        text + (text.indexOf('?') < 0 ? "?" : "&") + SCHEMA + (apply ? "apply" : "verify"));
  }
}
