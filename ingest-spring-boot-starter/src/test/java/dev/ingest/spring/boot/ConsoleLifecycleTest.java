package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.console.Console;
import dev.ingest.console.ConsoleOptions;
import dev.ingest.console.ConsoleServer;
import dev.ingest.core.Ingest;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

final class ConsoleLifecycleTest {

  @TempDir private Path home;

  @Test
  void streamOfAnOpenPage_hasEndedWhenTheServerWaitsForItsRequests() {
    List<String> order = new CopyOnWriteArrayList<>();
    Contexts.embedded(home)
        .withConfiguration(AutoConfigurations.of(IngestConsoleAutoConfiguration.class))
        .withBean("order", List.class, () -> order)
        .withUserConfiguration(Page.class)
        .run(
            context -> {
              context.getBean(OpenPage.class).open();
              order.add("closing");
            });
    assertThat(order).containsExactly("closing", "the stream has ended: true");
  }

  @Test
  void applicationWithoutAConsole_hasNoneToEnd() {
    Contexts.embedded(home)
        .withConfiguration(AutoConfigurations.of(IngestConsoleAutoConfiguration.class))
        .run(context -> assertThat(context).doesNotHaveBean(ConsoleLifecycle.class));
  }

  @Configuration(proxyBeanMethods = false)
  static class Page {

    private final AtomicReference<Console> opened = new AtomicReference<>();

    @Bean
    ConsoleServer server(LedgerStore ledger, Ingest ingest) throws IOException {
      return ConsoleServer.start(
          InetAddress.getLoopbackAddress(),
          0,
          hosts -> {
            opened.set(
                new Console(ledger, ingest, ConsoleOptions.of("localhost").withHosts(hosts)));
            return Objects.requireNonNull(opened.get());
          });
    }

    @Bean
    Console console(ConsoleServer server) {
      assertThat(server.uri()).isNotNull();
      return Objects.requireNonNull(opened.get());
    }

    @Bean
    OpenPage page(ConsoleServer server, List<String> order) {
      return new OpenPage(server, order);
    }
  }

  /** In the phase in which a web server waits for its requests, of which one is a page's stream. */
  private static final class OpenPage implements SmartLifecycle {

    private final HttpClient client = HttpClient.newHttpClient();
    private final ConsoleServer server;
    private final List<String> order;
    private final AtomicReference<InputStream> stream = new AtomicReference<>();

    private OpenPage(ConsoleServer server, List<String> order) {
      this.server = server;
      this.order = order;
    }

    private void open() throws IOException, InterruptedException {
      HttpResponse<InputStream> live =
          client.send(
              HttpRequest.newBuilder(server.uri().resolve("live")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(live.statusCode()).isEqualTo(200);
      stream.set(live.body());
    }

    private boolean hasEnded() {
      CompletableFuture<Boolean> end = CompletableFuture.supplyAsync(this::readToTheEnd);
      try {
        return end.get(4, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        return false;
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    /** A stream that is broken off has ended, too. */
    private boolean readToTheEnd() {
      try (InputStream in = Objects.requireNonNull(stream.get())) {
        in.transferTo(OutputStream.nullOutputStream());
        return true;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void start() {}

    @Override
    public void stop() {
      order.add("the stream has ended: " + hasEnded());
    }

    @Override
    public boolean isRunning() {
      return stream.get() != null;
    }

    @Override
    public int getPhase() {
      return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }
  }
}
