package dev.ingest.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class Options {

  private static final Set<String> PIPELINES = Set.of("photos", "copy");

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where ledger and content are kept (default: $INGEST_HOME, or ./ingest-home).")
  private @Nullable Path home;

  @Option(
      names = "--ledger",
      paramLabel = "URI",
      converter = StoreUri.Converter.class,
      description = "The ledger, instead of the one below --home; needs --content.")
  private @Nullable URI ledger;

  @Option(
      names = "--content",
      paramLabel = "URI",
      converter = StoreUri.Converter.class,
      description = "The content store, instead of the one below --home; needs --ledger.")
  private @Nullable URI content;

  @Option(
      names = "--pipeline",
      paramLabel = "NAME",
      description = "What new sequences pass through: photos (default) or copy.")
  private @Nullable String pipeline;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long a stage's lease runs without renewal (default: 30).")
  private int leaseSeconds = 30;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(names = "--verbose", description = "Show stack traces and the engine's log.")
  private boolean verbose;

  /** Refuses values that no command can work with. */
  void check() {
    if (leaseSeconds < 1 || leaseSeconds > 86_400) {
      throw new UsageException("--lease is 1 to 86400 seconds, got " + leaseSeconds);
    }
    if (!PIPELINES.contains(pipeline())) {
      throw new UsageException(
          "there is no pipeline %s; known are photos, copy".formatted(Terminal.quoted(pipeline())));
    }
  }

  boolean json() {
    return json;
  }

  boolean verbose() {
    return verbose;
  }

  String pipeline() {
    return pipeline == null ? "photos" : pipeline;
  }

  /** Tells whether the caller said which pipeline. */
  boolean namesPipeline() {
    return pipeline != null;
  }

  Duration lease() {
    return Duration.ofSeconds(leaseSeconds);
  }

  /** Tells whether the caller said where ledger and content are. */
  boolean namesPlace() {
    return home != null || ledger != null || content != null;
  }

  /** Tells where ledger and content are. */
  Place place() {
    if (ledger == null && content == null) {
      return Place.home(home == null ? defaultHome() : home);
    }
    if (home != null) {
      throw new UsageException("give either --home or --ledger and --content");
    }
    if (ledger == null || content == null) {
      throw new UsageException(
          "--%s is missing: --ledger and --content go together, since a home's %s beside another %s would be taken for its own; to use the one of a home, name it, as %s"
              .formatted(
                  ledger == null ? "ledger" : "content",
                  ledger == null ? "ledger" : "content",
                  ledger == null ? "content" : "ledger",
                  ledger == null ? "jdbc:sqlite:/HOME/ledger.db" : "file:/HOME/content"));
    }
    return Place.of(ledger, content);
  }

  private static Path defaultHome() {
    String named = System.getenv("INGEST_HOME");
    return Path.of(named == null || named.isEmpty() ? "ingest-home" : named);
  }
}
