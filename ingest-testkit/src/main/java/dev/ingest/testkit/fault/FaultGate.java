package dev.ingest.testkit.fault;

import dev.ingest.testkit.fault.CallSite.Role;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Where every call of a wrapped store passes: counts it, asks what goes wrong, and makes it go
 * wrong.
 */
final class FaultGate {

  /** The most answers that are kept in order to repeat them stale. */
  private static final int MAX_ANSWERS = 1_000;

  private final String store;
  private final FaultInjector injector;
  private final Function<String, RuntimeException> error;
  private final boolean staleReads;
  private final Map<Role, Map<String, Count>> counts = new EnumMap<>(Role.class);
  private final Map<List<Object>, Object> answers = new LinkedHashMap<>();

  FaultGate(
      String store,
      FaultInjector injector,
      Function<String, RuntimeException> error,
      boolean staleReads) {
    this.store = store;
    this.injector = injector;
    this.error = error;
    this.staleReads = staleReads;
  }

  /** One call on its way: what goes wrong with it, and the words for it. */
  record Pass(CallSite site, Fault fault) {}

  /** Counts a call and asks what goes wrong with it. */
  Pass enter(Role role, String method) {
    CallSite site = new CallSite(role, method, count(role, method));
    return new Pass(site, injector.next(site));
  }

  /** How often a method was called; every call of every store counts, and boxes nothing. */
  private static final class Count {
    private long calls;
  }

  private synchronized long count(Role role, String method) {
    Map<String, Count> ofRole = counts.get(role);
    if (ofRole == null) {
      ofRole = new HashMap<>();
      counts.put(role, ofRole);
    }
    Count count = ofRole.get(method);
    if (count == null) {
      count = new Count();
      ofRole.put(method, count);
    }
    count.calls++;
    return count.calls;
  }

  /** Passes a call that is all or nothing. */
  <T> T whole(Role role, String method, Supplier<T> effect) {
    return pass(enter(role, method), effect, kept -> {});
  }

  /** Passes a call of which a part can take effect. */
  <T> T batch(Role role, String method, Supplier<T> effect, IntConsumer part) {
    return pass(enter(role, method), effect, part);
  }

  /** Passes a read whose answer to the same question can be repeated stale. */
  <T> T read(Role role, String method, List<Object> question, Supplier<T> effect) {
    Pass pass = enter(role, method);
    List<Object> asked = List.of(role, method, question);
    if (pass.fault() instanceof Fault.StaleRead) {
      return stale(pass.site(), asked, effect);
    }
    T answer = pass(pass, effect, kept -> {});
    if (staleReads) {
      remember(asked, answer);
    }
    return answer;
  }

  void run(Role role, String method, Runnable effect) {
    runBatch(role, method, effect, kept -> {});
  }

  void runBatch(Role role, String method, Runnable effect, IntConsumer part) {
    batch(
        role,
        method,
        () -> {
          effect.run();
          return method;
        },
        part);
  }

  private <T> T pass(Pass pass, Supplier<T> effect, IntConsumer part) {
    Fault fault = pass.fault();
    if (fault instanceof Fault.None) {
      return effect.get();
    } else if (fault instanceof Fault.Delay delay) {
      delay.before().run();
      T answer = effect.get();
      delay.after().run();
      return answer;
    } else if (fault instanceof Fault.Duplicate) {
      T answer = effect.get();
      drop(effect.get());
      return answer;
    } else if (fault instanceof Fault.Torn torn) {
      part.accept(torn.kept());
      throw failure(pass.site(), "torn after " + torn.kept());
    } else if (fault instanceof Fault.ReplyLost) {
      drop(effect.get());
      throw failure(pass.site(), "reply lost");
    } else if (fault instanceof Fault.CrashAfter) {
      drop(effect.get());
      throw crash(pass.site(), "after");
    } else if (fault instanceof Fault.CrashBefore) {
      throw crash(pass.site(), "before");
    } else if (fault instanceof Fault.FailBefore) {
      throw failure(pass.site(), "failed before its effect");
    }
    throw new IllegalArgumentException(pass.site() + " is no read that could be stale");
  }

  /** Returns the elements of a torn batch that come through. */
  static <T> List<T> first(List<T> batch, int kept) {
    return List.copyOf(batch.subList(0, Math.min(kept, batch.size())));
  }

  /** Releases an answer that nobody will get. */
  private static void drop(Object answer) {
    if (answer instanceof Closeable open) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  RuntimeException failure(CallSite site, String how) {
    return error.apply(words(site, how));
  }

  SimulatedCrash crash(CallSite site, String when) {
    return new SimulatedCrash(words(site, "process died " + when));
  }

  String words(CallSite site, String how) {
    return store + ": injected at " + site + ": " + how + "; repeat the call or read to find out";
  }

  @SuppressWarnings("unchecked") // an answer is remembered under the question it answered
  private synchronized <T> T stale(CallSite site, List<Object> asked, Supplier<T> effect) {
    if (!staleReads) {
      throw new IllegalArgumentException(
          site
              + ": a stale read breaks the storage interface; allow it where the store is wrapped");
    }
    Object answer = answers.get(asked);
    if (answer == null) {
      T fresh = effect.get();
      remember(asked, fresh);
      return fresh;
    }
    if (isOtherwise(answer, effect)) {
      injector.answeredStale(site);
    }
    return (T) answer;
  }

  /** Whoever is not answered now, but with an exception, is answered otherwise too. */
  private static boolean isOtherwise(Object answer, Supplier<?> effect) {
    try {
      return !answer.equals(effect.get());
    } catch (RuntimeException e) {
      return true;
    }
  }

  private synchronized void remember(List<Object> asked, Object answer) {
    answers.remove(asked);
    answers.put(asked, answer);
    if (answers.size() > MAX_ANSWERS) {
      answers.remove(answers.keySet().iterator().next());
    }
  }
}
