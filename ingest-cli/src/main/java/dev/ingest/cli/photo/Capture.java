package dev.ingest.cli.photo;

import com.drew.lang.GeoLocation;
import com.drew.lang.Rational;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.GpsDirectory;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a camera recorded beside the image. What is absent or malformed is empty; one malformed
 * value does not hide the others.
 *
 * @param capturedAt ISO-8601 date and time of the camera, with the offset from UTC if it told one
 * @param make the camera's maker
 * @param model the camera's model
 * @param orientation how the stored image is to be turned: 1 to 8 as in EXIF, 1 if not told
 * @param position where the camera was
 * @param problem the first thing in the block that could not be read
 */
record Capture(
    Optional<String> capturedAt,
    Optional<String> make,
    Optional<String> model,
    int orientation,
    Optional<Position> position,
    Optional<String> problem) {

  private static final int MAX_TEXT = 200;
  private static final Pattern TIME =
      Pattern.compile("(\\d{4}):(\\d\\d):(\\d\\d) (\\d\\d:\\d\\d:\\d\\d)");
  private static final Pattern OFFSET = Pattern.compile("[+-]\\d\\d:\\d\\d");
  private static final Pattern FRACTION = Pattern.compile("\\d{1,9}");

  /** Nothing recorded. */
  static final Capture NOTHING =
      new Capture(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          1,
          Optional.empty(),
          Optional.empty());

  /**
   * Where the camera was and looked.
   *
   * @param latitude degrees, north positive
   * @param longitude degrees, east positive
   * @param altitude metres, above sea level positive
   * @param direction degrees clockwise from north
   * @param directionReference {@code true} or {@code magnetic} north
   */
  record Position(
      double latitude,
      double longitude,
      OptionalDouble altitude,
      OptionalDouble direction,
      Optional<String> directionReference) {}

  /**
   * Reads an EXIF block.
   *
   * @param tiff the TIFF structure without the {@code Exif} prefix
   */
  static Capture read(byte[] tiff) {
    try {
      return parse(tiff);
    } catch (RuntimeException e) {
      // The block comes from outside. A parser that stumbles over it tells nothing of the image.
      return new Capture(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          1,
          Optional.empty(),
          Optional.of(cut("the EXIF block cannot be read: " + e)));
    }
  }

  private static Capture parse(byte[] tiff) {
    Metadata metadata = CameraTags.read(tiff);
    Directory image = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
    Directory photo = metadata.getFirstDirectoryOfType(ExifSubIFDDirectory.class);
    GpsDirectory gps = metadata.getFirstDirectoryOfType(GpsDirectory.class);
    return new Capture(
        capturedAt(photo),
        text(image, ExifDirectoryBase.TAG_MAKE),
        text(image, ExifDirectoryBase.TAG_MODEL),
        orientation(image),
        position(gps),
        problem(metadata));
  }

  private static Optional<String> capturedAt(@Nullable Directory photo) {
    Matcher time = TIME.matcher(text(photo, ExifDirectoryBase.TAG_DATETIME_ORIGINAL).orElse(""));
    // Cameras without a set clock write zeros.
    if (!time.matches() || time.group(1).equals("0000")) {
      return Optional.empty();
    }
    String fraction =
        text(photo, ExifDirectoryBase.TAG_SUBSECOND_TIME_ORIGINAL)
            .filter(FRACTION.asMatchPredicate())
            .map(digits -> "." + digits)
            .orElse("");
    String offset =
        text(photo, ExifDirectoryBase.TAG_TIME_ZONE_ORIGINAL)
            .filter(OFFSET.asMatchPredicate())
            .orElse("");
    String local =
        "%s-%s-%sT%s%s"
            .formatted(time.group(1), time.group(2), time.group(3), time.group(4), fraction);
    return Stream.of(local + offset, local).filter(Capture::isTime).findFirst();
  }

  /** Thirteen months and the like are what remains of a damaged block. */
  private static boolean isTime(String text) {
    try {
      DateTimeFormatter.ISO_DATE_TIME.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static int orientation(@Nullable Directory image) {
    Integer value = image == null ? null : image.getInteger(ExifDirectoryBase.TAG_ORIENTATION);
    return value == null || value < 1 || value > 8 ? 1 : value;
  }

  private static Optional<Position> position(@Nullable GpsDirectory gps) {
    GeoLocation at = gps == null ? null : gps.getGeoLocation();
    // Receivers without a fix write zeros.
    if (gps == null || at == null || at.isZero() || !isOnEarth(at)) {
      return Optional.empty();
    }
    OptionalDouble altitude = number(gps, GpsDirectory.TAG_ALTITUDE);
    Integer below = gps.getInteger(GpsDirectory.TAG_ALTITUDE_REF);
    if (altitude.isPresent() && below != null && below == 1) {
      altitude = OptionalDouble.of(-altitude.getAsDouble());
    }
    OptionalDouble direction = number(gps, GpsDirectory.TAG_IMG_DIRECTION);
    Optional<String> reference =
        direction.isEmpty()
            ? Optional.empty()
            : text(gps, GpsDirectory.TAG_IMG_DIRECTION_REF)
                .map(letter -> letter.equals("M") ? "magnetic" : "true");
    return Optional.of(
        new Position(
            rounded(at.getLatitude()), rounded(at.getLongitude()), altitude, direction, reference));
  }

  private static boolean isOnEarth(GeoLocation at) {
    return Math.abs(at.getLatitude()) <= 90 && Math.abs(at.getLongitude()) <= 180;
  }

  /** Nine decimals are a tenth of a millimetre; more is noise of the division. */
  private static double rounded(double degrees) {
    return Math.round(degrees * 1e9) / 1e9;
  }

  private static OptionalDouble number(Directory directory, int tag) {
    Rational value = directory.getRational(tag);
    return value == null || value.getDenominator() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(value.doubleValue());
  }

  private static Optional<String> text(@Nullable Directory directory, int tag) {
    String value = directory == null ? null : directory.getString(tag);
    return Optional.ofNullable(value)
        .map(text -> cut(text.strip()))
        .filter(text -> !text.isEmpty());
  }

  private static Optional<String> problem(Metadata metadata) {
    for (Directory directory : metadata.getDirectories()) {
      for (String error : directory.getErrors()) {
        return Optional.of(cut(directory.getName() + ": " + error));
      }
    }
    return Optional.empty();
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }
}
