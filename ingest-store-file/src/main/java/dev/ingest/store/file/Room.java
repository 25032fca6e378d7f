package dev.ingest.store.file;

import java.io.IOException;

/** Whether a call failed because a volume or a quota is full. */
final class Room {

  private Room() {}

  /** The system tells it in words alone. */
  static boolean isLackedBy(IOException failed) {
    String text = String.valueOf(failed.getMessage());
    return text.contains("No space left") || text.contains("quota exceeded");
  }
}
