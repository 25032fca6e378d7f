package dev.ingest.cli.photo;

import com.drew.imaging.tiff.TiffProcessingException;
import com.drew.imaging.tiff.TiffReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.RandomAccessReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifTiffHandler;
import com.drew.metadata.exif.GpsDirectory;
import java.io.IOException;
import java.util.Set;

/**
 * Reads of an EXIF block what {@link Capture} tells, and nothing else.
 *
 * <p>A block has 64 KiB at most, and can be far more than that: each of 5,000 entries may name the
 * whole block as its value, or 16,000 directories, and directories may follow each other to any
 * depth. Read as a whole, one photograph takes 1.5 GB of heap. So entries that nobody asks for are
 * passed over before their value is read, those that are asked for have a bounded length,
 * directories a bounded number, and none is followed by another.
 */
final class CameraTags extends ExifTiffHandler {

  /** A photograph has one directory each of image, photograph and position. */
  private static final int MOST_DIRECTORIES = 8;

  /** The longest value, in bytes; what is kept of a text is shorter. */
  private static final int MOST_BYTES = 1_024;

  private static final Set<Integer> WANTED =
      Set.of(
          ExifDirectoryBase.TAG_MAKE,
          ExifDirectoryBase.TAG_MODEL,
          ExifDirectoryBase.TAG_ORIENTATION,
          ExifDirectoryBase.TAG_DATETIME_ORIGINAL,
          ExifDirectoryBase.TAG_SUBSECOND_TIME_ORIGINAL,
          ExifDirectoryBase.TAG_TIME_ZONE_ORIGINAL,
          GpsDirectory.TAG_LATITUDE_REF,
          GpsDirectory.TAG_LATITUDE,
          GpsDirectory.TAG_LONGITUDE_REF,
          GpsDirectory.TAG_LONGITUDE,
          GpsDirectory.TAG_ALTITUDE_REF,
          GpsDirectory.TAG_ALTITUDE,
          GpsDirectory.TAG_IMG_DIRECTION_REF,
          GpsDirectory.TAG_IMG_DIRECTION);

  private int directories;

  private CameraTags(Metadata metadata) {
    super(metadata, null, 0);
  }

  /**
   * Reads a block.
   *
   * @param tiff the TIFF structure without the {@code Exif} prefix
   * @return what is there of it, and what could not be read
   */
  static Metadata read(byte[] tiff) {
    Metadata metadata = new Metadata();
    CameraTags tags = new CameraTags(metadata);
    try {
      new TiffReader().processTiff(new ByteArrayReader(tiff), tags, 0);
    } catch (TiffProcessingException | IOException e) {
      tags.error("it cannot be read: " + e.getMessage());
    }
    return metadata;
  }

  @Override
  public boolean tryEnterSubIfd(int tag) {
    boolean named =
        tag == ExifIFD0Directory.TAG_EXIF_SUB_IFD_OFFSET
            || tag == ExifIFD0Directory.TAG_GPS_INFO_OFFSET;
    boolean enters = named && directories < MOST_DIRECTORIES && super.tryEnterSubIfd(tag);
    directories += enters ? 1 : 0;
    return enters;
  }

  @Override
  public boolean hasFollowerIfd() {
    return false;
  }

  /** Tells whether an entry is done with: true for what is passed over. */
  @Override
  public boolean customProcessTag(
      int offset, Set<Integer> read, int start, RandomAccessReader reader, int tag, int bytes) {
    return bytes > MOST_BYTES || !WANTED.contains(tag);
  }
}
