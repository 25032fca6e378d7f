package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.console.Console;
import dev.ingest.console.ConsoleOptions;
import dev.ingest.console.ConsoleServer;
import dev.ingest.core.Ingest;
import dev.ingest.spi.InvalidValueException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves the page for whoever is on call. */
@Command(
    name = "console",
    description = {
      "Serves a page that shows whether everything is accounted for, what comes near and how it goes,",
      "until it is told to stop (Ctrl-C, SIGTERM). Changes nothing without --act-as."
    })
final class ConsoleCommand extends EngineCommand {

  private static final int MAX_PORT = 65_535;
  private static final int PASSWORD_DIGITS = 32;

  /** What the JDK's server bounds, in seconds and connections; a stream ends within 10 minutes. */
  private static final Map<String, String> BOUNDS =
      Map.of(
          "sun.net.httpserver.maxReqTime", "30",
          "sun.net.httpserver.maxRspTime", "900",
          "jdk.httpserver.maxConnections", "256");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port = 8470;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = {
        "Listen on this address and not on loopback alone: whoever reaches it may read everything",
        "that the page shows, and whoever is between may read along. Not with --act-as."
      })
  private @Nullable String address;

  @Option(
      names = "--known-as",
      paramLabel = "HOST[:PORT]",
      description =
          "With --bind, repeatable: a name by which browsers ask for it; others are refused.")
  private List<String> names = List.of();

  @Option(
      names = "--act-as",
      paramLabel = "WHO",
      description = {
        "Let whoever knows the password that is printed hold, release, redrive and discard",
        "sequences; recorded as done by WHO."
      })
  private @Nullable String actor;

  ConsoleCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() throws IOException {
    InetAddress where = checked();
    BOUNDS.forEach((name, bound) -> System.setProperty(name, System.getProperty(name, bound)));
    List<Console> opened = new ArrayList<>();
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = engineWithoutContent(stores)) {
      Optional<SignIn> signIn = signIn(engine);
      try (ConsoleServer server =
          ConsoleServer.start(
              where,
              port,
              hosts -> {
                Console console =
                    new Console(stores.ledger(), engine, consoleOptions(hosts, signIn));
                opened.add(console);
                return console;
              })) {
        if (!where.isLoopbackAddress()) {
          warn(server);
        }
        tell(server, signIn);
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        opened.forEach(Console::close);
      }
      return ExitCodes.DONE;
    }
  }

  private InetAddress checked() {
    if (port < 0 || port > MAX_PORT) {
      throw new UsageException("--port is 0 to 65535, not " + port);
    }
    if (address == null && !names.isEmpty()) {
      throw new UsageException("--known-as needs --bind: on loopback its names are known");
    }
    InetAddress where = address == null ? loopback() : resolved(address);
    if (!where.isLoopbackAddress() && actor != null) {
      throw new UsageException(
          "--act-as is for a loopback address: elsewhere the password would be sent in the clear;"
              + " reach it by an SSH tunnel, or embed the console in a service with TLS");
    }
    return where;
  }

  private static InetAddress loopback() {
    return resolved("127.0.0.1");
  }

  private static InetAddress resolved(String name) {
    try {
      return InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new UsageException(
          "--bind takes an address of this machine, not " + Terminal.quoted(name));
    }
  }

  private Optional<SignIn> signIn(Ingest engine) {
    String who = actor;
    if (who == null) {
      return Optional.empty();
    }
    requireRecordable(engine, who);
    return Optional.of(new SignIn(who, surroundings().hex(PASSWORD_DIGITS)));
  }

  /** Refuses before anything is served what the first act would refuse. */
  private static void requireRecordable(Ingest engine, String who) {
    try {
      engine.acts(who, "to see whether the actor can be recorded");
    } catch (InvalidValueException e) {
      throw new UsageException("--act-as: " + e.getMessage());
    }
  }

  private ConsoleOptions consoleOptions(Set<String> hosts, Optional<SignIn> signIn) {
    Set<String> all = new HashSet<>(hosts);
    all.addAll(names);
    ConsoleOptions options = ConsoleOptions.of().withHosts(all);
    return signIn.map(options::withActs).orElse(options);
  }

  private void warn(ConsoleServer server) {
    terminal()
        .warn(
            Terminal.line(
                "whoever reaches %s can read owners, ids, reasons and messages, without a password and without encryption"
                    .formatted(server.uri())));
  }

  private void tell(ConsoleServer server, Optional<SignIn> signIn) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        json.write(out -> out.writeStringField("uri", server.uri().toString()));
        signIn.ifPresent(
            known ->
                json.write(
                    out -> {
                      out.writeStringField("actor", known.actor());
                      out.writeStringField("password", known.password());
                    }));
      }
      return;
    }
    terminal().say(Terminal.line(server.uri().toString()));
    signIn.ifPresent(
        known ->
            terminal()
                .say(
                    Terminal.line(
                        "sign in as %s with the password %s"
                            .formatted(known.actor(), known.password()))));
  }
}
