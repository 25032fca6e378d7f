package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThumbnailTest {

  /**
   * The stored image is {@code 12/34/56} in two columns; what is upright follows from EXIF's
   * wording of where the stored first line and first column lie.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 12/34/56",
    "2, 21/43/65",
    "3, 65/43/21",
    "4, 56/34/12",
    "5, 135/246",
    "6, 531/642",
    "7, 642/531",
    "8, 246/135"
  })
  void orientation_turnsTheStoredImageUpright(int orientation, String upright) {
    BufferedImage stored = new BufferedImage(2, 3, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 6; i++) {
      stored.setRGB(i % 2, i / 2, i + 1);
    }

    BufferedImage turned = Thumbnail.turned(stored, orientation);

    StringBuilder text = new StringBuilder();
    for (int y = 0; y < turned.getHeight(); y++) {
      text.append(y == 0 ? "" : "/");
      for (int x = 0; x < turned.getWidth(); x++) {
        text.append(turned.getRGB(x, y) & 0xff);
      }
    }
    assertEquals(upright, text.toString());
  }
}
