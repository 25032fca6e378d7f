package dev.ingest.testkit.s3;

import java.time.Instant;
import java.util.Optional;

/**
 * A version of an object, or a delete marker.
 *
 * @param id {@link #UNVERSIONED} where no versions are kept
 * @param sequence ascending in the order in which versions were stored
 * @param modified when it was stored
 * @param content empty for a delete marker
 */
record Version(String key, String id, long sequence, Instant modified, Optional<Content> content) {

  static final String UNVERSIONED = "null";

  boolean isObject() {
    return content.isPresent();
  }

  /** Returns the content of what is known not to be a delete marker. */
  Content object() {
    return content.orElseThrow();
  }

  long length() {
    return content.map(object -> object.bytes().length).orElse(0);
  }
}
