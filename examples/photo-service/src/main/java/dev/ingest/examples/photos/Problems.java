package dev.ingest.examples.photos;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.InvalidValueException;
import java.io.IOException;
import java.net.URI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers errors as {@code application/problem+json}. What a client did wrong is said in full: the
 * engine's messages show values escaped and cut. What went wrong here is said by its kind, and in
 * full in the log alone.
 */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** How long a client waits before it repeats a request, in seconds. */
  private static final String LATER = "1";

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(InvalidValueException e) {
    return problem(HttpStatus.BAD_REQUEST, "refused-value", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(MalformedUploadException e) {
    return problem(HttpStatus.BAD_REQUEST, "malformed", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(ItemRefusedException e) {
    return switch (e.reason()) {
      case OVER_LIMIT -> problem(HttpStatus.CONTENT_TOO_LARGE, "over-limit", said(e));
      case OTHER_BYTES -> problem(HttpStatus.UNPROCESSABLE_CONTENT, "other-bytes", said(e));
      case NAME_TAKEN -> problem(HttpStatus.UNPROCESSABLE_CONTENT, "name-taken", said(e));
      case NO_ITEMS -> problem(HttpStatus.UNPROCESSABLE_CONTENT, "no-items", said(e));
    };
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(QuotaExceededException e) {
    return problem(HttpStatus.CONTENT_TOO_LARGE, "over-quota", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(SequenceConflictException e) {
    return problem(HttpStatus.CONFLICT, "other-sequence", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(ForeignRequestException e) {
    return problem(
        HttpStatus.FORBIDDEN,
        switch (e.reason()) {
          case OTHER_HOST -> "other-host";
          case OTHER_ORIGIN -> "other-origin";
        },
        said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> absent(NotFoundException e) {
    return problem(HttpStatus.NOT_FOUND, "not-found", said(e));
  }

  @ExceptionHandler({UploadClosedException.class, BusyException.class})
  ResponseEntity<ProblemDetail> again(RuntimeException e) {
    return later(HttpStatus.CONFLICT, "again", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> again(OtherItemsException e) {
    return later(HttpStatus.CONFLICT, "other-items", said(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> unknown(OutcomeUnknownException e) {
    LOG.warn("a request ended without knowing what became of it", e);
    return later(
        HttpStatus.SERVICE_UNAVAILABLE,
        "unknown",
        "Nobody knows yet whether this took effect. Repeat the same request.");
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> failed(IngestException e) {
    LOG.error("a store failed", e);
    return later(
        HttpStatus.SERVICE_UNAVAILABLE,
        "store",
        "The service cannot reach what it stores. Repeat the same request.");
  }

  /** The body of a request ended early, in most cases because its sender is gone. */
  @ExceptionHandler
  ResponseEntity<ProblemDetail> cutOff(IOException e) {
    LOG.info("a request was cut off: {}", InvalidValueException.escape(String.valueOf(e)));
    return problem(
        HttpStatus.BAD_REQUEST,
        "cut-off",
        "The body ended early; the item was not taken. Send it again.");
  }

  private static String said(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private static ResponseEntity<ProblemDetail> later(
      HttpStatus status, String kind, String detail) {
    return ResponseEntity.status(status)
        .header(HttpHeaders.RETRY_AFTER, LATER)
        .body(detail(status, kind, detail));
  }

  private static ResponseEntity<ProblemDetail> problem(
      HttpStatus status, String kind, String detail) {
    return ResponseEntity.status(status).body(detail(status, kind, detail));
  }

  private static ProblemDetail detail(HttpStatus status, String kind, String text) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, text);
    problem.setType(URI.create("urn:ingest:problem:" + kind));
    return problem;
  }
}
