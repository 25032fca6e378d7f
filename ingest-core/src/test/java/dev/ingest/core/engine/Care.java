package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.Pipeline;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** A bench with sentinel and expirer, on which sequences grow old. */
final class Care {

  static final Duration GRACE = Duration.ofDays(3);

  final Bench bench = new Bench();
  final Engine engine = bench.engine(Bench.copying());
  ExpiryPolicy policy = ExpiryPolicy.DEFAULT.withGrace(GRACE).withPerSecond(1_000_000);

  Sentinel sentinel() {
    return sentinel(bench.watchedLedger);
  }

  Sentinel sentinel(LedgerStore ledger) {
    Node node = bench.node(ledger, bench.watchedContent);
    return new Sentinel(
        node,
        new Committer(node, supervisor()),
        policy,
        lease(node, Watcher.SENTINEL),
        QuietHourPolicy.DEFAULT);
  }

  Expirer expirer() {
    return expirer(bench.watchedLedger, bench.watchedContent, bench.watchedContent);
  }

  Expirer expirer(LedgerStore ledger, ContentStore content, ContentPurger purger) {
    Pipeline[] none = {};
    Node node = bench.node(ledger, content, none);
    Supervisor supervisor = supervisor();
    return new Expirer(
        node,
        new Committer(node, supervisor),
        purger,
        policy,
        lease(node, Watcher.EXPIRER),
        supervisor);
  }

  Scrubber scrubber(ScrubPolicy scrub, LedgerStore ledger, ContentStore content) {
    Pipeline[] none = {};
    Node node = bench.node(ledger, content, none);
    Supervisor supervisor = supervisor();
    return new Scrubber(
        node, new Committer(node, supervisor), scrub, lease(node, Watcher.SCRUBBER), supervisor);
  }

  /** Takes a sequence to VERIFIED. */
  void verified(SequenceKey key) {
    Bench.submit(engine, key, "a", "x of " + key, "b", "y");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(key));
  }

  /** The content, of which one key fails. */
  ContentStore failingAt(ContentKey broken, RuntimeException failure) {
    return hearing(
        bench.watchedContent,
        (method, args) -> {
          if (broken.equals(args.get(0))) {
            throw failure;
          }
        });
  }

  /** A store, and who hears of each of its reads before it is opened. */
  static ContentStore opening(ContentStore store, Consumer<ReadPurpose> heard) {
    return hearing(
        store,
        (method, args) -> {
          if (method.equals("open")) {
            heard.accept((ReadPurpose) args.get(2));
          }
        });
  }

  /** A store whose streams are not what is stored. */
  static ContentStore opened(
      ContentStore store, BiFunction<ContentKey, InputStream, InputStream> bent) {
    return (ContentStore)
        Proxy.newProxyInstance(
            ContentStore.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              try {
                Object answer = method.invoke(store, args);
                return method.getName().equals("open")
                    ? bent.apply((ContentKey) args[0], (InputStream) answer)
                    : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** A store, and who hears of each of its calls before it is made. */
  static ContentStore hearing(ContentStore store, BiConsumer<String, List<Object>> heard) {
    return (ContentStore)
        Proxy.newProxyInstance(
            ContentStore.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              if (args != null) {
                heard.accept(method.getName(), Arrays.asList(args));
              }
              try {
                return method.invoke(store, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  Supervisor supervisor() {
    return new Supervisor(
        new dev.ingest.core.EngineListener() {
          @Override
          public void driverFailed(String driver, Throwable cause, long total) {
            bench.caught.add(cause);
          }
        });
  }

  private static WatcherLease lease(Node node, Watcher watcher) {
    return new WatcherLease(node.ledger(), watcher, node.identity().id(), node.seams());
  }

  /** The codes of all alerts so far, without what only says that a condition ended. */
  List<String> alerts() {
    return bench.alertCodes();
  }
}
