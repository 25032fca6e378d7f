package dev.ingest.cli.photo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what a camera would have recorded into a JPEG: a big-endian TIFF structure in an APP1
 * segment, with the capture time, the camera and the position.
 */
final class ExifBlock {

  private static final int ASCII = 2;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int RATIONAL = 5;
  private static final int BYTE = 1;
  private static final int FIELD_BYTES = 12;

  /** Fields of one directory, in the order of their tags. */
  private final List<Field> fields = new ArrayList<>();

  /** One field; the buffer is only read, through duplicates. */
  private record Field(int tag, int type, int count, ByteBuffer value) {

    int length() {
      return value.capacity();
    }
  }

  /**
   * Makes the segment.
   *
   * @param capturedAt {@code yyyy:MM:dd HH:mm:ss}
   * @param offset {@code +hh:mm}
   * @param orientation 1 to 8
   * @param position latitude, longitude (degrees), altitude (metres), direction (degrees)
   * @return marker, length and body
   */
  static byte[] segment(String capturedAt, String offset, int orientation, double... position) {
    ExifBlock photo = new ExifBlock().text(0x9003, capturedAt).text(0x9011, offset);
    ExifBlock gps =
        new ExifBlock()
            .field(0x00, BYTE, 4, new byte[] {2, 3, 0, 0})
            .text(0x01, position[0] < 0 ? "S" : "N")
            .rationals(0x02, degrees(Math.abs(position[0])))
            .text(0x03, position[1] < 0 ? "W" : "E")
            .rationals(0x04, degrees(Math.abs(position[1])))
            .field(0x05, BYTE, 1, new byte[] {(byte) (position[2] < 0 ? 1 : 0)})
            .rationals(0x06, Math.round(Math.abs(position[2]) * 100), 100)
            .text(0x10, "T")
            .rationals(0x11, Math.round(position[3] * 100), 100);
    ExifBlock image =
        new ExifBlock()
            .text(0x010f, "Ingest")
            .text(0x0110, "Sample")
            .field(0x0112, SHORT, 1, ByteBuffer.allocate(2).putShort((short) orientation).array());
    // The image's directory still gets its two fields that point to the others.
    int photoAt = 8 + image.size() + 2 * FIELD_BYTES;
    int gpsAt = photoAt + photo.size();
    image.offset(0x8769, photoAt).offset(0x8825, gpsAt);
    ByteBuffer body = ByteBuffer.allocate(6 + gpsAt + gps.size());
    body.put("Exif\0\0MM\0*\0\0\0\10".getBytes(StandardCharsets.US_ASCII));
    body.put(image.toBytes(8)).put(photo.toBytes(photoAt)).put(gps.toBytes(gpsAt));
    return ByteBuffer.allocate(4 + body.capacity())
        .putShort((short) 0xffe1)
        .putShort((short) (2 + body.capacity()))
        .put(body.array())
        .array();
  }

  private static long[] degrees(double value) {
    long hundredths = Math.round(value * 360_000);
    return new long[] {
      hundredths / 360_000, 1, hundredths / 6_000 % 60, 1, hundredths % 6_000, 100
    };
  }

  private ExifBlock text(int tag, String value) {
    byte[] bytes = (value + "\0").getBytes(StandardCharsets.US_ASCII);
    return field(tag, ASCII, bytes.length, bytes);
  }

  private ExifBlock offset(int tag, int value) {
    return field(tag, LONG, 1, ByteBuffer.allocate(4).putInt(value).array());
  }

  private ExifBlock rationals(int tag, long... numeratorsAndDenominators) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numeratorsAndDenominators.length);
    for (long number : numeratorsAndDenominators) {
      bytes.putInt((int) number);
    }
    return field(tag, RATIONAL, numeratorsAndDenominators.length / 2, bytes.array());
  }

  private ExifBlock field(int tag, int type, int count, byte[] value) {
    fields.add(new Field(tag, type, count, ByteBuffer.wrap(value)));
    return this;
  }

  private int size() {
    int size = 2 + FIELD_BYTES * fields.size() + 4;
    for (Field field : fields) {
      size += outside(field);
    }
    return size;
  }

  /** Values of up to four bytes stand in their field, longer ones after the directory. */
  private static int outside(Field field) {
    return field.length() <= 4 ? 0 : field.length() + (field.length() & 1);
  }

  private byte[] toBytes(int start) {
    ByteBuffer directory = ByteBuffer.allocate(2 + FIELD_BYTES * fields.size() + 4);
    ByteArrayOutputStream values = new ByteArrayOutputStream();
    directory.putShort((short) fields.size());
    for (Field field : fields) {
      directory.putShort((short) field.tag()).putShort((short) field.type()).putInt(field.count());
      int at = directory.position();
      if (outside(field) == 0) {
        directory.put(field.value().duplicate());
      } else {
        directory.putInt(start + directory.capacity() + values.size());
        values.write(field.value().array(), 0, field.length());
        values.writeBytes(new byte[field.length() & 1]);
      }
      directory.position(at + 4);
    }
    return ByteBuffer.allocate(size()).put(directory.array()).put(values.toByteArray()).array();
  }
}
