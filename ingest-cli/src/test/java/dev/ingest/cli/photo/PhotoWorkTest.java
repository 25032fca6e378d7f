package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Json;
import dev.ingest.core.DamagedContentException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.spi.ItemName;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhotoWorkTest {

  @Test
  void photograph_isDescribedByWhatTheCameraRecorded() throws IOException {
    Json json = describe("street.jpg", SamplePhotos.photo(3, 1));

    assertEquals("street.jpg", json.text("name"));
    assertEquals("image/jpeg", json.text("type"));
    assertEquals(800, json.number("width"));
    assertEquals(600, json.number("height"));
    assertEquals(1, json.number("orientation"));
    assertEquals("2026-05-04T09:30:03+02:00", json.text("capturedAt"));
    assertEquals("Ingest", json.object("camera").text("make"));
    assertEquals("Sample", json.object("camera").text("model"));
    assertEquals(52.5203, json.object("position").decimal("latitude"), 1e-6);
    assertEquals(13.4056, json.object("position").decimal("longitude"), 1e-6);
    assertEquals(34.5, json.object("position").decimal("altitude"));
    assertEquals(87.25, json.object("position").decimal("direction"));
    assertEquals("true", json.object("position").text("directionReference"));
    assertEquals("street.jpg.thumb.jpg", json.text("thumbnail"));
    assertFalse(json.has("metadataProblem"));
  }

  @Test
  void photograph_givesDescriptionThenThumbnail() throws IOException {
    Map<String, byte[]> emitted = StageBench.run("a/b.jpg", SamplePhotos.photo(0, 1));

    assertEquals(List.of("a/b.jpg.json", "a/b.jpg.thumb.jpg"), List.copyOf(emitted.keySet()));
    BufferedImage thumbnail = image(emitted, "a/b.jpg.thumb.jpg");
    assertEquals(256, thumbnail.getWidth());
    assertEquals(192, thumbnail.getHeight());
  }

  @Test
  void samePhotograph_givesSameBytes() throws IOException {
    Map<String, byte[]> one = StageBench.run("x.jpg", SamplePhotos.photo(1, 1));
    Map<String, byte[]> other = StageBench.run("x.jpg", SamplePhotos.photo(1, 1));

    one.forEach((name, bytes) -> assertArrayEquals(bytes, other.get(name), name));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8})
  void photographTakenUpright_givesUprightThumbnail(int orientation) throws IOException {
    Map<String, byte[]> emitted = StageBench.run("x.jpg", SamplePhotos.photo(0, orientation));

    BufferedImage thumbnail = image(emitted, "x.jpg.thumb.jpg");
    assertEquals(192, thumbnail.getWidth());
    assertEquals(256, thumbnail.getHeight());
  }

  @Test
  void bytesThatAreNoPhotograph_passWithTypeAndSizeWhateverTheName() throws IOException {
    byte[] text = "no photograph".getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> emitted = StageBench.run("photo.jpg", text);

    assertEquals(List.of("photo.jpg.json"), List.copyOf(emitted.keySet()));
    Json json = describe("photo.jpg", text);
    assertEquals("application/octet-stream", json.text("type"));
    assertEquals(13, json.number("bytes"));
    assertFalse(json.has("width"));
  }

  @Test
  void emptyItem_passes() throws IOException {
    assertEquals(0, describe("empty", new byte[0]).number("bytes"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=cmd|'x'", "ünïcode/Straße.JPG", "'; DROP TABLE", "${jndi:ldap}", "a.json"})
  void oddNames_areKeptInNameAndDescription(String name) throws IOException {
    byte[] bytes = {1, 2, 3};
    Map<String, byte[]> emitted = StageBench.run(name, bytes);

    assertEquals(List.of(name + ".json"), List.copyOf(emitted.keySet()));
    assertEquals(name, describe(name, bytes).text("name"));
  }

  @Test
  void nameTooLongForItsResults_failsByName() {
    String name = "n".repeat(ItemName.MAX_BYTES - 9);

    PermanentStageException error =
        assertThrows(PermanentStageException.class, () -> StageBench.run(name, new byte[] {1}));

    assertTrue(message(error).contains("local/street: item \"nnn"), message(error));
    assertTrue(message(error).contains("1,024 bytes"), message(error));
  }

  @Test
  void photographCutAnywhere_failsByName() throws IOException {
    byte[] whole = SamplePhotos.photo(2, 1);
    for (int length = 3; length < whole.length; length += 1 + length / 20) {
      assertCorrupt(Arrays.copyOf(whole, length), "cut to " + length + " of " + whole.length);
    }
    assertCorrupt(Arrays.copyOf(whole, whole.length - 1), "without its last byte");
  }

  @Test
  void photographWithDamagedImageData_failsByName() throws IOException {
    byte[] bytes = SamplePhotos.photo(2, 1);
    Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 600, (byte) 0x55);

    assertCorrupt(bytes, "600 bytes overwritten");
  }

  @Test
  void jpegWithoutImage_failsByName() {
    assertCorrupt(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9}, "no image");
  }

  @Test
  void bytesAfterTheImage_areNoDamage() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);

    assertEquals(
        800, describe("x.jpg", Arrays.copyOf(photo, photo.length + 1_000)).number("width"));
  }

  @Test
  void malformedExif_doesNotHideThePhotograph() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);
    // The byte order mark of the TIFF structure, after the APP1 header and its prefix.
    photo[12] = 'X';

    Json json = describe("x.jpg", photo);
    assertEquals(800, json.number("width"));
    assertFalse(json.has("capturedAt"));
    assertEquals("x.jpg.thumb.jpg", json.text("thumbnail"));
  }

  @Test
  void codingThatTheDecoderDoesNotKnow_isDescribedAndNotDecoded() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);
    for (int i = 0; i < photo.length - 1; i++) {
      if (photo[i] == (byte) 0xff && photo[i + 1] == (byte) 0xc0) {
        photo[i + 1] = (byte) 0xc3;
        break;
      }
    }

    Map<String, byte[]> emitted = StageBench.run("x.jpg", photo);

    assertEquals(List.of("x.jpg.json"), List.copyOf(emitted.keySet()));
    Json json = describe("x.jpg", photo);
    assertEquals("coding process SOF3 with 8 bits per sample", json.text("notDecoded"));
    assertEquals("Ingest", json.object("camera").text("make"));
  }

  @Test
  void photographOfMoreBytesThanTheLimit_isDescribedAndNotDecoded() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);
    StageBench.Bytes large =
        new StageBench.Bytes(ItemName.of("x.jpg"), photo) {
          @Override
          public long length() {
            return PhotoWork.MAX_BYTES + 1;
          }
        };

    Map<String, byte[]> emitted = StageBench.run(large);

    assertEquals(List.of("x.jpg.json"), List.copyOf(emitted.keySet()));
    Json json = parse(emitted, "x.jpg.json");
    assertEquals("larger than 67108864 bytes", json.text("notDecoded"));
    assertEquals(800, json.number("width"));
  }

  @Test
  void storedBytesFoundDamagedWhileDecoding_areNotTakenForACorruptPhotograph() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);
    StageBench.Bytes damaged =
        new StageBench.Bytes(ItemName.of("x.jpg"), photo) {
          @Override
          public InputStream open() {
            return new ByteArrayInputStream(photo) {
              @Override
              public synchronized int read(byte[] buffer, int offset, int length) {
                int count = super.read(buffer, offset, length);
                if (count < 0) {
                  throw new DamagedContentException("not the bytes of the manifest");
                }
                return count;
              }
            };
          }
        };

    assertThrows(DamagedContentException.class, () -> StageBench.run(damaged));
  }

  @Test
  void readErrorWhileDecoding_isLeftToAnotherAttempt() throws IOException {
    byte[] photo = SamplePhotos.photo(0, 1);
    StageBench.Bytes unreadable =
        new StageBench.Bytes(ItemName.of("x.jpg"), photo) {
          @Override
          public InputStream open() {
            return new ByteArrayInputStream(photo, 0, photo.length / 2) {
              @Override
              public synchronized int read(byte[] buffer, int offset, int length) {
                int count = super.read(buffer, offset, length);
                if (count < 0) {
                  throw new UncheckedIOException(new IOException("disk"));
                }
                return count;
              }
            };
          }
        };

    assertThrows(UncheckedIOException.class, () -> StageBench.run(unreadable));
  }

  @Test
  void grayPhotograph_getsAThumbnail() throws IOException {
    BufferedImage gray = new BufferedImage(40, 4_000, BufferedImage.TYPE_BYTE_GRAY);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(gray, "jpeg", bytes);

    BufferedImage thumbnail =
        image(StageBench.run("x.jpg", bytes.toByteArray()), "x.jpg.thumb.jpg");

    assertEquals(256, thumbnail.getHeight());
    assertEquals(3, thumbnail.getWidth());
  }

  @Test
  void smallPhotograph_isNotEnlarged() throws IOException {
    BufferedImage small = new BufferedImage(16, 9, BufferedImage.TYPE_INT_RGB);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(small, "jpeg", bytes);

    BufferedImage thumbnail =
        image(StageBench.run("x.jpg", bytes.toByteArray()), "x.jpg.thumb.jpg");

    assertEquals(16, thumbnail.getWidth());
    assertEquals(9, thumbnail.getHeight());
  }

  private static void assertCorrupt(byte[] bytes, String what) {
    PermanentStageException error =
        assertThrows(PermanentStageException.class, () -> StageBench.run("bad=1.jpg", bytes), what);
    assertTrue(
        message(error).startsWith("local/street: item \"bad=1.jpg\" begins as a JPEG, but "),
        message(error));
  }

  private static Json describe(String name, byte[] bytes) throws IOException {
    return parse(StageBench.run(name, bytes), name + ".json");
  }

  private static Json parse(Map<String, byte[]> emitted, String name) {
    return Json.parse(
        new String(Objects.requireNonNull(emitted.get(name)), StandardCharsets.UTF_8));
  }

  private static BufferedImage image(Map<String, byte[]> emitted, String name) throws IOException {
    return Objects.requireNonNull(
        ImageIO.read(new ByteArrayInputStream(Objects.requireNonNull(emitted.get(name)))));
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }
}
