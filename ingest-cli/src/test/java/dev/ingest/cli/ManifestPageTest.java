package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifest's page says how to recompute a root; its own script has to get there. */
class ManifestPageTest {

  private static final String MAKE_FILES =
      """
      mkdir -p in/below && cd in
      printf dot > .hidden
      printf sub > below/a.txt
      printf sibling > below.txt
      printf spaces > ' two  words'
      printf wide > '\uff5e.txt'
      printf beyond > '\ud83d\ude00.txt'
      printf linked > to && ln -s to link
      """;

  @TempDir private Path temp;

  @Test
  void scriptOfThePage_reproducesTheReceiptsRoot() throws IOException, InterruptedException {
    assumeTrue(
        bash(temp, "command -v sha256sum && find . -printf ''").status() == 0,
        "needs bash, sha256sum and GNU find");
    String page = Files.readString(Path.of("..", "docs", "manifest.md"));
    int start = page.indexOf("```sh\n", page.indexOf("## Recompute the root")) + 6;
    String script = page.substring(start, page.indexOf("```", start));
    assertEquals(0, bash(temp, MAKE_FILES).status());
    Path home = temp.resolve("home");

    String root;
    try (Child submit =
        Child.start(
            temp.resolve("errors"),
            line -> {},
            List.of("submit", temp.resolve("in").toString(), "--home", home.toString()))) {
      assertEquals(0, submit.exitStatus(), submit::describe);
      root =
          submit.lines().stream()
              .filter(line -> line.contains("sha256:"))
              .findFirst()
              .orElseThrow()
              .replaceFirst(".*sha256:", "");
      assertTrue(submit.lines().contains("  items     8"), submit::describe);
    }

    Ran ran = bash(temp.resolve("in"), script);
    assertEquals(0, ran.status(), ran.out());
    assertEquals(root, ran.out().substring(0, 64));
  }

  private record Ran(int status, String out) {}

  private static Ran bash(Path directory, String script) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("bash", "-s")
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      try (var in = process.getOutputStream()) {
        in.write(script.getBytes(StandardCharsets.UTF_8));
      }
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the script does not end");
      return new Ran(process.exitValue(), out);
    } catch (IOException e) {
      // There is no bash.
      return new Ran(127, e.toString());
    }
  }
}
