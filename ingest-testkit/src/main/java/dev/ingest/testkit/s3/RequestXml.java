package dev.ingest.testkit.s3;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of a request's body. Documents have no document type, a depth of 4 and 100,000
 * elements at most; anything else is refused as {@code MalformedXML}.
 */
final class RequestXml {

  private static final int MAX_DEPTH = 4;
  private static final int MAX_ELEMENTS = 100_000;

  private final String name;
  private final StringBuilder text = new StringBuilder();
  private final List<RequestXml> children = new ArrayList<>();

  private RequestXml(String name) {
    this.name = name;
  }

  static RequestXml parse(byte[] body, String root) {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    RequestXml document = new RequestXml("");
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(body));
      read(reader, document);
      reader.close();
    } catch (XMLStreamException e) {
      throw Refusal.malformed("The XML is not well-formed: " + e.getMessage());
    }
    return document
        .child(root)
        .orElseThrow(() -> Refusal.malformed("The XML's root is not " + root));
  }

  private static void read(XMLStreamReader reader, RequestXml document) throws XMLStreamException {
    Deque<RequestXml> open = new ArrayDeque<>(List.of(document));
    int elements = 0;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          RequestXml element = new RequestXml(reader.getLocalName());
          open.getLast().children.add(element);
          open.addLast(element);
          if (open.size() > MAX_DEPTH + 1 || ++elements > MAX_ELEMENTS) {
            throw Refusal.malformed("The XML is too deep or too long");
          }
        }
        case XMLStreamConstants.END_ELEMENT -> open.removeLast();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            open.getLast().text.append(reader.getText());
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw Refusal.malformed("The XML has a document type or an entity");
        default -> {
          // Comments, white space and processing instructions say nothing.
        }
      }
    }
  }

  String name() {
    return name;
  }

  String text() {
    return text.toString();
  }

  List<RequestXml> children() {
    return children;
  }

  List<RequestXml> children(String wanted) {
    return children.stream().filter(child -> child.name.equals(wanted)).toList();
  }

  Optional<RequestXml> child(String wanted) {
    List<RequestXml> found = children(wanted);
    if (found.size() > 1) {
      throw Refusal.malformed("The XML has several " + wanted + " where one is expected");
    }
    return found.stream().findFirst();
  }

  String required(String wanted) {
    return child(wanted)
        .map(RequestXml::text)
        .orElseThrow(() -> Refusal.malformed("The XML has no " + wanted + " in " + name));
  }
}
