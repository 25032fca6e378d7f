package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibrariesTest {

  @TempDir Path directory;

  @Test
  void librariesOfOthers_areFound_whereverTheRepositoryIs() throws IOException {
    Path repository = directory.resolve("dev/ingest/repository");
    write(repository.resolve("org/other/1/other-1.jar"));
    write(repository.resolve("org/other/1/other-1.jar.sha1"));
    write(repository.resolve("dev/ingest/ingest-spi/1/ingest-spi-1.jar"));
    assertEquals(List.of(Path.of("org/other/1/other-1.jar")), Libraries.in(repository));
  }

  @Test
  void filesThatComeAndGoMeanwhile_areNoFailure() throws IOException {
    Path version = directory.resolve("org/other/1");
    write(version.resolve("other-1.jar"));
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Void> downloads = CompletableFuture.runAsync(() -> comeAndGo(version, ended));
    try {
      for (int i = 0; i < 200; i++) {
        assertEquals(List.of(Path.of("org/other/1/other-1.jar")), Libraries.in(directory));
      }
    } finally {
      ended.set(true);
    }
    downloads.join();
  }

  @Test
  void missingRepository_isAnError() {
    Path missing = directory.resolve("missing");
    assertThrows(NoSuchFileException.class, () -> Libraries.in(missing));
  }

  private static void comeAndGo(Path library, AtomicBoolean ended) {
    try {
      while (!ended.get()) {
        for (int i = 0; i < 50; i++) {
          write(library.resolve(i + ".tmp"));
        }
        for (int i = 0; i < 50; i++) {
          Files.delete(library.resolve(i + ".tmp"));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "");
  }
}
