package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server is asked to encrypt each object as the options say, put whole or in parts. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EncryptionTest {

  private static final String HEADER = "x-amz-server-side-encryption";

  /** One that goes in one request, and one that goes in parts. */
  private static final int WHOLE = 100;

  private static final int IN_PARTS = 2 * FaultyPlace.PART;

  private static Map<String, String> asked(S3Encryption encryption, int length) {
    try (FaultyPlace place = FaultyPlace.patient()) {
      place.open(place.options().withEncryption(encryption));
      store(place.store(), key("a"), bytes(length, 1));
      Map<String, String> headers =
          new TreeMap<>(
              place
                  .server()
                  .headers(FaultyPlace.BUCKET, "deployment/a/" + key("a").value())
                  .orElseThrow());
      headers.keySet().removeIf(name -> !name.startsWith(HEADER));
      return headers;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {WHOLE, IN_PARTS})
  void encryptionOfTheBucket_asksForNothing(int length) {
    assertEquals(Map.of(), asked(S3Encryption.BUCKET, length));
  }

  @ParameterizedTest
  @ValueSource(ints = {WHOLE, IN_PARTS})
  void managedKeys_areAskedFor(int length) {
    assertEquals(Map.of(HEADER, "AES256"), asked(S3Encryption.MANAGED, length));
  }

  @ParameterizedTest
  @ValueSource(ints = {WHOLE, IN_PARTS})
  void keyOfTheManagementService_isNamed(int length) {
    assertEquals(
        Map.of(
            HEADER,
            "aws:kms",
            HEADER + "-aws-kms-key-id",
            "alias/photos",
            HEADER + "-bucket-key-enabled",
            "true"),
        asked(new S3Encryption.Kms("alias/photos", true), length));
  }
}
