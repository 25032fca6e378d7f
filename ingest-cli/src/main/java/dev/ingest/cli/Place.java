package dev.ingest.cli;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a ledger and its content are.
 *
 * @param home the directory that holds both, if one does
 * @param ledger the ledger's URI
 * @param content the content's URI
 */
record Place(@Nullable Path home, URI ledger, URI content) {

  private static final Pattern NESTED_SCHEME = Pattern.compile("jdbc:[a-z0-9]+:");

  /** Providers do not list what they accept, so these forms are tried to name the known ones. */
  private static final List<URI> FORMS =
      List.of(
          URI.create("jdbc:sqlite:/PATH"),
          URI.create("jdbc:postgresql://HOST/DATABASE"),
          URI.create("file:/PATH"),
          URI.create("s3://BUCKET/PREFIX"));

  static Place home(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
      throw new UsageException("the home " + absolute + " is a file and not a directory");
    }
    return new Place(
        absolute,
        URI.create("jdbc:sqlite:" + absolute.resolve("ledger.db").toUri().getRawPath()),
        absolute.resolve("content").toUri());
  }

  static Place of(URI ledger, URI content) {
    return new Place(null, ledger, content);
  }

  /** Returns the same place, where tables that a server lacks are made. */
  Place applyingSchema() {
    return new Place(home, StoreUri.withSchema(ledger, true), StoreUri.withSchema(content, true));
  }

  /** Tells whether the home is a directory or something below it. */
  boolean isWithin(Path directory) throws IOException {
    return home != null && (Files.exists(home) ? home.toRealPath() : home).startsWith(directory);
  }

  /** Tells whether a directory is the home or something below it. */
  boolean holds(Path directory) throws IOException {
    return home != null && Files.exists(home) && directory.startsWith(home.toRealPath());
  }

  /**
   * Opens what is there and makes nothing. A home that is not there is a mistake in the command
   * line; a store that is not there may be one that was lost.
   */
  Stores open(InstantSource clock) {
    requireThere();
    return openPair(clock);
  }

  /** Opens what is there, whether or not the two belong together: for who decides that they do. */
  Stores openUnchecked(InstantSource clock) {
    requireThere();
    return openStores(clock);
  }

  /**
   * Opens the ledger, and the content if it answers: for commands that need the ledger alone, which
   * are wanted most while something is wrong with the content. That is told; two that are known not
   * to belong together are refused here too.
   */
  Stores openLedger(InstantSource clock, Terminal terminal) {
    return openLedger(clock, terminal, LimitedOpening.LONGEST);
  }

  /** The same, waiting for the content for no longer than a time. */
  Stores openLedger(InstantSource clock, Terminal terminal, Duration longest) {
    requireHome();
    requireWellFormed();
    Presence.requireLedger(this);
    LedgerStore opened = openedLedger(clock);
    try {
      return withContent(opened, clock, terminal, longest);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private Stores withContent(
      LedgerStore opened, InstantSource clock, Terminal terminal, Duration longest) {
    String why;
    try {
      return new Stores(opened, LimitedOpening.within(longest, () -> contentOf(opened, clock)));
    } catch (MissingStoreException.Mismatch e) {
      throw e;
    } catch (ContentException | MissingStoreException | UncheckedIOException e) {
      why = Problems.describe(e);
    }
    terminal.warn(Terminal.line("the content does not answer: " + why));
    return new Stores(
        opened, new SilentContent(StoreUri.masked(content.toString()), why).access(), false);
  }

  /** Opens the content, unless it is known not to belong to a ledger. */
  private ContentAccess contentOf(LedgerStore opened, InstantSource clock) {
    Presence.require(this);
    ContentAccess access = openedContent(clock);
    try {
      return checked(new Stores(opened, access)).content();
    } catch (RuntimeException e) {
      access.close();
      throw e;
    }
  }

  private void requireThere() {
    requireHome();
    // Adapters make what is not there, so these come before them.
    requireWellFormed();
    Presence.require(this);
  }

  private void requireHome() {
    if (home != null && !Files.isDirectory(home)) {
      throw new UsageException(
          "there is no home at " + home + "; submit something first, or name another with --home");
    }
  }

  /** Opens what is there, making the home first if there is none. */
  Stores create(InstantSource clock) {
    requireWellFormed();
    if (home != null) {
      try {
        Files.createDirectories(home);
      } catch (IOException e) {
        throw new UncheckedIOException("the home " + home + " cannot be made: " + e, e);
      }
      return Presence.whole(this, home, () -> openPair(clock));
    }
    return openPair(clock);
  }

  /** Opens two stores, unless they are known not to belong together. */
  private Stores openPair(InstantSource clock) {
    Stores stores = openStores(clock);
    try {
      return checked(stores);
    } catch (RuntimeException e) {
      try {
        stores.close();
      } catch (RuntimeException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private Stores checked(Stores stores) {
    Presence.requireBound(stores);
    if (home == null) {
      Presence.requireContent(stores);
    }
    return stores;
  }

  /** Refuses both URIs before one of the two is opened or made. */
  private void requireWellFormed() {
    named(
        "--ledger",
        () -> {
          ledgerProvider().check(ledger);
          return ledger;
        });
    named(
        "--content",
        () -> {
          contentProvider().check(content);
          return content;
        });
  }

  private Stores openStores(InstantSource clock) {
    LedgerStore opened = openedLedger(clock);
    try {
      return new Stores(opened, openedContent(clock));
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private LedgerStore openedLedger(InstantSource clock) {
    return named(
        "--ledger", () -> ledgerProvider().open(StoreUri.withSchema(ledger, false), clock));
  }

  private ContentAccess openedContent(InstantSource clock) {
    return named(
        "--content", () -> contentProvider().open(StoreUri.withSchema(content, false), clock));
  }

  /** What is wrong with a URI is wrong with the option that gave it. */
  private <T> T named(String option, Supplier<T> opening) {
    try {
      return opening.get();
    } catch (LedgerConfigurationException | ContentConfigurationException e) {
      throw new UsageException((home == null ? option + ": " : "") + e.getMessage(), e);
    }
  }

  private LedgerProvider ledgerProvider() {
    return choose(
        "--ledger", ledger, ServiceLoader.load(LedgerProvider.class), LedgerProvider::accepts);
  }

  private ContentProvider contentProvider() {
    return choose(
        "--content", content, ServiceLoader.load(ContentProvider.class), ContentProvider::accepts);
  }

  private static <P> P choose(
      String option, URI uri, ServiceLoader<P> providers, BiPredicate<P, URI> accepts) {
    for (P provider : providers) {
      if (accepts.test(provider, uri)) {
        return provider;
      }
    }
    Predicate<URI> known =
        form -> providers.stream().anyMatch(provider -> accepts.test(provider.get(), form));
    throw new UsageException(
        "%s: no adapter opens %s; known are %s"
            .formatted(
                option,
                withoutCredentials(uri),
                FORMS.stream().filter(known).map(URI::toString).collect(Collectors.joining(", "))));
  }

  /** The rest of a URI may hold a password. */
  private static String withoutCredentials(URI uri) {
    if (uri.getScheme() == null) {
      return "a URI without a scheme";
    }
    Matcher nested = NESTED_SCHEME.matcher(uri.toString());
    return "URIs that begin with "
        + Terminal.quoted(nested.lookingAt() ? nested.group() : uri.getScheme() + ":");
  }

  /**
   * An opened ledger and its content.
   *
   * @param ledger the ledger
   * @param content the bytes
   * @param answers whether the content does; if not, it stands for one that could not be opened
   */
  record Stores(LedgerStore ledger, ContentAccess content, boolean answers)
      implements AutoCloseable {

    Stores(LedgerStore ledger, ContentAccess content) {
      this(ledger, content, true);
    }

    /** What is shown of the ledger while the content does not answer is not all. */
    int ended(int code) {
      return answers ? code : ExitCodes.worse(code, ExitCodes.UNKNOWN);
    }

    @Override
    public void close() {
      try {
        content.close();
      } finally {
        ledger.close();
      }
    }
  }
}
