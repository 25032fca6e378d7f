package dev.ingest.store.jdbc.url;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code jdbc:} URIs for messages, and the two options in them that are not the driver's. */
public final class DatabaseUri {

  /**
   * The option that tells whether tables are made; the driver passes over what it does not know.
   */
  public static final String SCHEMA = "ingestSchema";

  /** The option that names the risks of a server that do not keep it from being used. */
  public static final String ACCEPT = "ingestAccept";

  private static final String SQLITE = "sqlite:";
  private static final String POSTGRES = "postgresql:";

  private DatabaseUri() {}

  /** What may be done about tables that are missing. */
  public enum Rule {
    /** They are made; also where nothing is said. */
    APPLY,
    /** They are named and the opening is refused. */
    VERIFY
  }

  /**
   * Tells whether a URI names an SQLite file.
   *
   * @param uri any URI
   * @return whether it begins with {@code jdbc:sqlite:}
   */
  public static boolean isFile(URI uri) {
    return isOf(uri, SQLITE);
  }

  /**
   * Tells whether a URI names a PostgreSQL server.
   *
   * @param uri any URI
   * @return whether it begins with {@code jdbc:postgresql:}
   */
  public static boolean isServer(URI uri) {
    return isOf(uri, POSTGRES);
  }

  private static boolean isOf(URI uri, String system) {
    String part = uri.getSchemeSpecificPart();
    // Not of the whole, which takes time and memory by the square of the letters that get longer.
    String start = part.substring(0, Math.min(part.length(), system.length()));
    return "jdbc".equalsIgnoreCase(uri.getScheme())
        && start.toLowerCase(Locale.ROOT).equals(system);
  }

  /**
   * Reads the file of {@code jdbc:sqlite:/path/to/file}, whose path is absolute and has no options.
   *
   * @param uri a URI
   * @return the file
   * @throws IllegalArgumentException if it is something else; the message names no part of the URI
   */
  public static Path file(URI uri) {
    if (!isFile(uri)) {
      throw new IllegalArgumentException("it is not a URI of this adapter");
    }
    if (uri.getRawSchemeSpecificPart().indexOf('?') >= 0 || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("it has options, and this adapter sets all that it needs");
    }
    try {
      Path file = Path.of(uri.getSchemeSpecificPart().substring(SQLITE.length()));
      if (file.isAbsolute() && file.getFileName() != null) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("it names no file: " + e.getReason(), e);
    }
    throw new IllegalArgumentException("its path is not the absolute path of a file");
  }

  /**
   * Reads {@code ingestSchema=apply} or {@code ingestSchema=verify}, and refuses a URI with a user
   * before its host, which the driver does not know and would repeat in its log.
   *
   * @param uri a URI of a server
   * @return the rule
   * @throws IllegalArgumentException if there is such a user, or the option has another value or is
   *     there twice; the message names no part of the URI
   */
  public static Rule rule(URI uri) {
    String text = uri.toString();
    String query = query(text);
    if (text.substring(0, text.length() - query.length()).indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "it has a user before an @; write jdbc:postgresql://host/database?user=name, and leave"
              + " the password to the driver's .pgpass");
    }
    List<String> given = given(query, SCHEMA);
    if (given.isEmpty()) {
      return Rule.APPLY;
    }
    for (Rule rule : Rule.values()) {
      String wanted = SCHEMA + "=" + rule.name().toLowerCase(Locale.ROOT);
      if (given.size() == 1 && given.get(0).equals(wanted)) {
        return rule;
      }
    }
    throw new IllegalArgumentException(SCHEMA + " is apply or verify, and there once");
  }

  /**
   * Reads {@code ingestAccept=RISK,RISK}, whose names are in upper case or lower.
   *
   * @param uri a URI of a server
   * @param risks all that there are
   * @param <R> their type
   * @return those that it accepts, none without the option
   * @throws IllegalArgumentException if there is no such risk, or the option is there twice; the
   *     message names no part of the URI
   */
  public static <R extends Enum<R>> Set<R> accepted(URI uri, Class<R> risks) {
    Set<R> accepted = EnumSet.noneOf(risks);
    List<String> given = given(query(uri.toString()), ACCEPT);
    if (given.isEmpty()) {
      return accepted;
    }
    Map<String, R> known =
        Arrays.stream(risks.getEnumConstants())
            .collect(Collectors.toMap(risk -> risk.name().toLowerCase(Locale.ROOT), risk -> risk));
    for (String name : given.get(0).substring(ACCEPT.length() + 1).split(",", -1)) {
      R risk = known.get(name.toLowerCase(Locale.ROOT));
      if (risk == null || given.size() > 1) {
        throw new IllegalArgumentException(
            ACCEPT
                + " is there once and names risks of the server, with commas between them, of "
                + Arrays.toString(risks.getEnumConstants()));
      }
      accepted.add(risk);
    }
    return accepted;
  }

  /**
   * Says how a URI accepts risks, for messages.
   *
   * @param risks which
   * @return the option that {@link #accepted} reads
   */
  public static String accepting(Set<? extends Enum<?>> risks) {
    return ACCEPT + "=" + risks.stream().map(Enum::name).collect(Collectors.joining(","));
  }

  private static String query(String text) {
    int options = text.indexOf('?');
    return options < 0 ? "" : text.substring(options + 1);
  }

  private static List<String> given(String query, String option) {
    return Arrays.stream(query.split("&", -1)).filter(one -> one.startsWith(option + "=")).toList();
  }

  /**
   * Shows a URI in a message, without what follows a question mark and without a user: either may
   * hold a password.
   *
   * @param uri the URI
   * @return its text, shortened
   */
  public static String shown(URI uri) {
    String text = uri.toString();
    int options = text.indexOf('?');
    String place = options < 0 ? text : text.substring(0, options) + "?...";
    return place.replaceFirst("//[^/]*@", "//...@");
  }
}
