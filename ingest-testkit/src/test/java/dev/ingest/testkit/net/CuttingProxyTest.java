package dev.ingest.testkit.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.net.Rule.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CuttingProxyTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void noRule_passesAndCountsRoundTripsPerConnection() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient first = new LineClient(proxy.address());
        LineClient second = new LineClient(proxy.address())) {
      for (int i = 0; i < 20; i++) {
        assertEquals("re a" + i, first.ask("a" + i));
      }
      for (int i = 0; i < 3; i++) {
        assertEquals("re b" + i, second.ask("b" + i));
      }
      assertEquals(2, proxy.connections());
      assertEquals(20, proxy.roundTrips(1));
      assertEquals(3, proxy.roundTrips(2));
      assertEquals(23, proxy.roundTrips());
      assertEquals(0, proxy.cuts());
      assertThrows(IllegalArgumentException.class, () -> proxy.roundTrips(3));
    }
  }

  @Test
  void severalLinesBeforeTheReply_areOneRoundTrip() throws Exception {
    try (LineServer server =
            new LineServer(
                (line, out) -> {
                  if (line.equals("end")) {
                    out.write("done\n");
                  }
                });
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      for (String line : List.of("one", "two")) {
        client.send(line + "\n");
        assertEquals(line, server.next());
      }
      assertEquals("done", client.ask("end"));
      assertEquals(1, proxy.roundTrips());
    }
  }

  @Test
  void muchBothWays_arrivesWhole() throws Exception {
    String line = "x".repeat(1_000_000);
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      for (int i = 0; i < 5; i++) {
        assertEquals("re " + line, client.ask(line));
      }
    }
  }

  @Test
  void endOfClient_reachesServerAndItsLastWordsReachClient() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      client.send("last\n");
      client.endOutput();
      assertEquals("re last", client.read());
      assertNull(client.read());
      assertEquals("last", server.next());
      assertEquals(LineServer.END, server.next());
    }
  }

  @Test
  void cutBefore_requestNeverReachesServer() throws Exception {
    for (int n = 1; n <= 4; n++) {
      try (LineServer server = new LineServer();
          CuttingProxy proxy = new CuttingProxy(server.address());
          LineClient client = new LineClient(proxy.address())) {
        proxy.rule(Rule.atMessage(n, Verdict.CUT_BEFORE));
        for (int i = 1; i < n; i++) {
          assertEquals("re " + i, client.ask("" + i));
          assertEquals("" + i, server.next());
        }
        assertNull(client.ask("" + n));
        assertEquals(1, proxy.cuts());
        assertEquals(LineServer.END, server.next());
        assertTrue(server.heardNothingMore());
      }
    }
  }

  @Test
  void loseReply_serverActsAndClientDoesNotKnow() throws Exception {
    for (int n = 1; n <= 4; n++) {
      try (LineServer server = new LineServer();
          CuttingProxy proxy = new CuttingProxy(server.address());
          LineClient client = new LineClient(proxy.address())) {
        proxy.rule(Rule.atMessage(n, Verdict.LOSE_REPLY));
        for (int i = 1; i < n; i++) {
          assertEquals("re " + i, client.ask("" + i));
          assertEquals("" + i, server.next());
        }
        assertNull(client.ask("" + n));
        assertEquals(1, proxy.cuts());
        assertEquals("" + n, server.next());
        assertEquals(LineServer.END, server.next());
      }
    }
  }

  @Test
  void loseReplyInPieces_cutsOnlyWhenTheServerHasDoneAll() throws Exception {
    CountDownLatch halfSwallowed = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    LineServer.Answer inTwoPieces =
        (line, out) -> {
          out.write("half\n");
          out.flush();
          try {
            assertTrue(halfSwallowed.await(20, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          done.set(true);
          out.write("whole\n");
        };
    try (LineServer server = new LineServer(inTwoPieces);
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      proxy.rule(
          chunk -> {
            if (chunk.direction() == Direction.TO_SERVER) {
              return Verdict.LOSE_REPLY;
            }
            halfSwallowed.countDown();
            return Verdict.PASS;
          });
      assertNull(client.ask("go"));
      assertTrue(done.get(), "cut before the server was done");
    }
  }

  @Test
  void loseReply_ruleThatKnowsTheEndCutsAtOnce() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      proxy.rule(
          chunk ->
              chunk.direction() == Direction.TO_SERVER
                  ? Verdict.LOSE_REPLY
                  : chunk.count(bytes("\n")) == 1 ? Verdict.CUT_BEFORE : Verdict.PASS);
      assertNull(client.ask("go"));
      assertEquals("go", server.next());
      assertEquals(1, proxy.cuts());
    }
  }

  @Test
  void cutBeforeOfAReply_losesIt() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      proxy.rule(
          chunk ->
              chunk.direction() == Direction.TO_CLIENT && chunk.message() == 2
                  ? Verdict.CUT_BEFORE
                  : Verdict.PASS);
      assertEquals("re 1", client.ask("1"));
      assertNull(client.ask("2"));
      assertEquals("1", server.next());
      assertEquals("2", server.next());
    }
  }

  @Test
  void cutAfterOfAReply_passesIt() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      proxy.rule(
          chunk -> chunk.direction() == Direction.TO_CLIENT ? Verdict.CUT_AFTER : Verdict.PASS);
      assertEquals("re 1", client.ask("1"));
      assertNull(client.read());
    }
  }

  @Test
  void pattern_isFoundAtItsOccurrenceAlsoWhereChunksSplitIt() throws Exception {
    LineServer.Answer silentOnParts =
        (line, out) -> out.write(line.isEmpty() ? "" : "re " + line + "\n");
    try (LineServer server = new LineServer(silentOnParts);
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      List<String> chunks = new ArrayList<>();
      CountDownLatch partSeen = new CountDownLatch(3);
      Rule commit = Rule.onBytes(bytes("COMMIT"), 2, Verdict.CUT_BEFORE);
      proxy.rule(
          chunk -> {
            chunks.add(
                chunk.message() + " " + StandardCharsets.UTF_8.decode(chunk.bytes().duplicate()));
            partSeen.countDown();
            return commit.judge(chunk);
          });
      assertEquals("re COMMIT", client.ask("COMMIT"));
      assertEquals("COMMIT", server.next());
      client.send("COM");
      assertTrue(partSeen.await(20, TimeUnit.SECONDS));
      assertNull(client.ask("MIT"));
      assertEquals(List.of("1 COMMIT\n", "1 re COMMIT\n", "2 COM", "2 MIT\n"), chunks);
      assertEquals(2, proxy.roundTrips());
    }
  }

  @Test
  void pattern_isCountedInOneChunkAndNotAcrossMessages() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      List<Integer> counts = new ArrayList<>();
      proxy.rule(
          chunk -> {
            if (chunk.direction() == Direction.TO_SERVER) {
              counts.add(chunk.count(bytes("aa")));
            }
            return Verdict.PASS;
          });
      assertEquals("re aaaa", client.ask("aaaa"));
      assertEquals("re a", client.ask("a"));
      assertEquals("re aa", client.ask("aa"));
      assertEquals(List.of(3, 0, 1), counts);
    }
  }

  @Test
  void refuse_closesNewConnectionsAndLeavesOpenOnes() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient open = new LineClient(proxy.address())) {
      assertEquals("re 1", open.ask("1"));
      proxy.refuse();
      try (LineClient refused = new LineClient(proxy.address())) {
        assertNull(refused.ask("2"));
      }
      assertEquals("re 3", open.ask("3"));
      proxy.admit();
      try (LineClient again = new LineClient(proxy.address())) {
        assertEquals("re 4", again.ask("4"));
      }
      assertEquals(2, proxy.connections());
      assertEquals(List.of("1", "3", "4"), List.of(server.next(), server.next(), server.next()));
    }
  }

  @Test
  void stall_holdsARequestThatLandsLateThoughItsClientHasGone() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address())) {
      try (LineClient client = new LineClient(proxy.address())) {
        assertEquals("re 1", client.ask("1"));
        assertEquals("1", server.next());
        proxy.stall();
        client.send("late\n");
        assertTrue(proxy.awaitHeld(1, SOON));
        assertTrue(server.heardNothingMore());
      }
      proxy.release();
      assertEquals("late", server.next());
      assertEquals(LineServer.END, server.next());
    }
  }

  @Test
  void cutWhileStalled_losesWhatStands() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient client = new LineClient(proxy.address())) {
      proxy.stall();
      client.send("never\n");
      assertTrue(proxy.awaitHeld(1, SOON));
      proxy.cut();
      proxy.release();
      assertNull(client.read());
      assertTrue(proxy.awaitCuts(1, SOON));
      assertEquals(LineServer.END, server.next());
    }
  }

  @Test
  void hold_stopsOneConnectionUntilReleased() throws Exception {
    try (LineServer server = new LineServer();
        CuttingProxy proxy = new CuttingProxy(server.address());
        LineClient held = new LineClient(proxy.address());
        LineClient free = new LineClient(proxy.address())) {
      assertEquals("re 1", held.ask("1"));
      proxy.rule(Rule.onBytes(bytes("held"), 1, Verdict.HOLD));
      held.send("held\n");
      assertTrue(proxy.awaitHeld(1, SOON));
      assertEquals("re 2", free.ask("2"));
      proxy.release();
      assertEquals("re held", held.read());
      assertFalse(proxy.awaitHeld(1, Duration.ZERO));
    }
  }

  @Test
  void serverThatRefuses_closesTheClient() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
    }
    try (CuttingProxy proxy = new CuttingProxy(nobody);
        LineClient client = new LineClient(proxy.address())) {
      assertNull(client.ask("1"));
    }
  }

  @Test
  void ruleThatThrows_cutsAndFailsTheClose() throws Exception {
    try (LineServer server = new LineServer()) {
      CuttingProxy proxy = new CuttingProxy(server.address());
      IllegalArgumentException thrown = new IllegalArgumentException("a broken rule");
      try (LineClient client = new LineClient(proxy.address())) {
        proxy.rule(
            chunk -> {
              throw thrown;
            });
        assertNull(client.ask("1"));
        assertEquals(LineServer.END, server.next());
      }
      assertEquals(thrown, assertThrows(IllegalStateException.class, proxy::close).getCause());
    }
  }

  @Test
  void close_endsItsNamedDaemonThreadsAndItsConnections() throws Exception {
    try (LineServer server = new LineServer()) {
      CuttingProxy proxy = new CuttingProxy(server.address());
      String prefix = "cutting-proxy-" + proxy.port() + "-";
      try (LineClient client = new LineClient(proxy.address())) {
        assertEquals("re 1", client.ask("1"));
        List<Thread> threads = threads(prefix);
        assertEquals(
            List.of(prefix + "1-to-client", prefix + "1-to-server", prefix + "accept"),
            threads.stream().map(Thread::getName).sorted().toList());
        assertTrue(threads.stream().allMatch(Thread::isDaemon));
        proxy.stall();
        client.send("2\n");
        assertTrue(proxy.awaitHeld(1, SOON));
        proxy.close();
        proxy.close();
        assertEquals(List.of(), threads(prefix));
        assertNull(client.read());
      }
    }
  }

  private static List<Thread> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
