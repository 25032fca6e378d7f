package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentUpkeep;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpeningTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2030-01-02T00:00:00Z"));

  @TempDir Path dir;

  OpeningTest() {}

  private static ContentException refused(Path root) {
    return assertThrows(ContentException.class, () -> new FileContent(root, CLOCK));
  }

  @Test
  void missingRoot_isMadeWithItsMarkerAndOpensAgain() throws IOException {
    Path root = dir.resolve("a/b/root");
    try (FileContent content = new FileContent(root, CLOCK);
        FileContent again = new FileContent(root, CLOCK)) {
      Bodies.put(content.access().store(), "raw", "raw/1", new byte[10]);
      assertEquals(1, Bodies.list(again.access().store(), "raw", 10).size());
      assertEquals("file:" + root.toRealPath(), content.access().store().name());
    }
    assertEquals("ingest-content 1\n", Files.readString(root.resolve("ingest-content")));
  }

  @Test
  void rootWithForeignFiles_isRefused() throws IOException {
    Files.writeString(dir.resolve("notes.txt"), "mine");
    assertTrue(refused(dir).toString().contains("notes.txt"));
    assertFalse(Files.exists(dir.resolve("ingest-content")));
  }

  @Test
  void fileThatCameIntoARoot_isLeftAloneAndStopsNothing() throws IOException {
    new FileContent(dir, CLOCK).close();
    Path stray = Files.writeString(dir.resolve("core.1234"), "not ours");
    try (FileContent content = new FileContent(dir, CLOCK)) {
      Bodies.put(content.access().store(), "raw", "raw/1", new byte[10]);
      assertEquals(1, Bodies.list(content.access().store(), "raw", 10).size());
    }
    assertEquals("not ours", Files.readString(stray));
  }

  @Test
  void contentWithoutMarker_isRefused() throws IOException {
    Files.createDirectories(dir.resolve("content/photos"));
    assertTrue(refused(dir).toString().contains("photos"));
  }

  @Test
  void unknownLayout_isRefused() throws IOException {
    new FileContent(dir, CLOCK).close();
    Files.writeString(dir.resolve("ingest-content"), "ingest-content 2\n");
    assertTrue(refused(dir).toString().contains("ingest-content 2"));
  }

  @Test
  void rootThatIsAFile_isRefused() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");
    assertTrue(refused(file).toString().contains("directory"));
  }

  @Test
  void fileSystemWithoutHardLinks_isRefused() {
    WatchedDisk disk = new WatchedDisk();
    disk.before(
        (operation, path) -> {
          if (operation.equals("link")) {
            throw new FileSystemException("injected", null, "Operation not permitted");
          }
        });
    ContentException refused =
        assertThrows(
            ContentException.class,
            () -> new FileContent(dir, CLOCK, disk, Runnable::run, Bounds.DEFAULT));
    assertTrue(refused.toString().contains("hard links"), refused.toString());
  }

  private static WatchedDisk full(Path root, AtomicBoolean isFull, String refused) {
    WatchedDisk disk = new WatchedDisk();
    disk.before(
        (operation, path) -> {
          if (isFull.get()
              && operation.equals(refused)
              && root.resolve(Layout.TEMP).equals(path.getParent())) {
            throw new FileSystemException(path.toString(), null, "No space left on device");
          }
        });
    return disk;
  }

  @Test
  void fullVolume_isReadAndDeletedFromAndTriedBeforeItTakesBytes() throws IOException {
    for (String refused : List.of("create", "write", "link", "sync")) {
      Path root = dir.resolve(refused);
      AtomicBoolean isFull = new AtomicBoolean();
      boolean independent;
      try (FileContent content = new FileContent(root, CLOCK)) {
        Bodies.put(content.access().store(), "raw", "raw/1", new byte[10]);
        independent = content.access().store().capabilities().independentReads();
      }
      isFull.set(true);
      WatchedDisk disk = full(root, isFull, refused);
      try (FileContent content =
          new FileContent(root, CLOCK, disk, Runnable::run, Bounds.DEFAULT)) {
        ContentStore store = content.access().store();
        assertTrue(store.capabilities().durable());
        assertEquals(10, Bodies.read(store, "raw/1", ReadPurpose.PROVE).length);
        assertFalse(store.capabilities().independentReads());
        ContentException full =
            assertThrows(
                ContentException.class, () -> Bodies.put(store, "raw", "raw/2", new byte[10]));
        assertTrue(full.toString().contains("the volume is full"), full.toString());
        isFull.set(false);
        Bodies.put(store, "raw", "raw/2", new byte[10]);
        assertEquals(independent, store.capabilities().independentReads());
        assertEquals(10, Bodies.read(store, "raw/2", ReadPurpose.PROVE).length);
      }
      try (var left = Files.list(root.resolve("tmp"))) {
        assertEquals(0, left.count(), refused);
      }
    }
  }

  @Test
  void fullVolumeThatCannotDoWhatKeysNeed_takesNoBytesLater() {
    new FileContent(dir, CLOCK).close();
    AtomicBoolean isFull = new AtomicBoolean(true);
    WatchedDisk disk = new WatchedDisk();
    disk.before(
        (operation, path) -> {
          if (isFull.get() && operation.equals("write")) {
            throw new IOException("Disk quota exceeded");
          }
          if (!isFull.get() && operation.equals("link")) {
            throw new FileSystemException("injected", null, "Operation not permitted");
          }
        });
    try (FileContent content = new FileContent(dir, CLOCK, disk, Runnable::run, Bounds.DEFAULT)) {
      isFull.set(false);
      ContentException refused =
          assertThrows(
              ContentException.class,
              () -> Bodies.put(content.access().store(), "raw", "raw/1", new byte[10]));
      assertTrue(refused.toString().contains("hard links"), refused.toString());
    }
  }

  @Test
  void fullVolumeOfANewRoot_isRefused() {
    WatchedDisk disk = full(dir, new AtomicBoolean(true), "create");
    assertThrows(
        ContentException.class,
        () -> new FileContent(dir, CLOCK, disk, Runnable::run, Bounds.DEFAULT));
    assertFalse(Files.exists(dir.resolve("ingest-content")));
  }

  @Test
  void fileSystemWithoutDirectorySyncs_isRefused() {
    WatchedDisk disk = new WatchedDisk();
    disk.before(
        (operation, path) -> {
          if (operation.equals("open to sync")) {
            throw new FileSystemException("injected", null, "Access is denied");
          }
        });
    ContentException refused =
        assertThrows(
            ContentException.class,
            () -> new FileContent(dir, CLOCK, disk, Runnable::run, Bounds.DEFAULT));
    assertTrue(refused.toString().contains("cannot sync the directory"), refused.toString());
  }

  private FileContent openWithoutReading(Path unreadable) {
    WatchedDisk disk = new WatchedDisk();
    disk.before(
        (operation, path) -> {
          if (operation.equals("open to sync") && path.equals(unreadable)) {
            throw new AccessDeniedException(path.toString());
          }
        });
    Path root = dir.resolve("parent/root");
    return new FileContent(root, CLOCK, disk, Runnable::run, Bounds.DEFAULT);
  }

  @Test
  void unreadableDirectoryAboveTheParent_isPassedOver() throws IOException {
    Files.createDirectories(dir.resolve("parent/root"));
    openWithoutReading(dir).close();
    assertTrue(Files.exists(dir.resolve("parent/root/ingest-content")));
  }

  @Test
  void unreadableParentOfANewRoot_isRefused() throws IOException {
    Files.createDirectories(dir.resolve("parent/root"));
    ContentException refused =
        assertThrows(
            ContentException.class, () -> openWithoutReading(dir.resolve("parent")).close());
    assertTrue(refused.toString().contains("let this process read it"), refused.toString());
    assertFalse(Files.exists(dir.resolve("parent/root/ingest-content")));
  }

  @Test
  void unreadableParentOfAMarkedRoot_isNotTouched() {
    new FileContent(dir.resolve("parent/root"), CLOCK).close();
    openWithoutReading(dir.resolve("parent")).close();
  }

  @Test
  void unfinishedFiles_areRemovedWhenOlderThanADay() throws IOException {
    new FileContent(dir, CLOCK).close();
    Path old = Files.writeString(dir.resolve("tmp/old"), "x");
    Path young = Files.writeString(dir.resolve("tmp/young"), "x");
    Instant day = CLOCK.instant().minus(Duration.ofHours(24));
    Files.setLastModifiedTime(old, FileTime.from(day.minusSeconds(1)));
    Files.setLastModifiedTime(young, FileTime.from(day.plusSeconds(1)));
    new FileContent(dir, CLOCK).close();
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
  }

  @Test
  void upkeep_removesWhatAnOpeningWould() throws IOException {
    ContentUpkeep upkeep;
    try (FileContent content = new FileContent(dir, CLOCK)) {
      upkeep = content.access().upkeep();
      Path old = Files.writeString(dir.resolve("tmp/old"), "x");
      Path young = Files.writeString(dir.resolve("tmp/young"), "x");
      Instant day = CLOCK.instant().minus(Duration.ofHours(24));
      Files.setLastModifiedTime(old, FileTime.from(day.minusSeconds(1)));
      Files.setLastModifiedTime(young, FileTime.from(day.plusSeconds(1)));
      upkeep.sweep();
      assertFalse(Files.exists(old));
      assertTrue(Files.exists(young));
    }
    assertThrows(ContentException.class, upkeep::sweep);
  }

  @Test
  void directReads_areClaimedOnlyIfTheDeviceWasSeenToRead() throws IOException {
    Disk real = new NioDisk();
    TempNames temps = new TempNames(dir, UUID.randomUUID());
    int alignment = DirectReads.alignment(real, dir);
    DirectReads seen = DirectReads.probe(real, temps, alignment);
    WatchedDisk without = new WatchedDisk();
    without.before(
        (operation, path) -> {
          if (operation.equals("open direct")) {
            throw new FileSystemException("injected", null, "Invalid argument");
          }
        });
    assertEquals(new DirectReads(false, false), DirectReads.probe(without, temps, alignment));
    try (FileContent content =
        new FileContent(dir.resolve("root"), CLOCK, without, Runnable::run, Bounds.DEFAULT)) {
      assertFalse(content.access().store().capabilities().independentReads());
      Bodies.put(content.access().store(), "raw", "raw/1", new byte[10]);
      assertEquals(10, Bodies.read(content.access().store(), "raw/1", ReadPurpose.PROVE).length);
      try (ContentWriter writer = content.access().store().writer(Bodies.prefix("raw"))) {
        Checksum again =
            writer.put(Bodies.key("raw/1"), Bodies.body(new byte[10])).checksum().orElseThrow();
        assertFalse(again.isEvidence(), again::toString);
      }
    }
    try (FileContent content = new FileContent(dir.resolve("root"), CLOCK)) {
      ContentCapabilities capabilities = content.access().store().capabilities();
      assertEquals(seen.independent(), capabilities.independentReads());
      assertTrue(capabilities.shared());
    }
  }

  @Test
  void memoryFileSystem_claimsNeitherDurabilityNorIndependentReads() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(
        Files.isWritable(memory) && Files.getFileStore(memory).type().equals("tmpfs"),
        "there is no memory file system at /dev/shm");
    Path root = Files.createTempDirectory(memory, "ingest");
    try (FileContent content = new FileContent(root, CLOCK)) {
      ContentCapabilities capabilities = content.access().store().capabilities();
      assertFalse(capabilities.durable());
      assertFalse(capabilities.independentReads());
    } finally {
      Files.delete(root.resolve("ingest-content"));
      Files.delete(root.resolve("content"));
      Files.delete(root.resolve("tmp"));
      Files.delete(root);
    }
  }

  @Test
  void fileUri_isOpenedByTheProviderThatIsFound() {
    ContentProvider provider =
        ServiceLoader.load(ContentProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(FileContentProvider.class::isInstance)
            .findFirst()
            .orElseThrow();
    assertTrue(provider.accepts(URI.create("file:/var/lib/ingest")));
    assertTrue(provider.accepts(URI.create("FILE:///var/lib/ingest")));
    assertFalse(provider.accepts(URI.create("s3://bucket/prefix")));
    assertFalse(provider.accepts(URI.create("relative")));
    try (ContentAccess access = provider.open(dir.resolve("root").toUri(), CLOCK)) {
      assertInstanceOf(FileContentStore.class, access.store());
    }
  }

  @Test
  void uriWithoutAbsolutePath_isRefused() {
    ContentProvider provider = new FileContentProvider();
    for (String uri : new String[] {"file:relative", "file://host/path", "file:/path?x=1"}) {
      ContentException refused =
          assertThrows(ContentException.class, () -> provider.open(URI.create(uri), CLOCK).close());
      assertTrue(refused.toString().contains("absolute path"), refused.toString());
      assertInstanceOf(ContentConfigurationException.class, refused);
      assertThrows(ContentConfigurationException.class, () -> provider.check(URI.create(uri)));
    }
  }
}
