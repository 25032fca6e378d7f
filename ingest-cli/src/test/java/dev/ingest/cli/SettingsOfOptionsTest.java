package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BuilderSettings;
import dev.ingest.core.ConfigurationPage;
import dev.ingest.core.EngineListener;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.IngestException;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Holds the column of options in docs/configuration.md to what each option of {@code ingest run}
 * has the builder told: each is given alone, with several values, and the builder compared with one
 * of which nothing was said. Run with {@code -Dingest.test.args=-Dingest.docs.write=true} to write
 * it anew after a change.
 */
final class SettingsOfOptionsTest {

  private static final String SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  private final Terminal nowhere =
      new Terminal(
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
          false);
  private final Stores stores =
      new Stores(
          new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 2)),
          new InMemoryContent().access());

  @AfterEach
  void close() {
    stores.close();
  }

  @Test
  void page_namesTheOptionOfEachSetting() throws IOException {
    BuilderSettings plain = told(List.of()).orElseThrow();
    // What differs each time, such as the name of the node, is nobody's option.
    Set<String> byChance = told(List.of()).orElseThrow().differences(plain);
    Map<String, Set<String>> bySetting = new TreeMap<>();
    for (OptionSpec option : line().getCommandSpec().options()) {
      Set<String> settings = settings(option, plain);
      settings.removeAll(byChance);
      for (String setting : settings) {
        bySetting.computeIfAbsent(setting, absent -> new TreeSet<>()).add(option.longestName());
      }
    }
    assertTrue(bySetting.size() > 8, bySetting::toString);
    ConfigurationPage.assertColumn(ConfigurationPage.OPTION, bySetting);
  }

  private Set<String> settings(OptionSpec option, BuilderSettings plain) throws IOException {
    Set<String> settings = new TreeSet<>();
    boolean isTaken = false;
    for (List<String> arguments : arguments(option)) {
      Optional<BuilderSettings> told = told(arguments);
      isTaken |= told.isPresent();
      told.ifPresent(one -> settings.addAll(one.differences(plain)));
    }
    assertTrue(isTaken, () -> option.longestName() + " takes none of the values");
    return settings;
  }

  private CommandLine line() {
    return new CommandLine(
            new RunCommand(new Surroundings(nowhere, InstantSource.system(), new SecureRandom())))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Tells a builder what options say; empty if they are refused. */
  private Optional<BuilderSettings> told(List<String> arguments) throws IOException {
    CommandLine line = line();
    RunCommand run = line.getCommand();
    try {
      line.parseArgs(arguments.toArray(String[]::new));
      run.options().check();
      try (AlertOptions.Opened sinks =
          run.alerts().open(new TerminalSink(nowhere, () -> {}), InstantSource.system(), SECRET)) {
        return Optional.of(BuilderSettings.of(run.told(stores, EngineListener.NONE, sinks)));
      }
    } catch (CommandLine.ParameterException | UsageException | IngestException e) {
      assertTrue(!arguments.isEmpty(), e::toString);
      return Optional.empty();
    }
  }

  private static List<List<String>> arguments(OptionSpec option) {
    if (option.arity().max() == 0) {
      return List.of(List.of(option.longestName()));
    }
    Class<?> type = option.isMultiValue() ? option.auxiliaryTypes()[0] : option.type();
    return values(type).stream().map(value -> List.of(option.longestName(), value)).toList();
  }

  private static List<String> values(Class<?> type) {
    if (type == Duration.class) {
      return List.of("0s", "11m", "11d", "111d");
    } else if (type == int.class || type == Integer.class || type == long.class) {
      return List.of("7", "70000");
    } else if (type == URI.class) {
      return List.of("http://127.0.0.1:9/");
    } else if (type == String.class || type == Path.class) {
      return List.of("copy");
    } else if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
    }
    throw new IllegalStateException("no values of the type " + type);
  }
}
