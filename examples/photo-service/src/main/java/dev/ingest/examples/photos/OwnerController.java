package dev.ingest.examples.photos;

import dev.ingest.core.Ingest;
import dev.ingest.core.report.OwnerStatus;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.InputStream;
import java.util.Optional;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows owners what became of their sequences, and the results. */
@RestController
@RequestMapping(path = "/owners/{owner}/sequences")
final class OwnerController {

  private static final int MAX_PAGE = 100;

  private final Ingest ingest;

  OwnerController(Ingest ingest) {
    this.ingest = ingest;
  }

  /** Lists the owner's sequences, in the order of their ids. */
  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  String list(
      @PathVariable String owner,
      @RequestParam Optional<String> after,
      @RequestParam(defaultValue = "100") int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER, Integer.toString(limit), "a page has 1 to 100");
    }
    return ingest.status(OwnerId.of(owner), after.map(SequenceId::of), limit).toJson();
  }

  /** Shows where one of them stands. */
  @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  String one(@PathVariable String owner, @PathVariable String id) {
    return OwnerStatus.of(entry(owner, id)).toJson();
  }

  /** Gives the receipt of an accepted sequence again. */
  @GetMapping("/{id}/receipt")
  ReceiptReply receipt(@PathVariable String owner, @PathVariable String id) {
    return ReceiptReply.of(entry(owner, id).receipt());
  }

  /** Streams an item of the published result, which this service made: a thumbnail. */
  @GetMapping("/{id}/results")
  ResponseEntity<InputStreamResource> result(
      @PathVariable String owner, @PathVariable String id, @RequestParam String name) {
    ItemName item = ItemName.of(name);
    InputStream body =
        ingest
            .result(SequenceKey.of(owner, id))
            .flatMap(result -> result.open(item))
            .orElseThrow(() -> new NotFoundException("no such result is published"));
    return ResponseEntity.ok()
        .contentType(MediaType.IMAGE_JPEG)
        .header("X-Content-Type-Options", "nosniff")
        .body(new InputStreamResource(body));
  }

  private Entry entry(String owner, String id) {
    return ingest
        .find(SequenceKey.of(owner, id))
        .orElseThrow(() -> new NotFoundException("no such sequence was accepted"));
  }
}
