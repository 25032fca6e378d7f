package dev.ingest.store.jdbc.url;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URI;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

/** The connections of what was opened by a URI alone. */
public final class ServerPool {

  private static final Pattern PLACE =
      Pattern.compile("jdbc:postgresql:(//[^/?]*/|/)?[^/?]*(\\?.*)?", Pattern.DOTALL);
  private static final int CONNECTIONS = 8;

  private static final long WAIT_MILLIS = 10_000;

  /** How long the first look waits for a server that takes a connection and says nothing. */
  private static final int LOOK_SECONDS = 4;

  /**
   * How long a connection of a pool waits for the server to say something, unless its URI says so.
   * Calls that are made of it wait for as long as they say themselves, so that this is for what is
   * not among them, as the logging in. It is longer than anybody waits for that, and ends it then:
   * a thread of the driver and a socket, which would stay for good.
   */
  static final int ANSWER_SECONDS = 20;

  private static final String SOCKET_TIMEOUT = "socketTimeout";

  private ServerPool() {}

  /**
   * Makes a pool of at most eight connections, for one of which callers wait 10 s. It connects when
   * it is first asked. Where the URI has no {@code socketTimeout}, a server that says nothing while
   * it is logged in to is waited for 20 s.
   *
   * @param uri a URI of a server, with the options of its driver
   * @param name what the pool is called in logs
   * @return the pool, to be closed by the caller
   * @throws IllegalArgumentException if the driver does not understand the URI; the message repeats
   *     no part of it
   */
  public static HikariDataSource of(URI uri, String name) {
    return of(uri, name, ANSWER_SECONDS);
  }

  static HikariDataSource of(URI uri, String name, int answerSeconds) {
    PGSimpleDataSource source = source(uri);
    if (source.getSocketTimeout() == 0 && !hasOption(uri.toString(), SOCKET_TIMEOUT)) {
      source.setSocketTimeout(answerSeconds);
    }
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName(name);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(WAIT_MILLIS);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /**
   * Connects once and lets go, to learn early of what a pool would try again until its callers have
   * waited in vain. Waits 4 s at most, and does not look where several servers are named.
   *
   * @param uri a URI of a server, with the options of its driver
   * @return why the server refuses it for good; empty if it connected, or may do so later
   * @throws IllegalArgumentException if the driver does not understand the URI; the message repeats
   *     no part of it
   */
  public static Optional<ConnectFailure> refusal(URI uri) {
    PGSimpleDataSource source = source(uri);
    if (source.getServerNames().length > 1) {
      return Optional.empty();
    }
    source.setLoginTimeout(LOOK_SECONDS);
    // Ends also the thread of the driver that waits for the answer.
    source.setSocketTimeout(LOOK_SECONDS);
    try {
      source.getConnection().close();
      return Optional.empty();
    } catch (SQLException e) {
      // A server that does not answer yet is the pool's to wait for, and to tell of.
      return Optional.of(ConnectFailure.of(e, source)).filter(ConnectFailure::isRefusal);
    }
  }

  /**
   * Names a server to the driver, which does not connect, but reads its files for passwords and
   * services. What the driver would repeat in its log, with all options and so with a password, as
   * it does with a place that has too few slashes or too many, is refused before.
   *
   * @param uri a URI of a server, with the options of its driver
   * @return connections to it
   * @throws IllegalArgumentException if the driver does not understand the URI; the message repeats
   *     no part of it
   */
  public static PGSimpleDataSource source(URI uri) {
    String text = uri.toString();
    if (!PLACE.matcher(text).matches()) {
      throw refused();
    }
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      source.setUrl(text);
    } catch (IllegalArgumentException e) {
      // Its message repeats the URI, which may hold a password, so it is not handed on.
      throw refused();
    }
    String password = source.getPassword();
    if (password != null && !hasOption(text, "password")) {
      // If it is that of .pgpass, the driver has looked there already, and would keep for good what
      // that said. Without one it looks again for each connection, so that a password can be
      // changed under a pool. That of a service is nowhere else: the driver forgets the service.
      source.setPassword(null);
      if (!password.equals(saidByTheFile(source))) {
        source.setPassword(password);
      }
    }
    return source;
  }

  private static @Nullable String saidByTheFile(PGSimpleDataSource source) {
    Properties given = new Properties();
    if (source.getUser() != null) {
      given.setProperty("user", source.getUser());
    }
    Properties parsed = Driver.parseURL(source.getUrl(), given);
    return parsed == null ? null : parsed.getProperty("password");
  }

  private static boolean hasOption(String text, String name) {
    String options = text.substring(text.indexOf('?') + 1);
    return Arrays.stream(options.split("&", -1)).anyMatch(one -> one.startsWith(name + "="));
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "the driver does not understand it; write jdbc:postgresql://host/database?user=name");
  }
}
