package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That two destinations have two names, and one has the same again. */
final class SinkNameTest {

  private static final String LONG = "alertmanager." + "a".repeat(60) + ".monitoring";

  @Test
  void name_tellsHostAndPort() {
    assertEquals("webhook-pager.example", name("https://Pager.example/hooks/secret?token=secret"));
    assertEquals("webhook-pager.example-9093", name("http://pager.example:9093"));
  }

  @Test
  void destinationsThatDiffer_haveDifferentNames() {
    List<String> names =
        List.of(
            name("http://h:9093"),
            name("http://h:9094"),
            name("http://" + LONG + "-1.example"),
            name("http://" + LONG + "-2.example"),
            name("http://" + LONG + "-2.example:80"),
            name("http://[2001:db8::1]"),
            name("http://[2001:db8:0:1::]"),
            name("http://[2001:db8::1]:9093"));
    assertEquals(names.size(), names.stream().distinct().count(), names::toString);
    for (String name : names) {
      assertTrue(name.matches("[a-z0-9][a-z0-9._-]{0,63}"), name);
    }
    assertEquals(names.get(2), name("http://" + LONG + "-1.example/other"), "the same again");
  }

  @Test
  void nameOfTheGreatestLength_hasNoHash() {
    String longest = "a".repeat(64 - "webhook-".length());
    assertEquals("webhook-" + longest, name("http://" + longest));
    assertTrue(name("http://a" + longest).matches("webhook-a{39}-[0-9a-f]{16}"), "one longer");
    assertEquals("webhook-h-0", name("http://h:0"), "a port");
  }

  @Test
  void twoAlertmanagersOnOneHost_canBeNamed() {
    HttpDestination base = HttpDestination.of(URI.create("http://monitoring.example/one"));
    InstantSource clock = InstantSource.system();
    try (AlertmanagerSink one = AlertmanagerSink.open("am-one", base, clock)) {
      assertEquals("am-one", one.name());
      assertEquals("am-one", one.withHeartbeat().name());
      assertThrows(
          ConfigurationException.class, () -> AlertmanagerSink.open("Am One", base, clock));
    }
  }

  private static String name(String uri) {
    return SinkName.of("webhook", URI.create(uri));
  }
}
