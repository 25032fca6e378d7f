package dev.ingest.examples.photos;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;

/**
 * The files of a {@code multipart/form-data} request, one after the other as they arrive. Servlets'
 * own parts lie in memory or in temporary files before anybody sees them; these never do. It is the
 * parser of the server itself, so that no other has to be trusted.
 */
final class StreamedParts {

  /** Of one part, in bytes: enough for the longest name, each byte of it escaped. */
  private static final int MAX_HEADERS = 4_096;

  private StreamedParts() {}

  /** What is done with a file. */
  @FunctionalInterface
  interface Visitor {
    void visit(String fileName, InputStream body) throws IOException;
  }

  /**
   * Hands on each file.
   *
   * @throws MalformedUploadException if the body is no multipart body, or a part is no file
   * @throws IOException if the connection ends early, or the visitor throws it
   */
  static void each(HttpServletRequest request, Visitor visitor) throws IOException {
    FileUpload parser = new FileUpload();
    parser.setHeaderEncoding("UTF-8");
    parser.setPartHeaderSizeMax(MAX_HEADERS);
    try {
      FileItemIterator parts = parser.getItemIterator(new ServletRequestContext(request));
      if (!parts.hasNext()) {
        throw new MalformedUploadException("the body has no part of multipart/form-data");
      }
      while (parts.hasNext()) {
        visit(parts.next(), visitor);
      }
    } catch (FileUploadException e) {
      throw new MalformedUploadException("the body is no multipart/form-data: " + e.getMessage());
    }
  }

  private static void visit(FileItemStream part, Visitor visitor) throws IOException {
    String name = fileName(part);
    if (part.isFormField() || name == null || name.isEmpty()) {
      throw new MalformedUploadException("each part is a file with a file name");
    }
    try (InputStream body = part.openStream()) {
      visitor.visit(name, body);
    }
  }

  /** The parser refuses a NUL in a name by an error of its own. */
  private static String fileName(FileItemStream part) {
    try {
      return part.getName();
    } catch (InvalidFileNameException e) {
      return e.getName();
    }
  }
}
