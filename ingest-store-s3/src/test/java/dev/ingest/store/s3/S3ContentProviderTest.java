package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3ContentProviderTest {

  private static ContentProvider provider() {
    return ServiceLoader.load(ContentProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(S3ContentProvider.class::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void uri_opensThatPlaceWithCredentialsOfTheChain() throws Exception {
    Server server = S3ProxyServer.get();
    S3Place place = server.newPlace().place();
    System.setProperty("aws.accessKeyId", Server.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", Server.SECRET_KEY);
    try {
      URI uri =
          URI.create(
              place.name()
                  + "?region=us-east-1&pathStyle=true&endpoint="
                  + server.endpoint()
                  + "&accept=LIFECYCLE_UNKNOWN,OBJECT_LOCK_UNKNOWN");
      assertTrue(provider().accepts(uri));
      try (ContentAccess access = provider().open(uri, InstantSource.system())) {
        assertEquals(place.name(), access.store().name());
        store(access.store(), key("a"), bytes(10, 1));
        assertArrayEquals(bytes(10, 1), read(access.store(), key("a")));
      }
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  @Test
  void uri_isTakenApart() {
    S3Uri uri =
        S3Uri.parse(
            URI.create(
                "s3://bucket/a/b/?region=eu-north-1&endpoint=https%3A%2F%2Fs3.example.org%3A9000"
                    + "&accept=VERSIONING_UNKNOWN"));
    assertEquals(new S3Place("bucket", "a/b"), uri.options().place());
    assertEquals(Optional.of("eu-north-1"), uri.region());
    assertEquals(Optional.of(URI.create("https://s3.example.org:9000")), uri.endpoint());
    assertFalse(uri.pathStyle());
    assertEquals(Set.of(S3Risk.VERSIONING_UNKNOWN), uri.options().accepted());
    assertEquals("s3://bucket", S3Uri.parse(URI.create("s3://bucket")).options().place().name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/x", "https://bucket/x", "jdbc:sqlite:/x", "x"})
  void otherUri_isNotAccepted(String uri) {
    assertFalse(provider().accepts(URI.create(uri)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3:bucket",
        "s3:///prefix",
        "s3://UPPER/x",
        "s3://bucket--x-s3/x",
        "s3://bucket/a//b",
        "s3://bucket/a%20b",
        "s3://bucket/x#y",
        "s3://bucket/x?unknown=planted",
        "s3://bucket/x?region=a&region=planted",
        "s3://bucket/x?pathStyle=planted",
        "s3://bucket/x?endpoint=ftp://planted",
        "s3://bucket/x?endpoint=http://me:planted@host",
        "s3://bucket/x?endpoint=http://[planted",
        "s3://bucket/x?lifetime=planted",
        "s3://bucket/x?accept=planted",
        "s3://bucket/x?accept=VERSIONING_UNKNOWN,planted",
        "s3://bucket/x?accept=EVERYTHING",
        "s3://me:planted@bucket/x"
      })
  void wrongUri_isRefusedWithItsFormAndWithoutWhatMayBeSecret(String uri) {
    URI wrong = URI.create(uri.replace("[", "%5B"));
    ContentException error =
        assertThrows(
            ContentConfigurationException.class,
            () -> provider().open(wrong, InstantSource.system()));
    assertThrows(ContentConfigurationException.class, () -> provider().check(wrong));
    assertTrue(error.toString().contains("write s3://bucket/prefix"), error::toString);
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    assertFalse(trace.toString().contains("planted"), trace::toString);
  }

  @Test
  void optionsOutOfBounds_areRefused() {
    Duration time = Duration.ofMinutes(1);
    S3ReadRate rate = S3ReadRate.DEFAULT;
    assertThrows(
        InvalidValueException.class, () -> new S3Transfer(1 << 20, 1, 8 << 20, time, time, rate));
    assertThrows(
        InvalidValueException.class, () -> new S3Transfer(8 << 20, 0, 8 << 20, time, time, rate));
    assertThrows(
        InvalidValueException.class,
        () -> new S3Transfer(8 << 20, 1, 8 << 20, time, Duration.ZERO, rate));
    assertThrows(InvalidValueException.class, () -> new S3ReadRate(0, time));
    assertThrows(InvalidValueException.class, () -> new S3ReadRate(1, Duration.ofMillis(9)));
    assertThrows(InvalidValueException.class, () -> new S3ReadRate(1, time.multipliedBy(61)));
    S3ContentOptions options = S3ContentOptions.of("bucket", "");
    assertThrows(
        InvalidValueException.class, () -> options.withAbandonedAfter(Duration.ofSeconds(59)));
    assertThrows(InvalidValueException.class, () -> new S3Encryption.Kms(" ", true));
  }
}
