package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage done to stored files behind the program's back is named by sequence and item. */
class DamageTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path street = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    street = Cli.street(temp.resolve("street"));
    cli.submitAndRun(street, "s1");
    cli.call("verify", "s1").hasStatus(0);
  }

  @Test
  void flippedBitInARawItem_isNamed() throws IOException {
    Cli.flip(cli.stored("raw", Files.readAllBytes(street.resolve("street-002.jpg"))));

    assertFinding("RAW_DIFFERS", "street-002.jpg");
  }

  @Test
  void flippedBitInAResult_isNamedAndNotHandedOut() throws IOException {
    Cli.flip(cli.stored("run", published("street-003.jpg.json")));

    assertFinding("RESULT_DIFFERS", "street-003.jpg.json");
    Cli.Result cat = cli.call("cat", "s1", "street-003.jpg.json").hasStatus(1);
    assertTrue(cat.err().contains("local/s1"), cat.err());
    cli.call("cat", "s1", "street-001.jpg.json").hasStatus(0);
  }

  @Test
  void removedResult_isNamed() throws IOException {
    Files.delete(cli.stored("run", published("street-003.jpg.thumb.jpg")));

    assertFinding("RESULT_MISSING", "street-003.jpg.thumb.jpg");
    cli.call("cat", "s1", "street-003.jpg.thumb.jpg").hasStatus(1);
  }

  @Test
  void removedRawItem_isNamed() throws IOException {
    Files.delete(cli.stored("raw", Files.readAllBytes(street.resolve("notes.txt"))));

    assertFinding("RAW_MISSING", "notes.txt");
  }

  @Test
  void manifestFlippedOrRemoved_isFound() throws IOException {
    for (String area : List.of("raw", "run")) {
      List<Path> manifests =
          cli.stored(area, file -> file.getFileName().toString().startsWith("manifest"));
      assertEquals(1, manifests.size());
      byte[] bytes = Files.readAllBytes(manifests.get(0));
      Cli.flip(manifests.get(0));
      cli.call("verify", "s1").hasStatus(1);
      Files.delete(manifests.get(0));
      cli.call("verify", "s1").hasStatus(1);
      Files.write(manifests.get(0), bytes);
      cli.call("verify", "s1").hasStatus(0);
    }
  }

  @Test
  void itemThatCannotBeRead_isCouldNotFindOut() throws IOException {
    Path stored = cli.stored("raw", Files.readAllBytes(street.resolve("notes.txt")));
    Files.delete(stored);
    // Reading a directory fails, also for a superuser whom no permission stops.
    Files.createDirectory(stored);

    Json json = cli.call("verify", "s1", "--json").hasStatus(3).json();

    assertEquals(List.of("UNREADABLE"), kinds(json));
    assertEquals("notes.txt", json.list("findings").get(0).text("item"));
    Cli.flip(cli.stored("raw", Files.readAllBytes(street.resolve("street-001.jpg"))));
    assertEquals(
        List.of("UNREADABLE", "RAW_DIFFERS"),
        kinds(cli.call("verify", "s1", "--json").hasStatus(1).json()));
  }

  private static List<String> kinds(Json json) {
    return json.list("findings").stream().map(finding -> finding.text("kind")).toList();
  }

  private byte[] published(String item) {
    List<Byte> bytes = cli.call("cat", "s1", item).hasStatus(0).bytes();
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return array;
  }

  private void assertFinding(String kind, String item) {
    Cli.Result people = cli.call("verify", "s1").hasStatus(1);
    assertTrue(people.out().contains(kind + " local/s1 item \"" + item + "\""), people.out());
    assertTrue(people.err().startsWith("local/s1: "), people.err());
    Json json = cli.call("verify", "s1", "--json").hasStatus(1).json();
    boolean named =
        json.list("findings").stream()
            .anyMatch(
                finding ->
                    finding.text("kind").equals(kind)
                        && finding.text("sequence").equals("s1")
                        && finding.text("item").equals(item));
    assertTrue(named, json.toString());
  }
}
