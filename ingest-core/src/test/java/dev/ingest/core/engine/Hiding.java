package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A store that says of some places, for a moment, that nothing is there. */
final class Hiding {

  private Predicate<String> hidden = place -> false;
  private int wrongAnswersLeft;

  void hide(Predicate<String> places) {
    hidden = places;
    wrongAnswersLeft = Integer.MAX_VALUE;
  }

  void hideOnce(Predicate<String> places) {
    hidden = places;
    wrongAnswersLeft = 1;
  }

  void showAll() {
    hide(place -> false);
  }

  /** Tells whether {@link #hideOnce} is over. */
  boolean hasAnsweredWrong() {
    return wrongAnswersLeft == 0;
  }

  private boolean hides(String place) {
    boolean hides = wrongAnswersLeft > 0 && hidden.test(place);
    wrongAnswersLeft -= hides ? 1 : 0;
    return hides;
  }

  ContentStore over(ContentStore store) {
    return (ContentStore)
        Proxy.newProxyInstance(
            ContentStore.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              try {
                boolean isRead = List.of("list", "stat", "open").contains(method.getName());
                return isRead && hides(args[0].toString())
                    ? absent(method.getName())
                    : method.invoke(store, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Object absent(String call) {
    return switch (call) {
      case "list" -> new ContentPage(List.of(), false);
      case "stat" -> Optional.empty();
      default -> throw new ContentMissingException("not there, for a moment");
    };
  }
}
