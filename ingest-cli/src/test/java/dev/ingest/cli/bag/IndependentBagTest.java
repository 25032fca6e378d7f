package dev.ingest.cli.bag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import gov.loc.repository.bagit.creator.BagCreator;
import gov.loc.repository.bagit.domain.Metadata;
import gov.loc.repository.bagit.exceptions.CorruptChecksumException;
import gov.loc.repository.bagit.hash.StandardSupportedAlgorithms;
import gov.loc.repository.bagit.hash.SupportedAlgorithm;
import gov.loc.repository.bagit.verify.BagVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bags of one reader and writer, read and written by another that knows nothing of it. */
final class IndependentBagTest {

  private static final List<String> ODD =
      List.of("z.txt", "100%.txt", "a", "a/b", "x~/y", " lead", "what?", "deep/er/c.txt", "\u00fc");

  @TempDir private Path temp;

  private static void validate(Path root) throws Exception {
    gov.loc.repository.bagit.domain.Bag bag =
        new gov.loc.repository.bagit.reader.BagReader().read(root);
    assertEquals("1.0", bag.getVersion().toString());
    assertEquals(2, bag.getPayLoadManifests().size());
    assertEquals(2, bag.getTagManifests().size());
    assertTrue(BagVerifier.canQuickVerify(bag), "it knows the Payload-Oxum");
    BagVerifier.quicklyVerify(bag);
    try (BagVerifier verifier = new BagVerifier()) {
      verifier.isValid(bag, false);
    }
  }

  @Test
  void bagWithOddNames_isValid() throws Exception {
    Path root = temp.resolve("bag");
    new Exported(ODD).to(root);

    validate(root);
  }

  @Test
  void damage_isFoundByBoth() throws Exception {
    Path root = temp.resolve("bag");
    new Exported(ODD).to(root);
    Files.writeString(root.resolve("data/raw/z.txt"), "Z.txtz.txt");

    assertThrows(CorruptChecksumException.class, () -> validate(root));
    assertEquals(
        BagException.Problem.CHECKSUM_DIFFERS,
        assertThrows(BagException.class, () -> BagReader.open(root).verify(count -> {})).problem());
  }

  @Test
  void bagOfTheOther_isReadInTheOrderOfItsNames() throws Exception {
    for (List<SupportedAlgorithm> algorithms :
        List.<List<SupportedAlgorithm>>of(
            List.of(StandardSupportedAlgorithms.SHA512),
            List.of(StandardSupportedAlgorithms.SHA256),
            List.of(StandardSupportedAlgorithms.MD5, StandardSupportedAlgorithms.SHA256))) {
      Path root = Files.createTempDirectory(temp, "other");
      for (Map.Entry<String, String> file :
          Map.of("b.txt", "2", "a/c.txt", "1", "\u00fc", "4", "b/d.txt", "3").entrySet()) {
        Path path = root.resolve(file.getKey());
        Files.createDirectories(path.resolve("..").normalize());
        Files.writeString(path, file.getValue());
      }
      Metadata metadata = new Metadata();
      metadata.add("Contact-Name", "ann");
      BagCreator.bagInPlace(root, algorithms, true, metadata);

      Bag bag = BagReader.open(root).verify(count -> {});

      assertEquals(
          List.of("a/c.txt", "b.txt", "b/d.txt", "\u00fc"),
          bag.items().stream().map(item -> item.name().value()).toList());
      for (Bag.Item item : bag.items()) {
        assertEquals(item.digest(), dev.ingest.spi.Digest.of(Files.readAllBytes(item.file())));
      }
    }
  }
}
