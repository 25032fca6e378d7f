package dev.ingest.testkit.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChecksumAlgorithmTest {

  private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);

  @Test
  void knownBytes_haveTheChecksumsOfTheCatalogues() {
    assertEquals("cbf43926", hex(ChecksumAlgorithm.CRC32));
    assertEquals("e3069283", hex(ChecksumAlgorithm.CRC32C));
    assertEquals("ae8b14860a799888", hex(ChecksumAlgorithm.CRC64NVME));
    assertEquals("f7c3bc1d808e04732adf679965ccc34ca7ae3441", hex(ChecksumAlgorithm.SHA1));
    assertEquals(
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
        hex(ChecksumAlgorithm.SHA256));
  }

  @Test
  void wrongChecksum_hasTheSameForm() {
    ObjectChecksum right = new ObjectChecksum(ChecksumAlgorithm.CRC32C, "4waSgw==-3", "COMPOSITE");
    ObjectChecksum wrong = right.wrong();
    assertNotEquals(right.value(), wrong.value());
    assertEquals(right.value().length(), wrong.value().length());
    assertEquals("-3", wrong.value().substring(8));
  }

  private static String hex(ChecksumAlgorithm algorithm) {
    return ChecksumAlgorithm.hex(algorithm.raw(DIGITS));
  }
}
