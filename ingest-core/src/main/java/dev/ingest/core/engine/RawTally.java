package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.RawLocation;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what is listed of one sequence's raw bytes, by position alone: how many of the items that
 * the manifest counts, how many bytes, whether the manifest, and how many keys that the entry does
 * not explain. What an uploader left in a part that another one resumed is explained. For one
 * thread, and used again for each sequence.
 */
final class RawTally {

  private static final int SESSION_START = "raw/".length() + 49 + 1;
  private static final int SESSION_CHARS = 32;
  private static final int PART_START = SESSION_START + SESSION_CHARS + 1;
  private static final int NAME_START = PART_START + 5;
  private static final int NAME_CHARS = 7;

  private @Nullable AuditRow row;
  private String session = "";
  private long items;
  private long bytes;
  private long unexplained;
  private boolean manifest;

  /** Begins with an entry, or with none. */
  void begin(@Nullable AuditRow entry) {
    row = entry;
    session = entry == null ? "" : entry.raw().session().value();
    items = 0;
    bytes = 0;
    unexplained = 0;
    manifest = false;
  }

  void add(ContentStat stat) {
    AuditRow entry = row;
    String key = stat.key().value();
    if (entry == null || !key.startsWith(session, SESSION_START) || key.length() <= NAME_START) {
      unexplained++;
      return;
    }
    int part = number(key, PART_START, NAME_START - 1);
    RawLocation raw = entry.raw();
    if (part < 0) {
      unexplained++;
    } else if (KeyLayout.isManifest(stat.key())) {
      manifest |= part == raw.latestPart();
      unexplained += part > raw.latestPart() ? 1 : 0;
    } else {
      addItem(entry, part, number(key, NAME_START, NAME_START + NAME_CHARS), stat.length());
    }
  }

  private void addItem(AuditRow entry, int part, int ordinal, long length) {
    RawLocation raw = entry.raw();
    boolean isNamed =
        ordinal >= 0
            && ordinal < entry.receipt().manifest().count()
            && (raw.latestPart() == 0 ? part == 0 : part == raw.partOf(ordinal));
    if (isNamed) {
      items++;
      bytes += length;
    } else if (ordinal < 0 || part >= raw.latestPart()) {
      unexplained++;
    }
  }

  /** Reads decimal digits; -1 if there is anything else. */
  private static int number(String key, int from, int to) {
    if (key.length() < to) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = key.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  boolean isEmpty() {
    return items == 0 && !manifest;
  }

  boolean hasUnexplained() {
    return unexplained > 0;
  }

  /** Tells whether the manifest and as many items and bytes are there as the ledger counts. */
  boolean isWhole() {
    return row != null
        && manifest
        && items == row.receipt().manifest().count()
        && bytes == row.receipt().manifest().bytes();
  }
}
