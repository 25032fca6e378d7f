package dev.ingest.testkit.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.net.Rule.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of {@code docs/writing-an-adapter.md}, with a server that answers lines. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CuttingProxyExampleTest {

  private static final Path SOURCE =
      Path.of("src/test/java/dev/ingest/testkit/net/CuttingProxyExampleTest.java");
  private static final Path PAGE = Path.of("..", "docs", "writing-an-adapter.md");

  @Test
  void lostReply_isOfACommitThatTheServerHas() throws Exception {
    try (LineServer server = new LineServer()) {
      InetSocketAddress serverAddress = server.address();
      // example begins
      try (CuttingProxy proxy = new CuttingProxy(serverAddress)) {
        proxy.rule(Rule.onBytes("COMMIT".getBytes(US_ASCII), 1, Verdict.LOSE_REPLY));
        assertThrows(IOException.class, () -> commitByYourAdapter(proxy.address()));
        assertEquals(1, proxy.cuts());
      }
      // example ends
      assertEquals("COMMIT", server.next(), "the server committed");
    }
  }

  @Test
  void page_hasTheExample() throws Exception {
    String source = Files.readString(SOURCE);
    String marker = "      // example begins\n";
    String region =
        source.substring(
            source.indexOf(marker) + marker.length(), source.indexOf("      // example ends\n"));
    assertTrue(Files.readString(PAGE).contains(region.indent(-6)), region);
  }

  private static void commitByYourAdapter(InetSocketAddress address) throws IOException {
    try (LineClient client = new LineClient(address)) {
      if (client.ask("COMMIT") == null) {
        throw new IOException("the connection ended before the answer came");
      }
    }
  }
}
