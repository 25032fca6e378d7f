package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Outcome;
import dev.ingest.testkit.s3.S3Switch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deletions in buckets that keep versions, or begin to, and by servers that list them badly. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeletionsTest {

  private static final List<Outcome> BOTH = List.of(Outcome.APPLIED, Outcome.APPLIED);

  @Test
  void purgeInABucketThatKeepsVersionsSinceTheOpening_leavesNothing() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      store(place.store(), key("a"), bytes(10, 1));
      place.server().set(S3Switch.VERSIONING, true);
      store(place.store(), key("b"), bytes(10, 2));
      assertEquals(BOTH, place.purger().delete(permit(key("a"), key("b"))));
      BelowProtocol.of(place).requireNothing();
    }
  }
}
