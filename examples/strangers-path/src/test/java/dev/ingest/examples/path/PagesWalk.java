package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.contract.ContentPurgerContract;
import dev.ingest.testkit.contract.ContentStoreContract;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.turn.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows each page from an empty folder to its end, in the words of the page: one by the day, and
 * with {@code -Dingest.pages.turn=N} that of another.
 */
@Tag("packaged")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PagesWalk {

  private static final Pattern TESTS = Pattern.compile("<testsuite[^>]* tests=\"([0-9]+)\"");

  @TempDir Path directory;

  @Test
  void adapterOfSomebodyElse_passesEveryCaseOfTheKit() throws Exception {
    assumeTurnOf(0);
    StrangersFolder folder = new StrangersFolder(directory);
    for (Page.Step step : Page.read("adapter-step-by-step.md").steps()) {
      folder.follow(step);
    }
    assertEquals(
        casesOf(ContentStoreContract.class),
        ranBy(folder, "com.example.packs.PackStoreContractTest"));
    assertEquals(
        casesOf(ContentPurgerContract.class),
        ranBy(folder, "com.example.packs.PackPurgerContractTest"));
  }

  @Test
  void serviceOfSomebodyElse_takesTextsIn_onPostgresAndS3() throws Exception {
    assumeTurnOf(1);
    StrangersFolder folder = new StrangersFolder(directory);
    List<Page.Step> steps = Page.read("tour.md").steps();
    try (S3FaultServer s3 = S3FaultServer.start()) {
      s3.createBucket("words");
      folder.export("AWS_ACCESS_KEY_ID", "any");
      folder.export("AWS_SECRET_ACCESS_KEY", "any");
      folder.export("POSTGRES", PostgresServer.urlOfEmptySchema());
      folder.export(
          "BUCKET", "s3://words/tour?region=eu-central-1&pathStyle=true&endpoint=" + s3.endpoint());
      for (Page.Step step : steps) {
        folder.follow(step);
      }
      assertTrue(!s3.objects("words").isEmpty(), "the bytes are in the bucket");
    }
  }

  private static void assumeTurnOf(int page) {
    int today = Turn.of(InstantSource.system(), "ingest.pages.turn", "Pages", 2);
    assumeTrue(today == page, "on another day, or with -Dingest.pages.turn=" + page);
  }

  private static int casesOf(Class<?> contract) {
    int cases = 0;
    for (Class<?> type = contract; type != null; type = type.getSuperclass()) {
      cases +=
          (int)
              Arrays.stream(type.getDeclaredMethods())
                  .filter(method -> method.isAnnotationPresent(Test.class))
                  .count();
    }
    return cases;
  }

  private static int ranBy(StrangersFolder folder, String test) throws IOException {
    Path report = folder.file("target/surefire-reports/TEST-" + test + ".xml");
    Matcher tests = TESTS.matcher(Files.readString(report));
    assertTrue(tests.find(), report::toString);
    return Integer.parseInt(tests.group(1));
  }
}
