package dev.ingest.cli.photo;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.StageItem;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;

/**
 * The names of what becomes of an item.
 *
 * <p>They cannot clash: an item's own name never appears in the result, and two results have one
 * name only if they have one suffix, which leaves one uploaded name. An upload may hold {@code X}
 * beside {@code X.json}; the result then holds {@code X.json} and {@code X.json.json}.
 */
final class ResultNames {

  private static final String DESCRIPTION = ".json";
  private static final String THUMBNAIL = ".thumb.jpg";

  private ResultNames() {}

  static ItemName description(ItemName uploaded) {
    return new ItemName(uploaded.value() + DESCRIPTION);
  }

  static ItemName thumbnail(ItemName uploaded) {
    return new ItemName(uploaded.value() + THUMBNAIL);
  }

  /** Refuses, before any work, a name that is too long to be lengthened. */
  static void check(SequenceKey sequence, StageItem item) {
    try {
      description(item.name());
      thumbnail(item.name());
    } catch (InvalidValueException e) {
      throw new PermanentStageException(
          "%s: item \"%s\" needs results named with \"%s\" and \"%s\" added, which is refused (%s); shorten the name, submit it under another id, and discard this one"
              .formatted(
                  sequence,
                  InvalidValueException.escape(item.name().value()),
                  DESCRIPTION,
                  THUMBNAIL,
                  e.getMessage()),
          e);
    }
  }
}
