package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import dev.ingest.spi.Digest;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;

/** Names of sinks: the same on every node and after every restart, and without secrets. */
final class SinkName {

  private static final int LONGEST = 64;
  private static final int HASH = 16;

  private SinkName() {}

  /** Checks a name that someone chose. */
  static String chosen(String name) {
    if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
      throw new ConfigurationException(
          "a sink's name is 1 to 64 lower-case letters, digits or . _ -, starting with a letter or"
              + " digit; got \""
              + AlertText.line(name)
              + "\"");
    }
    return name;
  }

  /**
   * Makes a name of a kind, the host and the port, if the URI has one. One that is too long, or
   * whose host has characters that names have not, ends in a hash of the whole, so that two
   * destinations are not taken for one.
   */
  static String of(String kind, URI uri) {
    String host = Objects.requireNonNull(uri.getHost()).toLowerCase(Locale.ROOT);
    String whole = kind + "-" + host + (uri.getPort() < 0 ? "" : "-" + uri.getPort());
    String name = whole.replaceAll("[^a-z0-9._-]", "_");
    if (name.equals(whole) && name.length() <= LONGEST) {
      return name;
    }
    String hash = Digest.ofUtf8(whole).hex().substring(0, HASH);
    int kept = Math.min(name.length(), LONGEST - HASH - 1);
    return name.substring(0, kept) + "-" + hash;
  }
}
