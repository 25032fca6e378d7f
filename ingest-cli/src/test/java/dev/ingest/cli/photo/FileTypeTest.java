package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTypeTest {

  @ParameterizedTest
  @CsvSource({
    "ffd8ffe000104a464946, image/jpeg",
    "89504e470d0a1a0a, image/png",
    "474946383961, image/gif",
    "49492a00, image/tiff",
    "4d4d002a, image/tiff",
    "524946460000000057454250, image/webp",
    "000000186674797068656963, image/heif",
    "000000206674797061766966, image/avif",
    "000000206674797069736f6d, video/mp4",
    "255044462d312e37, application/pdf",
    "504b0304, application/zip",
    "ffd8, application/octet-stream",
    "'', application/octet-stream"
  })
  void firstBytes_tellTheType(String hex, String type) {
    assertEquals(type, FileType.of(HexFormat.of().parseHex(hex)));
  }
}
