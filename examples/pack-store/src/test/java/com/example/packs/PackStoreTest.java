package com.example.packs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract does not ask: the URI, the files, and the engine on top. */
final class PackStoreTest {

  private static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  @TempDir Path directory;

  private static ContentAccess openByUri(Path directory) throws URISyntaxException {
    URI uri = new URI("pack", directory.toString(), null);
    return ServiceLoader.load(ContentProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.accepts(uri))
        .findFirst()
        .orElseThrow()
        .open(uri, InstantSource.system());
  }

  private static Ingest engine(LedgerStore ledger, ContentAccess content) {
    Pipeline copying =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    return Ingest.builder().ledger(ledger).content(content).pipeline(copying).build();
  }

  @Test
  void engine_publishes_andFindsItAllAfterARestart(@TempDir Path home) throws Exception {
    SequenceKey key = SequenceKey.of("alice", "ride-1");
    Path packs = Files.createDirectory(directory.resolve("two words"));
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        ContentAccess content = openByUri(packs);
        Ingest ingest = engine(ledger, content)) {
      ingest.submit(key, upload -> upload.add(ItemName.of("a.txt"), "first".getBytes(UTF_8)));
      assertTrue(ingest.runUntilIdle());
    }
    List<String> read = new ArrayList<>();
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        ContentAccess content = openByUri(packs);
        Ingest ingest = engine(ledger, content)) {
      assertEquals(State.VERIFIED, ingest.find(key).orElseThrow().state());
      ingest.readResult(key, (item, in) -> read.add(new String(in.readAllBytes(), UTF_8)));
      assertTrue(ingest.audit(AuditOptions.DEFAULT, finding -> {}).isClean());
    }
    assertEquals(List.of("first"), read);
  }

  @Test
  void commit_isOneFile() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      store(access, "a", "b", "c");
      assertEquals(1, packs().size());
    }
  }

  @Test
  void writerThatIsFull_commitsByItself_andKeepsNoMoreInMemory() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      store(access, Stream.iterate(0, i -> i < 2_500, i -> i + 1).map(i -> "k" + i).toList());
      assertEquals(3, packs().size());
    }
  }

  @Test
  void damagedPack_isNotOpened() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      store(access, "a");
    }
    Path pack = packs().get(0);
    byte[] bytes = Files.readAllBytes(pack);
    for (int i = bytes.length - 1; i > "the bytes of a".length(); i -= 7) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      Files.write(pack, damaged);
      assertRefused("is not a whole pack");
    }
    Files.write(pack, List.of());
    assertRefused("is not a whole pack");
  }

  @Test
  void directoryInUse_orMissing_orOfSomebodyElse_isNotOpened() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      assertEquals("pack:" + directory.toRealPath(), access.store().name());
      assertRefused("this process has it open");
      assertEquals("another process has it open", openElsewhere());
    }
    Files.write(directory.resolve("letter.txt"), List.of("dear"));
    assertRefused("letter.txt");
    Path missing = directory.resolve("missing");
    assertThrows(ContentException.class, () -> PackStore.open(missing));
    assertTrue(Files.notExists(missing));
  }

  @Test
  void partOfADeadWriter_isRemoved() throws IOException {
    Path part = Files.write(directory.resolve("0.part"), List.of("half"));
    PackStore.open(directory).close();
    assertTrue(Files.notExists(part));
  }

  @Test
  void interruptedWriter_failsAlone() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      Thread.currentThread().interrupt();
      assertThrows(ContentException.class, () -> store(access, "a"));
      assertTrue(Thread.interrupted());
      store(access, "a");
      Thread.currentThread().interrupt();
      access.purger().delete(permit("a"));
      assertTrue(Thread.interrupted());
      assertEquals(Optional.empty(), access.store().stat(PREFIX.key("a")));
    }
  }

  @Test
  void reader_goesOnWhileItsPackIsReplaced() throws IOException {
    try (ContentAccess access = PackStore.open(directory)) {
      store(access, "a", "b");
      try (InputStream in = open(access, "b")) {
        assertEquals('t', in.read());
        access.purger().delete(permit("a"));
        assertEquals("he bytes of b", new String(in.readAllBytes(), UTF_8));
      }
      assertEquals("the bytes of b", read(access, "b"));
    }
  }

  private static Permit permit(String part) {
    return new Permit(
        Permit.Reason.EXPIRY,
        SequenceKey.of("o1", "s1"),
        "a test",
        PREFIX,
        List.of(PREFIX.key(part)));
  }

  private static InputStream open(ContentAccess access, String part) {
    return access.store().open(PREFIX.key(part), ByteRange.ALL, ReadPurpose.USE);
  }

  private static String read(ContentAccess access, String part) throws IOException {
    try (InputStream in = open(access, part)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** Opens the directory in another process, and tells why it could not. */
  private String openElsewhere() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classPath = System.getProperty("java.class.path");
    Process process =
        new ProcessBuilder(
                java.toString(), "-cp", classPath, Elsewhere.class.getName(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream said = process.getInputStream()) {
      return new String(said.readAllBytes(), UTF_8);
    }
  }

  /** Another process. */
  static final class Elsewhere {

    public static void main(String[] args) {
      try (ContentAccess access = PackStore.open(Path.of(args[0]))) {
        System.out.print(access.store().name() + " is open");
      } catch (ContentException e) {
        System.out.print(e.getCause().getMessage());
      }
    }
  }

  private void assertRefused(String why) {
    String message =
        assertThrows(ContentException.class, () -> PackStore.open(directory)).getMessage();
    assertTrue(message.contains(directory.toString()) && message.contains(why), message);
  }

  private static void store(ContentAccess access, String... parts) {
    store(access, List.of(parts));
  }

  private static void store(ContentAccess access, List<String> parts) {
    try (ContentWriter writer = access.store().writer(PREFIX)) {
      for (String part : parts) {
        ContentKey key = PREFIX.key(part);
        writer.put(key, new Bytes(("the bytes of " + part).getBytes(UTF_8)));
      }
      writer.commit();
    }
  }

  private List<Path> packs() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".pack")).toList();
    }
  }
}
