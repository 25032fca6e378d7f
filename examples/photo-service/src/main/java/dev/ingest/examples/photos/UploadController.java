package dev.ingest.examples.photos;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes sequences in: as a whole in one multipart request, or item by item, which goes on where it
 * was cut. Item names are a parameter and no part of the path, since servers and proxies rewrite
 * paths.
 */
@RestController
@RequestMapping("/owners/{owner}/sequences/{id}")
final class UploadController {

  private final OpenUploads uploads;
  private final JsonMapper json;

  UploadController(OpenUploads uploads, JsonMapper json) {
    this.uploads = uploads;
    this.json = json;
  }

  /**
   * An item as the service has it.
   *
   * @param name its name
   * @param bytes its length
   * @param digest {@code sha256:} and the digest of its bytes
   * @param wasRecorded whether it had been sent before, so that nothing was stored
   */
  record ItemReply(String name, long bytes, String digest, boolean wasRecorded) {}

  /**
   * Takes all files of a form, in their order, and submits them: these and no others, whatever an
   * earlier request has left under this id.
   */
  @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  ReceiptReply whole(
      @PathVariable String owner, @PathVariable String id, HttpServletRequest request)
      throws IOException {
    return ReceiptReply.of(
        uploads.use(SequenceKey.of(owner, id), upload -> submitAll(request, upload)));
  }

  private static Receipt submitAll(HttpServletRequest request, SequenceUpload upload)
      throws IOException {
    Set<ItemName> ours = new HashSet<>();
    try {
      StreamedParts.each(
          request,
          (name, body) -> {
            ItemName photo = Thumbnails.photo(name);
            upload.take(photo, OptionalLong.empty(), Optional.empty(), body);
            ours.add(photo);
          });
      upload.requireNoMoreThan(ours.size());
      return upload.submit();
    } catch (ItemRefusedException | QuotaExceededException e) {
      // The name, the room or the bytes that are refused may be those of what was left.
      upload.requireNoMoreThan(ours.size());
      throw e;
    } catch (SequenceConflictException e) {
      upload.giveUp(e);
      throw e;
    }
  }

  /**
   * Takes one item. Once this is answered it need not be sent again, whatever happens to the
   * service; a client that did not get the answer sends it again, and with its digest need not send
   * its bytes. The answer has a length, so that it is whole before the server waits for a body that
   * was not read.
   */
  @PutMapping("/items")
  ResponseEntity<byte[]> item(
      @PathVariable String owner,
      @PathVariable String id,
      @RequestParam String name,
      @RequestParam Optional<String> sha256,
      HttpServletRequest request)
      throws IOException {
    ItemName item = Thumbnails.photo(name);
    Optional<Digest> digest = sha256.map(Digest::ofHex);
    long length = request.getContentLengthLong();
    SequenceUpload.Taken taken =
        uploads.use(
            SequenceKey.of(owner, id),
            upload -> {
              SequenceUpload.Taken one =
                  upload.take(
                      item,
                      length < 0 ? OptionalLong.empty() : OptionalLong.of(length),
                      digest,
                      request.getInputStream());
              upload.record();
              return one;
            });
    byte[] reply =
        json.writeValueAsBytes(
            new ItemReply(
                taken.item().name().value(),
                taken.item().length(),
                taken.item().digest().toString(),
                taken.wasRecorded()));
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .contentLength(reply.length)
        .body(reply);
  }

  /** Submits what was sent item by item. May be repeated: the receipt is the same. */
  @PostMapping("/receipt")
  @ResponseStatus(HttpStatus.CREATED)
  ReceiptReply submit(@PathVariable String owner, @PathVariable String id) throws IOException {
    return ReceiptReply.of(uploads.use(SequenceKey.of(owner, id), SequenceUpload::submit));
  }
}
