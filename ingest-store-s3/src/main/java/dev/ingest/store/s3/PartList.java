package dev.ingest.store.s3;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** The parts that have arrived, 10,000 at most, added by several threads. */
final class PartList {

  private final List<CompletedPart> parts = new ArrayList<>();

  synchronized void add(CompletedPart part) {
    parts.add(part);
  }

  /** In the order of their numbers. */
  synchronized List<CompletedPart> all() {
    return parts.stream().sorted(Comparator.comparing(CompletedPart::partNumber)).toList();
  }
}
