package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3ServerOptions;
import dev.ingest.testkit.s3.S3StoredVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A ledger and content of one test, and a way to their bytes that goes past the adapters. */
interface Backend extends AutoCloseable {

  /** The pairs that are tested. */
  enum Kind {
    SQLITE_AND_FILES,
    POSTGRES_AND_S3,
    POSTGRES_FOR_BOTH
  }

  /** Makes an empty one. */
  static Backend make(Kind kind, Path directory) throws IOException, SQLException {
    return switch (kind) {
      case SQLITE_AND_FILES -> new Files(new Cli(directory.resolve("home")));
      case POSTGRES_AND_S3 -> S3.start();
      case POSTGRES_FOR_BOTH -> new Database(PostgresServer.urlOfEmptySchema());
    };
  }

  /** Returns where it is; whoever opens it the first time makes it. */
  Place place();

  /** Returns the options that name it on a command line; whoever opens it first makes it. */
  default List<String> options() {
    Place place = place();
    return place.home() == null
        ? List.of("--ledger", place.ledger().toString(), "--content", place.content().toString())
        : List.of("--home", place.home().toString());
  }

  /** Calls a command on it, in this process. */
  default Cli.Result call(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(options());
    return Cli.callAsIs(all.toArray(String[]::new));
  }

  /** Returns what a process that opens it has in its environment. */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** Flips a bit of the one body below an area, {@code raw} or {@code run}, with these bytes. */
  void flip(String area, byte[] stored) throws IOException, SQLException;

  @Override
  void close() throws SQLException;

  /**
   * A home, as it is without options.
   *
   * @param cli the home
   */
  record Files(Cli cli) implements Backend {

    @Override
    public Place place() {
      return Place.home(cli.home());
    }

    @Override
    public void flip(String area, byte[] stored) throws IOException {
      Cli.flip(cli.stored(area, stored));
    }

    @Override
    public void close() {}
  }

  /**
   * A ledger on PostgreSQL and content on a server that speaks S3.
   *
   * @param ledger the ledger's URI
   * @param server the content's server, which is closed with this
   */
  record S3(String ledger, S3FaultServer server) implements Backend {

    static final String BUCKET = "bucket";
    private static final String KEY_ID = "AKIDEXAMPLE";
    private static final String SECRET_KEY = "any";

    private static int open;

    static S3 start() throws IOException, SQLException {
      String ledger = PostgresServer.urlOfEmptySchema();
      S3FaultServer server =
          S3FaultServer.start(S3ServerOptions.DEFAULT.withClock(InstantSource.system()));
      server.createBucket(BUCKET);
      count(1);
      return new S3(ledger, server);
    }

    /** This process has credentials for as long as one of these is open. */
    private static synchronized void count(int opened) {
      open += opened;
      if (open > 0) {
        System.setProperty("aws.accessKeyId", KEY_ID);
        System.setProperty("aws.secretAccessKey", SECRET_KEY);
      } else {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
      }
    }

    @Override
    public Map<String, String> environment() {
      return Map.of("AWS_ACCESS_KEY_ID", KEY_ID, "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    }

    String content() {
      return "s3://%s/production/a?region=us-east-1&pathStyle=true&endpoint=%s"
          .formatted(BUCKET, server.endpoint());
    }

    @Override
    public Place place() {
      return Place.of(URI.create(ledger), URI.create(content())).applyingSchema();
    }

    @Override
    public void flip(String area, byte[] stored) {
      Digest digest = Digest.of(stored);
      List<String> keys =
          server.objects(BUCKET).stream()
              .map(S3StoredVersion::key)
              .filter(key -> key.contains("/" + area + "/"))
              .filter(key -> Digest.of(server.bytes(BUCKET, key).orElseThrow()).equals(digest))
              .toList();
      assertEquals(1, keys.size(), "objects below " + area + " with these bytes: " + keys);
      server.damage(BUCKET, keys.get(0), stored.length / 2);
    }

    @Override
    public void close() throws SQLException {
      count(-1);
      try (server) {
        PostgresServer.dropSchema(ledger);
      }
    }
  }

  /**
   * Ledger and content in one schema on PostgreSQL.
   *
   * @param url its URL
   */
  record Database(String url) implements Backend {

    private static final String FLIP =
        "UPDATE content_chunks SET bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1)"
            + " WHERE ordinal = 0 AND body ="
            + " (SELECT body FROM content_keys WHERE digest = ? AND key LIKE ?)";

    @Override
    public Place place() {
      return Place.of(URI.create(url), URI.create(url)).applyingSchema();
    }

    @Override
    public void flip(String area, byte[] stored) throws SQLException {
      try (Connection connection = DriverManager.getConnection(url);
          PreparedStatement statement = connection.prepareStatement(FLIP)) {
        statement.setBytes(1, Digest.of(stored).toBytes());
        statement.setString(2, area + "/%");
        assertEquals(1, statement.executeUpdate(), "bodies below " + area + " with these bytes");
      }
    }

    @Override
    public void close() throws SQLException {
      PostgresServer.dropSchema(url);
    }
  }
}
