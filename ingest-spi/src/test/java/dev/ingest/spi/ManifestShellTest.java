package dev.ingest.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the two scripts of {@link Manifest}'s Javadoc, as they stand there, against real tools. */
class ManifestShellTest {

  private static final Path SOURCE = Path.of("src/main/java/dev/ingest/spi/Manifest.java");

  @TempDir private Path folder;

  private Path items;
  private final List<String> names = new ArrayList<>();

  @BeforeEach
  void writeItems() throws IOException {
    items = Files.createDirectory(folder.resolve("items"));
    names.addAll(
        List.of(
            "with two spaces.txt",
            " leading space",
            "Zeta",
            "alpha",
            "-n",
            ".hidden",
            "$HOME",
            "`true`",
            "it's \"quoted\"",
            "*",
            "100%s",
            "empty",
            "folder/with space/deep.jpg"));
    if ("UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
      names.add("caf\u00E9 \u65E5\u672C.png");
    }
    for (String name : names) {
      Path file = items.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name.equals("empty") ? "" : "content of " + name + "\n\0");
    }
  }

  @ParameterizedTest(name = "{0}, locale {1}")
  @CsvSource({"bash,C", "bash,en_US.UTF-8", "sh,C", "sh,en_US.UTF-8"})
  void shell_findsTheRootOfItemsInByteOrder(String shell, String locale) throws Exception {
    assumeTools(shell);
    List<String> scripts = scripts();
    names.sort(
        Comparator.comparing(name -> name.getBytes(UTF_8), java.util.Arrays::compareUnsigned));
    run(shell, locale, scripts.get(1));
    assertEquals(String.join("\n", names) + "\n", Files.readString(folder.resolve("names")));
    assertEquals(root(), run(shell, locale, scripts.get(0)));
  }

  @ParameterizedTest(name = "{0}, locale {1}")
  @CsvSource({"bash,C", "bash,en_US.UTF-8", "sh,C", "sh,en_US.UTF-8"})
  void shell_findsTheRootOfItemsInAnyOrder(String shell, String locale) throws Exception {
    assumeTools(shell);
    Files.writeString(folder.resolve("names"), String.join("\n", names) + "\n");
    assertEquals(root(), run(shell, locale, scripts().get(0)));
  }

  private String root() throws IOException {
    List<ManifestItem> listed = new ArrayList<>();
    for (String name : names) {
      byte[] content = Files.readAllBytes(items.resolve(name));
      listed.add(new ManifestItem(ItemName.of(name), content.length, Digest.of(content)));
    }
    return Manifest.of(listed).summary().root().hex();
  }

  private String run(String shell, String locale, String script) throws Exception {
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(shell, "-c", script)
            .directory(items.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("LC_ALL", locale);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the shell does not end");
    assertEquals(0, process.exitValue(), Files.readString(errors));
    return output.strip();
  }

  private static List<String> scripts() throws IOException {
    List<String> found = new ArrayList<>();
    Matcher block =
        Pattern.compile("<pre>\\{@code\n(.*?)\n \\* \\}</pre>", Pattern.DOTALL)
            .matcher(Files.readString(SOURCE));
    while (block.find()) {
      found.add(block.group(1).replaceAll("(?m)^ \\* ?", ""));
    }
    assertEquals(2, found.size(), "scripts in the Javadoc of Manifest");
    return found;
  }

  private static void assumeTools(String shell) {
    for (String tool : List.of(shell, "sha256sum", "find", "sort", "cut", "wc")) {
      assumeTrue(isOnPath(tool), "SKIPPED: " + tool + " is not installed");
    }
  }

  private static boolean isOnPath(String tool) {
    String path = System.getenv("PATH");
    if (path == null || System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win")) {
      return false;
    }
    for (String place : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(place, tool))) {
        return true;
      }
    }
    return false;
  }
}
