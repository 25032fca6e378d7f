package dev.ingest.testkit.s3;

import java.util.List;

/** A part of a listing, and whether more follows. */
record Page<T>(List<T> entries, boolean more) {

  /** Cuts what was listed, which has one more than is wanted if more follows. */
  static <T> Page<T> of(List<T> listed, int max) {
    boolean more = listed.size() > max;
    return new Page<>(List.copyOf(more ? listed.subList(0, max) : listed), more && max > 0);
  }

  T last() {
    return entries.get(entries.size() - 1);
  }
}
