package dev.ingest.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Whether reads can go past the page cache, found out by trying.
 *
 * <p>Several file systems take the flag for direct reads and answer from memory all the same. So a
 * probe file is written, synced and read back, and only if the system's own counter says that this
 * thread made the device read that many bytes are the reads independent. No counter, no claim.
 *
 * @param supported whether files can be opened for direct reads
 * @param independent whether such reads were seen to reach the device
 */
record DirectReads(boolean supported, boolean independent) {

  static final DirectReads NONE = new DirectReads(false, false);
  private static final int PROBE_BLOCKS = 4;

  /** Tells how direct reads below a directory must be aligned, if there are any; 1 if not. */
  static int alignment(Disk disk, Path directory) throws IOException {
    long block = disk.device(directory).blockBytes();
    return block < 1 || Long.bitCount(block) != 1 || block * PROBE_BLOCKS > Buffers.BYTES
        ? 1
        : (int) block;
  }

  static DirectReads probe(Disk disk, TempNames temps, int block) throws IOException {
    if (block == 1) {
      return NONE;
    }
    Path path = temps.next();
    int bytes = block * PROBE_BLOCKS;
    try {
      try (Disk.Output output = disk.create(path)) {
        output.write(ByteBuffer.allocate(bytes));
        output.sync();
      }
      return read(disk, path, block, bytes);
    } finally {
      disk.unlink(path);
    }
  }

  private static DirectReads read(Disk disk, Path path, int block, int bytes) throws IOException {
    ByteBuffer into = ByteBuffer.allocateDirect(bytes + block - 1).alignedSlice(block);
    OptionalLong before = disk.deviceBytesRead();
    try (Disk.Input input = disk.open(path, true)) {
      if (input.read(into, 0) != bytes) {
        return NONE;
      }
    } catch (IOException | UnsupportedOperationException e) {
      return NONE;
    }
    OptionalLong after = disk.deviceBytesRead();
    boolean independent =
        before.isPresent() && after.isPresent() && after.getAsLong() - before.getAsLong() >= bytes;
    return new DirectReads(true, independent);
  }
}
