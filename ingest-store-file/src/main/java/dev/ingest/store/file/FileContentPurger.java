package dev.ingest.store.file;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes files under permits.
 *
 * <p>After the unlinks, the directories and all their ancestors are synced, whether a file was
 * there or not: an earlier deletion may have been cut short before its sync, and a directory that
 * another deletion has removed meanwhile is durably gone only with the sync of its parent. A
 * directory that became empty is removed after that, without a sync, since its return after a crash
 * harms nobody. A writer that is about to link into it makes it again.
 */
final class FileContentPurger implements ContentPurger {

  private final Volume volume;

  FileContentPurger(Volume volume) {
    this.volume = volume;
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    volume.requireWritable();
    List<Outcome> outcomes = new ArrayList<>(permit.keys().size());
    Set<Path> directories = new LinkedHashSet<>();
    for (ContentKey key : permit.keys()) {
      outcomes.add(unlink(key, directories));
    }
    volume.requirePresent();
    volume.syncs.remainingDirectories(volume.layout.withAncestors(directories));
    for (Path directory : directories) {
      prune(directory);
    }
    return outcomes;
  }

  private Outcome unlink(ContentKey key, Set<Path> directories) {
    Path path = volume.layout.file(key);
    try {
      volume.disk.unlink(path);
      directories.add(volume.layout.directory(key));
      return Outcome.APPLIED;
    } catch (IOException e) {
      return new Outcome.Unknown(
          new ContentException(
              volume.name
                  + ": cannot delete "
                  + key
                  + " at "
                  + path
                  + ": "
                  + e
                  + "; check the volume and delete it again",
              e));
    }
  }

  private void prune(Path directory) {
    Path at = directory;
    try {
      while (at != null && !at.equals(volume.layout.content()) && volume.disk.removeDirectory(at)) {
        at = at.getParent();
      }
    } catch (IOException e) {
      throw new ContentException(
          volume.name
              + ": cannot remove the empty directory "
              + at
              + ": "
              + e
              + "; check its owner and the volume, then delete again",
          e);
    }
  }
}
