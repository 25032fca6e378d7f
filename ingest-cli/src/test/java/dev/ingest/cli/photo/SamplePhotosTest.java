package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplePhotosTest {

  @TempDir private Path directory;

  @Test
  void samples_areSmallAndDifferent() throws IOException {
    List<Path> files = SamplePhotos.writeTo(directory);

    assertEquals(SamplePhotos.COUNT, files.size());
    for (Path file : files) {
      assertTrue(Files.size(file) > 10_000 && Files.size(file) < 60_000, file.toString());
    }
    assertTrue(Files.mismatch(files.get(0), files.get(1)) > 0);
  }

  @Test
  void samples_areTheSameEveryTime() throws IOException {
    assertArrayEquals(SamplePhotos.photo(7, 3), SamplePhotos.photo(7, 3));
  }

  @Test
  void existingFiles_areNotOverwritten() throws IOException {
    SamplePhotos.writeTo(directory);

    assertThrows(FileAlreadyExistsException.class, () -> SamplePhotos.writeTo(directory));
  }
}
