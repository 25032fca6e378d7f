package dev.ingest.cli.photo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.ingest.core.StageItem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is told of one item. The same item always gives the same JSON, byte by byte.
 *
 * @param item the item
 * @param type its media type by its first bytes
 * @param photo what a photograph has beyond that
 */
record Description(StageItem item, String type, @Nullable Photo photo) {

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * What a photograph has.
   *
   * @param frame its measures
   * @param capture what the camera recorded
   * @param thumbnail the thumbnail as a JPEG
   * @param notDecoded why there is no thumbnail
   */
  record Photo(
      JpegHeader.Frame frame,
      Capture capture,
      Optional<byte[]> thumbnail,
      Optional<String> notDecoded) {}

  static Description other(StageItem item, String type) {
    return new Description(item, type, null);
  }

  static Description photograph(
      StageItem item, JpegHeader.Frame frame, Capture capture, byte[] thumbnail) {
    return new Description(
        item, FileType.JPEG, new Photo(frame, capture, Optional.of(thumbnail), Optional.empty()));
  }

  static Description undecoded(
      StageItem item, JpegHeader.Frame frame, Capture capture, String reason) {
    return new Description(
        item, FileType.JPEG, new Photo(frame, capture, Optional.empty(), Optional.of(reason)));
  }

  Optional<byte[]> thumbnail() {
    return photo == null ? Optional.empty() : photo.thumbnail();
  }

  byte[] toJson() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes).setPrettyPrinter(layout())) {
      json.writeStartObject();
      json.writeStringField("name", item.name().value());
      json.writeStringField("type", type);
      json.writeNumberField("bytes", item.length());
      json.writeStringField("digest", item.digest().toString());
      if (photo != null) {
        write(json, photo);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static DefaultPrettyPrinter layout() {
    return new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
  }

  private void write(JsonGenerator json, Photo photograph) throws IOException {
    Capture capture = photograph.capture();
    json.writeNumberField("width", photograph.frame().width());
    json.writeNumberField("height", photograph.frame().height());
    json.writeNumberField("orientation", capture.orientation());
    writeText(json, "capturedAt", capture.capturedAt());
    if (capture.make().isPresent() || capture.model().isPresent()) {
      json.writeObjectFieldStart("camera");
      writeText(json, "make", capture.make());
      writeText(json, "model", capture.model());
      json.writeEndObject();
    }
    if (capture.position().isPresent()) {
      write(json, capture.position().get());
    }
    writeText(json, "metadataProblem", capture.problem());
    if (photograph.thumbnail().isPresent()) {
      json.writeStringField("thumbnail", ResultNames.thumbnail(item.name()).value());
    }
    writeText(json, "notDecoded", photograph.notDecoded());
  }

  private static void write(JsonGenerator json, Capture.Position position) throws IOException {
    json.writeObjectFieldStart("position");
    json.writeNumberField("latitude", position.latitude());
    json.writeNumberField("longitude", position.longitude());
    writeNumber(json, "altitude", position.altitude());
    writeNumber(json, "direction", position.direction());
    writeText(json, "directionReference", position.directionReference());
    json.writeEndObject();
  }

  private static void writeText(JsonGenerator json, String field, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(field, value.get());
    }
  }

  private static void writeNumber(JsonGenerator json, String field, OptionalDouble value)
      throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(field, value.getAsDouble());
    }
  }
}
