package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

class StoredTest {

  private static final Digest DIGEST = Digest.ofUtf8("bytes");

  private static Stored stored(String sha256, ChecksumType type) {
    return Stored.of(
        HeadObjectResponse.builder()
            .contentLength(5L)
            .checksumSHA256(sha256)
            .checksumCRC32C("SynupA==")
            .checksumType(type)
            .metadata(Map.of())
            .build());
  }

  @Test
  void checksumOfAllBytes_isTheDigest() {
    Stored whole = stored(Stored.base64(DIGEST), ChecksumType.FULL_OBJECT);
    assertEquals(Optional.of(DIGEST), whole.digest());
    assertEquals(Optional.of("SynupA=="), whole.checksum());
  }

  @Test
  void checksumOfChecksums_isNone() {
    Stored byType = stored(Stored.base64(DIGEST), ChecksumType.COMPOSITE);
    assertEquals(Optional.empty(), byType.digest());
    assertEquals(Optional.empty(), byType.checksum());
    assertEquals(
        Optional.empty(), stored(Stored.base64(DIGEST) + "-2", ChecksumType.FULL_OBJECT).digest());
  }

  @Test
  void textThatIsNoDigest_isNone() {
    assertEquals(Optional.empty(), stored("SynupA==", ChecksumType.FULL_OBJECT).digest());
    assertEquals(Optional.empty(), stored("?", ChecksumType.FULL_OBJECT).digest());
  }

  @Test
  void digestInTheMetadata_isSaidAlone() {
    Stored said =
        Stored.of(
            HeadObjectResponse.builder()
                .contentLength(5L)
                .metadata(Map.of(Stored.SAID, DIGEST.hex()))
                .build());
    assertEquals(Optional.of(DIGEST), said.said());
    assertEquals(Optional.empty(), said.digest());
  }

  @Test
  void partsChecksums_areInTheOrderOfBytes() {
    assertEquals("AQIDBA==", Stored.base64(0x01020304));
  }
}
